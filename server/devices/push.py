"""Taking what phones push: each row gets its verdict, a bad one never holds up the good, a repeat changes nothing."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_

from server import config, feed, vault
from server.db import db
from server.devices import quarantine, rules
from server.devices.models import Device, Upload
from server.devices.quarantine import Refused
from server.devices.rules import DeviceState
from server.visits import intake
from server.visits.models import Record
from sync import chain, envelope, strict_json
from sync.ack import Entry, Status
from sync.chain import Head, Link
from sync.envelope import Envelope, NotAnEnvelope
from sync.signature import PublicKey, public_key
from sync.verdict import Flag, Judgement, Known, Verdict, judge

log = logging.getLogger("doorstep")
INTAKE_FAILED = "intake_failed"
_SAFE_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a push: a line for each row, and the master state of the rows in conflict."""

    entries: list[Entry]
    conflicts: list[dict[str, Any]]


@dataclass(slots=True)
class _Held:
    """What the server holds of one phone's records that matters to a batch."""

    head: Head
    hashes: dict[str, str] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    told: dict[int, Envelope] = field(default_factory=dict)

    def known(self, document: object) -> Known:
        """Return what judge() needs for one document."""
        try:
            told = envelope.read(document["env"])  # type: ignore[index]
        except (NotAnEnvelope, TypeError, KeyError, IndexError):
            return Known(self.head)
        place = self.places.get(told.seq)
        stored = self.hashes.get(told.id)
        return Known(
            self.head,
            stored_hash=stored,
            place_hash=place if place != stored else None,
            before=self.told.get(told.seq - 1),
            before_hash=self.places.get(told.seq - 1),
        )

    def add(self, row: Record, told: Envelope) -> None:
        """Remember a record just kept."""
        self.hashes[str(row.id)] = row.hash
        self.places.setdefault(row.seq, row.hash)
        self.told.setdefault(row.seq, told)


def read_rows(raw: bytes) -> Sequence[object]:
    """Return the rows of a push. A row that is not strict JSON is cut to what can be kept aside, the others stand.

    Raises PushMalformed or TooManyRows.
    """
    try:
        return rules.rows_of(strict_json.loads(raw, max_bytes=rules.MAX_PUSH_BYTES))
    except strict_json.NotStrictJson as fault:
        try:
            decoded = json.loads(raw, parse_int=_integer, parse_constant=str)
        except (ValueError, RecursionError):
            raise rules.PushMalformed(str(fault)) from fault
    return [_strict(row) for row in rules.rows_of(decoded)]


def take_records(device: Device, rows: Sequence[object], *, at: datetime) -> Taken:
    """Judge and keep each row of the collection `records` in order; return what became of them."""
    documents = [_new_state(row) for row in rows]
    ids = [str(d["id"]) for d in documents if isinstance(d, dict) and isinstance(d.get("id"), str)]
    feed.lock_ids(db.session(), "records", ids)
    held, key = _hold(device, documents), public_key(device.public_key, alg=device.alg)
    taken, fresh = Taken([], []), list[Link]()
    for document in documents:
        verdict = _judge(document, held=held, device=device, key=key, at=at)
        if verdict.verdict in {Verdict.NEW, Verdict.GAP} and verdict.record and verdict.told:
            row = _keep(device, verdict, at=at)
            held.add(row, verdict.told)
            fresh.append(Link(row.seq, row.prev, row.hash))
            taken.entries.append(_entry(row, verdict))
        elif verdict.verdict is Verdict.SAME and verdict.record:
            taken.entries.append(Entry(verdict.record.id, verdict.record.hash, Status.ACCEPTED, Verdict.NEW))
        else:
            refused = Refused(document, verdict.verdict, verdict.reason)
            taken.entries.append(quarantine.keep(device, "records", refused, at=at))
            taken.conflicts.extend(_master(verdict, device))
    _advance(device, fresh)
    return taken


def refuse_rows(device: Device, coll: str, rows: Sequence[object], *, at: datetime) -> Taken:
    """Set aside rows pushed to a collection only the server writes."""
    refused = (Refused(_new_state(row), "", "server_owned") for row in rows)
    return Taken([quarantine.keep(device, coll, one, at=at) for one in refused], [])


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _SAFE_DIGITS else digits[:_SAFE_DIGITS]


def _strict(row: object) -> object:
    """Return the row when it is strict, else its text under a name that no record has."""
    text = json.dumps(row)
    try:
        return strict_json.loads(text, max_bytes=rules.MAX_PUSH_BYTES)
    except strict_json.NotStrictJson:
        return {"newDocumentState": {"not_strict_json": text}}


def _new_state(row: object) -> object:
    return row["newDocumentState"] if isinstance(row, dict) and "newDocumentState" in row else row


def _judge(document: object, *, held: _Held, device: Device, key: PublicKey, at: datetime) -> Judgement:
    offset = device.clock_offset_ms
    return judge(
        document,
        known=held.known(document),
        key=key,
        device=str(device.id),
        received_at=at,
        clock_offset=None if offset is None else timedelta(milliseconds=offset),
    )


