"""Who may review what and when, and how strong the evidence of a visit is."""

from uuid import uuid4

import pytest

from server.cases.limitation import EvidenceGrade
from server.cases.rules import ReasonMissing
from server.visits.rules import (
    Decision,
    NotUploaded,
    OwnVisit,
    PaperFacts,
    PromiseState,
    VisitState,
    evidence_grade,
    promise_state,
    review,
    state_after_upload,
)

ZHOU, FANG, LUO = uuid4(), uuid4(), uuid4()
GOOD = {"reviewer_id": ZHOU, "agent_ids": {FANG, LUO}, "reason": "", "is_complete": True}


class TestReview:
    def test_seals_a_complete_visit(self):
        assert review(VisitState.UPLOADED, Decision.ACCEPT, **GOOD) is VisitState.SEALED

    def test_waits_for_files(self):
        assert review(VisitState.UPLOADED, Decision.ACCEPT, **GOOD | {"is_complete": False}) is VisitState.REVIEWED

    def test_returns_with_a_reason(self):
        assert review(VisitState.UPLOADED, Decision.RETURN, **GOOD | {"reason": "补拍"}) is VisitState.RETURNED

    @pytest.mark.parametrize("reason", ["", " ", "补 "])
    def test_refuses_a_return_without_one(self, reason):
        with pytest.raises(ReasonMissing, match="^at least 2 characters$"):
            review(VisitState.UPLOADED, Decision.RETURN, **GOOD | {"reason": reason})

    @pytest.mark.parametrize("state", [state for state in VisitState if state is not VisitState.UPLOADED])
    def test_refuses_a_visit_that_is_not_waiting(self, state):
        with pytest.raises(NotUploaded, match=f"^it is {state}$") as refusal:
            review(state, Decision.ACCEPT, **GOOD)
        assert refusal.value.facts == {"state": state}

    @pytest.mark.parametrize("decision", list(Decision))
    def test_refuses_whoever_was_there(self, decision):
        with pytest.raises(OwnVisit):
            review(VisitState.UPLOADED, decision, **GOOD | {"reviewer_id": LUO, "reason": "补拍"})


class TestStateAfterUpload:
    @pytest.mark.parametrize(
        ("state", "closed", "complete", "news", "expected"),
        [
            ("open", False, False, True, "open"),
            ("open", True, False, True, "uploaded"),
            ("uploaded", True, True, False, "uploaded"),
            ("uploaded", False, False, True, "open"),
            ("reviewed", True, False, False, "reviewed"),
            ("reviewed", True, True, False, "sealed"),
            ("reviewed", True, True, True, "uploaded"),
            ("returned", True, True, False, "returned"),
            ("returned", True, True, True, "uploaded"),
            ("sealed", True, True, True, "sealed"),
            ("sealed", False, False, False, "sealed"),
        ],
    )
    def test_follows_what_arrived(self, state, closed, complete, news, expected):
        got = state_after_upload(VisitState(state), is_closed=closed, is_complete=complete, has_news=news)
        assert got.value == expected


def grade(*papers, relative_adult=False, agents=2, recorded=True, photo=True):
    facts = [PaperFacts(*paper) for paper in papers]
    return evidence_grade(
        facts, is_relative_adult=relative_adult, agents=agents, is_recorded=recorded, photo_of_paper=photo
    )


class TestEvidenceGrade:
    SIGNED = ("account_statement", "signed_by_debtor", "debtor", True)
    RELATIVE = ("account_statement", "signed_by_relative", "co_resident_adult", True)
    LEFT = ("dunning_letter", "left_sealed", "", False)

    @pytest.mark.parametrize("role", ["debtor", "co_debtor"])
    def test_is_a_when_who_owes_signed_a_demand(self, role):
        assert grade(("account_statement", "signed_by_debtor", role, True)) is EvidenceGrade.A

    @pytest.mark.parametrize(
        "paper",
        [
            ("visit_receipt", "signed_by_debtor", "debtor", True),
            ("account_statement", "signed_by_debtor", "debtor", False),
            ("account_statement", "signed_by_debtor", "guarantor", True),
            ("account_statement", "signed_by_debtor", "third_party", True),
            ("account_statement", "signed_by_relative", "debtor", True),
            ("account_statement", "void", "debtor", True),
        ],
    )
    def test_is_d_for_anything_less(self, paper):
        assert grade(paper) is EvidenceGrade.D

    def test_is_b_for_a_relative_of_age(self):
        assert grade(self.RELATIVE, relative_adult=True) is EvidenceGrade.B

    def test_is_not_b_for_a_child(self):
        assert grade(self.RELATIVE, relative_adult=False) is EvidenceGrade.D

    @pytest.mark.parametrize("state", ["left_sealed", "refused_witnessed"])
    def test_is_c_for_a_witnessed_delivery(self, state):
        assert grade(("dunning_letter", state, "", False)) is EvidenceGrade.C

    @pytest.mark.parametrize("changes", [{"agents": 1}, {"recorded": False}, {"photo": False}])
    def test_is_not_c_when_anything_of_it_is_missing(self, changes):
        assert grade(self.LEFT, **changes) is EvidenceGrade.D

    def test_takes_the_best_of_several(self):
        assert grade(self.LEFT, self.SIGNED) is EvidenceGrade.A

    def test_is_d_without_papers(self):
        assert grade() is EvidenceGrade.D


class TestPromiseState:
    @pytest.mark.parametrize(
        ("signed", "accepted", "state"),
        [(False, False, "draft"), (False, True, "draft"), (True, False, "signed"), (True, True, "effective")],
    )
    def test_needs_a_signature_and_the_supervisor(self, signed, accepted, state):
        assert promise_state(is_signed=signed, is_accepted=accepted) is PromiseState(state)
