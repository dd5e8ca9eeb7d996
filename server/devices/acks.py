"""What phones are told: signed acknowledgements, one for each push or finished file, kept and pulled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert, select

from server import feed
from server.db import core, db
from server.devices import enrol
from server.devices.models import AckRow
from server.devices.sender import Phone
from server.prepared import Prepared
from sync import ack
from sync.ack import Entry
from sync.chain import Head

_TABLE = cast("Table", AckRow.__table__)
_KEEP = Prepared(insert(_TABLE), names=_TABLE.c.keys())


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one row or file, and the acknowledgement that told the phone already, if one did."""

    entry: Entry
    told_by: UUID | None = None


def tell(device: Phone, fates: Sequence[Fate], *, ack_id: UUID, at: datetime) -> dict[str, Any] | None:
    """Sign, keep and return one acknowledgement of what was not told yet; None when all was.

    The document is kept under ack_id, which the rows told of may name already.
    """
    fresh: dict[tuple[str, str, str], Entry] = {}
    for entry in (fate.entry for fate in fates if fate.told_by is None):
        fresh.setdefault((entry.ref, entry.hash, entry.status), entry)
    if not fresh:
        return None
    document = ack.sign(
        tuple(fresh.values()), ack_id=str(ack_id), device=str(device.id), received_at=at,
        head=Head(device.head_seq, device.head_hash), key=enrol.ack_key(),
    )  # fmt: skip
    _KEEP.run(core(), id=ack_id, created_at=at, device_id=device.id, document=document)
    feed.publish(feed.device(device.id), "acks", str(ack_id))
    return document


def told_before(fates: Iterable[Fate]) -> list[dict[str, Any]]:
    """Return the documents that told of fates before, oldest first: telling the same again gives the same."""
    wanted = {fate.told_by for fate in fates if fate.told_by is not None}
    if not wanted:
        return []
    rows = db.session.scalars(select(AckRow.document).where(AckRow.id.in_(wanted)).order_by(AckRow.id))
    return list(rows)


def load(device_id: UUID, ack_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return id → document of a phone's acknowledgements."""
    rows = db.session.scalars(
        select(AckRow).where(AckRow.device_id == device_id, AckRow.id.in_([UUID(one) for one in ack_ids]))
    )
    return {str(row.id): row.document for row in rows}
