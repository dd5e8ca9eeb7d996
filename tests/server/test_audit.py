"""The chain of actions."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from server import audit
from server.audit import AuditEvent
from server.db import begin_write, db
from tests.owner import begin_as_owner

SOMEBODY, OTHER = (UUID(f"01a20000-0000-7000-8000-00000000000{n}") for n in (1, 2))


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

    @pytest.mark.parametrize("changed", [
        {"at": datetime(2026, 12, 2, 1, tzinfo=UTC)}, {"actor_id": None}, {"actor_id": OTHER}, {"action": "x"},
        {"subject": "thing:2"}, {"creditor_id": None}, {"creditor_id": OTHER}, {"facts": {"n": 2}}, {"facts": {}},
        {"facts": {"n": 2**60}}, {"prev": "missing"}, {"prev": audit.GENESIS}, {"hash": "x"},
    ], ids=str)  # fmt: skip
    def test_covers_every_column(self, in_app, changed):
        act("a")
        begin_write()
        audit.note("b", "thing:1", actor_id=SOMEBODY, creditor_id=SOMEBODY, n=1)
        db.session.commit()
        act("c")
        assert audit.verify(db.session()) is None
        begin_as_owner()
        db.session.execute(sa.update(AuditEvent).where(AuditEvent.seq == 2).values(**changed))
        assert audit.verify(db.session()) == "broken at row 2"

    @pytest.mark.parametrize("written", ["{", "\\xff", '{"n": NaN}', '{"n": "\\ud800"}', "[1, 2", ""])
    def test_names_a_row_whose_facts_no_json_are(self, in_app, engine_name, written):
        if engine_name == "postgres":
            pytest.skip("PostgreSQL keeps JSON only")
        act("a", "b", "c")
        begin_as_owner()
        db.session.execute(sa.text("UPDATE audit_event SET facts = :written WHERE seq = 2"), {"written": written})
        assert audit.verify(db.session()) == "broken at row 2"

    def test_holds_for_facts_of_any_kind(self, in_app):
        begin_write()
        for value in (1.0, 0.1, 2.5e-7, -0.0, 2**53 - 1, None, True, '外访\n\u2028\x7f"/', [{"b": 1, "a": [0.5]}]):
            audit.note("a", "thing:1", actor_id=None, value=value)
        audit.note("a", "thing:“1”", actor_id=None, **{"\ufb01": 1, "😀": 2, "é": 3, "a": 4})
        db.session.commit()
        assert audit.verify(db.session()) is None
        assert audit.count(db.session()) == 10

    def test_names_the_row_after_one_whose_hash_was_made_right_again(self, in_app):
        act("a", "b", "c")
        begin_as_owner()
        forged = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.seq == 2)).one()
        body = forged.body() | {"action": "x"}
        changed = {"action": "x", "hash": audit.digest(forged.prev, body)}
        db.session.execute(sa.update(AuditEvent).where(AuditEvent.seq == 2).values(**changed))
        assert audit.verify(db.session()) == "broken at row 3"

    def test_takes_rows_page_by_page(self, in_app, monkeypatch):
        monkeypatch.setattr(audit, "PAGE", 2)
        act(*"abcdefg")
        assert audit.verify(db.session()) is None
        begin_as_owner()
        db.session.execute(sa.delete(AuditEvent).where(AuditEvent.seq == 4))
        assert audit.verify(db.session()) == "row 4 is missing"


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
