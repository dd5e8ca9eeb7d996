"""Escalation: the supervisor proposes, legal gives an opinion, the general manager decides, each with reasons."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from server import audit, clock
from server.accounts import passkeys
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible, scoped
from server.body import Body, answers, asks, etag, page, require_match, takes
from server.cases import rules as case_rules
from server.cases.models import Case
from server.cases.rules import CaseState
from server.db import db
from server.errors import Stale
from server.escalation import effects, evidence, filed, proofs, rules, stop_news
from server.escalation.models import Escalation
from server.escalation.rules import EscalationState, Proposal
from server.escalation.schemas import (
    CaseStateOut,
    ContinueIn,
    DecideIn,
    DecisionLimitsIn,
    EscalationOut,
    EscalationQuery,
    OpinionIn,
    ProposalIn,
)
from server.visits.models import Visit

bp = Blueprint("escalations", __name__, url_prefix="/v1")
PARTS = (filed.__name__, proofs.__name__, stop_news.__name__)
"""The modules whose import tells a case's timeline of visits and decisions, and the phones of stop flags."""
EQUAL = ("decision", "proposal", "state", "case_id", "creditor_id")


def require_version(escalation: Escalation, named: int | None) -> None:
    """Demand the version the caller saw, by If-Match or in the body. Raises PreconditionAbsent or Stale."""
    if "If-Match" in request.headers or named is None:
        require_match(escalation.version)
    elif named != escalation.version:
        raise Stale(f"you saw version {named}, it is now {escalation.version}", current=etag(escalation.version))


def shown(escalation: Escalation, status: int = 200) -> Response:
    """Answer with an escalation and its entity tag."""
    answer = jsonify(EscalationOut().dump(escalation))
    answer.status_code = status
    answer.headers["ETag"] = etag(escalation.version)
    return answer


@bp.post("/escalations")
@allow(Role.SUPERVISOR)
@takes(ProposalIn)
@answers(EscalationOut, status=201)
def propose(body: Body) -> ResponseReturnValue:
    """Propose what should become of a case, with reasons and evidence."""
    case, person = fetch_visible(Case, body["case_id"], lock=True), current_person()
    case_rules.require_reason(body["reasons"])
    state = rules.propose(CaseState(case.state), has_open=effects.open_escalation(case.id) is not None)
    last_scheme = select(Visit.scheme_id).where(Visit.case_id == case.id).order_by(Visit.id.desc()).limit(1)
    escalation = Escalation(
        id=clock.new_id(),
        case_id=case.id,
        creditor_id=case.creditor_id,
        scheme_id=db.session.scalar(last_scheme),
        state=state.value,
        proposal=body["proposal"],
        reasons=body["reasons"].strip(),
        evidence=evidence.resolve(case, body["evidence"]),
        proposer_id=person.id,
        version=1,
    )
    db.session.add(escalation)
    audit.note("escalation.proposed", f"escalation:{escalation.id}", actor_id=person.id, creditor_id=case.creditor_id,
               case=str(case.id), proposal=escalation.proposal)  # fmt: skip
    db.session.commit()
    answer = shown(escalation, 201)
    answer.headers["Location"] = f"/v1/escalations/{escalation.id}"
    return answer


@bp.post("/escalations/<uuid:escalation_id>/opinion")
@allow(Role.LEGAL)
@takes(OpinionIn)
@answers(EscalationOut)
def give_opinion(escalation_id: UUID, body: Body) -> ResponseReturnValue:
    """Give the legal opinion; what was held as evidence and where the limitation clock stood is kept with it."""
    escalation, person = fetch_visible(Escalation, escalation_id, lock=True), current_person()
    case_rules.require_reason(body["text"])
    state = rules.advise(EscalationState(escalation.state), proposer_id=escalation.proposer_id, adviser_id=person.id)
    require_version(escalation, body["version"])
    escalation.state, escalation.version = state.value, escalation.version + 1
    escalation.opinion, escalation.opinion_text = body["opinion"], body["text"].strip()
    escalation.readiness = evidence.readiness(escalation.case, today=clock.today())
    escalation.adviser_id, escalation.advised_at = person.id, clock.now()
    audit.note("escalation.advised", f"escalation:{escalation.id}", actor_id=person.id,
               creditor_id=escalation.creditor_id, case=str(escalation.case_id), opinion=escalation.opinion,
               warnings=escalation.readiness["warnings"])  # fmt: skip
    db.session.commit()
    return shown(escalation)


