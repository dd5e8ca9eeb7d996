"""The limitation clock (诉讼时效) of a case, and what legal records that moves it: suits, reports, letters."""

from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible
from server.body import Body, answers, takes
from server.cases.limitation import LASTING, LimitationKind
from server.cases.models import Case, LimitationFact
from server.cases.schemas import LimitationFactIn, ReasonIn
from server.cases.shown_law import LimitationFactOut, LimitationOut, limitation_json
from server.db import db, fetch
from server.errors import Conflict, Invalid, Missing

bp = Blueprint("limitation", __name__, url_prefix="/v1")


class OddLimitationFact(Invalid):
    """The dates of an event that moves the limitation clock do not fit together."""


class FactRetracted(Conflict):
    """The event was retracted already."""


@bp.get("/cases/<uuid:case_id>/limitation")
@allow(*OFFICE)
@answers(LimitationOut)
def show_limitation(case_id: UUID) -> ResponseReturnValue:
    """Show the limitation clock of a case today: line by line, with articles, and what proof is missing."""
    return jsonify(limitation_json(fetch_visible(Case, case_id), today=clock.today()))


@bp.post("/cases/<uuid:case_id>/limitation-facts")
@allow(Role.LEGAL)
@takes(LimitationFactIn)
@answers(LimitationFactOut, status=201)
def record_fact(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Record an event outside visits and feed, with its proof and grade; an end later on is another record."""
    case, person = fetch_visible(Case, case_id, lock=True), current_person()
    check_days(body)
    fact = LimitationFact(
        id=clock.new_id(), case_id=case.id, recorded_by_id=person.id, recorded_at=clock.now(), **body
    )  # fmt: skip
    db.session.add(fact)
    audit.note("limitation.recorded", f"case:{case.id}", actor_id=person.id, creditor_id=case.creditor_id,
               kind=fact.kind, happened_on=fact.happened_on.isoformat(), grade=fact.grade)  # fmt: skip
    db.session.commit()
    return jsonify(LimitationFactOut().dump(fact)), 201


def check_days(body: Body) -> None:
    """Refuse an event of tomorrow, an end before the beginning, and an end of what is over at once."""
    if body["happened_on"] > clock.today():
        raise OddLimitationFact("what has not happened moves nothing")
    if body["ended_on"] is None:
        return
    if LimitationKind(body["kind"]) not in LASTING or not body["happened_on"] <= body["ended_on"] <= clock.today():
        raise OddLimitationFact("only proceedings and obstacles end, and not before they began")


@bp.post("/cases/<uuid:case_id>/limitation-facts/<uuid:fact_id>/retract")
@allow(Role.LEGAL)
@takes(ReasonIn)
@answers(LimitationFactOut)
def retract_fact(case_id: UUID, fact_id: UUID, body: Body) -> ResponseReturnValue:
    """Retract a recorded event; it stays readable and counts no more."""
    case, person = fetch_visible(Case, case_id), current_person()
    fact = fetch(LimitationFact, fact_id, lock=True)
    if fact.case_id != case.id:
        raise Missing(f"no LimitationFact {fact_id} of this case")
    if fact.retracted_at is not None:
        raise FactRetracted("record it anew if it holds after all")
    fact.retracted_at = clock.now()
    audit.note("limitation.retracted", f"case:{case.id}", actor_id=person.id, creditor_id=case.creditor_id,
               kind=fact.kind, reason=body["reason"])  # fmt: skip
    db.session.commit()
    return jsonify(LimitationFactOut().dump(fact))
