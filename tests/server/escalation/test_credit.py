import pytest

from server.escalation.credit import CreditFacts, published_rule, screen_credit

WORST = {"outcome": 3, "broken_promises": 3, "overdue_days": 431, "unpaid_days": 400}


def codes(**changes):
    return {ground.code for ground in screen_credit(CreditFacts(**WORST | changes)).grounds}


def is_very_poor(**changes):
    return screen_credit(CreditFacts(**WORST | changes)).is_very_poor


class TestScreenCredit:
    def test_names_every_ground(self):
        assert codes() == {"refused", "broken_promises", "long_overdue", "long_unpaid"}
        assert is_very_poor()

    @pytest.mark.parametrize(("changes", "lost"), [
        ({"broken_promises": 1}, "broken_promises"), ({"overdue_days": 179}, "long_overdue"),
        ({"unpaid_days": 364}, "long_unpaid"), ({"outcome": 7}, "refused"),
    ])  # fmt: skip
    def test_keeps_to_its_thresholds(self, changes, lost):
        assert codes() - codes(**changes) == {lost}

    @pytest.mark.parametrize(("changes", "found"), [
        ({"broken_promises": 2}, "broken_promises"), ({"overdue_days": 180}, "long_overdue"),
        ({"unpaid_days": 365}, "long_unpaid"), ({"outcome": 10}, "refused"), ({"outcome": 8}, "moved"),
    ])  # fmt: skip
    def test_counts_from_its_thresholds(self, changes, found):
        assert found in codes(**changes)

    def test_needs_behaviour_not_only_a_large_old_debt(self):
        assert not is_very_poor(outcome=7, broken_promises=0)

    def test_needs_two_grounds(self):
        assert not is_very_poor(broken_promises=0, overdue_days=10, unpaid_days=10)
        assert is_very_poor(broken_promises=0, overdue_days=180, unpaid_days=10)

    @pytest.mark.parametrize("outcome", [4, 5, 11, 12, 13])
    def test_spares_who_disputes_is_in_need_or_says_he_paid(self, outcome):
        verdict = screen_credit(CreditFacts(**WORST | {"outcome": outcome}))
        assert (verdict.is_very_poor, len(verdict.spared)) == (False, 1)

    def test_spares_who_has_a_stop_flag(self):
        verdict = screen_credit(CreditFacts(**WORST, stop_kinds=("投诉",)))
        assert (verdict.is_very_poor, verdict.spared) == (False, ("有停访标志（投诉）",))

    def test_says_nothing_where_nothing_is_known(self):
        verdict = screen_credit(CreditFacts(None, 0, None, None))
        assert (verdict.grounds, verdict.is_very_poor) == ((), False)


class TestPublishedRule:
    def test_tells_version_words_and_thresholds(self):
        rule = published_rule()
        assert rule["version"] == "credit-1"
        assert all(str(value) in rule["zh"] for value in rule["thresholds"].values())
