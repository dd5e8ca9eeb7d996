"""What somebody who holds a real dossier cannot do to it unseen: each attack is detected, and named where it was done.

Whoever attacks has our software and packs the bag anew, so that its own checksums are right again.
"""

import hashlib
import json
import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sqlalchemy import select

from server import config
from server.db import begin_write, db
from server.devices import leaves
from server.visits.models import Record
from sync import bag, tlog, verify, verify_page
from sync.signature import Alg, signing_key, unb64url
from tests.server.escalation.make_day import take_zip
from tests.server.visits.make_visit import picture

FOREIGN = signing_key(Alg.ED25519, bytes(range(7, 39)))


class Files(dict):
    """A dossier's files under data/, and how to find one's way among them."""

    elsewhere: bytes = b""  # a photo of another visit, as its phone sent it

    def copied(self):
        made = Files(self)
        made.elsewhere = self.elsewhere
        return made

    @property
    def index(self):
        return json.loads(self["index.json"])

    def first(self, folder, ending=""):
        return next(path for path in sorted(self) if path.startswith(f"{folder}/") and path.endswith(ending))

    def flipped(self, path):
        content = bytearray(self[path])
        content[len(content) // 2] ^= 1
        return {path: bytes(content)}

    def told(self, index):
        return {"index.json": json.dumps(index, ensure_ascii=False).encode()}


def drop(files, *paths):
    for path in paths:
        del files[path]


def record_dropped(files):
    index = files.index
    gone = index["records"].pop(1)
    drop(files, gone["path"], f"signatures/{gone['id']}.sig", f"log/{gone['id']}.leaf", f"log/{gone['id']}.tlog-proof")
    index["files"] = [one for one in index["files"] if one["record"] != gone["id"] or files.pop(one["path"]) is None]
    return files.told(index)


def signed_again(files):
    index = files.index
    line = index["records"][0]
    line["sig"] = FOREIGN.sign(hashlib.sha256(files[line["path"]]).digest())
    return files.told(index) | {f"signatures/{line['id']}.sig": unb64url(line["sig"])}


def clock_changed(files):
    line = files.index["records"][0]
    said = json.loads(files[line["path"]])
    return {line["path"]: files[line["path"]].replace(said["device_time"][:10].encode(), b"2026-01-01")}


def photos_swapped(files):
    one, other = files.index["files"][0]["path"], files.index["files"][1]["path"]
    return {one: files[other], other: files[one]}


def photo_of_another_visit(files):
    path = files.index["files"][0]["path"]
    assert files.elsewhere not in (b"", files[path]), "not another photo"
    return {path: files.elsewhere}


def paper_rendered_again(files):
    path = files.first("papers")
    return {path: files[path].replace(b"%%EOF", b"%%EOF ", 1)}


def paper_written_on(files):
    path = files.first("papers")
    writer = IncrementalPdfFileWriter(BytesIO(files[path]))
    writer.root[pdf_name("/Note")] = pdf_string("paid")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(files[path]), "not an incremental update"
    return {path: out.getvalue()}


def key_swapped(files):
    keys = json.loads(files["device-keys.json"])
    device = next(iter(keys))
    keys[device] = {"alg": FOREIGN.alg.value, "jwk": FOREIGN.public().jwk()}
    pem = files.first("device-keys")
    return {"device-keys.json": json.dumps(keys).encode(), pem: FOREIGN.public().pem()}


def decision_unlogged(files):
    index = files.index
    name = next(one for one in index["leaves"] if one.endswith("decision.json"))
    index["leaves"].remove(name)
    drop(files, f"log/{name}.leaf", f"log/{name}.tlog-proof")
    return files.told(index) | files.flipped("decision.json")


def checkpoint_of(files, *, size=None, root=bytes(32)):
    """Another checkpoint of the log's own operator: he has the key, and cannot take back what he signed before."""
    origin, told = files["log/checkpoint"].decode().split("\n")[:2]
    return {
        "log/checkpoint": tlog.sign_checkpoint(
            tlog.Checkpoint(origin, size or int(told), root), config.current().log_key
        ).encode()
    }


def proof_exchanged(files):
    one, other = (f"log/{line['id']}.tlog-proof" for line in files.index["records"][:2])
    return {one: files[other]}


ATTACKS = {
    "a record flipped": (lambda f: f.flipped(f.first("records")), "records", "do not have the hash"),
    "a signature flipped": (lambda f: f.flipped(f.first("signatures")), "by-hand copies", ".sig is not what"),
    "a photo flipped": (lambda f: f.flipped(f.first("files")), "files", "not the bytes the signed manifest names"),
    "a paper flipped": (lambda f: f.flipped(f.first("papers")), "log", "names another hash"),
    "a leaf flipped": (lambda f: f.flipped(f.first("log", ".leaf")), "log", "not in the log of its checkpoint"),
    "a proof flipped": (lambda f: f.flipped(f.first("log", ".tlog-proof")), "log", ""),
    "a key's PEM flipped": (lambda f: f.flipped(f.first("device-keys")), "by-hand copies", ".pem is not what"),
    "the decision flipped": (
        lambda f: f.flipped("decision.json"),
        "log",
        "decision.json: the log's leaf names",
    ),
    "the timeline flipped": (
        lambda f: f.flipped("timeline.json"),
        "log",
        "timeline.json: the log's leaf names",
    ),
    "the system's statement flipped": (lambda f: f.flipped("system.json"), "log", "system.json: the log's leaf names"),
    "the audit trail flipped": (lambda f: f.flipped("audit.json"), "log", "audit.json: the log's leaf names"),
    "the list of gaps flipped": (lambda f: f.flipped("missing.json"), "log", "missing.json: the log's leaf names"),
    "the seal's root exchanged": (lambda f: f.flipped("seal-root.pem"), "log", "seal-root.pem: the log's leaf names"),
    "the log's key exchanged": (lambda f: f.flipped("log/log.vkey"), "log", "not the key got from elsewhere"),
    "a decision nobody logged": (decision_unlogged, "log", "of the case's chain was left out"),
    "a photo deleted": (lambda f: drop(f, f.index["files"][0]["path"]) or {}, "completeness", "but missing"),
    "a stray file": (lambda f: {"files/more.jpg": b"x"}, "completeness", "files/more.jpg is not in the index"),
    "a record dropped": (record_dropped, "log", "of the case's chain was left out"),
    "a record signed with another key": (signed_again, "signatures", "not by the device's key"),
    "the clock of a record changed": (clock_changed, "records", "do not have the hash"),
    "two photos swapped": (photos_swapped, "files", "not the bytes the signed manifest names"),
    "a photo of another visit": (photo_of_another_visit, "files", "not the bytes the signed manifest names"),
    "a paper rendered again": (paper_rendered_again, "log", "names another hash"),
    "a paper written on": (paper_written_on, "log", "names another hash"),
    "a key exchanged": (key_swapped, "signatures", "not by the device's key"),
    "the checkpoint forked": (checkpoint_of, "log", "forked: two roots"),
    "the log truncated": (lambda f: checkpoint_of(f, size=1), "log", "its proof is under another checkpoint"),
    "the proof of another leaf": (proof_exchanged, "log", "not in the log of its checkpoint"),
    "the case key exchanged": (lambda _: {"case.key": b"00" * 32}, "log", "not of the case whose key"),
}


@pytest.fixture
def real(played, decided, make_dossier, as_hu, app):
    """The files of a dossier as the server handed it out, and the log's key as the server tells it to everybody."""
    decided(played.case_ids[0])
    begin_write()
    leaves.add(db.session.scalars(select(Record)).all())  # the fixture's records came by no hand-over
    db.session.commit()
    with zipfile.ZipFile(BytesIO(take_zip(as_hu, make_dossier(played.case_ids[0])))) as archive:
        inside = Files({n.split("/", 2)[2]: archive.read(n) for n in archive.namelist() if "/data/" in n})
    inside.elsewhere = picture("#a1b2c3")
    return inside, app.test_client().get("/log/vkey").text


@pytest.fixture
def verified(tmp_path):
    """Pack files with fresh manifests and verify."""

    def pack(files, vkey):
        path = tmp_path / "attacked.zip"
        with path.open("wb") as out:
            bag.write(files, into=out, name="d", info={}, tags={"README.txt": b""})
        return verify.verify(path, vkey=vkey)

    return pack


def test_every_attack_is_detected_and_named(real, verified):
    files, vkey = real
    untouched = verified(files, vkey)
    assert untouched.is_ok, verify.text_of(untouched)
    assert len(ATTACKS) >= 12
    for name, (attack, check, words) in ATTACKS.items():
        taken = files.copied()
        changed = attack(taken)
        report = verified(taken | changed, vkey)
        found = {one.name: " / ".join(one.found) for one in report.checks if not one.is_ok}
        assert check in found, f"{name}: {found or 'not seen'}"
        assert words in found[check], f"{name}: {found[check]}"
        looked = verify_page.Looked("attacked.zip", "0" * 64, str(datetime(2026, 12, 3, tzinfo=UTC)))
        assert "NOT VERIFIED" in verify_page.page(report, looked), name


def test_a_flipped_byte_without_new_manifests_is_seen_by_the_bag_itself(real, tmp_path):
    files, vkey = real
    path = tmp_path / "d.zip"
    with path.open("wb") as out:
        bag.write(files, into=out, name="d", info={}, tags={"README.txt": b""})
    photo = files.first("files")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(tmp_path / "e.zip", "w") as other:
        for name in archive.namelist():
            content = archive.read(name)
            other.writestr(name, files.flipped(photo)[photo] if name.endswith(photo) else content)
    failed = {one.name for one in verify.verify(tmp_path / "e.zip", vkey=vkey).checks if not one.is_ok}
    assert {"bag", "files"} <= failed
