"""What the server holds of a phone's records that matters to one batch of them, read in one query."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select

from server import vault
from server.cases import keyring
from server.devices.sender import Sender
from server.visits.models import Record
from sync import envelope
from sync.chain import Head
from sync.envelope import Envelope
from sync.verdict import Found, Known

# A batch whose places lie close together is asked for as one range; one with wide gaps place by place.
_WIDE = 3
_AT = Record.__table__.c
_MINE = and_(_AT.device_id == bindparam("device_id"), _AT.seq.between(bindparam("first"), bindparam("last")))
_SHARED = _AT.id.in_(bindparam("ids", expanding=True))
_COLUMNS = (_AT.id, _AT.device_id, _AT.seq, _AT.hash, _AT.ack_id, _AT.env_sealed)
# Made once, as every push runs it.
_NEAR = select(*_COLUMNS).where(or_(_SHARED, _MINE)).order_by(_AT.received_at, _AT.id)
_APART = (
    select(*_COLUMNS)
    .where(or_(_SHARED, and_(_AT.device_id == bindparam("device_id"), _AT.seq.in_(bindparam("seqs", expanding=True)))))
    .order_by(_AT.received_at, _AT.id)
)


@dataclass(slots=True)
class Kept:
    """A kept record: its hash, the acknowledgement that told of it, and its envelope once somebody needs it."""

    hash: str
    told_by: UUID | None
    told: Envelope | None = None
    sealed: tuple[UUID, str] | None = None

    def envelope(self) -> Envelope | None:
        """Return what it tells, opened when first asked for, None once that was deleted. Raises SealBroken."""
        if self.told is None and self.sealed is not None:
            with suppress(keyring.KeyDestroyed):
                self.told = envelope.read(unseal(*self.sealed))
        return self.told


@dataclass(slots=True)
class Held:
    """The end of the unbroken run, and the kept records a batch touches: by id, and by place in this phone's chain.

    The place right after the batch counts as touched, so that it shows whether a gap may be closed.
    """

    head: Head
    records: dict[str, Kept] = field(default_factory=dict)
    places: dict[int, Kept] = field(default_factory=dict)

    def known(self, found: Found) -> Known:
        """Return what weigh() needs for one document."""
        stored = self.records.get(found.record.id)
        place, before = self.places.get(found.record.seq), self.places.get(found.record.seq - 1)
        return Known(
            self.head,
            stored_hash=stored.hash if stored else None,
            place_hash=place.hash if place and (stored is None or place.hash != stored.hash) else None,
            before=before.envelope() if before else None,
            before_hash=before.hash if before else None,
        )

    def add(self, found: Found, *, told_by: UUID) -> None:
        """Remember a record just kept."""
        kept = Kept(found.record.hash, told_by, found.told)
        self.records[found.record.id] = kept
        self.places.setdefault(found.record.seq, kept)


def hold(device: Sender, batch: Sequence[Found]) -> Held:
    """Read every kept record that shares an id or a place with the batch, or stands right beside one of it."""
    held = Held(Head(device.head_seq, device.head_hash))
    if not batch:
        return held
    seqs = {found.record.seq for found in batch}
    asked: dict[str, Any] = {"device_id": device.id, "ids": [UUID(found.record.id) for found in batch]}
    first, last = min(seqs) - 1, max(seqs)
    if last - first <= _WIDE * len(seqs):
        rows = device.connection.execute(_NEAR, asked | {"first": first, "last": last + 1})
    else:
        rows = device.connection.execute(
            _APART, asked | {"seqs": sorted({near for one in seqs for near in (one - 1, one, one + 1)})}
        )
    for row in rows:
        kept = Kept(row.hash, row.ack_id, sealed=(row.id, row.env_sealed))
        held.records[str(row.id)] = kept
        if row.device_id == device.id:
            held.places.setdefault(row.seq, kept)
    return held


def unseal(record_id: UUID, env_sealed: str) -> str:
    """Return the exact signed bytes of a kept record. Raises SealBroken."""
    return keyring.unseal(env_sealed, at=vault.place("record", "env", record_id))
