from datetime import date
from uuid import UUID

import pytest

from server.cases.rules import CaseClosed, CaseState
from server.escalation import rules
from server.escalation.rules import (
    AlreadyDecided,
    EscalationOpen,
    EscalationState,
    ForeignStop,
    NotAdvised,
    NotAwaitingDecision,
    NotForCourt,
    NotInTheField,
    NotProposed,
    OwnEscalation,
    Proposal,
    ReviewNotDue,
    StopsOpen,
)

ZHOU, HU, GUO = UUID(int=1), UUID(int=2), UUID(int=3)
STOP, OTHER, VISIT = UUID(int=11), UUID(int=12), UUID(int=21)


class TestPropose:
    @pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.RECALLED, CaseState.SETTLED}))
    def test_opens_a_question_about_any_live_case(self, state):
        assert rules.propose(state, has_open=False) is EscalationState.PROPOSED

    @pytest.mark.parametrize("state", [CaseState.RECALLED, CaseState.SETTLED])
    def test_refuses_a_closed_case(self, state):
        with pytest.raises(CaseClosed):
            rules.propose(state, has_open=False)

    def test_refuses_a_second_question(self):
        with pytest.raises(EscalationOpen):
            rules.propose(CaseState.AWAITING_DECISION, has_open=True)


class TestAdvise:
    def test_records_the_opinion(self):
        state = rules.advise(EscalationState.PROPOSED, proposer_id=ZHOU, adviser_id=HU)
        assert state is EscalationState.ADVISED

    def test_refuses_the_proposer(self):
        with pytest.raises(OwnEscalation) as refusal:
            rules.advise(EscalationState.PROPOSED, proposer_id=ZHOU, adviser_id=ZHOU)
        assert refusal.value.facts == {"step": "opinion"}

    def test_refuses_a_second_opinion(self):
        with pytest.raises(NotProposed):
            rules.advise(EscalationState.ADVISED, proposer_id=ZHOU, adviser_id=HU)

    def test_refuses_after_the_decision(self):
        with pytest.raises(AlreadyDecided):
            rules.advise(EscalationState.DECIDED, proposer_id=ZHOU, adviser_id=HU)


class TestDecide:
    def test_ends_the_question(self):
        state = rules.decide(EscalationState.ADVISED, proposer_id=ZHOU, adviser_id=HU, decider_id=GUO)
        assert state is EscalationState.DECIDED

    @pytest.mark.parametrize("decider_id", [ZHOU, HU])
    def test_refuses_who_proposed_or_advised(self, decider_id):
        with pytest.raises(OwnEscalation) as refusal:
            rules.decide(EscalationState.ADVISED, proposer_id=ZHOU, adviser_id=HU, decider_id=decider_id)
        assert refusal.value.facts == {"step": "decision"}

    def test_refuses_before_the_opinion(self):
        with pytest.raises(NotAdvised):
            rules.decide(EscalationState.PROPOSED, proposer_id=ZHOU, adviser_id=None, decider_id=GUO)

    def test_refuses_twice(self):
        with pytest.raises(AlreadyDecided):
            rules.decide(EscalationState.DECIDED, proposer_id=ZHOU, adviser_id=HU, decider_id=GUO)


class TestCaseAfter:
    @pytest.mark.parametrize(("decision", "state"), [
        (Proposal.CONTINUE, CaseState.CONTINUED), (Proposal.RELIEF, CaseState.CONTINUED),
        (Proposal.SUSPEND, CaseState.SUSPENDED), (Proposal.SUE, CaseState.LEGAL),
        (Proposal.PAYMENT_ORDER, CaseState.LEGAL), (Proposal.POLICE_PREPARE, CaseState.LEGAL),
        (Proposal.RETURN, CaseState.RECALLED),
    ])  # fmt: skip
    def test_follows_the_decision(self, decision, state):
        assert rules.case_after(decision, CaseState.AWAITING_DECISION) is state

    @pytest.mark.parametrize("closed", [CaseState.SETTLED, CaseState.RECALLED])
    @pytest.mark.parametrize("decision", list(Proposal))
    def test_never_opens_a_closed_case(self, decision, closed):
        assert rules.case_after(decision, closed) is closed


class TestKeepsAgentsAway:
    def test_lets_them_go_only_when_collection_goes_on(self):
        assert {one for one in Proposal if not rules.keeps_agents_away(one)} == {Proposal.CONTINUE, Proposal.RELIEF}


