"""Long work: leased, reported, cancelled, never lost."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from server import clock, jobs
from server.accounts.models import Person
from server.db import begin_write, db
from server.errors import Conflict
from server.jobs import Job, JobState


@pytest.fixture
def owner(in_app):
    return db.session.scalar(sa.select(Person.id).where(Person.username == "zhou"))


class Refused(Conflict):
    """The test's work is refused."""


@jobs.runs("test-rename")
def rename(args, report):
    report(0.5, "half")
    begin_write()
    db.session.execute(sa.update(Person).where(Person.username == "zhou").values(name=args["name"]))
    return "/v1/me"


@jobs.runs("test-refuse")
def refuse(args, report):
    begin_write()
    db.session.execute(sa.update(Person).where(Person.username == "zhou").values(name="half-done"))
    raise Refused("not today", why="rain")


@jobs.runs("test-stop")
def stop(args, report):
    if report(0.1):
        raise jobs.Cancelled


def enqueue(kind, owner, **args):
    begin_write()
    job_id = jobs.enqueue(kind, owner_id=owner, **args).id
    db.session.commit()
    return job_id


class TestRunNext:
    def test_commits_the_work_and_the_end_together(self, owner):
        job_id = enqueue("test-rename", owner, name="周新")
        assert jobs.run_next(clock.now())
        job = db.session.get(Job, job_id, populate_existing=True)
        assert (job.state, job.progress, job.result_url) == (JobState.DONE, 1.0, "/v1/me")
        assert db.session.get(Person, owner).name == "周新"

    def test_keeps_nothing_of_refused_work_and_says_why(self, owner):
        job_id = enqueue("test-refuse", owner)
        jobs.run_next(clock.now())
        job = db.session.get(Job, job_id, populate_existing=True)
        assert job.state == JobState.FAILED
        assert job.error["type"] == "/problems/refused"
        assert job.error["why"] == "rain"
        assert db.session.get(Person, owner).name == "周主管"

    def test_takes_up_what_a_dead_worker_left(self, owner):
        job_id = enqueue("test-rename", owner, name="周再")
        assert jobs.lease(clock.now()).id == job_id
        assert not jobs.run_next(clock.now())
        assert jobs.run_next(clock.now() + timedelta(minutes=10))
        assert db.session.get(Job, job_id, populate_existing=True).attempts == 2

    @pytest.mark.parametrize("days", [400, -400])
    def test_takes_it_up_too_when_the_dead_workers_clock_was_wrong(self, owner, days):
        job_id = enqueue("test-rename", owner, name="周再")
        assert jobs.lease(clock.now() + timedelta(days=days)).id == job_id
        assert jobs.run_next(clock.now())
        assert db.session.get(Job, job_id, populate_existing=True).state == JobState.DONE

    def test_goes_on_reporting_when_the_clock_is_put_back(self, owner, monkeypatch):
        job_id = enqueue("test-rename", owner)
        jobs.lease(clock.now())
        report, at = jobs.Report(job_id), clock.now()
        monkeypatch.setattr(clock, "now", lambda: at + timedelta(days=400))
        report(0.25)
        monkeypatch.setattr(clock, "now", lambda: at)
        report(0.5)
        job = db.session.get(Job, job_id, populate_existing=True)
        assert (job.progress, job.lease_until) == (0.5, at + jobs.LEASE)

    def test_gives_up_after_three_attempts(self, owner):
        job_id = enqueue("test-rename", owner, name="never")
        for turn in range(3):
            jobs.lease(clock.now() + timedelta(hours=turn))
        jobs.run_next(clock.now() + timedelta(hours=9))
        assert db.session.get(Job, job_id, populate_existing=True).state == JobState.FAILED

    def test_stops_when_asked(self, owner):
        job_id = enqueue("test-stop", owner)
        begin_write()
        db.session.get(Job, job_id).cancel_asked = True
        db.session.commit()
        jobs.run_next(clock.now())
        assert db.session.get(Job, job_id, populate_existing=True).state == JobState.CANCELLED


class TestEnqueue:
    def test_leaves_no_job_when_the_transaction_fails(self, owner):
        begin_write()
        jobs.enqueue("test-stop", owner_id=owner)
        db.session.rollback()
        assert not jobs.run_next(clock.now())


class TestRunChores:
    def test_lets_one_that_fails_keep_no_other_waiting(self, in_app, monkeypatch):
        ran = []

        def fails(_now):
            raise RuntimeError("this one")

        def works(_now):
            ran.append("next")
            return 0

        monkeypatch.setattr(jobs, "_chores", [fails, works])
        with pytest.raises(RuntimeError, match="this one"):
            jobs.run_chores(clock.now())
        assert ran == ["next"]

    def test_does_each_until_nothing_is_left_and_others_wait_for_no_end(self, in_app, monkeypatch):
        left, done = [3, 2, 0, 9], list[str]()

        def ends(_now):
            done.append("ends")
            return left.pop(0)

        def never_ends(_now):
            done.append("never")
            assert not db.session().in_transaction()
            db.session.execute(sa.select(1))
            return 1

        monkeypatch.setattr(jobs, "_chores", [never_ends, ends])
        assert jobs.run_chores(clock.now()) == 20 + 5
        assert done == ["never"] * 20 + ["ends"] * 3
