"""A dossier before strangers: the public log, tools that are not ours and an authority's time agree on it."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import bagit
from sqlalchemy import select

from server import clock, jobs
from server.cli import safekeeping
from server.db import begin_write, db
from server.devices import leaves
from server.visits.models import Record
from sync import leaf, verify
from tests.server.escalation.make_day import take_zip

PYHANKO = Path(sys.executable).with_name("pyhanko")


def said(folder, *words):
    """Run a tool that must succeed and return what it said."""
    done = subprocess.run([str(one) for one in words], cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def index_of(folder):
    return json.loads((folder / "data/index.json").read_text())


class TestBuild:
    def test_proves_records_and_papers_in_the_public_log(self, played, decided, make_dossier, as_hu, app, tmp_path):
        decided(played.case_ids[0])
        begin_write()
        leaves.add(db.session.scalars(select(Record)).all())  # the fixture's records came by no hand-over
        db.session.commit()
        zipped = tmp_path / "dossier.zip"
        zipped.write_bytes(take_zip(as_hu, make_dossier(played.case_ids[0])))
        report = verify.verify(zipped, vkey=app.test_client().get("/log/vkey").text)
        assert "log" in {check.name for check in report.checks}
        assert report.is_ok, verify.text_of(report)
        archive = zipfile.ZipFile(zipped)
        root = archive.namelist()[0].split("/")[0]
        index = json.loads(archive.read(f"{root}/data/index.json"))
        assert all(one["in_log"] for one in index["records"])
        assert {one["serial"] for one in index["papers"]} <= set(index["leaves"])
        tag = leaf.case_tag(bytes.fromhex(archive.read(f"{root}/data/case.key").decode()))
        told = [leaf.read(archive.read(n)) for n in archive.namelist() if n.endswith(".leaf")]
        assert sorted(one.number for one in told if one.tag == tag) == list(range(1, len(told) + 1))

    def test_agrees_with_tools_that_are_not_ours(self, played, decided, make_dossier, as_hu, tmp_path):
        decided(played.case_ids[0])
        with zipfile.ZipFile(BytesIO(take_zip(as_hu, make_dossier(played.case_ids[0])))) as archive:
            archive.extractall(tmp_path / "out")
        (folder,) = (tmp_path / "out").iterdir()
        said(folder, "sha256sum", "-c", "--quiet", "manifest-sha256.txt")
        said(folder, "sha256sum", "-c", "--quiet", "tagmanifest-sha256.txt")
        assert bagit.Bag(str(folder)).validate()
        papers = sorted(folder.glob("data/papers/*.pdf"))
        assert papers
        for paper in papers:
            said(folder, "qpdf", "--check", paper)
            told = said(folder, "pdfsig", paper)
            assert "Signature is Valid" in told
            assert "Total document signed" in told
            trust = ("--trust-replace", "--trust", folder / "data/seal-root.pem", "--pretty-print")
            assert "judged VALID" in said(folder, PYHANKO, "sign", "validate", *trust, paper)
        for record in folder.glob("data/records/*.json"):
            line = next(one for one in index_of(folder)["records"] if one["id"] == record.stem)
            (folder / "h.bin").write_bytes(hashlib.sha256(record.read_bytes()).digest())
            key, sig = folder / f"data/device-keys/{line['device']}.pem", folder / f"data/signatures/{record.stem}.sig"
            check = ("-pubin", "-inkey", key, "-rawin", "-in", "h.bin", "-sigfile", sig)
            assert "Verified" in said(folder, "openssl", "pkeyutl", "-verify", *check)

    def test_carries_an_authoritys_time_as_openssl_agrees(
        self, stamping, played, decided, make_dossier, as_hu, app, tmp_path
    ):
        decided(played.case_ids[0])
        begin_write()
        leaves.add(db.session.scalars(select(Record)).all())
        db.session.commit()
        make_dossier(played.case_ids[0])  # its drain also stamps what waits
        jobs.run_chores(clock.now())
        jobs.drain(clock.now())
        zipped = tmp_path / "dossier.zip"
        zipped.write_bytes(take_zip(as_hu, make_dossier(played.case_ids[0])))
        report = verify.verify(zipped, tsa_root=stamping.root.read_bytes())
        assert report.is_ok, verify.text_of(report)
        (told,) = (check for check in report.checks if check.name == "stamps")
        assert told.found[-1].endswith("says CN=Test TSA")
        assert not any("time stamp" in one or "tsa-root" in one for one in report.not_proven)
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(tmp_path / "out")
        folder = next((tmp_path / "out").iterdir())
        assert not any(safekeeping.dossier_checks(zipped, tsa_root=stamping.root).values())
        assert safekeeping.dossier_checks(zipped, tsa_root=folder / "data/seal-root.pem")["stamps"]
        for reply in folder.glob("data/log/stamp-*.tsr"):
            said(folder, "openssl", "ts", "-verify", "-data", reply.with_suffix(".checkpoint"), "-in", reply,
                 "-CAfile", "data/tsa-root.pem")  # fmt: skip
        stamped = [one["path"] for one in index_of(folder)["papers"] if re.search("-[0-9a-f]{16}.pdf$", one["path"])]
        assert stamped
        for path in stamped:
            told = said(folder, PYHANKO, "sign", "validate", "--pretty-print", "--trust-replace", "--trust",
                        "data/seal-root.pem", "--trust", "data/tsa-root.pem", f"data/{path}")  # fmt: skip
            assert "judged VALID" in told

    def test_is_made_without_the_time_of_a_silent_authority(
        self, stamping, played, decided, make_dossier, as_hu, tmp_path
    ):
        stamping.before_answer = lambda: 1 / 0
        decided(played.case_ids[0])
        zipped = tmp_path / "dossier.zip"
        zipped.write_bytes(take_zip(as_hu, make_dossier(played.case_ids[0])))
        report = verify.verify(zipped)
        assert report.is_ok, verify.text_of(report)
        assert any("no authority's time stamp" in one for one in report.not_proven)
