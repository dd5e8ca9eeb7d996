"""What somebody who owns the office, its keys and our software cannot hide in a dossier that is packed anew."""

import dataclasses
import shutil
import subprocess

import pytest

from sync import bag, dossier, leaf, tlog, verify
from sync.canonical import sha256_hex
from sync.dossier import Dossier, LoggedRecord, Paper
from sync.leaf import Leaf
from sync.tlog import Checkpoint
from tests.sync.test_verify import CASE_KEY, LOG_KEY, in_log

HASHES = {"HZ-1": sha256_hex(b"%PDF one"), "HZ-2": sha256_hex(b"%PDF two")}


@pytest.fixture(scope="module")
def whole(seal, key, device):
    """A dossier of three records and two papers, in one chain."""
    records = [seal(1)]
    records += [seal(2, records[0].hash)]
    records += [seal(3, records[1].hash)]
    papers = [(name, digest, "paper") for name, digest in HASHES.items()]
    note, proven = in_log([papers[0], *((r.id, r.hash, "record") for r in records), papers[1]])
    return Dossier(
        {}, [LoggedRecord(r, "", *proven[r.id]) for r in records], {device: key.public()},
        papers=[Paper("HZ-1", "receipt", "HZ-1", b"%PDF one"), Paper("HZ-2", "receipt", "HZ-2", b"%PDF two")],
        log=(note, tlog.vkey("o/log", LOG_KEY.public_key())), case_key=CASE_KEY,
        leaves={name: proven[name] for name in HASHES},
    )  # fmt: skip


@pytest.fixture
def found(tmp_path):
    """Pack a dossier with fresh manifests and return what the check of the log finds."""

    def pack(files):
        path = tmp_path / "d.zip"
        with path.open("wb") as out:
            bag.write(files, into=out, name="d", info={}, tags={"README.txt": b""})
        report = verify.verify(path)
        return list(next((one.found for one in report.checks if one.name == "log" and not one.is_ok), ()))

    return pack


def without(whole, number):
    left = [one for place, one in enumerate(whole.records) if place != number]
    return dossier.contents(dataclasses.replace(whole, records=left))


