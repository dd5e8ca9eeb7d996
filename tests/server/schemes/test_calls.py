"""Calls that agents recorded count by person and day; a full day says so before a visit is added to it (FREQ-C)."""

from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest

from server import clock
from server.db import begin_write, db
from server.schemes import calls
from server.schemes.calls import Calls
from server.schemes.models import SchemeStop
from tests.server.schemes import make_scheme as make

DAY = make.DAY


def at_ten(on):
    return datetime.combine(on, time(10), clock.SHANGHAI)


@pytest.fixture
def scheme(as_zhou, creditors):
    """A planned scheme of one creditor's two cases; the other creditor placed the first debtor too."""
    rows = [make.case(creditors["bank"], number) for number in range(2)]
    other = make.case(creditors["supplier"], 7)
    other.debtor.id_index = rows[0].debtor.id_index
    compiled = make.compiled(as_zhou, make.accepted_list([*rows, other]))
    make.planned(as_zhou, compiled["id"], iterations=10)
    begin_write()
    return compiled["id"]


def stops():
    return sorted(db.session.query(SchemeStop), key=lambda one: one.case.case_no)


def called(stop, *results, on=DAY):
    for result in results:
        calls.keep(uuid4(), stop, agent_id=make.person_id("fang"), result=result, at=at_ten(on))
    db.session.flush()


class TestOnDays:
    def test_counts_a_person_over_all_creditors_and_days_apart(self, scheme):
        first, second, other = stops()
        called(first, "reached", "no_answer", "wrong_number")
        called(other, "no_answer")
        called(first, "reached", on=DAY + timedelta(days=1))
        found = calls.on_days([DAY])
        key = calls.debtor_key(first.case.debtor.id_index, first.case.debtor_id)
        assert found[key, DAY] == Calls(reached=1, unanswered=2)
        assert found[calls.debtor_key(second.case.debtor.id_index, second.case.debtor_id), DAY] == Calls()

    def test_belongs_to_the_day_in_shanghai(self, scheme):
        (first, *_) = stops()
        late = at_ten(DAY) + timedelta(hours=15)  # one in the morning there, five in the afternoon in UTC
        calls.keep(uuid4(), first, agent_id=make.person_id("fang"), result="reached", at=late)
        db.session.flush()
        key, next_day = calls.debtor_key(first.case.debtor.id_index, first.case.debtor_id), DAY + timedelta(days=1)
        found = calls.on_days([DAY, next_day])
        assert (found[key, DAY].reached, found[key, next_day].reached) == (0, 1)

    def test_keeps_a_record_once(self, scheme):
        (first, *_) = stops()
        record = uuid4()
        for _ in range(2):
            calls.keep(record, first, agent_id=make.person_id("fang"), result="reached", at=at_ten(DAY))
            db.session.flush()
        assert sum(one.reached for one in calls.on_days([DAY]).values()) == 1


def freq_c(as_zhou, scheme):
    """Plan the scheme again and return what FREQ-C says."""
    db.session.commit()
    told = make.planned(as_zhou, scheme, iterations=10)["compliance"]
    return next((one["finding"], one["action"], len(one["subjects"])) for one in told if one["rule_id"] == "FREQ-C")


class TestFullDay:
    def test_is_kept_while_there_is_room(self, as_zhou, scheme):
        called(stops()[0], "reached", "reached", *["no_answer"] * 6)
        assert freq_c(as_zhou, scheme) == ("kept", "WARN", 0)

    @pytest.mark.parametrize("results", [["reached"] * 3, ["no_answer"] * 7])
    def test_warns_of_a_day_that_is_full(self, as_zhou, scheme, results):
        called(stops()[0], *results)
        assert freq_c(as_zhou, scheme) == ("broken", "WARN", 2)  # both cases of the person
