from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.cases.allocation import Entry, Parts, allocate, cover, is_declared_settled
from server.cases.payments import PaymentKind

AS_OF = date(2026, 11, 20)
OWED = Parts(fees_fen=30, interest_fen=200, penalty_interest_fen=50, penalty_fen=70, principal_fen=1000)


def entry(fen, *, day=1, kind=PaymentKind.PAYMENT, reference="r"):
    return Entry(AS_OF + timedelta(days=day), fen, kind, f"{reference}{day}")


class TestAllocate:
    def test_covers_fees_then_interest_then_principal(self):
        (allocated,) = allocate(OWED, as_of_on=AS_OF, entries=[entry(400)]).allocated
        assert allocated.covered == Parts(30, 200, 50, 70, 50)

    def test_leaves_entries_up_to_the_as_of_day_alone(self):
        balance = allocate(OWED, as_of_on=AS_OF, entries=[entry(400, day=0), entry(400, day=-5)])
        assert (balance.allocated, balance.outstanding_fen) == ((), 1350)

    def test_takes_back_by_a_reversal_what_was_covered_last(self):
        balance = allocate(OWED, as_of_on=AS_OF, entries=[entry(400), entry(-60, day=2, kind=PaymentKind.REVERSAL)])
        assert balance.allocated[1].covered == Parts(0, 0, 0, -10, -50)
        assert balance.outstanding_fen == 1350 - 340

    def test_shows_what_was_paid_beyond_the_debt(self):
        balance = allocate(OWED, as_of_on=AS_OF, entries=[entry(1400)])
        assert (balance.outstanding_fen, balance.allocated[0].beyond_fen) == (0, 50)

    def test_owes_nothing_once_the_creditor_declares_it_settled(self):
        balance = allocate(OWED, as_of_on=AS_OF, entries=[entry(10, kind=PaymentKind.SETTLEMENT)])
        assert (balance.is_declared_settled, balance.outstanding_fen, balance.remaining.total_fen()) == (True, 0, 1340)

    def test_hears_on_the_as_of_day_itself_that_it_is_settled(self):
        balance = allocate(OWED, as_of_on=AS_OF, entries=[entry(10, day=0, kind=PaymentKind.SETTLEMENT)])
        assert (balance.is_declared_settled, balance.allocated) == (True, ())

    @given(st.lists(st.integers(-500, 900).filter(bool), max_size=12))
    def test_adds_up_whatever_comes(self, amounts):
        entries = [
            entry(fen, day=day, kind=PaymentKind.PAYMENT if fen > 0 else PaymentKind.REVERSAL)
            for day, fen in enumerate(amounts, 1)
        ]
        balance = allocate(OWED, as_of_on=AS_OF, entries=reversed(entries))
        covered = sum(one.covered.total_fen() for one in balance.allocated)
        assert covered + balance.remaining.total_fen() == OWED.total_fen()
        assert sum(one.beyond_fen for one in balance.allocated) + covered == sum(amounts)
        assert all(part >= 0 for part in (balance.remaining.fees_fen, balance.remaining.principal_fen))


class TestCover:
    def test_never_covers_less_than_nothing(self):
        assert cover(OWED, paid_fen=-5) == Parts()

    def test_covers_everything_at_most(self):
        assert cover(OWED, paid_fen=10**9) == OWED


class TestIsDeclaredSettled:
    def test_goes_by_the_last_word(self):
        settled = entry(10, day=2, kind=PaymentKind.SETTLEMENT)
        assert not is_declared_settled([entry(10)])
        assert is_declared_settled([entry(-5, day=1, kind=PaymentKind.REVERSAL), settled])
        assert not is_declared_settled([settled, entry(-10, day=3, kind=PaymentKind.REVERSAL)])


class TestParts:
    def test_subtracts_kind_by_kind(self):
        assert OWED.less(OWED) == Parts()
        assert OWED.total_fen() == 1350
