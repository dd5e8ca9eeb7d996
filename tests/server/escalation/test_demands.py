from datetime import date
from uuid import UUID

import pytest

from server.cases.limitation import EvidenceGrade, LimitationEvent, LimitationKind, read_clock
from server.escalation.demands import (
    VisitDemand,
    demand_checks,
    restarting_visits,
    timeline,
    visit_event,
    warnings,
)

FIRST, SECOND = UUID(int=1), UUID(int=2)
DUE = date(2025, 9, 27)
A, B, C, D = EvidenceGrade


def demand(on, grade=A, visit_id=FIRST, **kwargs):
    return VisitDemand(visit_id, on, grade, **kwargs)


def clock(*demands, due_on=DUE, today=date(2026, 12, 3), more=()):
    events = [event for one in demands if (event := visit_event(one)) is not None]
    return read_clock(due_on, events=[*events, *more], today=today)


class TestVisitEvent:
    @pytest.mark.parametrize(("kwargs", "kind"), [
        ({"has_promise": True}, LimitationKind.AGREEMENT), ({"has_own_signature": True}, LimitationKind.AGREEMENT),
        ({}, LimitationKind.DEMAND),
    ])  # fmt: skip
    def test_is_an_agreement_when_the_debtor_signed_to_it(self, kwargs, kind):
        assert visit_event(demand(date(2026, 12, 2), **kwargs)).kind is kind

    @pytest.mark.parametrize("grade", [B, C, D])
    def test_is_a_demand_when_somebody_else_took_it(self, grade):
        assert visit_event(demand(date(2026, 12, 2), grade, has_promise=True)).kind is LimitationKind.DEMAND

    def test_is_nothing_without_a_grade(self):
        assert visit_event(demand(date(2026, 12, 2), None)) is None

    def test_names_its_visit(self):
        assert visit_event(demand(date(2026, 12, 2))).source == f"visit:{FIRST}"


class TestRestartingVisits:
    def test_finds_those_that_moved_the_clock(self):
        found = clock(demand(date(2026, 12, 2)), demand(date(2026, 12, 3), D, SECOND))
        assert restarting_visits(found) == {FIRST}

    def test_finds_none_after_expiry(self):
        assert restarting_visits(clock(demand(date(2029, 1, 1)))) == frozenset()

    def test_does_not_take_a_payment_for_a_visit(self):
        paid = LimitationEvent(LimitationKind.PART_PAYMENT, date(2026, 1, 5), B, "payment:x")
        assert restarting_visits(clock(more=[paid])) == frozenset()


class TestTimeline:
    def test_runs_from_due_day_to_last_day(self):
        paid = LimitationEvent(LimitationKind.PART_PAYMENT, date(2026, 1, 5), B, "payment:x")
        found = timeline(clock(demand(date(2026, 12, 2), D), more=[paid]), names={f"visit:{FIRST}": "外访 1"})
        assert [(one.on, one.effect, one.evidence) for one in found] == [
            (DUE, "时效起算", ""),
            (date(2026, 1, 5), "中断，重新起算", "委托方账务"),
            (date(2026, 12, 2), "仅为尝试，不中断", "外访 1"),
            (date(2029, 1, 5), "届满", ""),
        ]

    def test_is_empty_when_nothing_is_known(self):
        assert timeline(clock(due_on=None), names={}) == ()


class TestWarnings:
    @pytest.mark.parametrize(("today", "warning"), [
        (date(2028, 9, 28), "limitation_expired"), (date(2028, 9, 27), "limitation_running_out"),
        (date(2028, 4, 1), "limitation_running_out"),
    ])  # fmt: skip
    def test_warns_of_the_last_half_year(self, today, warning):
        assert warnings(clock(today=today))[0] == warning

    def test_is_calm_before(self):
        assert warnings(clock(today=date(2028, 3, 30))) == ("signed_demand_or_agreement",)

    def test_says_when_nothing_can_be_computed(self):
        assert warnings(clock(due_on=None)) == ("limitation_unknown",)


class TestDemandChecks:
    TODAY = date(2027, 6, 1)

    def checks(self, *demands, paid_on=(), today=TODAY, due_on=DUE):
        found = demand_checks(demands, due_on=due_on, paid_on=paid_on, today=today)
        return {one.code: one.holds for one in found}

    def test_hold_after_two_proven_demands_and_three_months(self):
        found = self.checks(demand(date(2026, 12, 2)), demand(date(2027, 1, 1), B))
        assert found == {"after_due": True, "confirmed": True, "two_30_days": True, "unpaid_3_months": True}

    def test_want_thirty_days_between(self):
        found = self.checks(demand(date(2026, 12, 2)), demand(date(2026, 12, 31)))
        assert (found["two_30_days"], found["unpaid_3_months"]) == (False, None)

    def test_do_not_count_attempts(self):
        assert self.checks(demand(date(2026, 12, 2), D), demand(date(2027, 2, 1), C))["confirmed"] is False

    @pytest.mark.parametrize(("today", "holds"), [(date(2027, 4, 3), False), (date(2027, 4, 4), True)])
    def test_wait_three_months(self, today, holds):
        found = self.checks(demand(date(2026, 12, 2)), demand(date(2027, 1, 1)), today=today)
        assert found["unpaid_3_months"] is holds

    def test_fall_with_a_payment_after(self):
        found = self.checks(demand(date(2026, 12, 2)), demand(date(2027, 1, 1)), paid_on=[date(2027, 1, 2)])
        assert found["unpaid_3_months"] is False

    def test_see_a_demand_before_the_debt_was_due(self):
        assert self.checks(demand(date(2025, 9, 1)))["after_due"] is False

    def test_say_nothing_where_the_due_day_is_unknown(self):
        assert self.checks(demand(date(2026, 12, 2)), due_on=None)["after_due"] is None


class TestPoliceGate:
    def checks(self, principal_fen):
        found = demand_checks([], due_on=DUE, paid_on=[], today=date(2026, 12, 3), principal_fen=principal_fen)
        return {one.code: one.holds for one in found}

    @pytest.mark.parametrize(("fen", "holds"), [(4_999_999, False), (5_000_000, True)])
    def test_asks_for_fifty_thousand_of_principal(self, fen, holds):
        assert self.checks(fen)["principal"] is holds

    def test_never_concludes_intent(self):
        assert self.checks(90_000_000)["intent"] is None

    def test_is_silent_about_other_debts(self):
        assert {"principal", "intent"}.isdisjoint(self.checks(None))
