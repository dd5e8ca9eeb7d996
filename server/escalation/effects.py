"""What a decision does: the case moves on, the door is closed or opened, and a scheme's close-out moves its cases."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from server.cases.models import Case, StopFlag
from server.cases.rules import CaseState, StopKind
from server.db import db
from server.escalation import rules
from server.escalation.gather import NOT_PLANNED
from server.escalation.models import Escalation
from server.escalation.rules import PROPOSAL_ZH, EscalationState, Proposal
from server.schemes.models import Scheme
from server.schemes.rules import StopState
from server.visits.models import Visit
from server.visits.rules import VisitState
from server.visits.stops import NOT_CARRIED_OUT

LEFT_BY_CREW = frozenset({StopState.SKIPPED, StopState.BLOCKED})
REVIEWED = (VisitState.REVIEWED.value, VisitState.SEALED.value)


def open_escalation(case_id: UUID) -> Escalation | None:
    """Return the escalation of a case that waits for its decision."""
    query = select(Escalation).where(Escalation.case_id == case_id, Escalation.state != EscalationState.DECIDED.value)
    return db.session.scalar(query.limit(1))


def last_decided(case_id: UUID) -> Escalation | None:
    """Return the decision in force on a case. One question is open at a time, so the newest id is the last decided."""
    query = select(Escalation).where(Escalation.case_id == case_id, Escalation.state == EscalationState.DECIDED.value)
    return db.session.scalar(query.order_by(Escalation.id.desc()).limit(1))


def carry_out(escalation: Escalation, case: Case, *, decider_id: UUID, at: datetime) -> None:
    """Move the case as decided; raise the stop flag, or lift the one an earlier decision raised.

    The flag takes the escalation's id, so that the decision it comes from is known.
    """
    decision = Proposal(escalation.decision)
    before = case.state
    case.state = rules.case_after(decision, CaseState(case.state))
    if case.state != before:
        case.version += 1
    _lift_earlier(case, by_id=decider_id, at=at)
    if rules.keeps_agents_away(decision):
        db.session.add(
            StopFlag(
                id=escalation.id,
                case_id=case.id,
                kind=(StopKind.RECALL if decision is Proposal.RETURN else StopKind.OTHER).value,
                reason=f"已决定{PROPOSAL_ZH[decision]}，停止外访",
                raised_by_id=decider_id,
                raised_at=at,
            )
        )
    db.session.flush()


def _lift_earlier(case: Case, *, by_id: UUID, at: datetime) -> None:
    decided = select(Escalation.id).where(Escalation.case_id == case.id)
    query = select(StopFlag).where(StopFlag.id.in_(decided), StopFlag.lifted_at.is_(None))
    for flag in db.session.scalars(query):
        flag.lifted_at, flag.lifted_by_id = at, by_id


def stops_without_visit(scheme: Scheme) -> dict[UUID, str]:
    """Return the stops nobody visited and no crew gave up, with their case numbers."""
    visited = set(db.session.scalars(select(Visit.stop_id).where(Visit.scheme_id == scheme.id)))
    return {
        stop.id: stop.case.case_no
        for stop in scheme.stops
        if stop.id not in visited and stop.state not in NOT_PLANNED | LEFT_BY_CREW
    }


def unreviewed_visits(scheme: Scheme) -> list[UUID]:
    """Return the visits of a scheme that nobody has accepted yet."""
    query = select(Visit.id).where(Visit.scheme_id == scheme.id, Visit.state.not_in(REVIEWED))
    return list(db.session.scalars(query.order_by(Visit.id)))


def move_cases(scheme: Scheme) -> Mapping[CaseState, int]:
    """Move the scheme's cases on at its close-out; return how many went where."""
    carried_out = set(
        db.session.scalars(
            select(Visit.case_id).where(
                Visit.scheme_id == scheme.id, (Visit.outcome.is_(None)) | (Visit.outcome != NOT_CARRIED_OUT)
            )
        )
    )
    moved = {CaseState.AWAITING_DECISION: 0, CaseState.PHONE: 0}
    for stop in scheme.stops:
        case = db.session.get_one(Case, stop.case_id, with_for_update=True)
        after = rules.case_after_close_out(CaseState(case.state), was_visited=case.id in carried_out)
        if after != case.state:
            case.state = after
            case.version += 1
            moved[after] += 1
    return moved
