"""What a phone has to pull: for each recipient and document the newest position only (state-based feed).

`publish` is the only way in. It buffers; the positions are taken as the last statement of the transaction from one
row-locked counter, so a reader that sees position n sees everything before it. Content is never stored here: the slice
that owns it registers a loader with `serves`. A recipient is `person:<id>` or `device:<id>`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session

from server import clock
from server.db import Base, UtcDateTime, before_commit, db
from server.prepared import Prepared

PENDING = "feed"
_ADVANCE = Prepared(text("UPDATE sync_clock SET seq = seq + :n WHERE id = 1 RETURNING seq"))
_PLACE = Prepared(
    text(
        "INSERT INTO sync_feed (subject, coll, doc_id, seq, gone, gone_at) "
        "VALUES (:subject, :coll, :doc_id, :seq, :gone, :gone_at) ON CONFLICT (subject, coll, doc_id) "
        "DO UPDATE SET seq = excluded.seq, gone = excluded.gone, gone_at = excluded.gone_at"
    ).bindparams(bindparam("gone_at", type_=UtcDateTime))
)
# One statement where the database can: the counter stays locked for half as long.
_ADVANCE_AND_PLACE = Prepared(
    text(
        "WITH c AS (UPDATE sync_clock SET seq = seq + :n WHERE id = 1 RETURNING seq) "
        "INSERT INTO sync_feed (subject, coll, doc_id, seq, gone, gone_at) "
        "SELECT p.subject, p.coll, p.doc_id, c.seq - :n + p.place, p.gone, CASE WHEN p.gone THEN :now END FROM c, "
        "unnest(CAST(:subjects AS text[]), CAST(:colls AS text[]), CAST(:doc_ids AS text[]), CAST(:gone AS boolean[])) "
        "WITH ORDINALITY AS p (subject, coll, doc_id, gone, place) ON CONFLICT (subject, coll, doc_id) "
        "DO UPDATE SET seq = excluded.seq, gone = excluded.gone, gone_at = excluded.gone_at"
    ).bindparams(bindparam("now", type_=UtcDateTime))
)
_GIVE_UP = text(
    "INSERT INTO sync_pruned (subject, coll, seq) VALUES (:subject, :coll, :seq) ON CONFLICT (subject, coll) "
    "DO UPDATE SET seq = CASE WHEN excluded.seq > sync_pruned.seq THEN excluded.seq ELSE sync_pruned.seq END"
)
_LOCK = Prepared(
    text(
        "SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(:coll || '/' || i, 0) AS k "
        "FROM unnest(CAST(:ids AS text[])) AS i ORDER BY k) AS ordered"
    )
)
Loader = Callable[[UUID, Sequence[str]], Mapping[str, Mapping[str, Any]]]
_loaders: dict[str, Loader] = {}

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
    Column("gone_at", UtcDateTime),
    Index("ix_sync_feed_subject_coll_seq", "subject", "coll", "seq", unique=True),
    Index("ix_sync_feed_gone_at", "gone_at", sqlite_where=text("gone"), postgresql_where=text("gone")),
)
sync_pruned = Table(
    "sync_pruned",
    Base.metadata,
    Column("subject", String(60), primary_key=True),
    Column("coll", String(20), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One document that one recipient must learn of; `gone` means it left his scope."""

    subject: str
    coll: str
    doc_id: str
    gone: bool


class Position(NamedTuple):
    """Where a document stands in a recipient's feed."""

    doc_id: str
    seq: int
    gone: bool
    coll: str


PERSON = "person:"


def person(person_id: UUID) -> str:
    """Return the recipient that every phone of a person follows."""
    return f"{PERSON}{person_id}"


def device(device_id: UUID) -> str:
    """Return the recipient that one phone follows (acknowledgements)."""
    return f"device:{device_id}"


def publish(subject: str, coll: str, doc_id: str, *, gone: bool = False) -> None:
    """Tell a recipient, at the end of this transaction, that a document changed or left his scope."""
    pending: dict[tuple[str, str, str], Change] = db.session.info.setdefault(PENDING, {})
    pending.pop((subject, coll, doc_id), None)
    pending[subject, coll, doc_id] = Change(subject, coll, doc_id, gone)


def serves(coll: str) -> Callable[[Loader], Loader]:
    """Register how the documents of a collection are loaded for a person: (person id, document ids) → id → document."""

    def register(loader: Loader) -> Loader:
        _loaders[coll] = loader
        return loader

    return register


