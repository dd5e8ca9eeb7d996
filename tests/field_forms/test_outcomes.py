"""The 14 outcome codes: complete, consistent with who was met, and each with what it needs."""

from datetime import date

import pytest

from field_forms import outcomes
from field_forms.answers import check
from field_forms.definitions import newest, walk
from field_forms.expressions import Scope, evaluate
from field_forms.outcomes import OUTCOMES, NextStep, Proof, Who, find, is_consistent, may_disclose, missing

TODAY = date(2026, 12, 2)


class TestOutcomes:
    def test_are_fourteen_numbered_without_gap(self):
        assert list(OUTCOMES) == list(range(1, 15))

    def test_all_have_two_names_and_a_next_step(self):
        for outcome in OUTCOMES.values():
            assert outcome.zh
            assert outcome.en
            assert outcome.next_steps

    def test_only_the_replanned_visit_was_not_carried_out(self):
        assert [code for code, outcome in OUTCOMES.items() if not outcome.is_executed] == [14]

    def test_a_dispute_leads_to_nothing_but_its_resolution(self):
        assert OUTCOMES[4].next_steps == (NextStep.RESOLVE_DISPUTE,)

    @pytest.mark.parametrize("code", range(1, 15))
    def test_agree_with_the_form_on_who_and_on_next_steps(self, code):
        items = {item.name: item for item in walk(newest("visit").items)}
        offered = {c.value: c for c in items["outcome"].choices}[str(code)]
        scopes = {who: Scope({"met": who.value}, TODAY) for who in Who}
        met = {who for who, scope in scopes.items() if offered.when is None or evaluate(offered.when, scope)}
        assert met == OUTCOMES[code].met
        scope = Scope({"outcome": str(code)}, TODAY)
        steps = {c.value for c in items["next_step"].choices if evaluate(c.when, scope)}
        assert steps == set(OUTCOMES[code].next_steps)


class TestFind:
    def test_returns_the_outcome_of_a_code(self):
        assert find(9).zh == "见第三人-未透露"

    @pytest.mark.parametrize("code", [0, 15, -1, "1", 1.0, True, None, [1]])
    def test_returns_nothing_for_anything_else(self, code):
        assert find(code) is None


class TestMayDisclose:
    @pytest.mark.parametrize(
        ("who", "may"),
        [("debtor", True), ("co_debtor", True), ("guarantor", True), ("co_resident_adult", False),
         ("third_party", False), ("nobody", False), ("spouse", False), (None, False)],
    )  # fmt: skip
    def test_only_to_those_who_owe(self, who, may):
        assert may_disclose(who) is may

    @pytest.mark.parametrize("who", list(Who))
    def test_agrees_with_what_the_form_reveals(self, who):
        checked = check(newest("visit"), {"met": who.value}, today=TODAY, language="en")
        assert checked.reveals_debt is may_disclose(who)


class TestIsConsistent:
    @pytest.mark.parametrize(
        ("code", "who", "verdict"),
        [(1, "debtor", True), (1, "third_party", False), (6, "co_resident_adult", True), (6, "debtor", False),
         (7, "nobody", True), (9, "third_party", True), (10, "debtor", True), (99, "debtor", False), (1, None, False)],
    )  # fmt: skip
    def test_holds_outcome_against_person(self, code, who, verdict):
        assert is_consistent(code, who) is verdict


class TestMissing:
    def test_names_what_is_not_there(self):
        assert missing(1, present=frozenset({Proof.MET})) == {Proof.DISCLOSURE, Proof.PROMISE}

    def test_is_empty_when_all_is_there(self):
        assert missing(7, present=frozenset({Proof.MET, Proof.PHOTO, Proof.NOTE})) == frozenset()

    def test_says_nothing_of_an_unknown_code(self):
        assert missing(99, present=frozenset()) == frozenset()

    def test_demands_a_signed_paper_where_the_limitation_clock_rests_on_it(self):
        assert {code for code, found in outcomes.OUTCOMES.items() if Proof.SIGNED_PAPER in found.needs} == {2, 6}
