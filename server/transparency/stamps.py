"""Which checkpoints of the log bear the time stamp of an outside authority, and what those vouch for.

Source: RFC 3161; docs/evidence.md §4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from server.db import db
from server.transparency.tables import log_checkpoint

_AT = log_checkpoint.c


@dataclass(frozen=True, slots=True)
class Stamped:
    """A stamped checkpoint: its size, its signed text without cosignatures, the authority's reply."""

    size: int
    note: str
    reply: bytes


def note(size: int) -> bytes:
    """Return the signed text of a checkpoint, as it is stamped. Raises NoResultFound."""
    return str(db.session.execute(select(_AT.note).where(_AT.size == size)).scalar_one()).encode()


def is_stamped(size: int) -> bool:
    """Tell whether the checkpoint of this size bears a stamp."""
    return db.session.scalar(select(_AT.size).where(_AT.size == size, _AT.stamp.is_not(None))) is not None


def keep(size: int, reply: bytes) -> None:
    """Keep the authority's reply about a checkpoint; the first one stays. Needs the write transaction."""
    db.session.execute(update(log_checkpoint).where(_AT.size == size, _AT.stamp.is_(None)).values(stamp=reply))


def newest() -> tuple[int, datetime | None]:
    """Return the size of the newest checkpoint when it is not stamped, else 0; and when the last stamped was made."""
    last = db.session.execute(select(_AT.size, _AT.stamp).order_by(_AT.size.desc()).limit(1)).first()
    query = select(_AT.made_at).where(_AT.stamp.is_not(None)).order_by(_AT.size.desc()).limit(1)
    return (int(last.size) if last is not None and last.stamp is None else 0), db.session.scalar(query)


def oldest_at() -> datetime | None:
    """Return when the first stamped checkpoint was made; None when none is stamped."""
    return db.session.scalar(select(_AT.made_at).where(_AT.stamp.is_not(None)).order_by(_AT.size).limit(1))


def covering(indices: Sequence[int], *, size: int) -> list[Stamped]:
    """Return, for each of these leaves, the oldest stamped checkpoint up to a size that covers it; each once."""
    query = select(_AT.size, _AT.note, _AT.stamp).where(_AT.stamp.is_not(None), _AT.size <= size).order_by(_AT.size)
    found, left = list[Stamped](), sorted(indices)
    for row in db.session.execute(query):
        if any(index < row.size for index in left):
            found.append(Stamped(int(row.size), str(row.note), bytes(row.stamp)))
            left = [index for index in left if index >= row.size]
    return found