def documents(coll: str, person_id: UUID, doc_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return id → document for a person; a document its slice no longer gives him is left out."""
    loader = _loaders.get(coll)
    return loader(person_id, doc_ids) if loader is not None and doc_ids else {}


def positions(session: Session, subjects: Sequence[str], coll: str, *, after: int, limit: int) -> list[Position]:
    """Return up to limit positions of a collection above `after`, in order, in one statement."""
    return news(session, subjects, [coll], after=after, limit=limit)


def news(session: Session, subjects: Sequence[str], colls: Sequence[str], *, after: int, limit: int) -> list[Position]:
    """Return up to limit positions of several collections above `after`, in one order, in one statement."""
    return page(session, subjects, colls, after=after, limit=limit)[0]


def page(
    session: Session, subjects: Sequence[str], colls: Sequence[str], *, after: int, limit: int
) -> tuple[list[Position], int]:
    """Return the news, and what `pruned` tells of the same moment."""
    values = {**_numbered("subject", subjects), **_numbered("coll", colls), "after": after, "most": limit}
    rows = _news(len(subjects), len(colls)).rows(session.connection(), **values)
    lost = rows[0][4] if rows else pruned(session, subjects, colls)
    return [Position(*row[:4]) for row in rows], lost or 0


@cache
def _news(subjects: int, colls: int) -> Prepared:
    at, lost = sync_feed.c, sync_pruned.c
    own, these = _names("subject", subjects), _names("coll", colls)
    newest_lost = select(func.max(lost.seq)).where(lost.subject.in_(own), lost.coll.in_(these)).scalar_subquery()
    query = select(at.doc_id, at.seq, at.gone, at.coll, newest_lost)
    above = at.seq > bindparam("after", type_=BigInteger)
    query = query.where(at.subject.in_(own), at.coll.in_(these), above).order_by(at.seq)
    return Prepared(query.limit(bindparam("most", type_=Integer)))


def _names(word: str, count: int) -> list[BindParameter[str]]:
    return [bindparam(f"{word}_{number}", type_=String) for number in range(count)]


def _numbered(word: str, values: Sequence[str]) -> dict[str, str]:
    return {f"{word}_{number}": value for number, value in enumerate(values)}


def heads(session: Session, subjects: Sequence[str]) -> dict[str, int]:
    """Return collection → newest position for these recipients."""
    at = sync_feed.c
    query = select(at.coll, func.max(at.seq)).where(at.subject.in_(subjects)).group_by(at.coll)
    return {str(coll): int(seq) for coll, seq in session.execute(query)}


def newest(session: Session) -> int:
    """Return the newest position given to anybody."""
    return session.scalar(select(sync_clock.c.seq).where(sync_clock.c.id == 1)) or 0


def pruned(session: Session, subjects: Sequence[str], colls: Sequence[str]) -> int:
    """Return the position of the newest tombstone no longer kept for these recipients and collections, else 0."""
    at = sync_pruned.c
    query = select(func.max(at.seq)).where(at.subject.in_(subjects), at.coll.in_(colls))
    return session.scalar(query) or 0


def has_tombstones(session: Session, *, before: datetime) -> bool:
    """Tell whether there are tombstones older than `before`."""
    at = sync_feed.c
    return session.execute(select(at.seq).where(at.gone, at.gone_at < before).limit(1)).first() is not None


def prune(session: Session, *, before: datetime, limit: int) -> int:
    """Give up tombstones older than `before`, at most `limit`; return how many. Needs a write transaction.

    A phone that has not come since is told to start again (see `pruned`).
    """
    at = sync_feed.c
    old = select(at.subject, at.coll, at.doc_id, at.seq).where(at.gone, at.gone_at < before).limit(limit)
    rows = session.execute(old).all()
    for row in rows:
        session.execute(
            sync_feed.delete().where(at.subject == row.subject, at.coll == row.coll, at.doc_id == row.doc_id)
        )
        session.execute(_GIVE_UP, {"subject": row.subject, "coll": row.coll, "seq": row.seq})
    return len(rows)


def lock_ids(session: Session, coll: str, doc_ids: Sequence[str]) -> None:
    """Hold these ids until the end of the transaction, present or not; taken in one order, so nobody waits in a ring.

    SQLite has one writer at a time and needs no such lock.
    """
    if not doc_ids or session.get_bind().dialect.name != "postgresql":
        return
    _LOCK.rows(session.connection(), coll=coll, ids=sorted(set(doc_ids)))


def epoch(session: Session) -> str | None:
    """Return the epoch in force, None before the first."""
    return session.scalar(select(sync_clock.c.epoch).where(sync_clock.c.id == 1))


def begin_epoch(session: Session) -> str:
    """Return the epoch in force, beginning the first one when there is none. Needs a write transaction."""
    _advance(session.connection(), 0)
    return epoch(session) or ""


def rotate_epoch(session: Session) -> str:
    """Begin a new epoch: every phone starts again from zero. For a restored database. Needs a write transaction."""
    begin_epoch(session)
    fresh = str(clock.new_id())
    session.execute(sync_clock.update().where(sync_clock.c.id == 1).values(epoch=fresh))
    return fresh


@before_commit(20)
def _take_positions(session: Session) -> None:
    pending: dict[Any, Change] = session.info.pop(PENDING, {})
    if not pending:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql" and _advance_and_place(connection, list(pending.values())):
        return
    last = _advance(connection, len(pending))
    now = clock.now()
    rows = [
        {
            "subject": c.subject, "coll": c.coll, "doc_id": c.doc_id, "gone": c.gone,
            "gone_at": now if c.gone else None, "seq": last - len(pending) + n,
        }
        for n, c in enumerate(pending.values(), start=1)
    ]  # fmt: skip
    _PLACE.run_each(connection, rows)


def _advance_and_place(connection: Connection, changes: Sequence[Change]) -> bool:
    """Do both in one statement; tell whether there was a counter to take positions from."""
    told = {
        "n": len(changes), "now": clock.now(), "subjects": [c.subject for c in changes],
        "colls": [c.coll for c in changes], "doc_ids": [c.doc_id for c in changes], "gone": [c.gone for c in changes],
    }  # fmt: skip
    return _ADVANCE_AND_PLACE.run(connection, **told) > 0


def _advance(connection: Connection, count: int) -> int:
    advanced = _ADVANCE.row(connection, n=count)
    if advanced is None:
        connection.execute(
            text("INSERT INTO sync_clock (id, seq, epoch) VALUES (1, 0, :epoch) ON CONFLICT (id) DO NOTHING"),
            {"epoch": str(clock.new_id())},
        )
        advanced = _ADVANCE.row(connection, n=count)
    return int(advanced[0]) if advanced else 0
