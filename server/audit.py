"""Who did what on the server: append-only rows, each bound to the one before by its hash.

`note` buffers; the rows are written at the end of the same transaction, so no action stands without its row and a row
that cannot be written fails the whole request (fail closed).
"""

import hashlib
from collections.abc import Generator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from server import clock
from server.db import Base, Json, before_commit, db
from sync import canonical

GENESIS = "0" * 64
PENDING = "audit"
LOCK_KEY = 0x0D00_57E9
PAGE = 1_000
# What a row's hash covers, as text: a mapper's row costs ten times as much, and verifying asks for every one.
_WRITTEN = {
    "sqlite": """
        SELECT seq, replace(at, ' ', 'T') || '+00:00', actor_id, action, subject, creditor_id, facts, prev, hash
        FROM audit_event WHERE seq >= :first ORDER BY seq""",
    "postgresql": """
        SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), CAST(actor_id AS text),
            action, subject, CAST(creditor_id AS text), CAST(facts AS text), prev, hash
        FROM audit_event WHERE seq >= :first ORDER BY seq""",
}


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
        at = self.at.isoformat(timespec="microseconds")
        actor, creditor = (str(one) if one else None for one in (self.actor_id, self.creditor_id))
        return msgspec.structs.asdict(_Body(self.action, actor, at, creditor, self.facts, self.seq, self.subject))


class _Body(msgspec.Struct):
    """What the hash covers, its members in the order of the canonical form."""

    action: str
    actor: str | None
    at: str
    creditor: str | None
    facts: Any
    seq: int
    subject: str


_quick, _parse = msgspec.json.Encoder(order="sorted").encode, msgspec.json.Decoder().decode


def digest(prev: str, body: dict[str, Any]) -> str:
    """Return SHA-256 over the previous hash and the canonical body, hex."""
    return _chained(prev, canonical.canonical(body))


def _chained(prev: str, written: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(prev) + written).hexdigest()


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
    with closing(_written(session, first)) as rows:
        for expected, row in enumerate(rows, start=first):
            if row[0] != expected:
                return f"row {expected} is missing"
            *_, before, told = row
            if before != prev or not _holds(row):
                return f"broken at row {expected}"
            prev = told
    return None


def _written(session: Session, first: int) -> Generator[Sequence[Any]]:
    """Yield the rows from a number on as `_WRITTEN` asks for them."""
    query = text(_WRITTEN[session.get_bind().dialect.name]).execution_options(yield_per=PAGE)
    with closing(session.execute(query, {"first": first})) as rows:
        yield from rows


def _holds(row: Sequence[Any]) -> bool:
    """Is a row's hash that of its text and the hash before?

    What msgspec writes otherwise than RFC 8785 (fractions, names beyond the BMP) is written once more; what cannot be
    written or read at all was never hashed.
    """
    seq, at, actor, action, subject, creditor, facts, prev, told = row
    try:
        body = _Body(action, _dashed(actor), at, _dashed(creditor), _parse(facts), seq, subject)
        return bool(_chained(prev, _quick(body)) == told or digest(prev, msgspec.structs.asdict(body)) == told)
    except (ValueError, TypeError, msgspec.MsgspecError):
        return False


def _dashed(written: str | None) -> str | None:
    """Return an id as PostgreSQL writes it; SQLite keeps it without dashes."""
    if written is None or len(written) != 32:  # noqa: PLR2004  # hexadecimal digits of an id
        return written
    return f"{written[:8]}-{written[8:12]}-{written[12:16]}-{written[16:20]}-{written[20:]}"


def end(session: Session) -> tuple[int, str]:
    """Return (number, hash) of the newest row of the chain."""
    last = session.execute(select(AuditEvent.seq, AuditEvent.hash).order_by(AuditEvent.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last is not None else (0, GENESIS)


def count(session: Session) -> int:
    """Return how many actions are recorded."""
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0
