"""A server's or a phone's clock is wrong by more than a year, and put right again: nothing is lost by it."""

import time
import uuid
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from bench.faults.inprocess import Wire
from bench.faults.judge import judge
from bench.faults.phones import issue_codes
from server import clock, jobs
from server.db import begin_write, db
from server.jobs import Job, JobState
from server.transparency import check
from server.visits.models import Visit
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Line
from sync.phone.visit import Photo, arrive


class Moving:
    """The clocks of a phone and of its server, each as wrong as it is told to be."""

    def __init__(self, monkeypatch):
        self.phone, self._wrong_by, self._patch = timedelta(), timedelta(), monkeypatch

    def server(self, wrong_by):
        self._wrong_by = wrong_by
        self._patch.setattr(clock, "_shift", wrong_by)

    def now(self):
        """Return what the phone believes."""
        return clock.now() - self._wrong_by + self.phone


@pytest.fixture
def clocks(monkeypatch):
    return Moving(monkeypatch)


@pytest.fixture
def store(tmp_path):
    return tmp_path / "phone.db"


@pytest.fixture
def phone(app, clocks, store):
    senses = Senses(clocks.now, lambda: time.monotonic_ns() // 10**6, Random(7).randbytes, "boot")
    line = Line(Wire(app.test_client()), sleep=lambda _: None, jitter=lambda: 0.5)
    made = Client(Store(store), line, senses)
    made.enrol(issue_codes(app, count=1)[0], label="clock", app_version="0.1.0")
    yield made
    made.store.close()


def visit_somebody(phone):
    """Write a visit with a photo, sync, and return its id."""
    outbox = Outbox(phone.store, phone.senses)
    new_id = phone.senses.new_id
    visit = arrive(outbox, stop_id=new_id(), case_id=new_id(), agents=[outbox.device], fix=None, plan_version=1)
    visit.photograph([Photo(uuid.uuid4().bytes * 300, "door", phone.senses.now())])
    visit.leave(None)
    phone.sync()
    assert phone.sync().unsent == 0
    return uuid.UUID(visit.visit_id)


def is_put_together(app, visit_id):
    with app.app_context():
        visit = db.session.get(Visit, visit_id)
        found = visit is not None and visit.left_at is not None
        db.session.remove()
        return found


@pytest.mark.parametrize("days", [400, -400])
class TestWrongClock:
    def test_of_the_server_loses_nothing_while_wrong_and_after(self, app, phone, store, clocks, days):
        visits = []
        for wrong_by in (timedelta(), timedelta(days=days), timedelta(), timedelta(days=-days), timedelta()):
            clocks.server(wrong_by)
            visits.append(visit_somebody(phone))
        assert all(is_put_together(app, one) for one in visits)
        self.judge(app, phone, store, visits=5)

    def test_of_the_phone_loses_nothing_and_is_flagged(self, app, phone, store, clocks, days):
        visits = []
        for wrong_by in (timedelta(), timedelta(days=days), timedelta()):
            clocks.phone = wrong_by
            visits.append(visit_somebody(phone))
        assert all(is_put_together(app, one) for one in visits)
        self.judge(app, phone, store, visits=3)
        with app.app_context():
            flags = {one.id: set(one.flags) for one in db.session.scalars(select(Visit))}
            db.session.remove()
        assert flags[visits[1]] & {"clock_skew", "future_date", "clock_jump"}, flags
        assert not flags[visits[0]] & {"clock_skew", "future_date", "clock_jump"}

    def test_of_a_worker_that_dies_leaves_no_job_stuck(self, app, clocks, days):
        clocks.server(timedelta(days=days))
        with app.app_context():
            begin_write()
            jobs.enqueue("nobody knows it", owner_id=clock.new_id())
            db.session.commit()
            assert jobs.lease(clock.now()) is not None
            clocks.server(timedelta())
            assert jobs.run_next(clock.now())
            left = select(func.count()).select_from(Job).where(Job.state.in_([JobState.QUEUED, JobState.RUNNING]))
            assert db.session.scalar(left) == 0
            db.session.remove()

    def judge(self, app, phone, store, *, visits):
        with app.app_context():
            while jobs.run_chores(clock.now()):
                pass
            assert list(check.faults()) == []
            assert db.session.scalar(select(func.count()).select_from(Visit)) == visits
            db.session.remove()
        phone.sync()
        verdict = judge(app, [store])
        assert verdict.is_clean, verdict
        assert verdict.written == verdict.stored == verdict.acknowledged > 0
        assert verdict.files == visits
