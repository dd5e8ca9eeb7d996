import dataclasses
import io
import json
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import bag, dossier, leaf, tlog, unproven, verify
from sync.canonical import canonical, sha256_hex
from sync.dossier import BoundFile, Dossier, LoggedRecord, Paper
from sync.envelope import FileRef
from sync.envelope import seal as seal_env
from sync.leaf import Leaf
from sync.signature import Alg, signing_key, unb64url

PHOTO = b"\xff\xd8 a photo"
REF = FileRef("0193a0b1-0000-7000-8000-0000000000f1", sha256_hex(PHOTO), len(PHOTO), "image/jpeg")
LOG_KEY = Ed25519PrivateKey.from_private_bytes(b"L" * 32)


CASE_KEY = b"C" * 32


def in_log(things):
    """Return (checkpoint, name → (leaf, proof)) of things (name, hash, kind) in one case's chain."""
    leaves, before, tag = [], leaf.BEFORE_FIRST, leaf.case_tag(CASE_KEY)
    for number, (_, digest, kind) in enumerate(things, start=1):
        leaves.append(leaf.data_of(Leaf(tag, digest, kind, number, before, "2026-12-02T01:00:00.000Z")))
        before = tlog.leaf_hash(leaves[-1]).hex()
    hashes = [tlog.leaf_hash(one) for one in leaves]
    note = tlog.sign_checkpoint(tlog.Checkpoint("o/log", len(things), tlog.root_of(hashes)), LOG_KEY)
    proofs = [tlog.write_proof(tlog.Proof(i, tuple(tlog.inclusion_proof(hashes, i)), note)) for i in range(len(things))]
    return note, {name: one for (name, _, _), one in zip(things, zip(leaves, proofs, strict=True), strict=True)}


@pytest.fixture(scope="module")
def whole(seal, key, device):
    """A dossier of three records, one photo, one paper, all in the log."""
    records = [seal(1)]
    records.append(seal(2, records[0].hash, manifest=[REF], record_type="manifest"))
    records.append(seal(3, records[1].hash))
    note, proven = in_log([*((r.id, r.hash, "record") for r in records), ("HZ-1", sha256_hex(b"%PDF"), "paper")])
    return Dossier(
        {"case": "WH2026-000123"}, [LoggedRecord(r, "", *proven[r.id]) for r in records], {device: key.public()},
        files=[BoundFile(REF.id, records[1].id, "image/jpeg", PHOTO)],
        papers=[Paper("HZ-1", "visit_receipt", "HZ-1", b"%PDF")],
        log=(note, tlog.vkey("o/log", LOG_KEY.public_key())),
        leaves={"HZ-1": proven["HZ-1"]},
        case_key=CASE_KEY,
    )  # fmt: skip


@pytest.fixture
def check(tmp_path):
    """Pack files, as anybody with our software could, and verify."""

    def verified(files, tags=None, **kwargs):
        path = tmp_path / "dossier.zip"
        with path.open("wb") as out:
            bag.write(files, into=out, name="d", info={}, tags=tags or {"README.txt": b""})
        return verify.verify(path, **kwargs)

    return verified


def failed(report):
    return [one.name for one in report.checks if not one.is_ok]


