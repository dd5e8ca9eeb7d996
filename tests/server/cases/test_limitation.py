from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.limitation import (
    Against,
    ClockState,
    EvidenceGrade,
    LimitationEvent,
    LimitationKind,
    Reason,
    missing_proof,
    months_later,
    obstacle_end,
    open_from,
    read_clock,
    why_not,
    years_later,
)

DUE = date(2024, 5, 15)
TODAY = date(2026, 11, 20)


def event(on, grade=EvidenceGrade.A, kind=LimitationKind.DEMAND):
    return LimitationEvent(kind, on, grade)


def clock(*events, due=DUE, today=TODAY):
    return read_clock(due, events=events, today=today)


class TestReadClock:
    def test_runs_three_years_from_the_due_day(self):
        found = clock()
        assert (found.expires_on, found.days_left, found.grade) == (date(2027, 5, 15), 176, None)
        assert not found.is_expired

    def test_has_no_day_left_on_the_last_and_is_expired_the_day_after(self):
        assert (clock(today=date(2027, 5, 15)).days_left, clock(today=date(2027, 5, 15)).is_expired) == (0, False)
        assert clock(today=date(2027, 5, 16)).is_expired

    @pytest.mark.parametrize("grade", [EvidenceGrade.A, EvidenceGrade.B, EvidenceGrade.C])
    def test_starts_anew_at_a_proven_demand(self, grade):
        found = clock(event(date(2026, 1, 10), grade))
        assert (found.expires_on, found.grade) == (date(2029, 1, 10), grade)

    def test_does_not_move_for_an_attempt(self):
        found = clock(event(date(2026, 1, 10), EvidenceGrade.D))
        assert found.expires_on == date(2027, 5, 15)
        assert found.events[0].reason is Reason.ATTEMPT_ONLY

    def test_does_not_come_back_to_life_after_expiry(self):
        found = clock(event(date(2027, 5, 16)), today=date(2027, 6, 1))
        assert found.events[0].reason is Reason.AFTER_EXPIRY
        assert "legal_reads_events_after_expiry" in found.missing_proof

    def test_counts_a_chain_of_events_in_order_whatever_the_order_given(self):
        first, second, later = event(date(2027, 5, 15)), event(date(2030, 5, 15)), {"today": date(2031, 1, 1)}
        assert clock(second, first, **later).expires_on == clock(first, second, **later).expires_on == date(2033, 5, 15)

    def test_never_runs_beyond_twenty_years(self):
        events = [event(years_later(DUE, years)) for years in range(3, 20, 3)]
        assert clock(*events, today=years_later(DUE, 19)).expires_on == years_later(DUE, 20)

    def test_counts_nothing_that_is_dated_long_after_today(self):
        """A phone whose clock says 2099 proves nothing."""
        found = clock(event(date(2026, 12, 22)))
        assert (found.events[0].reason, found.expires_on) == (Reason.NOT_YET, date(2027, 5, 15))

    def test_stands_still_while_a_suit_lasts_and_starts_anew_at_its_end(self):
        suit = LimitationEvent(LimitationKind.SUIT, date(2026, 1, 10), EvidenceGrade.A)
        assert (clock(suit).state, clock(suit).expires_on) == (ClockState.PAUSED, years_later(DUE, 20))
        ended = replace(suit, ended_on=date(2026, 6, 30))
        assert (clock(ended).state, clock(ended).expires_on) == (ClockState.RUNNING, date(2029, 6, 30))

    def test_leaves_the_debt_alone_when_only_the_guarantor_was_called_on(self):
        called = replace(event(date(2026, 1, 10)), against=Against.GUARANTOR)
        assert clock(called).events[0].reason is Reason.GUARANTOR_ONLY
        assert clock(replace(called, against=Against.CO_DEBTOR)).expires_on == date(2029, 1, 10)

    def test_tells_the_day_without_what_counsel_has_to_confirm(self):
        found = clock(event(date(2026, 1, 10), EvidenceGrade.C))
        assert (found.expires_on, found.certain_on) == (date(2029, 1, 10), date(2027, 5, 15))

    @pytest.mark.parametrize(
        ("kind", "state"),
        [(LimitationKind.AGREEMENT, ClockState.WAIVER_POSSIBLE), (LimitationKind.DEMAND, ClockState.EXPIRED)],
    )
    def test_leaves_to_legal_what_the_debtor_agreed_to_after_expiry(self, kind, state):
        late = clock(event(date(2027, 5, 16), kind=kind), today=date(2027, 6, 1))
        assert (late.state, late.is_expired) == (state, True)

    @pytest.mark.parametrize(("today", "state"), [(DUE, ClockState.NOT_DUE), (TODAY, ClockState.RUNNING)])
    def test_starts_the_day_after_the_due_day(self, today, state):
        assert clock(today=today).state is state

    def test_ignores_what_happened_before_the_debt_was_due(self):
        assert clock(event(DUE)).events[0].reason is Reason.BEFORE_START

    def test_says_what_it_lacks_without_a_due_day(self):
        found = clock(due=None)
        assert (found.expires_on, found.missing_proof, found.is_expired) == (None, ("due_on",), False)

    @given(st.lists(st.tuples(st.integers(1, 8000), st.sampled_from(EvidenceGrade)), max_size=8))
    def test_never_shortens_and_never_passes_the_cap(self, found):
        events = [event(DUE + timedelta(days=days), grade) for days, grade in found]
        last = years_later(DUE, 3)
        for counted in clock(*events).events:
            assert last <= counted.expires_on <= years_later(DUE, 20)
            last = counted.expires_on


