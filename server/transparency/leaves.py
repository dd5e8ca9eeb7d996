"""Leaves that wait to be appended: written in the transaction of the action they tell of, so that neither stands alone.

Nothing here costs more than one insert; the appending is `append`'s, in a transaction of its own.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text

from server import config
from server.db import db
from server.transparency.tables import log_leaf
from sync import leaf
from sync.envelope import write_time
from sync.leaf import OFFICE_TAG, Kind

# Made once; a leaf that is there already stays as it is.
_ADD = text(
    "INSERT INTO log_leaf (ref, tag, kind, hash, at, tell) VALUES (:ref, :tag, :kind, :hash, :at, :tell) "
    "ON CONFLICT (ref) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A leaf to be: what it is about, whose chain it joins, its SHA-256 in hexadecimal, its time, who is told."""

    ref: str
    tag: str
    kind: str
    hash: str
    at: str
    tell: str | None = None


def case_key(case_id: UUID) -> bytes:
    """Return the key that shows which leaves are about a case (卷宗密钥): 32 bytes, given to who may see its dossier.

    It is derived from the installation's index key, never stored, and tells nothing of any other case.
    """
    return config.current().vault.derive(f"case|{case_id}")


def tag_of_case(case_id: UUID | None) -> str:
    """Return the tag of a case's leaves; the office's own for what is about no case."""
    return OFFICE_TAG if case_id is None else leaf.case_tag(case_key(case_id))


def tag_apart(name: str) -> str:
    """Return a tag that nobody outside can tell from a case's, for what belongs to none, such as `device:<id>`."""
    return leaf.case_tag(config.current().vault.derive(f"apart|{name}"))


def add(rows: Sequence[Waiting]) -> None:
    """Let leaves wait in the transaction under way; one whose ref is there already is left as it is."""
    if rows:
        db.session.execute(_ADD, [asdict(row) for row in rows])


def note(kind: Kind, ref: str, *, digest: str, at: datetime, case_id: UUID | None = None) -> None:
    """Let one leaf wait in the transaction under way; digest is hexadecimal SHA-256, ref `kind:name`."""
    add([Waiting(ref, tag_of_case(case_id), kind.value, digest, write_time(at))])


def waiting() -> int:
    """Return how many leaves wait to be appended."""
    return db.session.scalar(select(func.count()).select_from(log_leaf).where(log_leaf.c.idx.is_(None))) or 0
