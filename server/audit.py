"""Who did what on the server: append-only rows, each bound to the one before by its hash.

`note` buffers; the rows are written at the end of the same transaction, so no action stands without its row and a row
that cannot be written fails the whole request (fail closed).
"""

import hashlib
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from server import clock
from server.db import Base, Json, before_commit, db
from sync import canonical

GENESIS = "0" * 64
PENDING = "audit"
LOCK_KEY = 0x0D00_57E9


class AuditEvent(Base):
    """One action (操作留痕): actor, verb, subject and facts without personal data."""

    __tablename__ = "audit_event"

    seq: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(120), index=True)
    creditor_id: Mapped[UUID | None] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    def body(self) -> dict[str, Any]:
        """Return what the hash covers."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor": str(self.actor_id) if self.actor_id else None,
            "action": self.action,
            "subject": self.subject,
            "creditor": str(self.creditor_id) if self.creditor_id else None,
            "facts": self.facts,
        }


def digest(prev: str, body: dict[str, Any]) -> str:
    """Return SHA-256 over the previous hash and the canonical body, hex."""
    return hashlib.sha256(bytes.fromhex(prev) + canonical.canonical(body)).hexdigest()


def note(action: str, subject: str, *, actor_id: UUID | None, creditor_id: UUID | None = None, **facts: Any) -> None:
    """Record an action of this transaction. `subject` is `kind:id`; facts are plain JSON without personal data."""
    event = AuditEvent(
        id=clock.new_id(),
        at=clock.now(),
        actor_id=actor_id,
        action=action,
        subject=subject,
        creditor_id=creditor_id,
        facts=facts,
    )
    db.session.info.setdefault(PENDING, []).append(event)


@before_commit(10)
def _write(session: Session) -> None:
    events: list[AuditEvent] = session.info.pop(PENDING, [])
    if not events:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    seq, prev = end(session)
    for event in events:
        seq += 1
        event.seq, event.prev = seq, prev
        event.hash = prev = digest(prev, event.body())
        session.add(event)
    session.flush()


def verify(session: Session, *, newest: int | None = None) -> str | None:
    """Recompute the chain, whole or of its newest rows; return None when it holds, else where it first breaks."""
    first = 1 if newest is None else max(1, count(session) - newest + 1)
    prev = GENESIS
    if first > 1:
        prev = session.scalar(select(AuditEvent.hash).where(AuditEvent.seq == first - 1)) or "missing"
    wanted = select(AuditEvent).where(AuditEvent.seq >= first).order_by(AuditEvent.seq)
    with closing(session.scalars(wanted.execution_options(yield_per=500))) as rows:
        for seq, event in enumerate(rows, start=first):
            if event.seq != seq:
                return f"row {seq} is missing"
            if event.prev != prev or event.hash != digest(prev, event.body()):
                return f"broken at row {seq}"
            prev = event.hash
    return None


def end(session: Session) -> tuple[int, str]:
    """Return (number, hash) of the newest row of the chain."""
    last = session.execute(select(AuditEvent.seq, AuditEvent.hash).order_by(AuditEvent.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last is not None else (0, GENESIS)


def count(session: Session) -> int:
    """Return how many actions are recorded."""
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0