class TestYearsLater:
    def test_ends_in_february_where_the_day_is_missing(self):
        assert years_later(date(2024, 2, 29), 3) == date(2027, 2, 28)
        assert years_later(date(2024, 2, 29), 4) == date(2028, 2, 29)


class TestWhyNot:
    def test_refuses_events_beyond_the_cap(self):
        late = event(years_later(DUE, 21))
        cap = years_later(DUE, 20)
        assert why_not(late, due_on=DUE, expires_on=cap, cap_on=cap, today=date(2090, 1, 1)) is Reason.BEYOND_CAP


class TestMissingProof:
    def test_asks_for_a_signature_until_there_is_one(self):
        assert "signed_demand_or_agreement" in clock().missing_proof
        assert clock(event(date(2026, 1, 10))).missing_proof == ()
        assert missing_proof([]) == ("signed_demand_or_agreement",)

    def test_asks_counsel_about_unsigned_delivery(self):
        assert "counsel_confirms_unsigned_delivery" in clock(event(date(2026, 1, 10), EvidenceGrade.C)).missing_proof


class TestMonthsLater:
    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2027, 8, 31), 6, date(2028, 2, 29)),
            (date(2026, 12, 1), 1, date(2027, 1, 1)),
            (date(2026, 6, 30), 6, date(2026, 12, 30)),
        ],
    )
    def test_ends_with_the_month_where_the_day_is_missing(self, day, months, expected):
        assert months_later(day, months) == expected


def obstacle(on, ended_on=None, grade=EvidenceGrade.B):
    return LimitationEvent(LimitationKind.OBSTACLE, on, grade, ended_on=ended_on)


class TestObstacles:
    """民法典 194: an obstacle in the last six months; the period ends six months after it is gone."""

    AFTER = date(2027, 4, 1)

    def test_in_the_last_six_months_suspend_and_leave_six_months_after_their_end(self):
        found = clock(obstacle(date(2027, 1, 10), date(2027, 3, 20)), today=self.AFTER)
        assert (found.expires_on, found.events[0].is_moving) == (date(2027, 9, 20), True)

    def test_that_began_before_count_when_they_reach_into_the_last_six_months(self):
        assert clock(obstacle(DUE, date(2027, 3, 20)), today=self.AFTER).expires_on == date(2027, 9, 20)

    def test_gone_before_the_last_six_months_suspend_nothing(self):
        found = clock(obstacle(date(2026, 1, 10), date(2026, 6, 30)))
        assert (found.expires_on, found.events[0].reason) == (date(2027, 5, 15), Reason.NOT_IN_LAST_HALF_YEAR)

    def test_that_last_stop_the_clock_and_count_as_gone_today(self):
        found = clock(obstacle(date(2027, 1, 10)), today=self.AFTER)
        assert (found.state, found.expires_on) == (ClockState.PAUSED, date(2027, 10, 1))
        assert clock(obstacle(date(2026, 1, 10)), today=date(2026, 5, 1)).state is ClockState.RUNNING

    def test_restart_nothing_and_prove_no_demand(self):
        found = clock(obstacle(date(2027, 1, 10), date(2027, 3, 20)), today=self.AFTER)
        assert (found.grade, found.missing_proof) == (None, ("signed_demand_or_agreement",))

    def test_follow_one_another(self):
        two = (obstacle(date(2027, 1, 10), date(2027, 3, 20)), obstacle(date(2027, 8, 1), date(2027, 8, 31)))
        assert clock(*two, today=date(2027, 9, 1)).expires_on == date(2028, 2, 29)

    def test_after_the_last_day_bring_nothing_back(self):
        late = clock(obstacle(date(2027, 5, 16), date(2027, 6, 1)), today=date(2027, 7, 1))
        assert (late.events[0].reason, late.state) == (Reason.AFTER_EXPIRY, ClockState.EXPIRED)

    def test_end_today_while_they_last(self):
        assert obstacle_end(obstacle(date(2027, 1, 10)), today=TODAY) == date(2027, 1, 10)
        assert obstacle_end(obstacle(date(2026, 1, 10)), today=TODAY) == TODAY
        assert obstacle_end(obstacle(date(2026, 1, 10), date(2026, 2, 1)), today=TODAY) == date(2026, 2, 1)


class TestDaysOfRest:
    """民法典 203: the last day moves behind days of rest. 2027-05-15 is a Saturday."""

    def test_move_the_last_day_and_leave_the_day_to_act_by(self):
        found = read_clock(DUE, events=[], today=TODAY, is_closed=lambda day: day.weekday() >= 5)
        assert (found.expires_on, found.act_by_on, found.days_left) == (date(2027, 5, 17), date(2027, 5, 15), 178)

    def test_let_an_event_on_the_day_after_them_count(self):
        late = event(date(2027, 5, 17))
        found = read_clock(DUE, events=[late], today=date(2027, 6, 1), is_closed=lambda day: day.weekday() >= 5)
        assert (found.events[0].is_moving, found.act_by_on) == (True, date(2030, 5, 17))

    def test_are_skipped_one_by_one(self):
        rest = {date(2027, 10, day) for day in range(1, 8)}
        assert open_from(date(2027, 10, 1), rest.__contains__) == date(2027, 10, 8)
        assert open_from(date(2027, 9, 30), rest.__contains__) == date(2027, 9, 30)
