"""A process that begins to work frees the jobs of a killed one, if it is alone."""

import subprocess
import sys

import pytest
import sqlalchemy as sa

from server import clock, jobs
from server.accounts.models import Person
from server.cli.operate import take_over
from server.db import begin_write, db

HOLD = """import fcntl, sys
file = open(sys.argv[1], "ab")
fcntl.flock(file, fcntl.LOCK_SH)
print("held", flush=True)
sys.stdin.read()"""


@pytest.fixture
def abandoned(in_app):
    """A job that a worker held when it was killed."""
    begin_write()
    owner = db.session.scalar(sa.select(Person.id).where(Person.username == "zhou"))
    job_id = jobs.enqueue("test-abandoned", owner_id=owner).id
    db.session.commit()
    assert jobs.lease(clock.now()).id == job_id
    assert jobs.lease(clock.now()) is None
    return job_id


@pytest.fixture
def another(app, engine_name):
    """Another process that works on the same SQLite installation."""
    if engine_name == "postgres":
        pytest.skip("nobody is known to be alone there")
    file = f"{app.extensions['doorstep'].database_url.removeprefix('sqlite:///')}.work"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def taken():
    job = jobs.lease(clock.now())
    return None if job is None else (job.id, job.attempts)


class TestTakeOver:
    def test_frees_what_a_killed_process_held_when_it_is_alone(self, app, abandoned, engine_name):
        take_over(app)
        assert taken() == (None if engine_name == "postgres" else (abandoned, 2))

    def test_leaves_it_to_the_lease_while_another_works(self, app, abandoned, another):
        take_over(app)
        assert taken() is None

    def test_lets_the_next_process_know_that_it_works(self, app, abandoned, engine_name):
        take_over(app)
        assert (taken() is None) == (engine_name == "postgres")
        take_over(app)  # as a second process would
        assert taken() is None
