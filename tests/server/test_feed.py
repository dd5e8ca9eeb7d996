"""The feed: positions are dense, follow the order of commits, and nobody reading behind a cursor misses one."""

import threading
from uuid import UUID

import pytest
import sqlalchemy as sa

from server import clock, feed
from server.db import begin_write, db

ME, OTHER = feed.person(UUID(int=1)), feed.person(UUID(int=2))


def tell(*doc_ids, subject=ME, coll="stops", gone=False):
    begin_write()
    for one in doc_ids:
        feed.publish(subject, coll, one, gone=gone)
    db.session.commit()


def read(after=0, limit=100, subjects=(ME,), coll="stops"):
    return feed.positions(db.session(), subjects, coll, after=after, limit=limit)


class TestPublish:
    def test_gives_dense_positions_in_order(self, in_app):
        tell("a", "b")
        tell("c")
        assert [(p.doc_id, p.seq, p.gone) for p in read()] == [("a", 1, False), ("b", 2, False), ("c", 3, False)]

    def test_moves_a_document_to_its_newest_position(self, in_app):
        tell("a", "b")
        tell("a", gone=True)
        assert [(p.doc_id, p.seq, p.gone) for p in read()] == [("b", 2, False), ("a", 3, True)]

    def test_takes_one_position_for_one_document_in_one_transaction(self, in_app):
        tell("a", "b", "a")
        assert [(p.doc_id, p.seq) for p in read()] == [("b", 1), ("a", 2)]

    def test_gives_the_numbers_back_when_the_transaction_fails(self, in_app):
        begin_write()
        feed.publish(ME, "stops", "lost")
        db.session.rollback()
        tell("a")
        assert [(p.doc_id, p.seq) for p in read()] == [("a", 1)]

    def test_keeps_recipients_and_collections_apart(self, in_app):
        tell("a")
        tell("b", subject=OTHER)
        tell("c", coll="cards")
        assert [p.doc_id for p in read()] == ["a"]
        assert [p.doc_id for p in read(subjects=(ME, OTHER))] == ["a", "b"]


class TestPositions:
    def test_gives_at_most_the_limit_after_the_cursor(self, in_app):
        tell(*"abcde")
        assert [p.doc_id for p in read(after=1, limit=2)] == ["b", "c"]


class TestHeads:
    def test_gives_the_newest_of_each_collection(self, in_app):
        tell("a", "b")
        tell("c", coll="cards")
        tell("d", subject=OTHER)
        assert feed.heads(db.session(), [ME]) == {"stops": 2, "cards": 3}
        assert feed.newest(db.session()) == 4

    def test_is_empty_before_anything(self, in_app):
        assert (feed.heads(db.session(), [ME]), feed.newest(db.session())) == ({}, 0)


class TestServes:
    def test_registers_who_loads_a_collection(self, in_app, monkeypatch):
        monkeypatch.setattr(feed, "_loaders", {})
        feed.serves("stops")(lambda person_id, ids: {i: {"id": i, "of": str(person_id)} for i in ids})
        assert feed.documents("stops", UUID(int=1), ["a"]) == {"a": {"id": "a", "of": str(UUID(int=1))}}
        assert feed.documents("stops", UUID(int=1), []) == {}
        assert feed.documents("cards", UUID(int=1), ["a"]) == {}


class TestBeginEpoch:
    def test_begins_once(self, in_app):
        assert feed.epoch(db.session()) is None
        begin_write()
        first = feed.begin_epoch(db.session())
        db.session.commit()
        begin_write()
        assert feed.begin_epoch(db.session()) == first == feed.epoch(db.session())


class TestRotateEpoch:
    def test_changes_the_epoch_and_keeps_the_count(self, in_app):
        tell("a")
        before = feed.epoch(db.session())
        begin_write()
        after = feed.rotate_epoch(db.session())
        db.session.commit()
        assert after != before
        assert (feed.epoch(db.session()), feed.newest(db.session())) == (after, 1)


class Follower(threading.Thread):
    """Reads behind its own cursor while others write, as a phone does."""

    def __init__(self, app, done):
        super().__init__()
        self.app, self.done, self.seen, self.fault = app, done, [], None

    def run(self):
        cursor = 0
        with self.app.app_context():
            while True:
                is_over = self.done.is_set()
                db.session.rollback()
                page = read(after=cursor, limit=7)
                self.seen += [p.doc_id for p in page]
                cursor = page[-1].seq if page else cursor
                if not page and is_over:
                    break
            db.session.remove()


def write_many(app, worker, faults):
    with app.app_context():
        for n in range(25):
            try:
                tell(f"{worker}-{n}")
            except sa.exc.DBAPIError as fault:
                db.session.rollback()
                faults.append(fault)
        db.session.remove()


class TestConcurrency:
    def test_lets_no_reader_miss_a_document(self, app):
        done, faults = threading.Event(), []
        follower = Follower(app, done)
        follower.start()
        writers = [threading.Thread(target=write_many, args=(app, worker, faults)) for worker in range(4)]
        for one in writers:
            one.start()
        for one in writers:
            one.join()
        done.set()
        follower.join()
        assert faults == []
        assert sorted(follower.seen) == sorted(f"{w}-{n}" for w in range(4) for n in range(25))
        with app.app_context():
            assert [p.seq for p in read(limit=1000)] == list(range(1, 101))
            db.session.remove()


class TestLockIds:
    @pytest.mark.parametrize("ids", [[], ["a"], ["b", "a", "a"]], ids=str)
    def test_may_be_taken_again_by_the_same_transaction(self, in_app, ids):
        begin_write()
        feed.lock_ids(db.session(), "records", ids)
        feed.lock_ids(db.session(), "records", list(reversed(ids)))
        db.session.commit()

    def test_leaves_no_lock_behind(self, in_app):
        for _ in range(2):
            begin_write()
            feed.lock_ids(db.session(), "records", [str(clock.new_id())])
            db.session.rollback()
