"""A phone against a log that lies in every way it can."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import leaf, tlog
from sync.canonical import sha256_hex
from sync.envelope import Record
from sync.leaf import Leaf
from sync.phone import logbook
from sync.phone.store import Store
from sync.tiles import Edge, Tree
from sync.tlog import Checkpoint

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(letter * 32) for letter in (b"L", b"M"))
ORIGIN = "office.example/log"
VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "log.json").read_text(encoding="utf-8"))
"""Written by `python -m tests.sync.phone.make_log_vectors`."""


class Log:
    """A log of this phone's records r0, r1, …, all told in one document a batch."""

    def __init__(self, salt=""):
        self.salt, self.edge, self.tiles, self.data = salt, Edge(), {}, []

    def add(self, n, *, since=None, key=KEY):
        start = self.edge.size
        at = f"2026-12-02T01:00:00.00{self.salt or 0}Z"
        new = [leaf.data_of(Leaf("0" * 32, digest(i), "record", i + 1, "0" * 64, at)) for i in range(start, start + n)]
        self.data += new
        self.tiles |= self.edge.append([tlog.leaf_hash(one) for one in new])
        size, tree = self.edge.size, Tree(lambda level, index: self.tiles[level, index])
        told = start if since is None else since
        leaves = [
            {"ref": f"r{i}", "index": i, "leaf": self.data[i].decode(), "hashes": written(tree.inclusion(i, size=size))}
            for i in range(start, size)
        ]
        note = tlog.sign_checkpoint(Checkpoint(ORIGIN, size, self.edge.root()), key)
        path = written(tree.consistency(told, size))
        return {"id": str(size), "since": told, "consistency": path, "checkpoint": note, "leaves": leaves}


def digest(number):
    return sha256_hex(f"r{number}".encode())


def written(hashes):
    return [base64.b64encode(one).decode() for one in hashes]


@pytest.fixture
def store():
    made = Store(":memory:")
    made.put(log_vkey=tlog.vkey(ORIGIN, KEY.public_key()))
    for n in range(20):
        made.add_record(Record(f"r{n}", "{}", digest(n), "", "Ed25519", "d", n + 1, "", "outcome", "v", ""))
    yield made
    made.close()
    return made


class TestTake:
    def test_keeps_proofs_of_a_log_that_grows(self, store):
        log = Log()
        logbook.take(store, [log.add(3), log.add(4), log.add(1)])
        assert store.log_findings() == []
        assert all(store.proof_of(f"r{n}") for n in range(8))
        assert set(store.checkpoints_seen()) == {3, 7, 8}
        assert tlog.read_proof(store.proof_of("r7")[1]).index == 7

    def test_takes_the_same_again_without_a_word(self, store):
        log = Log()
        told = [log.add(3), log.add(4)]
        logbook.take(store, told)
        logbook.take(store, told)
        assert store.log_findings() == []

    def test_names_two_roots_of_one_size(self, store):
        logbook.take(store, [Log().add(3), Log("1").add(3)])
        assert store.log_findings() == ["forked: two roots for the log of 3 leaves"]

    def test_names_a_history_that_did_not_grow_from_the_one_before(self, store):
        logbook.take(store, [Log().add(3)])
        forged = Log("1")
        forged.add(3)
        logbook.take(store, [forged.add(2)])
        assert store.log_findings() == ["forked: the log of 5 leaves did not grow from that of 3"]
        assert store.proof_of("r4") is None

    @pytest.mark.parametrize("since", [0, 2])
    def test_names_a_checkpoint_that_is_not_shown_to_follow(self, store, since):
        log = Log()
        logbook.take(store, [log.add(3), log.add(2, since=since)])
        assert store.log_findings() == ["unlinked: the log of 5 leaves is not shown to grow from that of 3"]

    def test_names_the_proof_of_another_leaf(self, store):
        told = Log().add(3)
        told["leaves"][0]["ref"] = "r1"
        logbook.take(store, [told])
        assert store.log_findings() == ["another leaf: the log's leaf is not about record r1"]

    def test_names_a_leaf_that_is_not_in_the_log(self, store):
        told = Log().add(3)
        told["leaves"][2]["index"] = 1
        logbook.take(store, [told])
        assert store.log_findings() == ["not in the log: the proof of record r2 does not lead to the root"]
        assert store.proof_of("r2") is None
        assert store.proof_of("r0") is not None

    def test_names_a_checkpoint_by_another_key(self, store):
        logbook.take(store, [Log().add(3, key=OTHER)])
        assert store.log_findings() == ["unreadable: no signature of the log's key"]

    @pytest.mark.parametrize(
        "change",
        [{"leaves": None}, {"leaves": [{}]}, {"leaves": ["x"]}, {"consistency": ["!"]}, {"checkpoint": 7},
         {"checkpoint": ""},
         {"leaves": [{"ref": "r0", "index": "x", "leaf": "{}", "hashes": []}]}],
    )  # fmt: skip
    def test_never_stops_at_what_it_cannot_read(self, store, change):
        log = Log()
        logbook.take(store, [log.add(2), log.add(3) | change, {"_deleted": True, "id": "9"}, {}])
        assert len(store.checkpoints_seen()) >= 1
        assert store.log_findings()

    def test_compares_nothing_without_the_logs_key(self, store):
        store.put(log_vkey="v")
        logbook.take(store, [Log().add(3)])
        assert (store.log_findings(), store.proof_of("r0")) == ([], None)

    def test_keeps_the_signed_text_that_shows_the_fork(self, store):
        forged = Log("1").add(3)
        logbook.take(store, [Log().add(3), forged])
        notes = [row[0] for row in store._db.execute("SELECT note FROM log_finding")]  # noqa: SLF001
        assert notes == [forged["checkpoint"]]


class TestVectors:
    @pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
    def test_are_read_alike_by_every_client(self, store, case):
        logbook.take(store, case["documents"])
        assert store.log_findings() == case["findings"]
        assert [f"r{n}" for n in range(20) if store.proof_of(f"r{n}")] == case["kept"]
