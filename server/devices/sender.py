"""The phone that hands something in, as judging needs it: read without the mapper and its bookkeeping."""

from dataclasses import dataclass, fields
from typing import Any, Self, cast
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, select, update

from server.db import core
from server.devices.models import Device

_TABLE = cast("Table", Device.__table__)


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
        self.connection.execute(_MOVE, {"of_id": self.id, "head_seq": seq, "head_hash": digest})
        self.head_seq, self.head_hash = seq, digest

    def has_sent_again(self) -> None:
        """Write down that what the office asked for came."""
        self.connection.execute(_SENT_AGAIN, {"of_id": self.id})
        self.resend_from = None


_NAMES = [one.name for one in fields(Sender)][1:]
# Made once, as every push runs them.
_LOCKED = select(*(_TABLE.c[name] for name in _NAMES)).where(_TABLE.c.id == bindparam("of_id")).with_for_update()
_MOVE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("of_id"))
    .values(head_seq=bindparam("head_seq"), head_hash=bindparam("head_hash"))
)
_SENT_AGAIN = update(_TABLE).where(_TABLE.c.id == bindparam("of_id")).values(resend_from=None)


def lock(device_id: UUID) -> Sender | None:
    """Return a phone, locked until the end of the transaction under way; None when there is none."""
    connection = core()
    row = connection.execute(_LOCKED, {"of_id": device_id}).one_or_none()
    return None if row is None else Sender(connection, *row)
