from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.screening import (
    AMOUNT_BANDS,
    EXCLUSION_NAMES,
    LIMITATION_BANDS,
    OVERDUE_BANDS,
    PROMISE_BANDS,
    Exclusion,
    ScreeningFacts,
    ScreeningPolicy,
    at_least,
    at_most,
    find_exclusions,
    score_terms,
    screen,
)

TODAY = date(2026, 11, 20)
POLICY = ScreeningPolicy(min_days_between_visits=7)
GOOD = ScreeningFacts(
    days_past_due=435, owed_fen=11_080_188, broken_promises=0, contact_result="no_answer", limitation_days_left=400,
    last_visit_on=None, is_open=True, is_settled=False, is_identity_confirmed=True, has_address=True,
    has_active_text=False, complained_before=False, is_already_listed=False,
)  # fmt: skip


def screened(**changes):
    return screen(replace(GOOD, **changes), today=TODAY, policy=POLICY)


def points(code, **changes):
    return next(term.points for term in score_terms(replace(GOOD, **changes)) if term.code == code)


class TestScreen:
    def test_adds_up_the_terms(self):
        found = screened()
        assert found.is_candidate
        assert found.score == 20 + 20 + 0 + 12 + 0
        assert found.score == sum(term.points for term in found.terms)

    def test_reaches_a_hundred_and_no_more(self):
        most = screened(days_past_due=9_999, owed_fen=10**12, broken_promises=9, contact_result="lost",
                        limitation_days_left=0)  # fmt: skip
        assert most.score == 100 == sum(term.most for term in most.terms)

    def test_never_falls_below_zero(self):
        least = screened(days_past_due=0, owed_fen=1, contact_result="reached", complained_before=True)
        assert least.score == 0

    @given(
        st.integers(0, 5000), st.integers(0, 10**12), st.integers(0, 9), st.one_of(st.none(), st.integers(-500, 2000)),
        st.booleans(),
    )  # fmt: skip
    def test_stays_between_zero_and_a_hundred(self, days, fen, broken, left, complained):
        found = screened(days_past_due=days, owed_fen=fen, broken_promises=broken, limitation_days_left=left,
                         complained_before=complained)  # fmt: skip
        assert 0 <= found.score <= 100


class TestScoreTerms:
    @pytest.mark.parametrize(("days", "expected"), [(29, 0), (30, 5), (90, 10), (180, 15), (359, 15), (720, 25)])
    def test_weighs_days_past_due(self, days, expected):
        assert points("overdue", days_past_due=days) == expected

    @pytest.mark.parametrize(("fen", "expected"), [(99_999, 0), (100_000, 5), (9_999_999, 15), (50_000_000, 25)])
    def test_weighs_the_amount(self, fen, expected):
        assert points("amount", owed_fen=fen) == expected

    @pytest.mark.parametrize(("broken", "expected"), [(0, 0), (1, 8), (2, 14), (3, 20), (8, 20)])
    def test_weighs_broken_promises(self, broken, expected):
        assert points("broken_promises", broken_promises=broken) == expected

    @pytest.mark.parametrize(
        ("result", "expected"), [("", 5), ("reached", 0), ("refused", 10), ("no_answer", 12), ("lost", 15), ("new", 5)]
    )
    def test_weighs_the_contact(self, result, expected):
        assert points("contact", contact_result=result) == expected

    @pytest.mark.parametrize(
        ("left", "expected"), [(None, 0), (-1, 0), (0, 15), (30, 15), (31, 12), (365, 4), (366, 0)]
    )
    def test_weighs_what_is_left_of_limitation(self, left, expected):
        assert points("limitation", limitation_days_left=left) == expected

    def test_names_every_term_in_both_languages_even_those_that_give_nothing(self):
        terms = score_terms(GOOD)
        assert len(terms) == 6
        assert all(term.name and term.name_en and term.value for term in terms)

    def test_writes_the_amount_in_yuan(self):
        assert next(term.value for term in score_terms(GOOD) if term.code == "amount") == "110,801.88"


class TestFindExclusions:
    @pytest.mark.parametrize(
        ("change", "exclusion"),
        [
            ({"stop_kinds": ("complaint",)}, Exclusion.COMPLAINT),
            ({"stop_kinds": ("dispute",)}, Exclusion.DISPUTE),
            ({"stop_kinds": ("do_not_contact",)}, Exclusion.STOP_FLAG),
            ({"is_settled": True, "is_open": False}, Exclusion.SETTLED),
            ({"is_open": False}, Exclusion.NOT_OPEN),
            ({"is_identity_confirmed": False}, Exclusion.IDENTITY_UNCONFIRMED),
            ({"has_active_text": True}, Exclusion.ACTIVE_TEXT),
            ({"has_address": False}, Exclusion.NO_ADDRESS),
            ({"limitation_days_left": -1}, Exclusion.LIMITATION_EXPIRED),
            ({"last_visit_on": TODAY - timedelta(days=6)}, Exclusion.VISITED_RECENTLY),
            ({"is_already_listed": True}, Exclusion.ALREADY_LISTED),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_names_the_reason_and_only_that(self, change, exclusion):
        found = screened(**change)
        assert found.exclusions == (exclusion,)
        assert not found.is_candidate

    def test_names_all_reasons_gravest_first(self):
        facts = replace(GOOD, stop_kinds=("recall", "complaint"), has_address=False)
        assert find_exclusions(facts, today=TODAY, policy=POLICY) == (
            Exclusion.COMPLAINT, Exclusion.STOP_FLAG, Exclusion.NO_ADDRESS,
        )  # fmt: skip

    def test_lets_a_visit_follow_after_the_firms_own_interval(self):
        assert screened(last_visit_on=TODAY - timedelta(days=7)).is_candidate
        assert screened(limitation_days_left=0).is_candidate

    def test_has_words_for_every_exclusion(self):
        assert set(EXCLUSION_NAMES) == set(Exclusion)


class TestAtLeast:
    @pytest.mark.parametrize("bands", [OVERDUE_BANDS, AMOUNT_BANDS, PROMISE_BANDS])
    def test_reads_bands_from_the_highest_down(self, bands):
        limits = [limit for limit, _ in bands]
        assert limits == sorted(limits, reverse=True)
        assert [at_least(limit, bands) for limit in limits] == [given for _, given in bands]


class TestAtMost:
    def test_takes_the_narrowest_band(self):
        assert [at_most(left, LIMITATION_BANDS) for left in (10, 60, 100, 300, 900)] == [15, 12, 8, 4, 0]
