from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from server import feed
from server.cases.models import Address, Case
from server.db import begin_write, db
from server.feed import sync_feed
from server.schemes import phone_news
from server.schemes.models import SchemeStop
from tests.server.schemes import make_scheme as make


@pytest.fixture
def stops(as_zhou, as_sun, as_guo, creditors):
    """Two visits that were dispatched to Fang and Luo; what was published until now is settled."""
    cases = [make.case(creditors["bank"], number) for number in range(2)]
    scheme = make.compiled(as_zhou, make.accepted_list(cases))
    make.planned(as_zhou, scheme["id"], iterations=20)
    make.submitted(as_zhou, scheme["id"])
    signed = make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))
    assert as_zhou.post(f"/v1/schemes/{signed['id']}/dispatch").status_code == 200
    begin_write()
    return [db.session.get_one(SchemeStop, UUID(stop["id"])) for stop in signed["stops"]]


def told_since(seq):
    at = sync_feed.c
    found = select(at.subject, at.coll, at.doc_id).where(at.seq > seq)
    return {(subject, coll, doc_id) for subject, coll, doc_id in db.session.execute(found)}


def both_phones(stop):
    people = [feed.person(make.person_id(name)) for name in ("fang", "luo")]
    return {(person, coll, str(stop.id)) for person in people for coll in ("stops", "cards")}


class TestTell:
    @pytest.mark.parametrize("state", ["en_route", "visited", "skipped"])
    def test_tells_both_of_the_crew_when_a_stop_moves_on(self, stops, state):
        before = feed.newest(db.session())
        stops[0].state = state
        db.session.commit()
        assert told_since(before) == both_phones(stops[0])

    def test_tells_them_when_what_the_card_says_of_the_case_changes(self, stops):
        before, case = feed.newest(db.session()), db.session.get_one(Case, stops[1].case_id)
        case.outstanding_fen -= 1
        db.session.commit()
        assert told_since(before) == both_phones(stops[1])

    def test_tells_them_of_a_better_address(self, stops):
        before, address = feed.newest(db.session()), db.session.get_one(Address, stops[0].address_id)
        address.precision = "door"
        db.session.commit()
        assert told_since(before) == both_phones(stops[0])

    def test_tells_nobody_who_was_not_given_the_visit_by_dispatch(self, stops):
        stops[0].crew.second_id = make.person_id("an")
        db.session.commit()
        begin_write()
        before = feed.newest(db.session())
        stops[0].note = "后门"
        db.session.commit()
        fang = feed.person(make.person_id("fang"))
        assert told_since(before) == {(fang, coll, str(stops[0].id)) for coll in ("stops", "cards")}

    def test_tells_nobody_of_a_visit_that_is_on_no_phone(self, stops):
        stops[0].state = "planned"
        before = feed.newest(db.session())
        db.session.commit()
        assert told_since(before) == set()

    def test_says_nothing_when_nothing_changed(self, stops):
        before = feed.newest(db.session())
        stops[0].state = str(stops[0].state)
        db.session.commit()
        assert told_since(before) == set()

    def test_says_nothing_of_what_was_rolled_back(self, stops):
        before = feed.newest(db.session())
        stops[0].day += timedelta(days=1)
        db.session.flush()
        db.session.rollback()
        begin_write()
        db.session.commit()
        assert told_since(before) == set()


class TestHolders:
    def test_are_nobody_for_no_stop(self, in_app):
        assert phone_news.holders(db.session(), []) == []