def _hold(device: Device, documents: Sequence[object]) -> _Held:
    """Read, in one query, every kept record that shares an id or a place with the batch or stands right before it."""
    ids, seqs = set[UUID](), set[int]()
    for document in documents:
        try:
            told = envelope.read(document["env"])  # type: ignore[index]
        except (NotAnEnvelope, TypeError, KeyError, IndexError):
            continue
        ids.add(UUID(told.id))
        seqs |= {told.seq, told.seq - 1}
    held = _Held(Head(device.head_seq, device.head_hash))
    near = (Record.device_id == device.id) & Record.seq.in_(seqs)
    for row in db.session.scalars(select(Record).where(or_(Record.id.in_(ids), near)).order_by(Record.received_at)):
        held.hashes[str(row.id)] = row.hash
        if row.device_id == device.id:
            held.places.setdefault(row.seq, row.hash)
            held.told.setdefault(row.seq, envelope.read(unseal(row)))
    return held


def _keep(device: Device, judgement: Judgement, *, at: datetime) -> Record:
    record, told = judgement.record, judgement.told
    if record is None or told is None:
        raise AssertionError("a kept record was read")
    flags = [flag.value for flag in judgement.flags]
    if device.state != DeviceState.ACTIVE:
        flags.append(Flag.LATE.value)
    row_id = UUID(record.id)
    row = Record(
        id=row_id, device_id=device.id, person_id=device.person_id, visit_id=None, subject=record.subject[:80],
        type=record.type[:20], seq=record.seq, prev=record.prev, hash=record.hash, sig=record.sig, alg=record.alg,
        env_sealed=config.current().vault.seal(record.env, at=vault.place("record", "env", row_id)),
        device_time=told.stamp.device_time, received_at=at, flags=flags,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _hand_over(row, told, device, at=at)
    return row


def _hand_over(row: Record, told: Envelope, device: Device, *, at: datetime) -> None:
    """Give the record to the visits; whatever goes wrong there is theirs to repair and never the phone's trouble."""
    try:
        with db.session.begin_nested():
            intake.store(row, told, at=at)
            for file_id, sha256, size in _arrived(device, told):
                intake.file_verified(file_id, sha256=sha256, size=size, device_id=device.id, at=at)
    except Exception:
        log.exception("record %s of device %s could not be assembled", row.id, device.id)
        row.flags = [*row.flags, INTAKE_FAILED]
    db.session.flush()


def _arrived(device: Device, told: Envelope) -> list[tuple[UUID, str, int]]:
    """Return the files this record binds that were uploaded before it."""
    pairs = [(ref.id, ref.sha256) for ref in told.manifest]
    if not pairs:
        return []
    query = select(Upload).where(
        Upload.device_id == device.id,
        Upload.completed_at.is_not(None),
        tuple_(Upload.attachment_id, Upload.sha256).in_(pairs),
    )
    return [(UUID(one.attachment_id), one.sha256, one.length) for one in db.session.scalars(query)]


def held_later(device: Device, *, until: int) -> int:
    """Return how many places after the end of the unbroken run, up to `until`, hold a record."""
    places = select(func.count(Record.seq.distinct())).where(
        Record.device_id == device.id, Record.seq > device.head_seq, Record.seq <= until
    )
    return db.session.scalar(places) or 0


def unseal(row: Record) -> str:
    """Return the exact signed bytes of a kept record. Raises SealBroken."""
    return config.current().vault.unseal(row.env_sealed, at=vault.place("record", "env", row.id))


def _entry(row: Record, judgement: Judgement) -> Entry:
    return Entry(str(row.id), row.hash, Status.ACCEPTED, judgement.verdict, tuple(row.flags))


def _master(judgement: Judgement, device: Device) -> list[dict[str, Any]]:
    """Return the kept document of an altered record, as RxDB wants it; another phone's is not shown."""
    if judgement.verdict is not Verdict.ALTERED or judgement.record is None:
        return []
    row = db.session.get(Record, UUID(judgement.record.id))
    if row is None or row.device_id != device.id:
        return []
    env = unseal(row)
    kept = envelope.record_of(envelope.read(env), env=env, digest=row.hash, sig=row.sig, alg=row.alg)
    return [kept.document()]


def _advance(device: Device, fresh: Sequence[Link]) -> None:
    """Move the end of the unbroken run; records that waited behind a gap are read only when it may be closed."""
    head = chain.advance(Head(device.head_seq, device.head_hash), fresh)
    if head.seq > device.head_seq:
        later = select(Record.seq, Record.prev, Record.hash).where(Record.device_id == device.id, Record.seq > head.seq)
        head = chain.advance(head, [Link(*row) for row in db.session.execute(later)])
        device.head_seq, device.head_hash = head.seq, head.hash
        device.resend_from = None