class TestVerify:
    def test_finds_a_whole_dossier_whole(self, whole, check, device):
        assert [(one.name, one.is_ok, *one.found) for one in check(dossier.contents(whole)).checks] == [
            ("bag", True, "27 files unchanged"),
            ("completeness", True, "nothing is here but what the index tells, and all of it"),
            ("records", True, "3 records have their hash"), ("signatures", True, "every signature holds"),
            ("by-hand copies", True, "4 are as they must be"), ("chain", True, f"{device}: 3 records, none missing"),
            ("files", True, "1 files are the signed ones"),
            ("log", True, "every leaf stands under the one checkpoint, and no leaf of the case's chain is left out"),
        ]  # fmt: skip

    def test_says_what_it_cannot_prove(self, whole, check, key, device):
        files = dossier.contents(whole)
        plain = check(files)
        assert any("device keys" in text for text in plain.not_proven)
        assert any("log.vkey" in text for text in plain.not_proven)
        trusted = check(files, keys={device: key.public()}, vkey=whole.log[1])
        assert trusted.is_ok
        assert not any("device keys" in text or "log.vkey" in text for text in trusted.not_proven)
        assert any("never sent" in text for text in trusted.not_proven)

    def test_says_when_there_is_no_log(self, whole, check):
        report = check(dossier.contents(dataclasses.replace(whole, log=None)))
        assert report.is_ok
        assert any("no log proofs" in text for text in report.not_proven)

    # From here on an attacker rebuilt all manifests, so the bag itself is in order.

    def test_finds_a_flipped_photo(self, whole, check):
        files = dossier.contents(whole) | {f"files/{REF.id}.jpg": PHOTO + b"x"}
        assert failed(check(files)) == ["files"]

    def test_finds_a_deleted_photo(self, whole, check):
        files = dossier.contents(whole)
        del files[f"files/{REF.id}.jpg"]
        assert failed(check(files)) == ["completeness"]
        report = check(dossier.contents(dataclasses.replace(whole, files=())))
        assert failed(report) == ["files"]

    def test_finds_a_changed_record(self, whole, check):
        record = whole.records[0].record
        env = record.env.replace('"code":1', '"code":2').encode()
        report = check(dossier.contents(whole) | {f"records/{record.id}.json": env})
        assert failed(report) == ["records", "signatures", "chain", "log"]

    def test_finds_a_record_signed_again_with_another_key(self, whole, check, key, device):
        forger = signing_key(Alg.ED25519, b"F" * 32)
        forged = seal_env(whole.records[0].record.env.replace('"code":1', '"code":2'), key=forger)
        records = [LoggedRecord(forged, "", whole.records[0].leaf, whole.records[0].proof), *whole.records[1:]]
        swapped = dataclasses.replace(whole, records=records, keys={device: forger.public()})
        assert failed(check(dossier.contents(swapped))) == ["signatures", "chain", "log"]
        every = [LoggedRecord(seal_env(one.record.env, key=forger), "", one.leaf, one.proof) for one in whole.records]
        all_forged = dataclasses.replace(whole, records=every, keys={device: forger.public()})
        assert failed(check(dossier.contents(all_forged))) == []  # only a key from elsewhere betrays it
        trusted = check(dossier.contents(all_forged), keys={device: key.public()})
        assert failed(trusted) == ["signatures", "by-hand copies"]

    def test_tells_which_records_are_not_included(self, whole, check, device):
        partly = dataclasses.replace(whole, records=[whole.records[0], whole.records[2]], files=())
        report = check(dossier.contents(partly))
        chain = next(one for one in report.checks if one.name == "chain")
        assert chain.is_ok
        assert chain.found == (f"{device}: 2 records; not included: 2–2",)

    def test_finds_two_records_at_one_place(self, whole, check, seal):
        twin = seal(1, body={"visit_id": "v", "code": 9})
        env = twin.env.replace(twin.id, "0193a0b1-0000-7000-8000-00000000bbbb")
        double = LoggedRecord(seal_env(env, key=signing_key(Alg.ED25519, bytes(range(32)))))
        report = check(dossier.contents(dataclasses.replace(whole, records=[*whole.records, double])))
        assert failed(report) == ["chain"]

    def test_finds_a_leaf_that_is_not_in_the_log(self, whole, check):
        first = whole.records[0]
        other = first.leaf.replace(b"01:00:00", b"02:00:00")
        files = dossier.contents(whole) | {f"log/{first.record.id}.leaf": other}
        assert failed(check(files)) == ["log"]

    def test_finds_a_leaf_of_another_record(self, whole, check):
        first, second = whole.records[:2]
        files = dossier.contents(whole)
        for kind in ("leaf", "tlog-proof"):
            files[f"log/{first.record.id}.{kind}"] = files[f"log/{second.record.id}.{kind}"]
        assert failed(check(files)) == ["log"]

    def test_finds_another_logs_checkpoint(self, whole, check):
        other = tlog.vkey("o/log", Ed25519PrivateKey.from_private_bytes(b"X" * 32).public_key())
        assert failed(check(dossier.contents(whole), vkey=other)) == ["log"]

    def test_finds_a_file_no_index_names(self, whole, check):
        assert failed(check(dossier.contents(whole) | {"papers/extra.pdf": b"x"})) == ["completeness"]

    @pytest.mark.parametrize(
        "path",
        ["signatures/x.sig", "device-keys/x.pem", "log/x.leaf", "loose.json", "decision.json", "new/folder/x"],
    )
    def test_finds_a_file_that_is_neither_indexed_nor_a_copy(self, whole, check, path):
        report = check(dossier.contents(whole) | {path: b"x"})
        assert failed(report) == ["completeness"]
        assert f"data/{path} is not in the index" in str(report)

    @pytest.mark.parametrize("tag", ["NOTE.txt", "notes/README.txt"])
    def test_finds_a_stray_file_beside_the_data(self, whole, check, tag):
        report = check(dossier.contents(whole), tags={"README.txt": b"", tag: b"x"})
        assert failed(report) == ["completeness"]

    def test_lets_further_files_stand_that_the_index_names(self, whole, check):
        assert check(dossier.contents(dataclasses.replace(whole, extra={"decision.json": b"{}"}))).is_ok

    @pytest.mark.parametrize(
        ("part", "path"),
        [("extra", "signatures/x.sig"), ("papers", "device-keys/x.pem"), ("files", "papers/x"), ("records", "x")],
    )
    def test_refuses_an_index_that_names_a_file_out_of_its_place(self, whole, check, part, path):
        files = dossier.contents(whole)
        index = json.loads(files["index.json"])
        index[part].append({"path": path})
        assert failed(check(files | {"index.json": canonical(index), path: b"x"})) == ["archive"]

    @pytest.mark.parametrize("folder", ["signatures", "device-keys"])
    def test_finds_an_altered_copy(self, whole, check, folder):
        files = dossier.contents(whole)
        path = next(path for path in files if path.startswith(f"{folder}/"))
        own, forger = files[path], signing_key(Alg.ED25519, b"F" * 32)
        forged = forger.public().pem() if folder == "device-keys" else unb64url(forger.sign(b"h"))
        for altered in (forged, own + b"\n", own[:-1], b"", bytes([own[0] ^ 1]) + own[1:]):
            report = check(files | {path: altered})
            assert failed(report) == ["by-hand copies"]
            assert f"data/{path} is not" in str(report)

    def test_finds_key_copies_that_agree_with_each_other_only(self, whole, check, key, device):
        forger = signing_key(Alg.ED25519, b"F" * 32).public()
        forged = dossier.contents(dataclasses.replace(whole, keys={device: forger}))
        assert failed(check(forged, keys={device: key.public()})) == ["by-hand copies"]

    @pytest.mark.parametrize("folder", ["signatures", "device-keys"])
    def test_finds_a_deleted_copy(self, whole, check, folder):
        files = dossier.contents(whole)
        gone = next(path for path in files if path.startswith(f"{folder}/"))
        report = check({path: content for path, content in files.items() if path != gone})
        assert failed(report) == ["by-hand copies"]
        assert f"data/{gone} is missing" in str(report)

    def test_compares_the_copies_of_an_es256_phone(self, seal, es256_key, device, check):
        record = seal(signer=es256_key)
        files = dossier.contents(Dossier({}, [LoggedRecord(record)], {device: es256_key.public()}))
        assert check(files).is_ok
        raw = {f"signatures/{record.id}.sig": unb64url(record.sig)}  # right numbers, but not as openssl reads them
        assert failed(check(files | raw)) == ["by-hand copies"]

    @pytest.mark.parametrize(
        "said", [{"alg": alg} for alg in ("ES256", 5)] + [{"sig": sig} for sig in (5, None, "", "!", "A", "A" * 9999)]
    )
    def test_fails_without_raising_for_an_index_that_tells_another_signature(self, whole, check, said):
        files = dossier.contents(whole)
        index = json.loads(files["index.json"])
        index["records"][0] |= said
        report = check(files | {"index.json": canonical(index)})
        assert "signatures" in failed(report)
        assert ("by-hand copies" in failed(report)) is (said != {"alg": 5})  # an unknown algorithm changes no bytes

    def test_hashes_every_file_once(self, whole, check, monkeypatch):
        read = []
        stream = bag.Bag.stream
        monkeypatch.setattr(bag.Bag, "stream", lambda self, path: read.append(path) or stream(self, path))
        assert check(dossier.contents(whole)).is_ok
        assert read.count(f"data/files/{REF.id}.jpg") == 1

    def test_finds_a_record_of_no_known_device(self, whole, check):
        assert "signatures" in failed(check(dossier.contents(dataclasses.replace(whole, keys={}))))

    @pytest.mark.parametrize(
        "index",
        [b"", b"{", b"[]", b"{}", b'{"v":2}', b'{"v":1}', b'{"v":1,"records":5,"files":[],"papers":[]}',
         b'{"v":1,"records":[{}],"files":[],"papers":[]}', b'{"v":1,"records":[{"path":5}],"files":[],"papers":[]}',
         b'{"v":1,"records":[{"path":"../x"}],"files":[],"papers":[]}', b'{"v":1,"v":1}', b"[" * 9999],
    )  # fmt: skip
    def test_fails_without_raising_for_a_hostile_index(self, whole, check, index):
        told = check(dossier.contents(whole) | {"index.json": index}).checks
        assert [(one.name, one.is_ok, one.found[0][:10]) for one in told] == [("archive", False, "index.json")]

    @pytest.mark.parametrize("keys", [b"[]", b'{"d":5}', b'{"d":{}}', b'{"d":{"alg":"none","jwk":{}}}', b"x"])
    def test_fails_without_raising_for_hostile_keys(self, whole, check, keys):
        told = check(dossier.contents(whole) | {"device-keys.json": keys}).checks
        assert [(one.name, one.is_ok, one.found[0][:16]) for one in told] == [("archive", False, "device-keys.json")]

    @pytest.mark.parametrize("raw", [b"", b"{}", b"\xff", b"[" * 5000, b"\x00" * 300_000], ids=len)
    def test_fails_without_raising_for_a_hostile_record(self, whole, check, raw):
        assert not check(dossier.contents(whole) | {f"records/{whole.records[0].record.id}.json": raw}).is_ok

    def test_fails_for_a_file_that_is_no_dossier(self, tmp_path):
        (tmp_path / "x.zip").write_bytes(b"hello")
        assert failed(verify.verify(tmp_path / "x.zip")) == ["archive"]
        assert failed(verify.verify(tmp_path / "none.zip")) == ["archive"]
        assert verify.verify(tmp_path / "x.zip").not_proven == unproven.ALWAYS


