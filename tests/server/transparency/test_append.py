"""Appending: dense, once, in one transaction, and under a root that everybody can compute."""

import pytest
from sqlalchemy import func, select, text

from server import config
from server.db import begin_write, db
from server.transparency import append, leaves, reading
from server.transparency.leaves import Waiting
from server.transparency.tables import log_checkpoint, log_leaf, log_tile
from sync import leaf, tlog
from tests.server.transparency.conftest import AT

ONE = Waiting("paper:x", "0" * 32, "paper", "c" * 64, "2026-12-02T01:00:00.000Z")


def naive_root():
    return tlog.root_of([tlog.leaf_hash(one.data) for one in reading.entries(0, reading.size())])


def newest():
    key = config.current().log_key.public_key()
    return tlog.read_checkpoint(reading.newest_note(), origin=reading.origin(), key=key)


class TestAppendWaiting:
    def test_signs_the_root_that_the_leaves_give_batch_after_batch(self, grow):
        for n in (1, 2, 255, 1, 300):
            grow(n)
            assert (newest().size, newest().root) == (reading.size(), naive_root())
        assert newest().size == 559

    def test_gives_dense_indexes_and_a_chain_for_each_tag(self, grow):
        grow(3, tag="aa" * 16)
        grow(2, tag="bb" * 16)
        grow(2, tag="aa" * 16)
        told = [leaf.read(one.data) for one in reading.entries(0, 7)]
        assert [one.index for one in reading.entries(0, 7)] == list(range(7))
        assert [(one.tag[:2], one.number) for one in told] == [
            ("aa", 1), ("aa", 2), ("aa", 3), ("bb", 1), ("bb", 2), ("aa", 4), ("aa", 5),
        ]  # fmt: skip
        hashes = [tlog.leaf_hash(one.data).hex() for one in reading.entries(0, 7)]
        before = leaf.BEFORE_FIRST
        assert [one.prev for one in told] == [before, hashes[0], hashes[1], before, hashes[3], hashes[2], hashes[5]]

    def test_takes_a_thousand_at_most(self, grow):
        assert (grow(1001).size, leaves.waiting()) == (1000, 1)
        assert (grow(0).size, leaves.waiting()) == (1001, 0)

    def test_does_nothing_when_nothing_waits(self, grow):
        assert not append.is_due()
        assert grow(0) is None
        assert reading.size() == 0

    def test_never_logs_a_thing_twice(self, grow):
        grow(2)
        begin_write()
        again = db.session.execute(select(log_leaf).where(log_leaf.c.ref == "record:1")).one()
        leaves.add([Waiting("record:1", again.tag, "record", "f" * 64, again.at)])
        db.session.commit()
        assert leaves.waiting() == 0
        assert append.append_waiting(AT) is None

    def test_takes_the_anchor_along_once(self, grow):
        grow(1)
        append.append_waiting(AT, anchor=ONE)
        db.session.commit()
        assert reading.stood(["paper:x"])["paper:x"].index == 1
        assert append.append_waiting(AT, anchor=ONE) is None

    def test_tells_each_recipient_which_checkpoint_it_saw_before(self, grow):
        assert grow(2, tell="device:a").recipients == ("device:a",)
        grow(3)
        grow(1, tell="device:a")
        rows = db.session.execute(text("SELECT recipient, size, since FROM log_told ORDER BY size")).all()
        assert [tuple(row) for row in rows] == [("device:a", 2, 0), ("device:a", 6, 2)]


class TestACrash:
    @pytest.mark.parametrize("where", ["_place", "_sign"])
    def test_loses_nothing_and_doubles_nothing(self, grow, monkeypatch, where):
        grow(5)
        before = reading.newest_note()
        begin_write()
        leaves.add([ONE])
        db.session.commit()
        kept = getattr(append, where)

        def die(*args, **kwargs):
            kept(*args, **kwargs)
            raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr(append, where, die)
            with pytest.raises(KeyboardInterrupt):
                append.append_waiting(AT)
            db.session.rollback()
        assert (reading.newest_note(), reading.size(), leaves.waiting()) == (before, 5, 1)
        assert grow(0).size == 6
        assert newest().root == naive_root()

    def test_takes_the_leaf_away_with_the_action_that_failed(self, in_app):
        begin_write()
        leaves.add([ONE])
        db.session.rollback()
        assert leaves.waiting() == 0

    def test_writes_each_tile_once_however_often_it_grew(self, grow):
        for _ in range(4):
            grow(100)
        assert db.session.scalar(select(func.count()).select_from(log_tile)) == 3
        assert db.session.scalar(select(func.count()).select_from(log_checkpoint)) == 4