class TestFaults:
    def test_finds_none_in_a_whole_dossier(self, whole, found):
        assert found(dossier.contents(whole)) == []

    @pytest.mark.parametrize(("dropped", "place"), [(0, 2), (1, 3), (2, 4)])
    def test_names_a_record_that_was_left_out(self, whole, found, dropped, place):
        assert found(without(whole, dropped)) == [f"leaf {place} of the case's chain was left out"]

    def test_names_a_paper_made_anew(self, whole, found):
        papers = [dataclasses.replace(whole.papers[0], content=b"%PDF other"), whole.papers[1]]
        files = dossier.contents(dataclasses.replace(whole, papers=papers))
        assert found(files) == ["HZ-1: the log's leaf names another hash"]  # its leaf is here: none was left out

    def test_names_a_forked_checkpoint(self, whole, found):
        forked = tlog.sign_checkpoint(Checkpoint("o/log", 5, b"x" * 32), LOG_KEY)
        told = found(dossier.contents(dataclasses.replace(whole, log=(forked, whole.log[1]))))
        assert told[0] == f"{whole.records[0].record.id}: forked: two roots for 5 leaves"

    def test_names_a_log_cut_short(self, whole, found):
        short = tlog.sign_checkpoint(Checkpoint("o/log", 4, b"x" * 32), LOG_KEY)
        told = found(dossier.contents(dataclasses.replace(whole, log=(short, whole.log[1]))))
        assert told[0].endswith("its proof is under another checkpoint")

    def test_names_the_proof_of_another_leaf(self, whole, found):
        first, second = whole.records[0], whole.records[1]
        swapped = [dataclasses.replace(first, proof=second.proof), *whole.records[1:]]
        told = found(dossier.contents(dataclasses.replace(whole, records=swapped)))
        assert told[0] == f"{first.record.id}: not in the log of its checkpoint"

    def test_names_a_leaf_that_does_not_follow(self, found, whole, seal):
        """A log whose operator wrote the case's chain wrong, all of it properly signed."""
        records = [one.record for one in whole.records]
        tag = leaf.case_tag(CASE_KEY)
        data = [leaf.data_of(Leaf(tag, r.hash, "record", n, "0" * 64, "2026-12-02T01:00:00.000Z"))
                for n, r in enumerate(records, start=1)]  # fmt: skip
        hashes = [tlog.leaf_hash(one) for one in data]
        note = tlog.sign_checkpoint(Checkpoint("o/log", 3, tlog.root_of(hashes)), LOG_KEY)
        proofs = [tlog.write_proof(tlog.Proof(i, tuple(tlog.inclusion_proof(hashes, i)), note)) for i in range(3)]
        logged = [LoggedRecord(r, "", d, p) for r, d, p in zip(records, data, proofs, strict=True)]
        made = dataclasses.replace(whole, records=logged, papers=[], leaves={}, log=(note, whole.log[1]))
        assert found(dossier.contents(made)) == [
            "leaf 2 of the case's chain does not follow leaf 1",
            "leaf 3 of the case's chain does not follow leaf 2",
        ]

    def test_names_a_leaf_given_twice(self, whole, found):
        twice = dataclasses.replace(whole, leaves=dict(whole.leaves) | {"other": whole.leaves["HZ-1"]})
        assert found(dossier.contents(twice)) == ["leaf 1 of the case's chain is there twice"]

    def test_proves_each_leaf_without_a_case_key_too(self, whole, found):
        assert found(dossier.contents(dataclasses.replace(whole, case_key=b""))) == []

    @pytest.mark.parametrize("content", [b"", b"zz", b"\xff"])
    def test_names_another_case_key(self, whole, found, content):
        told = found(dossier.contents(whole) | {dossier.CASE_KEY: content})
        assert content == b"" or told[0].startswith("checkpoint: ")


class TestNotProven:
    def test_tells_how_many_records_carry_no_proof(self, whole, tmp_path):
        bare = [dataclasses.replace(one, leaf=None, proof=None) for one in whole.records[:2]]
        made = dataclasses.replace(whole, records=[*bare, whole.records[2]], case_key=b"")
        path = tmp_path / "d.zip"
        with path.open("wb") as out:
            dossier.pack(dossier.contents(made), into=out, name="d", info={})
        assert any(one.startswith("when 2 of the records") for one in verify.verify(path).not_proven)


@pytest.mark.skipif(shutil.which("openssl") is None or shutil.which("bash") is None, reason="needs openssl")
class TestTheReadme:
    """The commands in the dossier's README, run as they stand."""

    def run(self, whole, folder, *, spoil=False):
        for path, content in dossier.contents(whole).items():
            (folder / "data" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "data" / path).write_bytes(content)
        if spoil:
            note = folder / "data" / dossier.CHECKPOINT
            note.write_text(note.read_text().replace("\n5\n", "\n6\n"))
        start = dossier.README.index("       head -n 3")
        lines = dossier.README[start : dossier.README.index("     Leaves of this case")]
        return subprocess.run(["bash", "-e", "-c", lines], cwd=folder, capture_output=True, text=True, check=False)

    def test_verify_the_checkpoint(self, whole, tmp_path):
        told = self.run(whole, tmp_path)
        assert told.returncode == 0, told.stderr
        assert "Signature Verified Successfully" in told.stdout

    def test_find_a_checkpoint_of_another_size(self, whole, tmp_path):
        assert self.run(whole, tmp_path, spoil=True).returncode != 0

    def test_give_the_tag_of_the_case(self, tmp_path):
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "case.key").write_bytes(CASE_KEY.hex().encode() + b"\n")
        line = next(one for one in dossier.README.splitlines() if "case-tag" in one)
        told = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert told.stdout.split()[-1][:32] == leaf.case_tag(CASE_KEY)