@bp.post("/escalations/<uuid:escalation_id>/decide")
@allow(Role.MANAGER)
@takes(DecideIn)
@answers(EscalationOut)
def decide(escalation_id: UUID, body: Body) -> ResponseReturnValue:
    """Decide, with reasons and limits; the case moves on, and phones learn of a closed door."""
    escalation, person, at = fetch_visible(Escalation, escalation_id, lock=True), current_person(), clock.now()
    case_rules.require_reason(body["reasons"])
    decision = Proposal(body["decision"])
    state = rules.decide(
        EscalationState(escalation.state), proposer_id=escalation.proposer_id, adviser_id=escalation.adviser_id,
        decider_id=person.id,
    )  # fmt: skip
    require_version(escalation, body["version"])
    proved_with = passkeys.require_proof(person, at=at)
    review_on = rules.review_on(decision, decided_on=clock.today(), days=body["review_days"])
    escalation.state, escalation.version = state.value, escalation.version + 1
    escalation.decision, escalation.decision_reasons = decision.value, body["reasons"].strip()
    escalation.limits = DecisionLimitsIn().dump(body["limits"]) if body["limits"] else None
    escalation.decider_id, escalation.decided_at, escalation.review_on = person.id, at, review_on
    case = fetch_visible(Case, escalation.case_id, lock=True)
    effects.carry_out(escalation, case, decider_id=person.id, at=at)
    audit.note("escalation.decided", f"escalation:{escalation.id}", actor_id=person.id,
               creditor_id=escalation.creditor_id, case=str(escalation.case_id), proposal=escalation.proposal,
               decision=decision.value, case_state=case.state, passkey=proved_with)  # fmt: skip
    db.session.commit()
    return shown(escalation)


@bp.get("/escalations")
@allow(*OFFICE)
@asks(EscalationQuery)
@answers(EscalationOut, many=True)
def list_escalations(query: Body) -> ResponseReturnValue:
    """List escalations, newest first; `decision=sue` and `decision=suspend` are the sue list and the suspend list."""
    found = scoped(select(Escalation), Escalation.creditor_id)
    for name in EQUAL:
        if query[name] is not None:
            found = found.where(getattr(Escalation, name) == query[name])
    if query["review_until"] is not None:
        found = found.where(Escalation.review_on <= query["review_until"])
    if query["decision"] is not None and not query["superseded"]:
        found = in_force(found)
    return page(found, Escalation, EscalationOut(), limit=query["limit"], cursor=query["cursor"])


def in_force(found: Select[Any]) -> Select[Any]:
    """Narrow a query to decisions that no later one on the same case has replaced."""
    later = aliased(Escalation)
    is_replaced = (
        select(later.id)
        .where(
            later.case_id == Escalation.case_id,
            later.id > Escalation.id,
            later.state == EscalationState.DECIDED.value,
        )
        .exists()
    )
    return found.where(~is_replaced)


@bp.get("/escalations/<uuid:escalation_id>")
@allow(*OFFICE)
@answers(EscalationOut)
def get_escalation(escalation_id: UUID) -> ResponseReturnValue:
    """Show one escalation with everything that was said to it."""
    return shown(fetch_visible(Escalation, escalation_id))


@bp.post("/cases/<uuid:case_id>/continue")
@allow(Role.SUPERVISOR)
@takes(ContinueIn)
@answers(CaseStateOut)
def continue_case(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Send a case that waits for a decision back to ordinary collection (继续催收), with reasons."""
    case, person = fetch_visible(Case, case_id, lock=True), current_person()
    case_rules.require_reason(body["reasons"])
    has_open = effects.open_escalation(case.id) is not None
    case.state = rules.continue_case(CaseState(case.state), has_open=has_open)
    case.version += 1
    audit.note("case.continued", f"case:{case.id}", actor_id=person.id, creditor_id=case.creditor_id,
               reasons=body["reasons"].strip())  # fmt: skip
    db.session.commit()
    return jsonify(CaseStateOut().dump(case))
