from uuid import UUID

import pytest

from server.cases import rules
from server.cases.rules import CaseState, LineDecision, ListState, StopKind

LIN, ZHOU = UUID(int=1), UUID(int=2)
LINE_1, LINE_2 = UUID(int=11), UUID(int=12)
ACCEPT, RETURN, REMOVE = LineDecision.ACCEPT, LineDecision.RETURN, LineDecision.REMOVE


def review(decisions, *, state=ListState.SUBMITTED, reviewer=ZHOU, lines=(LINE_1, LINE_2)):
    return rules.review(state, author_id=LIN, reviewer_id=reviewer, line_ids=lines, decisions=decisions)


class TestEdit:
    @pytest.mark.parametrize("state", [ListState.DRAFT, ListState.RETURNED])
    def test_makes_a_draft_of_it_again(self, state):
        assert rules.edit(state, author_id=LIN, actor_id=LIN) is ListState.DRAFT

    def test_refuses_everybody_but_the_author(self):
        with pytest.raises(rules.NotTheAuthor):
            rules.edit(ListState.DRAFT, author_id=LIN, actor_id=ZHOU)

    @pytest.mark.parametrize("state", sorted(set(ListState) - {ListState.DRAFT, ListState.RETURNED}))
    def test_refuses_a_list_that_left_the_authors_hands(self, state):
        with pytest.raises(rules.ListNotDraft) as refusal:
            rules.edit(state, author_id=LIN, actor_id=LIN)
        assert refusal.value.facts == {"state": state}


class TestSubmit:
    def test_sends_a_draft_to_the_supervisor(self):
        state = rules.submit(ListState.DRAFT, author_id=LIN, actor_id=LIN, line_count=1)
        assert state is ListState.SUBMITTED

    def test_refuses_an_empty_list(self):
        with pytest.raises(rules.EmptyList):
            rules.submit(ListState.DRAFT, author_id=LIN, actor_id=LIN, line_count=0)

    def test_refuses_one_line_too_many_and_says_how_many(self):
        assert rules.submit(ListState.DRAFT, author_id=LIN, actor_id=LIN, line_count=2000)
        with pytest.raises(rules.OverlongList, match="^2001 lines, 2000 allowed$") as refusal:
            rules.submit(ListState.DRAFT, author_id=LIN, actor_id=LIN, line_count=2001)
        assert refusal.value.facts == {"over": 1}

    def test_refuses_a_list_twice_submitted(self):
        with pytest.raises(rules.ListNotDraft):
            rules.submit(ListState.SUBMITTED, author_id=LIN, actor_id=LIN, line_count=1)


class TestReview:
    @pytest.mark.parametrize(
        ("first", "second", "state"),
        [
            (ACCEPT, ACCEPT, ListState.ACCEPTED),
            (ACCEPT, REMOVE, ListState.PARTLY_ACCEPTED),
            (RETURN, ACCEPT, ListState.PARTLY_ACCEPTED),
            (RETURN, REMOVE, ListState.RETURNED),
        ],
    )
    def test_follows_from_the_lines(self, first, second, state):
        assert review({LINE_1: (first, "理由"), LINE_2: (second, "理由")}) is state

    def test_accepts_without_words(self):
        assert review({LINE_1: (ACCEPT, ""), LINE_2: (ACCEPT, "")}) is ListState.ACCEPTED

    def test_refuses_the_author(self):
        with pytest.raises(rules.OwnList):
            review({LINE_1: (ACCEPT, ""), LINE_2: (ACCEPT, "")}, reviewer=LIN)

    @pytest.mark.parametrize("state", sorted(set(ListState) - {ListState.SUBMITTED}))
    def test_refuses_a_list_that_does_not_wait(self, state):
        with pytest.raises(rules.ListNotSubmitted):
            review({}, state=state)

    def test_refuses_to_leave_a_line_open(self):
        with pytest.raises(rules.UndecidedLines) as refusal:
            review({LINE_1: (ACCEPT, ""), LINE_2: (LineDecision.PENDING, "")})
        assert refusal.value.facts == {"line_ids": [str(LINE_2)]}

    def test_refuses_a_line_of_another_list(self):
        with pytest.raises(rules.UnknownLine):
            review({LINE_1: (ACCEPT, ""), LINE_2: (ACCEPT, ""), UUID(int=99): (ACCEPT, "")})

    @pytest.mark.parametrize("decision", [RETURN, REMOVE])
    def test_wants_a_reason_for_whatever_is_not_accepted(self, decision):
        with pytest.raises(rules.ReasonMissing):
            review({LINE_1: (ACCEPT, ""), LINE_2: (decision, " 不 ")})


class TestIsDecided:
    def test_is_false_for_none_and_pending(self):
        assert not rules.is_decided(None)
        assert not rules.is_decided((LineDecision.PENDING, ""))
        assert rules.is_decided((ACCEPT, ""))


class TestRequireReasons:
    def test_names_the_silent_lines(self):
        with pytest.raises(rules.ReasonMissing) as refusal:
            rules.require_reasons({LINE_1: (REMOVE, ""), LINE_2: (REMOVE, "重复")})
        assert refusal.value.facts == {"line_ids": [str(LINE_1)]}


class TestMergeIntoScheme:
    @pytest.mark.parametrize("state", [ListState.ACCEPTED, ListState.PARTLY_ACCEPTED])
    def test_takes_an_accepted_list(self, state):
        assert rules.merge_into_scheme(state) is ListState.IN_SCHEME

    @pytest.mark.parametrize("state", sorted(set(ListState) - {ListState.ACCEPTED, ListState.PARTLY_ACCEPTED}))
    def test_refuses_any_other(self, state):
        with pytest.raises(rules.ListNotAccepted):
            rules.merge_into_scheme(state)


