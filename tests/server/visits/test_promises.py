from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.visits.promises import InstalmentState, Paid, Promised, judge
from server.visits.rules import PromiseState

MADE = date(2026, 12, 2)
PLAN = (Promised(1, date(2026, 12, 15), 1000), Promised(2, date(2027, 1, 15), 500))


def states(*paid, today, grace_days=3):
    state, lines = judge(PLAN, paid=[Paid(*one) for one in paid], promised_on=MADE, today=today, grace_days=grace_days)
    return state, [line.state for line in lines]


class TestJudge:
    def test_is_effective_until_something_is_due(self):
        assert states(today=date(2026, 12, 15)) == (PromiseState.EFFECTIVE, [InstalmentState.OPEN] * 2)

    def test_is_late_within_the_grace_and_broken_the_day_after(self):
        assert states(today=date(2026, 12, 18))[0] is PromiseState.OVERDUE
        assert states(today=date(2026, 12, 19)) == (
            PromiseState.BROKEN,
            [InstalmentState.UNMET, InstalmentState.OPEN],
        )

    def test_is_kept_by_the_last_fen_in_time(self):
        paid = [(date(2026, 12, 18), 1000), (date(2027, 1, 18), 500)]
        assert states(*paid, today=date(2027, 3, 1)) == (PromiseState.KEPT, [InstalmentState.KEPT] * 2)

    def test_is_late_when_paid_in_full_after_the_grace(self):
        paid = [(date(2026, 12, 19), 1500)]
        assert states(*paid, today=date(2027, 3, 1)) == (
            PromiseState.OVERDUE,
            [InstalmentState.LATE, InstalmentState.KEPT],
        )

    def test_is_partly_kept_when_something_was_paid_under_it(self):
        state, lines = judge(
            PLAN, paid=[Paid(date(2026, 12, 10), 999)], promised_on=MADE, today=date(2026, 12, 19), grace_days=3
        )
        assert (state, lines[0].state, lines[0].missing_fen) == (PromiseState.PART_KEPT, InstalmentState.UNMET, 1)

    def test_does_not_count_what_was_paid_before_the_promise_or_after_the_day_asked(self):
        assert states((date(2026, 12, 1), 5000), today=date(2026, 12, 19))[0] is PromiseState.BROKEN
        assert states((date(2026, 12, 20), 5000), today=date(2026, 12, 19))[0] is PromiseState.BROKEN

    def test_breaks_at_once_without_grace(self):
        assert states(today=date(2026, 12, 16), grace_days=0)[0] is PromiseState.BROKEN

    @given(
        st.lists(st.tuples(st.integers(0, 90), st.integers(1, 900)), max_size=8),
        st.integers(0, 120),
        st.integers(0, 10),
    )
    def test_never_gets_worse_by_more_money(self, paid, day, grace_days):
        rank = [PromiseState.KEPT, PromiseState.EFFECTIVE, PromiseState.OVERDUE, PromiseState.PART_KEPT,
                PromiseState.BROKEN]  # fmt: skip
        entries = [(MADE + timedelta(days=offset), fen) for offset, fen in paid]
        today = MADE + timedelta(days=day)
        with_more = states(*entries, (MADE, 2000), today=today, grace_days=grace_days)[0]
        assert rank.index(with_more) <= rank.index(states(*entries, today=today, grace_days=grace_days)[0])

    @pytest.mark.parametrize("grace_days", [0, 3])
    def test_says_what_is_missing_of_each(self, grace_days):
        _, lines = judge(
            PLAN, paid=[Paid(date(2026, 12, 10), 1200)], promised_on=MADE, today=date(2027, 2, 1), grace_days=grace_days
        )
        assert [line.missing_fen for line in lines] == [0, 300]
        assert lines[0].met_on == date(2026, 12, 10)
