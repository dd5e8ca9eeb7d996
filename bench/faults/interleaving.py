"""Random write transactions, interleaved at statement boundaries, and a reader: does the feed follow the commits?

The model is a list: whoever commits first has his documents first. Beside the shipped feed each writer keeps an early
one, whose number is taken before its transaction; over the same interleavings that one must lose rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from flask import Flask
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from bench.faults import tables
from bench.faults.schedule import Scheduler, gate
from server import feed
from server.db import begin_write, db

ME, COLL, PAGE = feed.person(UUID(int=0x51)), "stops", 3
DOCUMENTS, MOST_WRITERS, FEW = 6, 8, 4
ROLLED_BACK = 0.15


@dataclass(slots=True)
class Found:
    """What one seed showed: how the shipped feed differs from the commits, and what the early cursor lost."""

    steps: int
    writers: int
    differences: list[str]
    early_missed: int


@dataclass(slots=True)
class _Reader:
    """A follower of a cursor and what it holds."""

    page: Callable[[int], Sequence[tuple[int, str]]]
    after: int = 0
    held: dict[str, int] = field(default_factory=dict)
    is_in_order: bool = True

    def look(self) -> bool:
        """Read one page; return whether anything came."""
        found = self.page(self.after)
        for seq, doc_id in found:
            self.is_in_order &= seq > self.after
            self.after = seq
            self.held[doc_id] = seq
        return bool(found)


def prepare(app: Flask) -> None:
    """Make the tables of the early cursor. Once for a database."""
    with app.app_context():
        tables.make(
            "CREATE TABLE early_clock (seq BIGINT)",
            "INSERT INTO early_clock VALUES (0)",
            "CREATE TABLE early (seq BIGINT, doc_id VARCHAR(40))",
        )


def play(app: Flask, *, seed: int) -> Found:
    """Play one seed from an empty feed."""
    rng = Random(seed)
    committed: list[list[str]] = []
    early: set[str] = set()
    with app.app_context():
        _empty()
    writers = rng.randint(2, MOST_WRITERS)
    tasks = [_task(Random(f"{seed} {n}"), n, committed, early, most=1 + (writers <= FEW)) for n in range(writers)]
    scheduler = Scheduler(app, rng=rng)
    with app.app_context(), Session(db.engine) as session:
        ours, naive = (
            _Reader(lambda after: _shipped_page(session, after)),
            _Reader(lambda after: _early(session, after)),
        )

        def look() -> None:
            if rng.random() < 1 / 3:
                session.rollback()
                ours.look(), naive.look()

        scheduler.run(tasks, between=look)
        session.rollback()
        while ours.look() | naive.look():
            pass
        stored = {row.doc_id: row.seq for row in session.execute(select(feed.sync_feed))}
    return Found(scheduler.steps, len(tasks), _differences(committed, stored, ours), len(early - set(naive.held)))


def _differences(committed: Sequence[Sequence[str]], stored: dict[str, int], reader: _Reader) -> list[str]:
    """Return how feed and reader differ from the order of the commits; nothing when they agree."""
    model = {doc_id: seq for seq, doc_id in enumerate((one for docs in committed for one in docs), start=1)}
    found = [] if reader.is_in_order else ["the reader got positions out of order"]
    if stored != model:
        found.append(f"feed {stored}, commits {model}")
    if reader.held != stored:
        found.append(f"reader {reader.held}, feed {stored}")
    return found


def _task(rng: Random, number: int, committed: list[list[str]], early: set[str], *, most: int) -> Callable[[], None]:
    def write() -> None:
        for count in range(rng.randint(1, most)):
            docs = sorted({f"d{rng.randrange(DOCUMENTS)}" for _ in range(rng.randint(1, 3))})
            is_kept, own = rng.random() >= ROLLED_BACK, f"{number}-{count}"
            taken = _take_early()
            gate()
            begin_write()
            feed.lock_ids(db.session(), "records", docs)
            db.session.execute(text("INSERT INTO early VALUES (:seq, :doc_id)"), {"seq": taken, "doc_id": own})
            for doc_id in docs:
                feed.publish(ME, COLL, doc_id)
            if not is_kept:
                db.session.rollback()
                continue
            db.session.commit()
            committed.append(docs)  # one writer runs at a time: this is the order of the commits
            early.add(own)

    return write


def _take_early() -> int:
    """Take a number before the transaction, as a sequence in another store would give it."""
    with db.engine.execution_options(doorstep_write=True).begin() as connection:
        return int(connection.execute(text("UPDATE early_clock SET seq = seq + 1 RETURNING seq")).scalar_one())


def _empty() -> None:
    begin_write()
    feed.begin_epoch(db.session())
    db.session.execute(delete(feed.sync_feed))
    db.session.execute(text("DELETE FROM early"))
    db.session.execute(feed.sync_clock.update().values(seq=0))
    db.session.commit()


def _shipped_page(session: Session, after: int) -> list[tuple[int, str]]:
    return [(one.seq, one.doc_id) for one in feed.positions(session, [ME], COLL, after=after, limit=PAGE)]


def _early(session: Session, after: int) -> list[tuple[int, str]]:
    query = text("SELECT seq, doc_id FROM early WHERE seq > :after ORDER BY seq LIMIT :limit")
    return [(row.seq, row.doc_id) for row in session.execute(query, {"after": after, "limit": PAGE})]