class TestVoid:
    def test_gives_a_live_list_up_with_a_reason(self):
        assert rules.void(ListState.SUBMITTED, author_id=LIN, actor_id=LIN, reason="重做") is ListState.VOID

    def test_refuses_others_silence_and_lists_in_a_scheme(self):
        with pytest.raises(rules.NotTheAuthor):
            rules.void(ListState.DRAFT, author_id=LIN, actor_id=ZHOU, reason="重做")
        with pytest.raises(rules.ReasonMissing):
            rules.void(ListState.DRAFT, author_id=LIN, actor_id=LIN, reason="")
        with pytest.raises(rules.ListNotDraft):
            rules.void(ListState.IN_SCHEME, author_id=LIN, actor_id=LIN, reason="重做")


class TestRequireReason:
    def test_takes_two_characters(self):
        rules.require_reason("已核")
        with pytest.raises(rules.ReasonMissing):
            rules.require_reason("x ")


class TestListCase:
    @pytest.mark.parametrize("state", sorted(rules.OPEN_STATES))
    def test_lists_an_open_case(self, state):
        assert rules.list_case(state, exclusions=[]) is CaseState.LISTED

    def test_names_what_speaks_against_it(self):
        with pytest.raises(rules.NotEligible, match="^complaint, no_address$") as refusal:
            rules.list_case(CaseState.PHONE, exclusions=["complaint", "no_address"])
        assert refusal.value.facts["exclusions"] == ["complaint", "no_address"]

    @pytest.mark.parametrize("state", sorted(set(CaseState) - rules.OPEN_STATES))
    def test_refuses_a_case_in_another_state(self, state):
        with pytest.raises(rules.NotEligible, match=f"^{state}$"):
            rules.list_case(state, exclusions=[])


class TestUnlistCase:
    def test_only_moves_a_listed_case(self):
        assert rules.unlist_case(CaseState.LISTED) is CaseState.PHONE
        for state in set(CaseState) - {CaseState.LISTED}:
            assert rules.unlist_case(state) is state


class TestSettle:
    def test_settles_when_declared_or_when_nothing_is_left(self):
        assert rules.settle(CaseState.PHONE, outstanding_fen=5, is_declared=True) is CaseState.SETTLED
        assert rules.settle(CaseState.LEGAL, outstanding_fen=0, is_declared=False) is CaseState.SETTLED

    def test_opens_again_when_a_reversal_leaves_something(self):
        assert rules.settle(CaseState.SETTLED, outstanding_fen=5, is_declared=False) is CaseState.PHONE

    def test_leaves_other_states_alone(self):
        assert rules.settle(CaseState.VISITING, outstanding_fen=5, is_declared=False) is CaseState.VISITING

    def test_never_undoes_a_recall(self):
        assert rules.settle(CaseState.RECALLED, outstanding_fen=0, is_declared=True) is CaseState.RECALLED


class TestRaiseStop:
    def test_needs_a_reason_and_an_open_case(self):
        rules.raise_stop(CaseState.VISITING, reason="客户住院")
        with pytest.raises(rules.ReasonMissing):
            rules.raise_stop(CaseState.VISITING, reason="")
        for state in rules.CLOSED_STATES:
            with pytest.raises(rules.CaseClosed):
                rules.raise_stop(state, reason="客户住院")


class TestLiftStop:
    @pytest.mark.parametrize("kind", [StopKind.COMPLAINT, StopKind.DISPUTE, StopKind.DO_NOT_CONTACT])
    def test_leaves_grave_flags_to_compliance(self, kind):
        rules.lift_stop(kind, is_up=True, is_compliance=True, reason="已核实")
        with pytest.raises(rules.WrongLifter):
            rules.lift_stop(kind, is_up=True, is_compliance=False, reason="已核实")

    def test_lets_a_supervisor_lift_the_others(self):
        rules.lift_stop(StopKind.SPECIAL, is_up=True, is_compliance=False, reason="已出院")

    def test_refuses_a_flag_that_is_down_and_silence(self):
        with pytest.raises(rules.StopNotRaised):
            rules.lift_stop(StopKind.OTHER, is_up=False, is_compliance=True, reason="已核实")
        with pytest.raises(rules.ReasonMissing):
            rules.lift_stop(StopKind.OTHER, is_up=True, is_compliance=True, reason="")


class TestCompareLists:
    def test_shows_what_came_went_and_changed(self):
        before = {"lines": [{"case_id": "1", "note": "a"}, {"case_id": "2", "note": "b"}]}
        after = {"lines": [{"case_id": "2", "note": "c"}, {"case_id": "3", "note": "d"}]}
        assert rules.compare_lists(before, after) == {
            "added": [{"case_id": "3", "note": "d"}],
            "removed": [{"case_id": "1", "note": "a"}],
            "changed": [{"case_id": "2", "before": {"note": "b"}, "after": {"note": "c"}}],
        }

    def test_finds_nothing_between_a_list_and_itself(self):
        same = {"lines": [{"case_id": "1"}]}
        assert rules.compare_lists(same, same) == {"added": [], "removed": [], "changed": []}


class TestDiffering:
    def test_keeps_members_the_other_has_not(self):
        assert rules.differing({"a": 1, "b": 2}, {"a": 1}) == {"b": 2}
