"""What phones are told: signed acknowledgements, one for each push or finished file, kept and pulled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from server import clock, feed
from server.db import db
from server.devices import enrol
from server.devices.models import AckLine, AckRow, Device
from sync import ack
from sync.ack import Entry
from sync.chain import Head


def tell(device: Device, entries: Sequence[Entry], *, at: datetime) -> list[dict[str, Any]]:
    """Return the acknowledgements that cover all entries: those given before, and one new one for what is new.

    Telling the same again gives the same documents and writes nothing.
    """
    given = _given(device.id, entries)
    fresh = [entry for entry in dict.fromkeys(entries) if _line(entry) not in given]
    documents = _documents(set(given.values()))
    if fresh:
        documents.append(_sign(device, fresh, at=at))
    return documents


def load(device_id: UUID, ack_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return id → document of a phone's acknowledgements."""
    rows = db.session.scalars(
        select(AckRow).where(AckRow.device_id == device_id, AckRow.id.in_([UUID(one) for one in ack_ids]))
    )
    return {str(row.id): row.document for row in rows}


def _given(device_id: UUID, entries: Sequence[Entry]) -> dict[tuple[str, str, str], UUID]:
    query = select(AckLine).where(
        AckLine.device_id == device_id,
        tuple_(AckLine.ref, AckLine.hash, AckLine.status).in_([_line(entry) for entry in entries]),
    )
    return {(one.ref, one.hash, one.status): one.ack_id for one in db.session.scalars(query)}


def _line(entry: Entry) -> tuple[str, str, str]:
    return entry.ref, entry.hash, entry.status.value


def _documents(ack_ids: set[UUID]) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(AckRow).where(AckRow.id.in_(ack_ids)).order_by(AckRow.id))
    return [row.document for row in rows]


def _sign(device: Device, entries: Sequence[Entry], *, at: datetime) -> dict[str, Any]:
    ack_id = clock.new_id()
    document = ack.sign(
        entries, ack_id=str(ack_id), device=str(device.id), received_at=at,
        head=Head(device.head_seq, device.head_hash), key=enrol.ack_key(),
    )  # fmt: skip
    db.session.add(AckRow(id=ack_id, device_id=device.id, document=document))
    db.session.flush()
    lines = [
        AckLine(id=clock.new_id(), device_id=device.id, ref=ref, hash=digest, status=status, ack_id=ack_id)
        for ref, digest, status in dict.fromkeys(map(_line, entries))
    ]
    db.session.add_all(lines)
    feed.publish(feed.device(device.id), "acks", str(ack_id))
    return document
