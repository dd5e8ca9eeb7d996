"""A reader behind the shipped cursor misses nothing; behind a naive one it does, in the same test."""

from sqlalchemy import select

from bench.faults import cursor
from server import feed
from server.db import db

LASTS_S, WRITERS = 4, 8


def naive_cursors(engine_name):
    """Return the cursors that must err. SQLite has no sequence, and numbers its one writer takes are in order."""
    return [cursor.arrival()] if engine_name == "sqlite" else [cursor.arrival(), cursor.sequence()]


class TestRace:
    def test_misses_nothing_where_a_naive_cursor_does(self, app, engine_name):
        for naive in naive_cursors(engine_name):
            wrong = cursor.race(app, naive, writers=WRITERS, lasts_s=LASTS_S, seed=7)
            assert wrong.missed, f"{naive.name} missed none of {len(wrong.committed)}: the test does not bite"

        right = cursor.race(app, cursor.shipped(), writers=WRITERS, lasts_s=LASTS_S, seed=7)
        assert len(right.committed) >= 2 * WRITERS
        assert not right.missed
        assert right.is_dense
        with app.app_context():
            stored = db.session.scalars(select(feed.sync_feed.c.seq).order_by(feed.sync_feed.c.seq)).all()
            assert stored == list(range(1, len(right.committed) + 1))
            assert feed.newest(db.session()) == len(right.committed)