class TestMain:
    @pytest.fixture
    def path(self, whole, tmp_path):
        with (tmp_path / "d.zip").open("wb") as out:
            dossier.pack(dossier.contents(whole), into=out, name="d", info={})
        return tmp_path / "d.zip"

    def test_says_verified_and_what_is_not_proven(self, path, capsys):
        assert verify.main([str(path)]) == 0
        told = capsys.readouterr().out
        assert told.endswith("\nVERIFIED\n")
        assert "Not proven:" in told

    def test_answers_json(self, path, capsys):
        assert verify.main([str(path), "--json"]) == 0
        [first, *_] = json.loads(capsys.readouterr().out)["checks"]
        assert first == {"name": "bag", "is_ok": True, "found": ["27 files unchanged"]}

    def test_exits_with_1_for_a_changed_dossier(self, path, capsys):
        raw = path.read_bytes()
        path.write_bytes(raw.replace(PHOTO, PHOTO[:-1] + b"X"))
        assert verify.main([str(path)]) == 1
        assert capsys.readouterr().out.endswith("\nNOT VERIFIED\n")

    def test_runs_by_itself(self, path):
        told = subprocess.run([sys.executable, "-m", "sync.verify", path], check=True, capture_output=True, text=True)
        assert "VERIFIED" in told.stdout


def test_reads_from_a_stream_too(whole):
    out = io.BytesIO()
    dossier.pack(dossier.contents(whole), into=out, name="d", info={})
    assert bag.open_bag(out).faults() == []