class TestReviewOn:
    @pytest.mark.parametrize(
        ("days", "expected"), [(None, date(2027, 3, 2)), (90, date(2027, 3, 2)), (30, date(2027, 1, 1))]
    )
    def test_is_thirty_or_ninety_days_on(self, days, expected):
        assert rules.review_on(Proposal.SUSPEND, decided_on=date(2026, 12, 2), days=days) == expected

    def test_refuses_another_period(self):
        with pytest.raises(ReviewNotDue, match="^expected 30 or 90, got 60$"):
            rules.review_on(Proposal.SUSPEND, decided_on=date(2026, 12, 2), days=60)

    @pytest.mark.parametrize("decision", sorted(set(Proposal) - {Proposal.SUSPEND}))
    def test_belongs_to_suspensions_only(self, decision):
        assert rules.review_on(decision, decided_on=date(2026, 12, 2), days=None) is None
        with pytest.raises(ReviewNotDue):
            rules.review_on(decision, decided_on=date(2026, 12, 2), days=30)


class TestRequireCourt:
    @pytest.mark.parametrize("decision", [Proposal.SUE, Proposal.PAYMENT_ORDER, Proposal.POLICE_PREPARE])
    def test_lets_a_case_for_court_or_police_pass(self, decision):
        assert rules.require_court(decision, has_opinion=True) is decision

    @pytest.mark.parametrize(("decision", "has_opinion", "missing"), [
        (None, False, ["legal_opinion", "decision"]), (None, True, ["decision"]),
        (Proposal.SUSPEND, True, ["decision"]),
    ])  # fmt: skip
    def test_names_what_is_missing(self, decision, has_opinion, missing):
        with pytest.raises(NotForCourt) as refusal:
            rules.require_court(decision, has_opinion=has_opinion)
        assert refusal.value.facts["missing"] == missing


class TestContinueCase:
    def test_sends_a_waiting_case_back(self):
        assert rules.continue_case(CaseState.AWAITING_DECISION, has_open=False) is CaseState.CONTINUED

    @pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.AWAITING_DECISION}))
    def test_refuses_any_other(self, state):
        with pytest.raises(NotAwaitingDecision):
            rules.continue_case(state, has_open=False)

    def test_refuses_while_the_manager_is_asked(self):
        with pytest.raises(EscalationOpen):
            rules.continue_case(CaseState.AWAITING_DECISION, has_open=True)


class TestCloseOut:
    GOOD = {"is_in_field": True, "open_stops": {}, "left_out": [], "unreviewed": []}  # noqa: RUF012

    def test_lets_a_finished_scheme_pass(self):
        rules.close_out(**self.GOOD)

    def test_takes_open_stops_that_are_left_out(self):
        rules.close_out(**self.GOOD | {"open_stops": {STOP: "A"}, "left_out": [STOP]})

    def test_refuses_a_scheme_that_is_not_out(self):
        with pytest.raises(NotInTheField):
            rules.close_out(**self.GOOD | {"is_in_field": False})

    def test_names_open_stops_and_unreviewed_visits(self):
        with pytest.raises(StopsOpen, match="^1 stops without a visit, 1 visits not reviewed$") as refusal:
            rules.close_out(
                **self.GOOD | {"open_stops": {STOP: "A", OTHER: "B"}, "left_out": [OTHER], "unreviewed": [VISIT]}
            )
        assert refusal.value.facts == {"stop_ids": [str(STOP)], "case_nos": ["A"], "visit_ids": [str(VISIT)]}

    def test_refuses_to_leave_out_a_stranger(self):
        with pytest.raises(ForeignStop) as refusal:
            rules.close_out(**self.GOOD | {"left_out": [OTHER]})
        assert refusal.value.facts == {"stop_ids": [str(OTHER)]}


class TestCaseAfterCloseOut:
    @pytest.mark.parametrize("state", [CaseState.VISITING, CaseState.LISTED])
    @pytest.mark.parametrize(("was_visited", "after"), [(True, CaseState.AWAITING_DECISION), (False, CaseState.PHONE)])
    def test_depends_on_the_visit(self, state, was_visited, after):
        assert rules.case_after_close_out(state, was_visited=was_visited) is after

    @pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.VISITING, CaseState.LISTED}))
    def test_leaves_other_states(self, state):
        assert rules.case_after_close_out(state, was_visited=True) is state
