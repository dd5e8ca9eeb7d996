import pytest

from server.complaints import rules
from server.complaints.rules import ComplaintNotAnswered, ComplaintNotOpen, ComplaintState


class TestAnswer:
    def test_moves_an_open_complaint_on(self):
        assert rules.answer(ComplaintState.OPEN) is ComplaintState.ANSWERED

    @pytest.mark.parametrize("state", [ComplaintState.ANSWERED, ComplaintState.CLOSED])
    def test_refuses_any_other(self, state):
        with pytest.raises(ComplaintNotOpen, match=f"^it is {state}$"):
            rules.answer(state)


class TestClose:
    def test_ends_an_answered_complaint(self):
        assert rules.close(ComplaintState.ANSWERED) is ComplaintState.CLOSED

    @pytest.mark.parametrize("state", [ComplaintState.OPEN, ComplaintState.CLOSED])
    def test_refuses_any_other(self, state):
        with pytest.raises(ComplaintNotAnswered) as refusal:
            rules.close(state)
        assert refusal.value.facts == {"state": state}


class TestMayTake:
    @pytest.mark.parametrize(("recent", "may"), [(0, True), (2, True), (3, False), (9, False)])
    def test_takes_three_a_day(self, recent, may):
        assert rules.may_take(recent) is may
