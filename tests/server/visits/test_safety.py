"""The board shows dangers first, then crews who stayed too long, and forgets what somebody looked into."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.db import db
from server.schemes.models import SchemeStop
from server.visits import safety
from server.visits.models import Visit


def board(now):
    db.session.flush()
    return safety.alerts(select(Visit), select(SchemeStop), now=now)


class TestAlerts:
    def test_are_none_on_a_quiet_day(self, story):
        story.keep(story.promised())
        assert board(story.phone.at + timedelta(hours=3)) == []

    def test_tell_of_a_danger_and_of_a_silent_alarm(self, story):
        silent = story.body(kind="other", severity=3, note="", fix=None)
        story.keep([story.check_in(), story.phone.tell("incident", silent)])
        (alert, *_) = board(story.phone.at)
        assert (alert.kind, alert.severity, alert.facts["kind"]) == ("incident", 3, "other")
        assert set(alert.agent_ids) == {str(story.fang), str(story.luo)}

    def test_leave_a_mere_note_alone(self, story):
        story.keep([story.check_in(), story.phone.tell("incident", story.body(kind="animal", severity=1, fix=None))])
        assert board(story.phone.at) == []

    @pytest.mark.parametrize(("minutes", "count"), [(54, 0), (56, 1)])
    def test_tell_of_a_crew_that_did_not_check_out(self, story, minutes, count):
        (row, told) = story.check_in()
        story.keep([(row, told)])
        found = board(told.stamp.device_time + timedelta(minutes=minutes))
        assert [one.kind for one in found] == ["overdue_check_out"] * count

    def test_tell_of_a_crew_on_its_way_that_nobody_heard_of(self, story):
        stop = db.session.get_one(SchemeStop, story.stop.id)
        stop.state, stop.arrive_at = "en_route", story.phone.at
        assert board(story.phone.at + timedelta(minutes=59)) == []
        assert [one.kind for one in board(story.phone.at + timedelta(minutes=61))] == ["no_word"]
