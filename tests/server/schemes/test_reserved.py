"""A case that a scheme holds stands on no other list until the scheme is sent out or its last day has passed."""

from datetime import date, timedelta

import pytest

from server.db import db
from server.schemes.models import Scheme, SchemeStop
from server.schemes.reserved import planned_cases
from tests.server.schemes import make_scheme as make


@pytest.fixture
def held(as_zhou, creditors):
    """Two cases in a compiled scheme: its id, and theirs."""
    cases = [make.case(creditors["bank"], number) for number in range(2)]
    scheme = make.compiled(as_zhou, make.accepted_list(cases))
    return scheme["id"], {case.id for case in cases}


def change(model, **values):
    db.session.query(model).update(values)
    db.session.commit()


class TestPlannedCases:
    @pytest.mark.parametrize("state", ["drafting", "submitted", "reviewed", "signed_off", "returned", "changed"])
    def test_are_held_while_the_scheme_is_not_sent_out(self, in_app, held, state):
        change(Scheme, state=state)
        assert set(planned_cases(make.DAY)) == held[1]

    @pytest.mark.parametrize("state", ["dispatched", "under_way", "collated", "closed"])
    def test_are_free_afterwards(self, in_app, held, state):
        change(Scheme, state=state)
        assert set(planned_cases(make.DAY)) == set()

    @pytest.mark.parametrize("state", ["dropped", "withdrawn", "withheld"])
    def test_are_free_when_their_visit_is_off(self, in_app, held, state):
        stop = db.session.query(SchemeStop).first()
        stop.state = state
        db.session.commit()
        assert set(planned_cases(make.DAY)) == held[1] - {stop.case_id}

    def test_are_free_once_the_last_day_has_passed(self, in_app, held):
        last = max(date.fromisoformat(day) for day in db.session.query(Scheme).one().dates)
        assert set(planned_cases(last)) == held[1]
        assert set(planned_cases(last + timedelta(days=1))) == set()

    def test_are_refused_on_another_list(self, in_app, held, as_lin):
        case_id = next(iter(held[1]))
        answer = as_lin.post("/v1/visit-lists", json={"title": "二", "case_ids": [str(case_id)]})
        assert answer.json["type"] == "/problems/not-eligible"
        assert "already_listed" in answer.json["exclusions"]
        found = as_lin.post("/v1/visit-lists/screen", json={}).json
        told = {one["case_id"]: one["exclusions"] for one in found["excluded"]}
        assert any("已在未完结的名单或未下发的方案中" in str(one) for one in told[str(case_id)])
