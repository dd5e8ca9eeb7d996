"""What the server holds of a phone's records that matters to one batch of them, read in one query."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select

from server import vault
from server.cases import keyring
from server.devices.sender import Sender
from server.prepared import Prepared, among
from server.visits.models import Record
from sync import envelope
from sync.chain import Head
from sync.envelope import Stamp
from sync.verdict import Found, Known

# A batch whose places lie close together is asked for as one range; one with wide gaps place by place.
_WIDE = 3
_AT = Record.__table__.c
_MINE = and_(_AT.device_id == bindparam("device_id"), _AT.seq.between(bindparam("first"), bindparam("last")))
_SHARED = among(_AT.id, "ids")
_COLUMNS = (_AT.id, _AT.device_id, _AT.seq, _AT.hash, _AT.ack_id, _AT.env_sealed)
# One record by itself is what a phone that syncs after every step pushes.
_OF_ONE = Prepared(select(*_COLUMNS).where(or_(_AT.id == bindparam("of_id"), _MINE)).order_by(_AT.received_at, _AT.id))
_NEAR = Prepared(select(*_COLUMNS).where(or_(_SHARED, _MINE)).order_by(_AT.received_at, _AT.id))
_APART = (
    select(*_COLUMNS)
    .where(or_(_SHARED, and_(_AT.device_id == bindparam("device_id"), _AT.seq.in_(bindparam("seqs", expanding=True)))))
    .order_by(_AT.received_at, _AT.id)
)
# The clocks of records met lately, by the hash of their signed bytes: a phone's next record asks for those of its last.
_STAMPS_MOST = 5_000
_stamps: dict[str, Stamp] = {}


@dataclass(slots=True)
class Kept:
    """A kept record: its hash, the acknowledgement that told of it, and its clocks once somebody needs them."""

    hash: str
    told_by: UUID | None
    clocks: Stamp | None = None
    sealed: tuple[UUID, str] | None = None

    def stamp(self) -> Stamp | None:
        """Return its clocks, opened when not met lately, None once its content was deleted. Raises SealBroken."""
        self.clocks = self.clocks or _stamps.get(self.hash)
        if self.clocks is None and self.sealed is not None:
            with suppress(keyring.KeyDestroyed):
                self.clocks = envelope.read(unseal(*self.sealed)).stamp
                _remember(self.hash, self.clocks)
        return self.clocks


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
            before=before.stamp() if before else None,
            before_hash=before.hash if before else None,
        )

    def add(self, found: Found, *, told_by: UUID) -> None:
        """Remember a record just kept."""
        kept = Kept(found.record.hash, told_by, found.told.stamp)
        _remember(found.record.hash, found.told.stamp)
        self.records[found.record.id] = kept
        self.places.setdefault(found.record.seq, kept)


def hold(device: Sender, batch: Sequence[Found]) -> Held:
    """Read every kept record that shares an id or a place with the batch, or stands right beside one of it."""
    held = Held(Head(device.head_seq, device.head_hash))
    if not batch:
        return held
    for row in _near(device, batch):
        kept = Kept(row[3], row[4], sealed=(row[0], row[5]))
        held.records[str(row[0])] = kept
        if row[1] == device.id:
            held.places.setdefault(row[2], kept)
    return held


def _near(device: Sender, batch: Sequence[Found]) -> Iterable[Sequence[Any]]:
    """Return the rows of _COLUMNS that share an id or a place with the batch, or stand right beside one of it."""
    seqs = {found.record.seq for found in batch}
    first, last = min(seqs) - 1, max(seqs)
    if len(batch) == 1:
        of_id = UUID(batch[0].record.id)
        return _OF_ONE.rows(device.connection, of_id=of_id, device_id=device.id, first=first, last=last + 1)
    asked: dict[str, Any] = {"device_id": device.id, "ids": [found.record.id for found in batch]}
    if last - first <= _WIDE * len(seqs):
        return _NEAR.rows(device.connection, **asked, first=first, last=last + 1)
    places = sorted({near for one in seqs for near in (one - 1, one, one + 1)})
    return device.connection.execute(_APART, asked | {"seqs": places})


def _remember(digest: str, stamp: Stamp) -> None:
    if len(_stamps) >= _STAMPS_MOST:
        _stamps.clear()
    _stamps[digest] = stamp


def unseal(record_id: UUID, env_sealed: str) -> str:
    """Return the exact signed bytes of a kept record. Raises SealBroken."""
    return keyring.unseal(env_sealed, at=vault.place("record", "env", record_id))
