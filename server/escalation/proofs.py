"""What this slice tells the rest of a case: visits as events of the limitation clock, decisions on the timeline."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from server.cases import timeline
from server.cases.limitation import Against, EvidenceGrade, LimitationEvent
from server.cases.timeline import Entry
from server.db import db
from server.escalation.demands import VisitDemand, visit_event
from server.escalation.models import Escalation
from server.escalation.rules import PROPOSAL_ZH, Proposal
from server.visits.assembly import local_day
from server.visits.models import Promise, SignedPaper, Visit
from server.visits.rules import PromiseState

_AGAINST = {"guarantor": Against.GUARANTOR, "co_debtor": Against.CO_DEBTOR}


def grade_of(visit: Visit) -> EvidenceGrade | None:
    """Return the evidence grade of a visit, None while it has none."""
    return EvidenceGrade(visit.evidence_grade) if visit.evidence_grade in set(EvidenceGrade) else None


def demands_of(case_id: UUID) -> list[VisitDemand]:
    """Return what each visit to a case did for the clock, in the order of the visits."""
    visits = list(db.session.scalars(select(Visit).where(Visit.case_id == case_id).order_by(Visit.id)))
    promised, signed = _agreed([visit.id for visit in visits])
    return [
        VisitDemand(
            visit.id,
            local_day(visit.arrived_at),
            grade_of(visit),
            visit.id in promised,
            visit.id in signed,
            _AGAINST.get(visit.met, Against.DEBTOR),
        )
        for visit in visits
        if visit.arrived_at is not None
    ]


def _agreed(visit_ids: Sequence[UUID]) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Return the visits with a signed promise, and those with the debtor's signature on a statement."""
    promised = select(Promise.visit_id).where(
        Promise.visit_id.in_(visit_ids), Promise.state != PromiseState.DRAFT.value
    )
    signed = select(SignedPaper.visit_id).where(
        SignedPaper.visit_id.in_(visit_ids),
        SignedPaper.kind == "account_statement",
        SignedPaper.state == "signed_by_debtor",
        SignedPaper.objection != "whole",
    )
    return frozenset(db.session.scalars(promised)), frozenset(db.session.scalars(signed))


@timeline.proves
def visit_events(case_id: UUID) -> Iterable[LimitationEvent]:
    """Return the visits that may move a case's limitation clock."""
    return [event for demand in demands_of(case_id) if (event := visit_event(demand)) is not None]


@timeline.tells
def decisions_on(case_id: UUID) -> Iterable[Entry]:
    """Yield the escalations of a case, step by step."""
    query = select(Escalation).where(Escalation.case_id == case_id).order_by(Escalation.id)
    for one in db.session.scalars(query):
        subject = f"escalation:{one.id}"
        zh = PROPOSAL_ZH[Proposal(one.proposal)]
        yield Entry(one.created_at, "proposed", f"提议{zh}", "proposed", subject, {"proposal": one.proposal})
        if one.advised_at is not None:
            yield Entry(one.advised_at, "advised", "法务意见", "legal opinion", subject, {"opinion": one.opinion})
        if one.decided_at is not None:
            zh = PROPOSAL_ZH[Proposal(one.decision)]
            yield Entry(one.decided_at, "decided", f"决定{zh}", "decided", subject, {"decision": one.decision})
