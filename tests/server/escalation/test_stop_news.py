from sqlalchemy import select

from server import clock
from server.cases.models import StopFlag
from server.db import begin_write, db
from server.escalation import stop_news
from server.feed import sync_feed


def raise_flag(day, number=0):
    flag = StopFlag(id=clock.new_id(), case_id=day.case_ids[number], kind="special", raised_at=clock.now())
    db.session.add(flag)
    db.session.commit()
    return flag.id


def told():
    found = {tuple(row) for row in db.session.execute(select(sync_feed.c.coll, sync_feed.c.doc_id)).all()}
    db.session.rollback()
    return found


def forget():
    begin_write()
    db.session.execute(sync_feed.delete())
    db.session.commit()
    begin_write()


class TestTell:
    def test_tells_the_crew_when_a_flag_goes_up(self, day):
        raise_flag(day)
        assert told() == {("stops", str(day.stop_ids[0])), ("cards", str(day.stop_ids[0]))}

    def test_tells_them_when_it_comes_down(self, day):
        flag_id = raise_flag(day)
        forget()
        db.session.get(StopFlag, flag_id).lifted_at = clock.now()
        db.session.commit()
        assert ("stops", str(day.stop_ids[0])) in told()

    def test_says_nothing_of_a_door_already_visited(self, day):
        day.stop(0).state = "visited"
        raise_flag(day)
        assert told() == set()

    def test_says_nothing_of_a_stop_that_is_on_no_phone(self, day):
        day.stop(0).state = "planned"
        raise_flag(day)
        assert told() == set()

    def test_says_nothing_of_a_flag_that_was_rolled_back(self, day):
        db.session.add(StopFlag(id=clock.new_id(), case_id=day.case_ids[0], kind="special", raised_at=clock.now()))
        db.session.flush()
        db.session.rollback()
        begin_write()
        db.session.commit()
        assert told() == set()

    def test_works_for_a_flag_raised_at_a_desk(self, day, as_lin):
        db.session.commit()
        answer = as_lin.post(f"/v1/cases/{day.case_ids[1]}/stops", json={"kind": "special", "reason": "住院"})
        assert answer.status_code == 201, answer.text
        assert told() == {("stops", str(day.stop_ids[1])), ("cards", str(day.stop_ids[1]))}


class TestOpenStops:
    def test_finds_nothing_for_no_case(self, day):
        assert stop_news.open_stops(db.session(), []) == []

    def test_finds_stops_on_the_way(self, day):
        day.stop(2).state = "en_route"
        found = stop_news.open_stops(db.session(), day.case_ids)
        assert [stop.id for stop in found] == day.stop_ids
