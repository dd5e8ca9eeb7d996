"""Taking what phones push: each row gets its verdict, a bad one never holds up the good, a repeat changes nothing.

What is kept here is kept for good and acknowledged; the visits learn of it right after (see `handover`).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, func, insert, select

from server import clock, config, feed, vault
from server.cases import keyring
from server.db import db
from server.devices import quarantine, rules
from server.devices.acks import Fate
from server.devices.held import Held, hold, unseal
from server.devices.models import Device
from server.devices.quarantine import Refused
from server.devices.rules import DeviceState
from server.devices.sender import Sender
from server.prepared import Prepared
from server.visits.models import Record
from sync import chain, envelope, packed, strict_json, verdict
from sync.ack import Entry, Status
from sync.chain import Link
from sync.signature import PublicKey, public_key
from sync.verdict import Flag, Found, Judgement, Known, Verdict

_SAFE_DIGITS = 20
_KEYS_MOST = 2_000
_TABLE = cast("Table", Record.__table__)
_KEEP = Prepared(insert(_TABLE), names=_TABLE.c.keys())
_LATER = Prepared(
    select(_TABLE.c.seq, _TABLE.c.prev, _TABLE.c.hash).where(
        _TABLE.c.device_id == bindparam("device_id"), _TABLE.c.seq > bindparam("seq")
    )
)


@dataclass(slots=True)
class Taken:
    """What became of a push: a fate for each row, and the master state of the rows in conflict.

    ack_id names the acknowledgement that is to tell of what is new.
    """

    ack_id: UUID = field(default_factory=clock.new_id)
    fates: list[Fate] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)


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


def read_packed(raw: bytes) -> Sequence[object]:
    """Return the rows of a packed push. Raises PushMalformed or TooManyRows."""
    if packed.rows_in(raw) > rules.MAX_ROWS:  # told before any text is restored
        raise rules.TooManyRows(f"expected at most {rules.MAX_ROWS} rows", most=rules.MAX_ROWS)
    try:
        documents = packed.unpack(raw)
    except packed.NotPacked as fault:
        raise rules.PushMalformed(str(fault)) from fault
    return rules.rows_of([{"newDocumentState": document} for document in documents])


def take_records(device: Sender, rows: Sequence[object], *, at: datetime) -> Taken:
    """Judge and keep each row of the collection `records` in order; return what became of them."""
    batch = [(row, verdict.read(row)) for row in map(new_state, rows)]
    readable = [found for _, found in batch if isinstance(found, Found)]
    feed.lock_ids(db.session(), "records", [found.record.id for found in readable])
    held, judge, taken = hold(device, readable), _judge_of(device, at=at), Taken()
    fresh, altered = list[dict[str, Any]](), list[Judgement]()
    for document, found in batch:
        judged = judge(found, held)
        if isinstance(found, Found) and judged.verdict in {Verdict.NEW, Verdict.GAP}:
            row = _row(device, found, judged, ack_id=taken.ack_id, at=at)
            held.add(found, told_by=taken.ack_id)
            fresh.append(row)
            entry = Entry(found.record.id, found.record.hash, Status.ACCEPTED, judged.verdict, tuple(row["flags"]))
            taken.fates.append(Fate(entry))
        elif isinstance(found, Found) and judged.verdict is Verdict.SAME:
            taken.fates.append(_same(found, held, taken.ack_id))
        else:
            refused = Refused(document, judged.verdict, judged.reason)
            taken.fates.append(quarantine.keep(device, "records", refused, ack_id=taken.ack_id, at=at))
            altered += [judged] if judged.verdict is Verdict.ALTERED else []
    if device.resend_from in {found.record.seq for found in readable}:
        device.has_sent_again()
    if fresh:
        _KEEP.run_each(device.connection, fresh)
        _advance(device, [Link(row["seq"], row["prev"], row["hash"]) for row in fresh], held)
    taken.conflicts = [master for judged in altered for master in _master(judged, device)]
    return taken


def refuse_rows(device: Sender, coll: str, rows: Sequence[object], *, at: datetime) -> Taken:
    """Set aside rows pushed to a collection only the server writes."""
    taken = Taken()
    for row in rows:
        refused = Refused(new_state(row), "", "server_owned")
        taken.fates.append(quarantine.keep(device, coll, refused, ack_id=taken.ack_id, at=at))
    return taken


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _SAFE_DIGITS else digits[:_SAFE_DIGITS]


def _strict(row: object) -> object:
    """Return the row when it is strict, else its text under a name that no record has."""
    text = json.dumps(row)
    try:
        return strict_json.loads(text, max_bytes=rules.MAX_PUSH_BYTES)
    except strict_json.NotStrictJson:
        return {"newDocumentState": {"not_strict_json": text}}


def new_state(row: object) -> object:
    """Return the document in a row of a push."""
    return row["newDocumentState"] if isinstance(row, dict) and "newDocumentState" in row else row


def _judge_of(device: Sender, *, at: datetime) -> Callable[[Found | str, Held], Judgement]:
    """Return how a document of this phone is judged now."""
    key, name = _key(device.alg, tuple(device.public_key.items())), str(device.id)
    offset = None if device.clock_offset_ms is None else timedelta(milliseconds=device.clock_offset_ms)

    def judge(found: Found | str, held: Held) -> Judgement:
        known = held.known(found) if isinstance(found, Found) else Known(held.head)
        return verdict.weigh(found, known=known, key=key, device=name, received_at=at, clock_offset=offset)

    return judge


@lru_cache(maxsize=_KEYS_MOST)
def _key(alg: str, jwk: tuple[tuple[str, str], ...]) -> PublicKey:
    return public_key(dict(jwk), alg=alg)


def _row(device: Sender, found: Found, judged: Judgement, *, ack_id: UUID, at: datetime) -> dict[str, Any]:
    record, row_id = found.record, UUID(found.record.id)
    flags = [flag.value for flag in judged.flags]
    if device.state != DeviceState.ACTIVE:
        flags.append(Flag.LATE.value)
    return {
        "id": row_id, "created_at": at, "device_id": device.id, "person_id": device.person_id, "visit_id": None,
        "subject": record.subject[:80], "type": record.type[:20], "seq": record.seq, "prev": record.prev,
        "hash": record.hash, "sig": record.sig, "alg": record.alg,
        "env_sealed": config.current().vault.seal(record.env, at=vault.place("record", "env", row_id)),
        "device_time": found.told.stamp.device_time, "received_at": at, "flags": flags, "ack_id": ack_id,
        "taken_in_at": None,
    }  # fmt: skip


def _same(found: Found, held: Held, ack_id: UUID) -> Fate:
    """Return the fate of a record kept before: the acknowledgement that told of it stands."""
    told_by = held.records[found.record.id].told_by
    entry = Entry(found.record.id, found.record.hash, Status.ACCEPTED, Verdict.NEW)
    return Fate(entry, None if told_by == ack_id else told_by)


def furthest(device: Device) -> int:
    """Return the furthest place in a phone's chain that any kept record takes, 0 before the first."""
    return db.session.scalar(select(func.max(Record.seq)).where(Record.device_id == device.id)) or 0


