import io
import json
import subprocess
import zipfile

import pytest

from sync import dossier
from sync.canonical import sha256_hex
from sync.dossier import BoundFile, Dossier, LoggedRecord, Paper
from sync.envelope import FileRef
from sync.signature import Alg, der_of, unb64url

PHOTO = b"\xff\xd8 a photo"
REF = FileRef("0193a0b1-0000-7000-8000-0000000000f1", sha256_hex(PHOTO), len(PHOTO), "image/jpeg")


def made(records, keys, **more):
    return Dossier(
        {"case": "WH2026-000123"}, [LoggedRecord(r, "2026-12-02T02:00:00.000Z") for r in records], keys, **more
    )


def unpacked(files, into):
    out = io.BytesIO()
    dossier.pack(files, into=out, name="d", info={"Bagging-Date": "2026-12-03"})
    zipfile.ZipFile(out).extractall(into)
    return into / "d"


class TestContents:
    def test_keeps_the_exact_signed_bytes(self, run_of, key, device):
        records = run_of(2)
        files = dossier.contents(made(records, {device: key.public()}))
        for record in records:
            assert sha256_hex(files[f"records/{record.id}.json"]) == record.hash

    def test_lists_everything_in_the_index(self, seal, key, device):
        record = seal(manifest=[REF])
        told = made(
            [record], {device: key.public()}, files=[BoundFile(REF.id, record.id, "image/jpeg", PHOTO)],
            papers=[Paper("HZ-1", "visit_receipt", "HZ-1", b"%PDF")],
        )  # fmt: skip
        files = dossier.contents(told)
        index = json.loads(files["index.json"])
        paths = [x["path"] for name in ("records", "files", "papers") for x in index[name]]
        assert paths == [f"records/{record.id}.json", f"files/{REF.id}.jpg", "papers/HZ-1.pdf"]
        assert set(paths) <= set(files)
        assert index["about"] == {"case": "WH2026-000123"}
        [line] = index["records"]
        told = ("id", "hash", "sig", "alg", "device", "seq", "prev", "type")
        assert [line[name] for name in told] == [getattr(record, name) for name in told]

    def test_lists_further_files_in_the_index(self, seal, key, device):
        files = dossier.contents(made([seal()], {device: key.public()}, extra={"b.json": b"{}", "a.json": b"[]"}))
        assert json.loads(files["index.json"])["extra"] == [{"path": "a.json"}, {"path": "b.json"}]

    @pytest.mark.parametrize("name", ["signatures/x.sig", "new/x", "index.json", "device-keys.json", ""])
    def test_refuses_a_further_file_out_of_its_place(self, seal, key, device, name):
        with pytest.raises(ValueError, match="further file"):
            dossier.contents(made([seal()], {device: key.public()}, extra={name: b"x"}))

    def test_names_a_file_of_unknown_type_plainly(self, seal, key, device):
        told = made([seal()], {device: key.public()}, files=[BoundFile(REF.id, "r", "x/y", PHOTO)])
        assert f"files/{REF.id}.bin" in dossier.contents(told)


class TestSignatureFile:
    @pytest.mark.parametrize("which", ["key", "es256_key"])
    def test_holds_the_signature_as_openssl_reads_it(self, request, seal, which):
        signer = request.getfixturevalue(which)
        raw = unb64url(seal(signer=signer).sig)
        expected = der_of(raw) if signer.alg == Alg.ES256 else raw
        assert dossier.signature_file(seal(signer=signer).sig, alg=signer.alg) == expected

    def test_refuses_what_is_not_base64url(self):
        with pytest.raises(ValueError, match="base64url"):
            dossier.signature_file("=", alg="Ed25519")


class TestPack:
    def test_gives_the_same_bytes_each_time(self, run_of, key, device):
        files = dossier.contents(made(run_of(3), {device: key.public()}))
        outs = [io.BytesIO(), io.BytesIO()]
        for out in outs:
            dossier.pack(files, into=out, name="d", info={})
        assert outs[0].getvalue() == outs[1].getvalue()


class TestReadme:
    @pytest.mark.parametrize("which", ["key", "es256_key"])
    def test_tells_commands_that_work(self, request, seal, device, tmp_path, which):
        signer = request.getfixturevalue(which)
        record = seal(signer=signer)
        folder = unpacked(dossier.contents(made([record], {device: signer.public()})), tmp_path)
        readme = (folder / "README.txt").read_text()
        lines = [line.strip() for line in readme.splitlines()]
        digest = next(line for line in lines if line.startswith("openssl dgst -sha256 -binary"))
        names = next(line for line in lines if line.startswith("KEY="))
        check = next(line for line in lines if line.startswith(f"{signer.alg}:")).partition(":")[2]
        script = f"{names}\n{digest}\n{check}".replace("ID", record.id).replace("DEVICE", device)
        told = subprocess.run(["bash", "-ec", script], cwd=folder, check=True, capture_output=True, text=True).stdout
        assert "Verified" in told
        (folder / f"data/records/{record.id}.json").write_text(record.env.replace("outcome", "promise"))
        assert subprocess.run(["bash", "-ec", script], cwd=folder, check=False, capture_output=True).returncode == 1
