"""The steps a filing takes, and what they do to the limitation clock."""

import uuid
from datetime import date, timedelta

import pytest

from server.cases.limitation import ClockState, EvidenceGrade, LimitationKind, read_clock
from server.escalation import filings
from server.escalation.filings import (
    DECIDED_FOR,
    FILING_ZH,
    FOLLOWS,
    STEP_WORDS,
    FilingKind,
    FilingNotDecided,
    FilingOpen,
    OddStepDay,
    Step,
    StepFact,
    StepOutOfTurn,
)
from server.escalation.rules import Proposal

FIRST = date(2026, 12, 3)
TODAY = date(2027, 12, 1)
ID = uuid.UUID(int=7)


def told(*steps):
    """Steps a week apart."""
    return [StepFact(step, FIRST + timedelta(days=7 * n), uuid.UUID(int=n)) for n, step in enumerate(steps)]


class TestFollows:
    @pytest.mark.parametrize("kind", FilingKind)
    def test_leads_from_the_beginning_to_every_step_it_names_and_to_the_end(self, kind):
        reached, waiting = set(), [None]
        while waiting:
            for step in FOLLOWS[kind].get(waiting.pop(), ()):
                if step not in reached:
                    reached.add(step)
                    waiting.append(step)
        assert reached == set(FOLLOWS[kind]) - {None} | reached
        assert Step.CLOSED in reached
        assert all(step in FOLLOWS[kind] for step in reached), "a step from which nothing is said"

    def test_is_worded_for_every_member(self):
        assert set(STEP_WORDS) == set(Step)
        assert set(FILING_ZH) == set(FOLLOWS) == set(DECIDED_FOR) == set(FilingKind)

    def test_knows_no_reconsideration_at_a_court_and_no_appeal_with_the_police(self):
        assert Step.RECONSIDERATION not in set().union(*FOLLOWS[FilingKind.COURT].values())
        assert Step.APPEALED not in set().union(*FOLLOWS[FilingKind.POLICE].values())


class TestOpenFiling:
    def test_needs_the_decision_for_it(self):
        filings.open_filing(FilingKind.COURT, decision=Proposal.SUE, has_open=False)
        filings.open_filing(FilingKind.COURT, decision=Proposal.PAYMENT_ORDER, has_open=False)
        with pytest.raises(FilingNotDecided) as refusal:
            filings.open_filing(FilingKind.POLICE, decision=Proposal.SUE, has_open=False)
        assert refusal.value.facts["needs"] == ["police_prepare"]
        with pytest.raises(FilingNotDecided):
            filings.open_filing(FilingKind.COURT, decision=None, has_open=False)

    def test_takes_one_of_a_kind_at_a_time(self):
        with pytest.raises(FilingOpen):
            filings.open_filing(FilingKind.COURT, decision=Proposal.SUE, has_open=True)


class TestTakeStep:
    def test_goes_on_in_turn(self):
        filings.take_step(FilingKind.COURT, [], step=Step.AUTHORISED, on=FIRST, today=TODAY)
        with pytest.raises(StepOutOfTurn) as refusal:
            filings.take_step(FilingKind.COURT, [], step=Step.FILED, on=FIRST, today=TODAY)
        assert refusal.value.facts == {"standing": None, "allowed": ["authorised"]}

    @pytest.mark.parametrize("on", [FIRST - timedelta(days=1), TODAY + timedelta(days=1)])
    def test_keeps_to_days_that_can_be(self, on):
        steps = told(Step.AUTHORISED)
        with pytest.raises(OddStepDay):
            filings.take_step(FilingKind.COURT, steps, step=Step.FILED, on=on, today=TODAY)

    def test_ends_with_closing(self):
        steps = told(Step.AUTHORISED, Step.WITHDRAWN, Step.CLOSED)
        assert filings.is_over(steps)
        for step in Step:
            with pytest.raises(StepOutOfTurn):
                filings.take_step(FilingKind.COURT, steps, step=step, on=TODAY, today=TODAY)


class TestClockEvent:
    def test_is_none_before_anything_was_handed_in(self):
        assert filings.clock_event(FilingKind.COURT, told(Step.AUTHORISED), filing_id=ID) is None

    def test_counts_from_the_day_it_was_handed_in_while_it_lasts(self):
        event = filings.clock_event(FilingKind.COURT, told(Step.AUTHORISED, Step.FILED, Step.ACCEPTED), filing_id=ID)
        assert (event.kind, event.happened_on, event.ended_on) == (
            LimitationKind.SUIT, FIRST + timedelta(days=7), None,
        )  # fmt: skip
        assert event.source == f"filing:{ID}"

    def test_counts_anew_from_the_day_one_knew_the_police_do_not_file(self):
        steps = told(Step.AUTHORISED, Step.FILED, Step.REFUSED, Step.RECONSIDERATION, Step.UPHELD)
        event = filings.clock_event(FilingKind.POLICE, steps, filing_id=ID)
        assert (event.kind, event.ended_on) == (LimitationKind.POLICE, FIRST + timedelta(days=14))
        clock = read_clock(date(2025, 9, 10), events=[event], today=TODAY)
        assert (clock.state, clock.expires_on) == (ClockState.RUNNING, date(2029, 12, 17))

    def test_stands_still_again_when_the_police_file_after_reconsideration(self):
        steps = told(Step.AUTHORISED, Step.FILED, Step.REFUSED, Step.RECONSIDERATION, Step.ACCEPTED)
        assert filings.clock_event(FilingKind.POLICE, steps, filing_id=ID).ended_on is None

    @pytest.mark.parametrize("end", [Step.FINAL, Step.SETTLED])
    def test_ends_with_the_judgment_or_the_settlement(self, end):
        before = [Step.AUTHORISED, Step.FILED, Step.ACCEPTED, Step.JUDGED]
        event = filings.clock_event(FilingKind.COURT, told(*before, end, Step.CLOSED), filing_id=ID)
        assert event.ended_on == FIRST + timedelta(days=28)

    def test_ends_when_the_debtor_objects_to_the_order(self):
        steps = told(Step.AUTHORISED, Step.FILED, Step.ACCEPTED, Step.ORDER_SERVED, Step.OBJECTED)
        event = filings.clock_event(FilingKind.PAYMENT_ORDER, steps, filing_id=ID)
        assert (event.kind, event.ended_on) == (LimitationKind.SUIT, FIRST + timedelta(days=28))

    def test_leaves_to_counsel_whether_one_taken_back_interrupts(self):
        event = filings.clock_event(FilingKind.COURT, told(Step.AUTHORISED, Step.FILED, Step.WITHDRAWN), filing_id=ID)
        assert event.grade is EvidenceGrade.C
