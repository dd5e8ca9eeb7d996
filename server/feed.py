"""What a phone has to pull: for each recipient and document the newest position only (state-based feed).

`publish` is the only way in. It buffers; the positions are taken as the last statement of the transaction from one
row-locked counter, so a reader that sees position n sees everything before it. Content is never stored here: it is
loaded when it is pulled. A recipient is `person:<id>` or `device:<id>`.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, select, text
from sqlalchemy.orm import Session

from server import clock
from server.db import Base, before_commit, db

PENDING = "feed"

sync_clock = Table(
    "sync_clock",
    Base.metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("epoch", String(36), nullable=False),
)
sync_feed = Table(
    "sync_feed",
    Base.metadata,
    Column("subject", String(60), primary_key=True),
    Column("coll", String(20), primary_key=True),
    Column("doc_id", String(80), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False),
    Index("ix_sync_feed_subject_coll_seq", "subject", "coll", "seq", unique=True),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One document that one recipient must learn of; `gone` means it left his scope."""

    subject: str
    coll: str
    doc_id: str
    gone: bool


def person(person_id: UUID) -> str:
    """Return the recipient that every phone of a person follows."""
    return f"person:{person_id}"


def device(device_id: UUID) -> str:
    """Return the recipient that one phone follows (acknowledgements)."""
    return f"device:{device_id}"


def publish(subject: str, coll: str, doc_id: str, *, gone: bool = False) -> None:
    """Tell a recipient, at the end of this transaction, that a document changed or left his scope."""
    pending: dict[tuple[str, str, str], Change] = db.session.info.setdefault(PENDING, {})
    pending.pop((subject, coll, doc_id), None)
    pending[subject, coll, doc_id] = Change(subject, coll, doc_id, gone)


@before_commit(20)
def _take_positions(session: Session) -> None:
    pending: dict[Any, Change] = session.info.pop(PENDING, {})
    if not pending:
        return
    last = _advance(session, len(pending))
    rows = [
        {"subject": c.subject, "coll": c.coll, "doc_id": c.doc_id, "gone": c.gone, "seq": last - len(pending) + n}
        for n, c in enumerate(pending.values(), start=1)
    ]
    session.execute(
        text(
            "INSERT INTO sync_feed (subject, coll, doc_id, seq, gone) VALUES (:subject, :coll, :doc_id, :seq, :gone) "
            "ON CONFLICT (subject, coll, doc_id) DO UPDATE SET seq = excluded.seq, gone = excluded.gone"
        ),
        rows,
    )


def _advance(session: Session, count: int) -> int:
    statement = text("UPDATE sync_clock SET seq = seq + :n WHERE id = 1 RETURNING seq")
    seq = session.execute(statement, {"n": count}).scalar_one_or_none()
    if seq is None:
        session.execute(
            text("INSERT INTO sync_clock (id, seq, epoch) VALUES (1, 0, :epoch) ON CONFLICT (id) DO NOTHING"),
            {"epoch": str(clock.new_id())},
        )
        seq = session.execute(statement, {"n": count}).scalar_one()
    return int(seq)


def epoch(session: Session) -> str | None:
    """Return the epoch in force, None before the first publication."""
    return session.scalar(select(sync_clock.c.epoch).where(sync_clock.c.id == 1))
