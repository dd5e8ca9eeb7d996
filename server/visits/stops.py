"""What a record from the field does to the plan and to the case: the stop moves on, a stop flag goes up."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select

from field_forms import outcomes
from field_forms.outcomes import OWING
from server.cases import timeline
from server.cases.models import Case, Party, StopFlag
from server.cases.rules import StopKind
from server.db import db
from server.schemes.models import SchemeStop
from server.visits.assembly import Assembled, local_day
from server.visits.models import Visit

# plan_event → state of the stop; what is not named changes nothing.
_FOLLOWS = {"en_route": "en_route", "skipped": "skipped", "blocked": "blocked"}
_OVER = frozenset({"visited", "dropped", "withdrawn", "withheld"})
NOT_CARRIED_OUT = 14
DANGERS = frozenset({"threat", "violence", "detained"})
DANGER_NOW = 3
_OF_OUTCOME = {4: StopKind.DISPUTE, 12: StopKind.SPECIAL}
"""Outcomes after which nobody goes there until the office has looked: a dispute; a lead that the debtor is dead."""


def follow_plan(stop: SchemeStop, event: str) -> None:
    """Move a stop as a plan event says, unless it has been visited."""
    if event in _FOLLOWS and stop.state not in _OVER:
        stop.state = _FOLLOWS[event]


def close_visit(visit: Visit, told: Assembled) -> None:
    """Mark the stop visited and the case with the day of the visit once the crew has left."""
    if visit.stop is not None and told.left_at is not None:
        visit.stop.state = "skipped" if told.outcome == NOT_CARRIED_OUT else "visited"
    if visit.case is None or told.arrived_at is None or told.outcome in {None, NOT_CARRIED_OUT}:
        return
    day = local_day(told.arrived_at)
    if visit.case.last_visit_on is None or visit.case.last_visit_on < day:
        visit.case.last_visit_on = day
        visit.case.version += 1


@timeline.recalls
def last_outcome(case_id: UUID, before: datetime) -> str:
    """Return the day and the outcome of the last visit that had come in before a moment, empty when there was none."""
    query = (
        select(Visit.arrived_at, Visit.outcome)
        .where(Visit.case_id == case_id, Visit.outcome.is_not(None), Visit.created_at < before)
        .where(Visit.arrived_at < before)
        .order_by(Visit.arrived_at.desc(), Visit.id.desc())
        .limit(1)
    )
    found = db.session.execute(query).first()
    if found is None:
        return ""
    known = outcomes.OUTCOMES.get(found.outcome)
    return f"{local_day(found.arrived_at):%Y-%m-%d} {known.zh if known else found.outcome}"


def raise_flags(visit: Visit, told: Assembled, *, outcome_id: UUID | None, at: datetime) -> None:
    """Put up the stop flags (停访标志) a visit demands at once: no contact, a disputed debt, danger, a death.

    The flag takes the id of the record that raised it, so that telling it again changes nothing. Whoever owes and wants
    no contact is left alone in every case of his, whoever the creditor is.
    """
    if visit.case_id is None:
        return
    for incident in told.facts["incidents"]:
        flag_id = UUID(incident["record_id"])
        if incident["kind"] == "do_not_contact":
            _raise(visit, visit.case_id, flag_id, StopKind.DO_NOT_CONTACT, at=at)
            for case_id in _same_debtor(visit) if told.met in OWING else ():
                _raise(visit, case_id, uuid5(flag_id, str(case_id)), StopKind.DO_NOT_CONTACT, at=at)
        elif incident["kind"] in DANGERS and (incident["severity"] or 0) >= DANGER_NOW:
            _raise(visit, visit.case_id, flag_id, StopKind.SPECIAL, at=at)
    kind = _OF_OUTCOME.get(told.outcome or 0)
    if kind is not None and outcome_id is not None:
        _raise(visit, visit.case_id, outcome_id, kind, at=at)


def _same_debtor(visit: Visit) -> list[UUID]:
    """Return the other cases of the same person."""
    index = visit.case.debtor.id_index if visit.case is not None else None
    if index is None:
        return []
    query = select(Case.id).join(Party, Party.id == Case.debtor_id).where(Party.id_index == index)
    return list(db.session.scalars(query.where(Case.id != visit.case_id).order_by(Case.id)))


def _raise(visit: Visit, case_id: UUID, flag_id: UUID, kind: StopKind, *, at: datetime) -> None:
    if db.session.get(StopFlag, flag_id) is not None:
        return
    db.session.add(
        StopFlag(
            id=flag_id, case_id=case_id, kind=kind.value, reason="现场记录", raised_by_id=visit.agent_id, raised_at=at,
        )
    )  # fmt: skip
    db.session.flush()
