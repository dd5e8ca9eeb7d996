"""Dossiers: how fast one is verified, and whether any of a list of attacks on one goes unseen."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bench.measure import median_cpu_s
from bench.report import Goal, Report
from sync import chain, dossier, envelope
from sync.canonical import sha256_hex
from sync.dossier import BoundFile, Dossier, LoggedRecord
from sync.envelope import FileRef, Record, Stamp, write_time
from sync.ids import uuid7
from sync.signature import Alg, PublicKey, SigningKey, signing_key
from sync.verify import verify

GOALS = {
    "verify_mb_per_cpu_s": Goal("MB/CPU-s", "≥ 300", "everything: bag, hashes, signatures, chain, bound files"),
    "undetected_attacks": Goal("attacks", "0", "of those tried below; the bag's own checksums are made right again"),
    "attacks": Goal("attacks", "", "bits flipped, files taken out, put in or exchanged"),
}
AT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
DEVICE = "01a20000-0000-7000-8000-0000000000d1"
PHOTO_BYTES = 400_000
Files = dict[str, bytes]


def run(report: Report) -> None:
    """Measure."""
    key = signing_key(Alg.ED25519, bytes(range(32)))
    keys = {DEVICE: key.public()}
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.zip"
        pack(files_of(made_up(key, photos=40 if report.quick else 200)), large)
        _require_whole(large, keys)
        megabytes = large.stat().st_size / 1e6
        seconds = median_cpu_s(lambda: verify(large, keys=keys), rounds=3 if report.quick else 7)
        report.tell("verify_mb_per_cpu_s", megabytes / seconds)
        small, attacked = files_of(made_up(key, photos=4)), Path(folder) / "attacked.zip"
        tried = seen = 0
        for altered in attacks(small, times=2 if report.quick else 25):
            pack(altered, attacked)
            tried, seen = tried + 1, seen + (not verify(attacked, keys=keys).is_ok)
        report.tell("attacks", tried)
        report.tell("undetected_attacks", tried - seen)


def _require_whole(path: Path, keys: dict[str, PublicKey]) -> None:
    found = verify(path, keys=keys)
    if not found.is_ok:
        raise AssertionError([check for check in found.checks if not check.is_ok])


def attacks(files: Files, *, times: int) -> Iterator[Files]:
    """Yield altered sets of files; each is packed anew, so that every checksum of the bag is right."""
    bound = sorted(path for path in files if path.startswith(("records/", "signatures/", "files/", "device-keys/")))
    for path in bound:
        for number in range(times):
            content = bytearray(files[path])
            content[(number * 7919 + 13) % len(content)] ^= 1 << (number % 8)
            yield files | {path: bytes(content)}
        yield {name: content for name, content in files.items() if name != path}
    records = [path for path in bound if path.startswith("records/")]
    for first, second in pairwise(records):
        yield files | {first: files[second], second: files[first]}
    yield files | {"files/00000000-0000-7000-8000-000000000000.jpg": os.urandom(1_000)}
    yield files | {"records/00000000-0000-7000-8000-000000000000.json": files[records[0]]}


def files_of(made: Dossier) -> Files:
    """Return path → content of everything in a dossier."""
    return {path: content for path, content in dossier.contents(made).items() if isinstance(content, bytes)}


def pack(files: Files, path: Path) -> None:
    """Write a dossier's files, with the bag's checksums made for what they are now."""
    with path.open("wb") as out:
        dossier.pack(files, into=out, name="dossier", info={"Bagging-Date": "2026-12-02"})


def made_up(key: SigningKey, *, photos: int) -> Dossier:
    """Return the dossier of an invented case: one record for each photo, chained and signed."""
    head, records, files = chain.start(DEVICE), list[LoggedRecord](), list[BoundFile]()
    for number in range(1, photos + 1):
        content = os.urandom(PHOTO_BYTES)
        ref = FileRef(_id(2 * number), sha256_hex(content), len(content), "image/jpeg")
        record = _record(key, number, head, ref)
        head = chain.advance(head, [record.link])
        records.append(LoggedRecord(record, received_at=write_time(AT + timedelta(hours=9))))
        files.append(BoundFile(ref.id, record.id, ref.mime, content))
    return Dossier({"case_no": "WH2026-000123"}, records, {DEVICE: key.public()}, files)


def _record(key: SigningKey, number: int, head: chain.Head, ref: FileRef) -> Record:
    at = AT + timedelta(minutes=number)
    env = envelope.build(
        {"visit_id": _id(0), "files": [{"id": ref.id, "shows": "door", "taken_at": write_time(at)}]},
        record_type="manifest",
        record_id=_id(2 * number + 1),
        link_to=(number, head.hash),
        device=DEVICE,
        stamp=Stamp("bench", 60_000 * number, at, "+08:00"),
        manifest=[ref],
    )
    return envelope.seal(env, key=key)


def _id(number: int) -> str:
    return uuid7(int(AT.timestamp() * 1000) + number, bytes(10))
