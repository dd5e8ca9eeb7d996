"""Runs and downtimes: what a pulse writes, and what its silences tell."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server import clock, uptime
from server.db import begin_write, db
from server.uptime import Downtime, Pulse, Run

START = datetime(2026, 11, 2, 1, tzinfo=UTC)
END = START + timedelta(days=7)


def after(**some):
    return START + timedelta(**some)


@pytest.fixture(autouse=True)
def _in_app(in_app):
    pass


def ran(*spans):
    begin_write()
    db.session.add_all(Run(id=clock.new_id(), started_at=one, alive_at=other) for one, other in spans)
    db.session.commit()


def runs():
    db.session.rollback()
    return [(one.started_at, one.alive_at) for one in db.session.scalars(select(Run).order_by(Run.started_at, Run.id))]


def beat(pulse, *times):
    for at in times:
        assert pulse(at) == 0
        db.session.commit()


class TestPulse:
    def test_moves_the_end_of_its_run_on_once_a_minute(self):
        beat(Pulse(), *(after(seconds=seconds) for seconds in (0, 1, 59, 60, 61, 130)))
        assert runs() == [(START, after(seconds=130))]

    def test_begins_another_run_after_a_silence(self):
        beat(Pulse(), *(after(minutes=minutes) for minutes in (0, 1, 8, 9)))  # the machine slept
        assert runs() == [(START, after(minutes=1)), (after(minutes=8), after(minutes=9))]

    def test_begins_another_run_when_the_clock_was_set_back(self):
        beat(Pulse(), *(after(minutes=minutes) for minutes in (0, 30, -400)))
        assert min(runs()) == (after(minutes=-400), after(minutes=-400))

    def test_is_of_one_process(self):
        beat(Pulse(), START)
        beat(Pulse(), after(minutes=1))
        assert len(runs()) == 2

    def test_goes_on_when_its_row_was_restored_away(self):
        pulse = Pulse()
        beat(pulse, START)
        begin_write()
        db.session.query(Run).delete()
        db.session.commit()
        beat(pulse, after(minutes=1))
        assert runs() == [(after(minutes=1), after(minutes=1))]


class TestDowntimes:
    def test_are_none_while_nothing_is_recorded(self):
        assert uptime.downtimes(START, END) == []
        assert uptime.recorded_from() is None

    def test_lie_between_runs_and_above_five_minutes(self):
        ran((START, after(hours=1)), (after(hours=1, minutes=5), after(hours=2)), (after(hours=3), after(hours=4)))
        assert uptime.downtimes(START, END) == [Downtime(after(hours=2), after(hours=3))]
        assert uptime.recorded_from() == START

    def test_are_none_while_another_process_was_at_work(self):
        ran((START, after(days=3)), (after(days=1), after(days=1, hours=1)), (after(days=2), after(days=4)))
        assert uptime.downtimes(START, END) == []

    def test_begin_with_the_period(self):
        ran((after(days=-3), after(days=-2)), (after(days=1), after(days=2)))
        assert uptime.downtimes(START, END) == [Downtime(START, after(days=1))]

    def test_are_told_as_of_the_end_of_the_period(self):
        ran((START, after(days=1)))
        before = uptime.downtimes(START, END)
        ran((after(days=8), after(days=9)))
        assert uptime.downtimes(START, END) == before == []
