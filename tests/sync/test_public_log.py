"""What the public log tells of a case that its dossier leaves out, and a log that forgets or forks."""

import dataclasses
import http.server
import socket
import threading
from functools import partial

import pytest

from sync import bag, dossier, leaf, public_log, tiles, tlog, verify
from sync.dossier import Dossier, LoggedRecord
from sync.leaf import Leaf
from sync.tlog import Checkpoint
from tests.sync.test_verify import CASE_KEY, LOG_KEY

AT = "2026-12-02T01:00:00.000Z"
OTHERS = 260  # so many leaves of other cases come first that the log has more than one bundle


def published(entries, *, root=None, size=None):
    """Return how a log of these entries is read."""
    size = len(entries) if size is None else size
    root = root or tlog.root_of([tlog.leaf_hash(one) for one in entries[:size]])
    files = {"checkpoint": tlog.sign_checkpoint(Checkpoint("o/log", size, root), LOG_KEY).encode()}
    for number in range(-(-size // tiles.WIDTH)):
        width = min(tiles.WIDTH, size - number * tiles.WIDTH)
        part = entries[number * tiles.WIDTH : number * tiles.WIDTH + width]
        files[f"tile/{tiles.Place(None, number, width).path()}"] = tiles.bundle(part)

    def read(path):
        if path not in files:
            raise OSError(f"404 {path}")
        return files[path]

    read.files = files
    return read


@pytest.fixture(scope="module")
def case(seal, key, device):
    """Three records of a case in a log behind many others: (its dossier, all entries of the log)."""
    records = [seal(1)]
    records += [seal(2, records[0].hash)]
    records += [seal(3, records[1].hash)]
    entries = [leaf.data_of(Leaf("0" * 32, f"{n:064x}", "record", n, leaf.BEFORE_FIRST, AT)) for n in range(1, OTHERS)]
    before, tag = leaf.BEFORE_FIRST, leaf.case_tag(CASE_KEY)
    for number, record in enumerate(records, start=1):
        entries.append(leaf.data_of(Leaf(tag, record.hash, "record", number, before, AT)))
        before = tlog.leaf_hash(entries[-1]).hex()
    hashes = [tlog.leaf_hash(one) for one in entries]
    note = tlog.sign_checkpoint(Checkpoint("o/log", len(entries), tlog.root_of(hashes)), LOG_KEY)
    logged = []
    for place, record in enumerate(records, start=OTHERS - 1):
        proof = tlog.write_proof(tlog.Proof(place, tuple(tlog.inclusion_proof(hashes, place)), note))
        logged.append(LoggedRecord(record, "", entries[place], proof))
    vkey = tlog.vkey("o/log", LOG_KEY.public_key())
    return Dossier({}, logged, {device: key.public()}, log=(note, vkey), case_key=CASE_KEY), entries


@pytest.fixture
def found(tmp_path):
    """Pack a dossier and return what the check against a public log finds."""

    def pack(made, read):
        path = tmp_path / "d.zip"
        with path.open("wb") as out:
            bag.write(dossier.contents(made), into=out, name="d", info={}, tags={"README.txt": b""})
        (check,) = [one for one in verify.verify(path, log=read).checks if one.name == "public log"]
        return [] if check.is_ok else list(check.found)

    return pack


class TestFaults:
    def test_finds_none_in_a_whole_dossier(self, case, found):
        made, entries = case
        assert found(made, published(entries)) == []

    def test_names_the_last_record_left_out(self, case, found):
        made, entries = case
        short = dataclasses.replace(made, records=made.records[:2])
        assert found(short, published(entries)) == [
            f"leaf {OTHERS + 1} of the log is of this case (record 3, {AT}) and not in the dossier"
        ]

    def test_names_what_came_after_the_dossiers_checkpoint(self, case, found):
        made, entries = case
        later = leaf.data_of(Leaf(leaf.case_tag(CASE_KEY), "f" * 64, "paper", 4, "e" * 64, AT))
        (told,) = found(made, published([*entries, later]))
        assert told.startswith(f"leaf {OTHERS + 2} of the log is of this case (paper 4")

    def test_names_a_log_cut_short(self, case, found):
        made, entries = case
        assert found(made, published(entries[:-1])) == [
            f"truncated: the log has {OTHERS + 1} leaves now, and had {OTHERS + 2}"
        ]

    def test_names_a_rewritten_history(self, case, found):
        made, entries = case
        other = [leaf.data_of(Leaf("1" * 32, "a" * 64, "record", 1, leaf.BEFORE_FIRST, AT)), *entries[1:]]
        (told,) = found(made, published(other))
        assert told == f"forked: the first {OTHERS + 2} leaves do not have the root that was signed"

    def test_names_leaves_that_do_not_give_the_signed_root(self, case, found):
        made, entries = case
        later = [*entries, entries[0]]
        (told,) = found(made, published(later, root=b"r" * 32))
        assert told.startswith(f"forked: the first {OTHERS + 3} leaves")

    def test_says_when_the_log_is_not_to_be_had(self, case, found):
        made, entries = case
        read = published(entries)
        del read.files["tile/entries/000"]
        assert found(made, read) == ["public log: not to be had: 404 tile/entries/000"]

    @pytest.mark.parametrize("content", [b"", b"\xff\xff", b"\x00\x05abc"])
    def test_fails_without_raising_for_a_hostile_log(self, case, found, content):
        made, entries = case
        read = published(entries)
        read.files["tile/entries/000"] = content
        assert found(made, read)

    def test_believes_no_checkpoint_of_another_key(self, case, found):
        made, entries = case
        read = published(entries)
        read.files["checkpoint"] = b"o/log\n1\nAAAA\n\n"
        assert found(made, read) == ["public log: no signature of the log's key"]


class TestOverHttp:
    def test_reads_below_its_address(self, tmp_path):
        (tmp_path / "log").mkdir()
        (tmp_path / "log" / "checkpoint").write_text("a note")
        handler = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
        handler.log_message = lambda *_: None
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            read = public_log.over_http(f"http://127.0.0.1:{server.server_port}/log/")
            assert read("checkpoint") == b"a note"
            with pytest.raises(OSError, match="404"):
                read("nothing")
            server.shutdown()

    def test_takes_no_file_of_this_machine(self):
        with pytest.raises(ValueError, match="expected an http"):
            public_log.over_http("file:///etc")


def test_without_a_log_it_says_what_it_did_not_look_at(case, tmp_path):
    made, _ = case
    path = tmp_path / "d.zip"
    with path.open("wb") as out:
        bag.write(dossier.contents(made), into=out, name="d", info={}, tags={"README.txt": b""})
    assert any("--log" in text for text in verify.verify(path).not_proven)


def test_a_log_that_never_answers_is_given_up(monkeypatch):
    """The line is quiet for longer than any reader waits."""
    monkeypatch.setattr(public_log, "_WITHIN_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        public_log.over_http(f"http://127.0.0.1:{silent.getsockname()[1]}/log")("checkpoint")
