from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from server.cases.several_debts import Debt, share

PAID_ON = date(2026, 12, 2)


def debt(name, fen=100, *, due=date(2026, 1, 1), secured=0, rate=0):
    return Debt(name, fen, due, secured, rate)


def got(amount, *debts, designated=None):
    shares, left = share(amount, debts=debts, paid_on=PAID_ON, designated=designated)
    return [(one.debt_id, one.amount_fen) for one in shares], left


def reasons(amount, *debts, designated=None):
    return [one.en for one in share(amount, debts=debts, paid_on=PAID_ON, designated=designated)[0]]


class TestShare:
    def test_follows_the_debtors_designation_first(self):
        future = debt("b", due=date(2027, 1, 1))
        assert got(150, debt("a"), future, designated="b") == ([("b", 100), ("a", 50)], 0)

    def test_pays_what_is_due_before_what_is_not(self):
        assert got(100, debt("a", due=date(2027, 1, 1), rate=900), debt("b")) == ([("b", 100)], 0)

    def test_pays_the_least_secured_of_several_due(self):
        assert got(100, debt("a", secured=100, rate=900), debt("b", secured=50)) == ([("b", 100)], 0)

    def test_pays_the_heavier_burden_of_equally_secured(self):
        assert got(100, debt("a", rate=400), debt("b", rate=900)) == ([("b", 100)], 0)

    def test_pays_the_earliest_of_equal_burdens(self):
        assert got(100, debt("a", due=date(2026, 5, 1)), debt("b", due=date(2026, 4, 1))) == ([("b", 100)], 0)

    def test_splits_in_proportion_between_debts_of_one_day(self):
        assert got(100, debt("a", 200), debt("b", 100)) == ([("a", 67), ("b", 33)], 0)

    def test_names_the_step_that_decided(self):
        told = reasons(350, debt("a"), debt("b", rate=900), debt("c", due=date(2027, 1, 1)), designated="c")
        assert told == ["designated by the debtor (§560 I)", "the heavier burden comes first", "the only debt left"]
        assert reasons(10, debt("a"), debt("b")) == ["of the same day: in proportion"] * 2

    def test_leaves_over_what_nobody_owes(self):
        assert got(150, debt("a")) == ([("a", 100)], 50)

    @given(
        st.integers(0, 3000),
        st.lists(
            st.builds(
                Debt,
                st.uuids().map(str),
                st.integers(0, 900),
                st.dates(date(2025, 1, 1), date(2028, 1, 1)),
                st.integers(0, 900),
                st.sampled_from([0, 400, 900]),
            ),
            max_size=6,
        ),
    )
    def test_accounts_for_every_fen_and_never_overpays(self, amount, debts):
        shares, left = share(amount, debts=debts, paid_on=PAID_ON)
        owed = {one.id: one.owed_fen for one in debts}
        assert sum(one.amount_fen for one in shares) + left == amount
        assert all(0 < one.amount_fen <= owed[one.debt_id] for one in shares)
        assert left == max(amount - sum(owed.values()), 0)