def held_later(device: Device, *, until: int) -> int:
    """Return how many places after the end of the unbroken run, up to `until`, hold a record."""
    places = select(func.count(Record.seq.distinct())).where(
        Record.device_id == device.id, Record.seq > device.head_seq, Record.seq <= until
    )
    return db.session.scalar(places) or 0


def _master(judged: Judgement, device: Sender) -> list[dict[str, Any]]:
    """Return the kept document of an altered record, as RxDB wants it; another phone's is not shown."""
    if judged.record is None:
        return []
    row = db.session.get(Record, UUID(judged.record.id))
    if row is None or row.device_id != device.id:
        return []
    try:
        env = unseal(row.id, row.env_sealed)
    except keyring.KeyDestroyed:
        return []
    kept = envelope.record_of(envelope.read(env), env=env, digest=row.hash, sig=row.sig, alg=row.alg)
    return [kept.document()]


def _advance(device: Sender, fresh: Sequence[Link], held: Held) -> None:
    """Move the end of the unbroken run; records that waited behind a gap are read only when it may be closed."""
    head = chain.advance(held.head, fresh)
    if head.seq == held.head.seq:
        return
    if head.seq + 1 in held.places:
        later = _LATER.rows(device.connection, device_id=device.id, seq=head.seq)
        head = chain.advance(head, [Link(*row) for row in later])
    device.move_head(seq=head.seq, digest=head.hash)
