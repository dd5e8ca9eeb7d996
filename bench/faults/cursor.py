"""Does a reader who follows a cursor miss a row? Writers at once on the shipped feed, and on naive cursors beside it.

A naive cursor is one whose position is taken early: from a sequence, or from the clock as the request arrives. It must
miss rows in the same run, else the run proves nothing about the shipped one.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from bench.faults import tables
from server import feed
from server.db import begin_write, db

ME, COLL, PAGE = feed.person(UUID(int=0xC0)), "stops", 50
MOST_PAUSE_S = 0.004
Row = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Cursor:
    """One way of writing rows behind which a reader follows.

    prepare makes its table; write adds one document in a transaction of its own and pauses inside it; page reads up to
    PAGE rows above a position.
    """

    name: str
    prepare: Callable[[], None]
    write: Callable[[str, Callable[[], None]], None]
    page: Callable[[int], Sequence[Row]]


@dataclass(slots=True)
class Tally:
    """What one run saw: committed and read documents, and positions the reader found out of turn."""

    committed: set[str] = field(default_factory=set)
    read: list[Row] = field(default_factory=list)

    @property
    def missed(self) -> set[str]:
        """Committed documents the reader never got."""
        return self.committed - {doc_id for _, doc_id in self.read}

    @property
    def is_dense(self) -> bool:
        """Did every row come at the position right after the one before it, from 1 on?"""
        return [position for position, _ in self.read] == list(range(1, len(self.read) + 1))


def race(app: Flask, cursor: Cursor, *, writers: int, lasts_s: float, seed: int) -> Tally:
    """Let writers commit and a reader follow at the same time; at the end the reader reads on until nothing comes."""
    with app.app_context():
        cursor.prepare()
    tally, stop, ends_s = Tally(), threading.Event(), time.monotonic() + lasts_s

    def write(number: int) -> None:
        rng = Random(f"{seed} {number}")
        with app.app_context():
            count = 0
            while time.monotonic() < ends_s:
                doc_id = f"{number}-{count}"
                cursor.write(doc_id, lambda: time.sleep(rng.random() * MOST_PAUSE_S))
                tally.committed.add(doc_id)
                count += 1

    reader = threading.Thread(target=_follow, args=(app, cursor, tally, stop))
    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    reader.join()
    return tally


def _follow(app: Flask, cursor: Cursor, tally: Tally, stop: threading.Event) -> None:
    after = 0
    with app.app_context():
        while True:
            was_over = stop.is_set()
            db.session.rollback()
            page = cursor.page(after)
            tally.read.extend(page)
            after = page[-1][0] if page else after
            if was_over and not page:
                return


def shipped() -> Cursor:
    """Return the feed as it ships: `publish`, positions taken by the last statement."""

    def write(doc_id: str, pause: Callable[[], None]) -> None:
        begin_write()
        feed.publish(ME, COLL, doc_id)
        pause()
        db.session.commit()

    def page(after: int) -> list[Row]:
        found = feed.positions(db.session(), [ME], COLL, after=after, limit=PAGE)
        return [(one.seq, one.doc_id) for one in found]

    return Cursor("shipped", _begin, write, page)


def sequence() -> Cursor:
    """Return a cursor over a PostgreSQL sequence: its numbers follow the order of the inserts, not of the commits."""

    def write(doc_id: str, pause: Callable[[], None]) -> None:
        begin_write()
        _insert(doc_id, "nextval('naive_seq')")
        pause()
        db.session.commit()

    return Cursor("sequence", lambda: _make_naive("CREATE SEQUENCE naive_seq"), write, _naive_page)


def arrival() -> Cursor:
    """Return a cursor over `updated_at` as the request arrives, before its turn to write: it errs on SQLite too."""

    def write(doc_id: str, pause: Callable[[], None]) -> None:
        arrived_us = time.monotonic_ns() // 1000
        begin_write()
        _insert(doc_id, str(arrived_us))
        pause()
        db.session.commit()

    return Cursor("arrival", _make_naive, write, _naive_page)


def _begin() -> None:
    begin_write()
    feed.begin_epoch(db.session())
    db.session.commit()


def _make_naive(*more: str) -> None:
    tables.make("DROP TABLE IF EXISTS naive", "CREATE TABLE naive (at BIGINT, doc_id VARCHAR(40))", *more)


def _insert(doc_id: str, position: str) -> None:
    db.session.execute(text(f"INSERT INTO naive VALUES ({position}, :doc_id)"), {"doc_id": doc_id})  # noqa: S608  # ours


def _naive_page(after: int) -> list[Row]:
    query = text("SELECT at, doc_id FROM naive WHERE at > :after ORDER BY at LIMIT :limit")
    return [(row.at, row.doc_id) for row in db.session.execute(query, {"after": after, "limit": PAGE})]
