"""The phone that hands something in, as judging needs it: read without the mapper and its bookkeeping."""

from dataclasses import dataclass, fields
from typing import Any, Protocol, Self, cast
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, select, update

from server.db import core
from server.devices.models import Device
from server.prepared import Prepared

_TABLE = cast("Table", Device.__table__)


class Phone(Protocol):
    """What is told of a phone whichever way its row was read: as a `Device`, or as a `Sender`."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def person_id(self) -> UUID:
        """Whose it is."""

    @property
    def head_seq(self) -> int:
        """The end of its unbroken run, 0 before the first record."""

    @property
    def head_hash(self) -> str:
        """The hash of that record."""


@dataclass(slots=True)
class Sender:
    """A phone's row, locked until the end of the transaction; its head moves as records are kept.

    connection is that of the transaction, asked for once: asking costs a third of a statement.
    """

    connection: Connection
    id: UUID
    person_id: UUID
    token_hash: str
    alg: str
    public_key: dict[str, Any]
    state: str
    head_seq: int
    head_hash: str
    clock_offset_ms: int | None
    resend_from: int | None

    @classmethod
    def of(cls, device: Device) -> Self:
        """Return the phone of a mapped row, which must be locked; what is moved here is not seen there."""
        return cls(core(), *(getattr(device, name) for name in _NAMES))

    def move_head(self, *, seq: int, digest: str) -> None:
        """Write down the end of its unbroken run."""
        _MOVE.run(self.connection, of_id=self.id, head_seq=seq, head_hash=digest)
        self.head_seq, self.head_hash = seq, digest

    def has_sent_again(self) -> None:
        """Write down that what the office asked for came."""
        _SENT_AGAIN.run(self.connection, of_id=self.id)
        self.resend_from = None


_NAMES = [one.name for one in fields(Sender)][1:]
_MINE = _TABLE.c.id == bindparam("of_id")
_LOCKED = Prepared(select(*(_TABLE.c[name] for name in _NAMES)).where(_MINE).with_for_update())
_MOVE = Prepared(update(_TABLE).where(_MINE).values(head_seq=bindparam("head_seq"), head_hash=bindparam("head_hash")))
_SENT_AGAIN = Prepared(update(_TABLE).where(_MINE).values(resend_from=None))


def lock(device_id: UUID, connection: Connection) -> Sender | None:
    """Return a phone, locked until the end of the transaction under way there; None when there is none."""
    row = _LOCKED.row(connection, of_id=device_id)
    return None if row is None else Sender(connection, *row)
