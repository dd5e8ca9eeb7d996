"""Every record that is taken in has its leaf, in the same transaction and in the right chain."""

from uuid import UUID

import pytest
from sqlalchemy import select, text

from server import clock, jobs
from server.db import begin_write, db
from server.devices import handover, leaves
from server.transparency import leaves as waiting
from server.transparency import reading
from server.transparency.tables import log_leaf
from server.visits import intake
from server.visits.models import Record
from sync import leaf
from tests.owner import begin_as_owner


def refs():
    return set(db.session.scalars(select(log_leaf.c.ref).where(log_leaf.c.kind == "record")))


def taken():
    return {f"record:{one}" for one in db.session.scalars(select(Record.id).where(Record.taken_in_at.is_not(None)))}


@pytest.fixture
def paused(monkeypatch):
    """The chores wait until the test runs them."""
    monkeypatch.setattr(jobs, "_chores", [])


class TestAdd:
    def test_makes_a_leaf_of_every_record_that_says_its_hash(self, in_app, phone):
        phone.push(phone.rows(3))
        assert refs() == taken() != set()
        for row in db.session.scalars(select(Record)):
            stood = reading.stood([f"record:{row.id}"])[f"record:{row.id}"]
            assert leaf.read(stood.data).hash == row.hash

    def test_puts_records_about_no_case_in_a_chain_of_their_phone(self, in_app, phone):
        phone.push(phone.rows(2))
        tag = waiting.tag_apart(f"device:{phone.device}")
        assert [one.number for one in map(leaf.read, (s.data for s in reading.of_tag(tag)))] == [1, 2]

    def test_waits_with_the_record_until_it_is_handed_over(self, in_app, phone, paused):
        phone.push(phone.rows(2))
        assert (refs(), handover.waiting(), leaves.missing()) == (set(), 2, 0)
        assert handover.hand_over(clock.now()) == 2
        db.session.commit()
        assert refs() == taken() != set()

    def test_is_undone_with_the_hand_over(self, in_app, phone, paused):
        phone.push(phone.rows(2))
        handover.hand_over(clock.now())
        db.session.rollback()
        assert (refs(), taken(), handover.waiting()) == (set(), set(), 2)

    def test_logs_a_record_that_no_visit_would_take(self, in_app, phone, paused, monkeypatch):
        monkeypatch.setattr(intake, "store", lambda *_a, **_k: 1 / 0)
        phone.push(phone.rows(2))
        handover.hand_over(clock.now())
        db.session.commit()
        assert refs() == taken()
        assert len(refs()) == 2


class TestAddMissing:
    def test_adds_what_was_taken_in_before_there_was_a_log(self, in_app, phone):
        phone.push(phone.rows(3))
        begin_as_owner()
        for table in ("log_leaf", "log_tile", "log_checkpoint", "log_chain", "log_told"):
            db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        db.session.commit()
        assert leaves.missing() == 3
        begin_write()
        assert leaves.add_missing() == 3
        db.session.commit()
        assert (leaves.missing(), leaves.add_missing()) == (0, 0)
        assert refs() == taken()
        assert all(UUID(ref.removeprefix("record:")) for ref in refs())
