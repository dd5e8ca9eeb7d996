"""The periods after each step, with their articles."""

import uuid
from datetime import date, timedelta

import pytest

from server.cases.days_of_rest import is_day_of_rest
from server.compliance.rulepack import Grade
from server.escalation.deadlines import PERIODS, Whose, deadline, deadlines
from server.escalation.filings import FOLLOWS, FilingKind, Step, StepFact

ON = date(2026, 12, 3)
COURT, ORDER, POLICE = FilingKind.COURT, FilingKind.PAYMENT_ORDER, FilingKind.POLICE


def at(kind, step, *, on=ON, today=ON, **more):
    return deadlines(kind, [StepFact(step, on, uuid.UUID(int=1))], today=today, **more)


@pytest.mark.parametrize(
    ("kind", "step", "code", "article", "whose", "due_on"),
    [
        (COURT, Step.FILED, "docket_7_days", "民诉法 126", "authority", "2026-12-10"),
        (COURT, Step.CORRECTED, "docket_after_correction", "民诉解释 208", "authority", "2026-12-10"),
        (COURT, Step.REFUSED, "appeal_ruling_10_days", "民诉法 126、171", "ours", "2026-12-13"),
        (COURT, Step.JUDGED, "appeal_15_days", "民诉法 171", "ours", "2026-12-18"),
        (COURT, Step.FINAL, "enforce_2_years", "民诉法 250", "ours", "2028-12-03"),
        (COURT, Step.SETTLED, "enforce_2_years", "民诉法 250", "ours", "2028-12-03"),
        (ORDER, Step.FILED, "order_intake_5_days", "民诉法 226", "authority", "2026-12-08"),
        (ORDER, Step.ACCEPTED, "order_15_days", "民诉法 227", "authority", "2026-12-18"),
        (ORDER, Step.ORDER_SERVED, "objection_15_days", "民诉法 227", "debtor", "2026-12-18"),
        (ORDER, Step.OBJECTED, "decline_suit_7_days", "民诉解释（督促程序）", "ours", "2026-12-10"),
        (POLICE, Step.FILED, "police_intake_30_days", "受案立案制度改革意见", "authority", "2027-01-02"),
        (POLICE, Step.REFUSED, "reconsideration_7_days", "公安机关办理刑事案件程序规定 179", "ours", "2026-12-10"),
        (POLICE, Step.UPHELD, "review_7_days", "公安机关办理刑事案件程序规定 179", "ours", "2026-12-10"),
        (POLICE, Step.REVIEW, "decide_30_days", "公安机关办理刑事案件程序规定 179", "authority", "2027-01-02"),
    ],
)
def test_run_from_the_day_after_the_step(kind, step, code, article, whose, due_on):
    (found,) = at(kind, step)
    assert (found.period.code, found.period.article, found.period.whose.value) == (code, article, whose)
    assert (found.due_on.isoformat(), found.from_on) == (due_on, ON)


def test_move_behind_days_of_rest_and_leave_the_day_to_act_by():
    (found,) = at(COURT, Step.REFUSED, is_closed=is_day_of_rest)  # 2026-12-13 is a Sunday
    assert (found.due_on, found.act_by_on) == (date(2026, 12, 14), date(2026, 12, 13))


@pytest.mark.parametrize(("days", "state"), [(0, "open"), (8, "soon"), (15, "soon"), (16, "overdue")])
def test_say_how_they_stand(days, state):
    (found,) = at(COURT, Step.JUDGED, today=ON + timedelta(days=days))
    assert (found.state, found.days_left) == (state, 15 - days)


def test_end_with_the_next_step():
    steps = [StepFact(Step.FILED, ON, uuid.UUID(int=1)), StepFact(Step.ACCEPTED, ON, uuid.UUID(int=2))]
    assert deadlines(COURT, steps, today=ON) == deadlines(COURT, [], today=ON) == ()


def test_stand_only_at_steps_there_are_and_say_how_they_are_sourced():
    for kind, periods in PERIODS.items():
        assert set(periods) <= set(FOLLOWS[kind])
        for period in (one for found in periods.values() for one in found):
            assert bool(period.days) != bool(period.years)
            assert period.article
            assert period.grade in Grade
    read_in_the_law = {"民诉法 126", "民诉法 227"}
    graded_a = {one.article for found in PERIODS.values() for periods in found.values() for one in periods
                if one.grade is Grade.A}  # fmt: skip
    assert graded_a == read_in_the_law  # whatever else was quoted at second hand says so


def test_counts_years_to_the_same_day():
    (enforce,) = PERIODS[COURT][Step.FINAL]
    assert deadline(enforce, from_on=date(2028, 2, 29), today=ON).due_on == date(2030, 2, 28)
    assert enforce.whose is Whose.OURS
