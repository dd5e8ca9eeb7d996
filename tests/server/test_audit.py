"""The chain of actions."""

import sqlalchemy as sa

from server import audit, clock
from server.audit import AuditEvent
from server.db import begin_write, db
from tests.owner import begin_as_owner


def act(*names):
    begin_write()
    for name in names:
        audit.note(name, "thing:1", actor_id=None, n=1)
    db.session.commit()


class TestNote:
    def test_numbers_and_chains_the_rows(self, in_app):
        act("a", "b")
        act("c")
        rows = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq)).all()
        assert [row.seq for row in rows] == [1, 2, 3]
        assert [row.prev for row in rows[1:]] == [row.hash for row in rows[:-1]]

    def test_is_not_written_when_the_transaction_fails(self, in_app):
        begin_write()
        audit.note("a", "thing:1", actor_id=None)
        db.session.rollback()
        act("b")
        assert audit.count(db.session()) == 1


class TestVerify:
    def test_holds_for_what_was_written(self, in_app):
        act("a", "b", "c")
        assert audit.verify(db.session()) is None

    def test_names_the_row_that_was_changed(self, in_app):
        act("a", "b", "c")
        begin_as_owner()
        db.session.execute(sa.update(AuditEvent).where(AuditEvent.seq == 2).values(action="x"))
        assert audit.verify(db.session()) == "broken at row 2"

    def test_notices_a_row_taken_out(self, in_app):
        act("a", "b", "c")
        begin_as_owner()
        db.session.execute(sa.delete(AuditEvent).where(AuditEvent.seq == 2))
        assert audit.verify(db.session()) == "row 2 is missing"

    def test_looks_at_the_newest_rows_only_when_told(self, in_app):
        act("a", "b", "c")
        begin_as_owner()
        db.session.execute(sa.update(AuditEvent).where(AuditEvent.seq == 1).values(action="x"))
        assert audit.verify(db.session(), newest=2) is None
        assert audit.verify(db.session(), newest=3) == "broken at row 1"

    def test_covers_the_time(self, in_app):
        act("a")
        begin_as_owner()
        db.session.execute(sa.update(AuditEvent).values(at=clock.now()))
        assert audit.verify(db.session()) == "broken at row 1"


class TestSavepoints:
    def test_a_failed_savepoint_takes_only_its_own_notes_with_it(self, in_app):
        begin_write()
        audit.note("before", "thing:1", actor_id=None)
        savepoint = db.session.begin_nested()
        audit.note("inside", "thing:1", actor_id=None)
        savepoint.rollback()
        audit.note("after", "thing:1", actor_id=None)
        db.session.commit()
        rows = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.seq)).all()
        assert rows == ["before", "after"]

    def test_a_released_savepoint_writes_nothing_yet(self, in_app):
        begin_write()
        with db.session.begin_nested():
            audit.note("inside", "thing:1", actor_id=None)
        assert audit.count(db.session()) == 0
        db.session.commit()
        assert audit.count(db.session()) == 1
