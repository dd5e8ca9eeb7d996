from uuid import UUID

import pytest
from sqlalchemy import select

from server import clock, feed
from server.cases.models import StopFlag
from server.db import begin_write, db
from server.feed import sync_feed
from server.schemes.models import SchemeStop
from tests.server.schemes import make_scheme as make


@pytest.fixture
def stop(as_zhou, as_sun, as_guo, creditors):
    """A visit that was dispatched to Fang and Luo."""
    scheme = make.compiled(as_zhou, make.accepted_list([make.case(creditors["bank"], 1)]))
    make.planned(as_zhou, scheme["id"], iterations=20)
    make.submitted(as_zhou, scheme["id"])
    signed = make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))
    assert as_zhou.post(f"/v1/schemes/{signed['id']}/dispatch").status_code == 200
    return UUID(signed["stops"][0]["id"])


class TestTell:
    @pytest.mark.parametrize("state", ["dispatched", "en_route", "visited"])
    def test_tells_both_of_the_crew_of_a_new_stop_flag_in_whatever_state_their_stop_is(self, stop, state, as_zhou):
        begin_write()
        row = db.session.get_one(SchemeStop, stop)
        row.state = state
        db.session.commit()
        begin_write()
        before, case_id = feed.newest(db.session()), db.session.get_one(SchemeStop, stop).case_id
        db.session.add(
            StopFlag(
                id=clock.new_id(), case_id=case_id, kind="dispute", reason="现场记录", raised_at=clock.now(),
                raised_by_id=UUID(as_zhou.person_id),
            )
        )  # fmt: skip
        db.session.commit()
        at = sync_feed.c
        told = db.session.execute(select(at.subject, at.coll, at.doc_id).where(at.seq > before)).all()
        people = [feed.person(make.person_id(name)) for name in ("fang", "luo")]
        assert set(map(tuple, told)) == {(one, coll, str(stop)) for one in people for coll in ("stops", "cards")}
