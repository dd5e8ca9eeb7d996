"""Filings with courts and police (立案、支付令、报案): begun after the decision, followed step by step by legal."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.roles import Role
from server.accounts.scope import fetch_visible
from server.body import Body, answers, takes
from server.cases import rules as case_rules
from server.cases.models import Case
from server.cases.schemas import ReasonIn
from server.db import db
from server.errors import Conflict, Missing
from server.escalation import effects, evidence, filed, filings
from server.escalation.filing_schemas import FilingIn, FilingOut, FilingsOut, ReadinessOut, StepIn
from server.escalation.filings import FILING_ZH, FOLLOWS, STEP_WORDS, FilingKind, Step
from server.escalation.models import Filing, FilingStep
from server.escalation.rules import Proposal

bp = Blueprint("filings", __name__, url_prefix="/v1")
READERS = (Role.SUPERVISOR, Role.MANAGER, Role.LEGAL, Role.COMPLIANCE, Role.AUDITOR)


class NotTheLastStep(Conflict):
    """Only the last step of a filing that holds may be taken back."""


def shown(filing: Filing) -> dict[str, Any]:
    """Return a filing as page data: every step, those taken back included."""
    steps = filed.steps_of(filing)
    holding, now = {one.id for one in steps}, filings.standing(steps)
    told = [
        {
            "id": row.id, "step": row.step, "zh": STEP_WORDS[Step(row.step)][0], "en": STEP_WORDS[Step(row.step)][1],
            "happened_on": row.happened_on, "proof": row.proof, "recorded_by_id": row.recorded_by_id,
            "recorded_at": row.recorded_at, "retracted": row.id not in holding,
        }
        for row in filing.steps if row.retracts_id is None
    ]  # fmt: skip
    kind = FilingKind(filing.kind)
    members = {name: getattr(filing, name) for name in ("id", "case_id", "creditor_id", "escalation_id", "authority")}
    answer: dict[str, Any] = FilingOut().dump(
        members | {
            "kind": kind.value, "zh": FILING_ZH[kind], "case_no": filing.case.case_no, "standing": now,
            "may_follow": sorted(FOLLOWS[kind].get(now, ())), "steps": told,
            "deadlines": filed.deadlines_of(filing, today=clock.today()),
        }
    )  # fmt: skip
    return answer


@bp.get("/cases/<uuid:case_id>/readiness")
@allow(*READERS)
@answers(ReadinessOut)
def show_readiness(case_id: UUID) -> ResponseReturnValue:
    """Show what court, payment order and police each still ask for; nothing here concludes intent."""
    return jsonify(evidence.filing_readiness(fetch_visible(Case, case_id), today=clock.today()))


@bp.get("/cases/<uuid:case_id>/filings")
@allow(*READERS)
@answers(FilingsOut)
def list_filings(case_id: UUID) -> ResponseReturnValue:
    """List the filings of a case with their steps and what runs."""
    case = fetch_visible(Case, case_id)
    return jsonify({"items": [shown(one) for one in filed.of_case(case.id)]})


@bp.post("/cases/<uuid:case_id>/filings")
@allow(Role.LEGAL)
@takes(FilingIn)
@answers(FilingOut, status=201)
def begin(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Begin a filing; the general manager's decision in force must be for it."""
    case, person, kind = fetch_visible(Case, case_id, lock=True), current_person(), FilingKind(body["kind"])
    decided = effects.last_decided(case.id)
    decision = None if decided is None else Proposal(decided.decision)
    filings.open_filing(kind, decision=decision, has_open=filed.has_open(case.id, kind))
    filing = Filing(
        id=clock.new_id(), case_id=case.id, creditor_id=case.creditor_id, kind=kind.value,
        escalation_id=decided.id if decided is not None else None, authority=body["authority"].strip(),
        opened_by_id=person.id,
    )  # fmt: skip
    db.session.add(filing)
    audit.note("filing.begun", f"filing:{filing.id}", actor_id=person.id, creditor_id=case.creditor_id,
               case=str(case.id), kind=kind.value)  # fmt: skip
    db.session.flush()
    answer = jsonify(shown(filing))
    answer.headers["Location"] = f"/v1/filings/{filing.id}"
    db.session.commit()
    return answer, 201


@bp.get("/filings/<uuid:filing_id>")
@allow(*READERS)
@answers(FilingOut)
def show_filing(filing_id: UUID) -> ResponseReturnValue:
    """Show one filing."""
    return jsonify(shown(fetch_visible(Filing, filing_id)))


@bp.post("/filings/<uuid:filing_id>/steps")
@allow(Role.LEGAL)
@takes(StepIn)
@answers(FilingOut, status=201)
def record_step(filing_id: UUID, body: Body) -> ResponseReturnValue:
    """Record the next step with its day and proof; deadlines and the limitation clock follow from it."""
    filing, person = fetch_visible(Filing, filing_id, lock=True), current_person()
    step = Step(body["step"])
    filings.take_step(
        FilingKind(filing.kind), filed.steps_of(filing), step=step, on=body["happened_on"], today=clock.today()
    )
    _add(filing, step=step.value, happened_on=body["happened_on"], proof=body["proof"].strip())
    audit.note("filing.step", f"filing:{filing.id}", actor_id=person.id, creditor_id=filing.creditor_id,
               case=str(filing.case_id), step=step.value, happened_on=body["happened_on"].isoformat())  # fmt: skip
    answer = jsonify(shown(filing))
    db.session.commit()
    return answer, 201


@bp.post("/filings/<uuid:filing_id>/steps/<uuid:step_id>/retract")
@allow(Role.LEGAL)
@takes(ReasonIn)
@answers(FilingOut)
def retract_step(filing_id: UUID, step_id: UUID, body: Body) -> ResponseReturnValue:
    """Take back the last step, with a reason; it stays readable and counts no more."""
    filing, person = fetch_visible(Filing, filing_id, lock=True), current_person()
    case_rules.require_reason(body["reason"])
    row = next((one for one in filing.steps if one.id == step_id and one.retracts_id is None), None)
    if row is None:
        raise Missing(f"no step {step_id} of this filing")
    holding = filed.rows_that_hold(filing)
    if not holding or holding[-1].id != step_id:
        raise NotTheLastStep("take back the later ones first, or it is taken back already")
    _add(filing, step="", happened_on=row.happened_on, proof=body["reason"].strip(), retracts_id=row.id)
    audit.note("filing.step_retracted", f"filing:{filing.id}", actor_id=person.id, creditor_id=filing.creditor_id,
               case=str(filing.case_id), step=row.step)  # fmt: skip
    answer = jsonify(shown(filing))
    db.session.commit()
    return answer


def _add(filing: Filing, **members: Any) -> None:
    """Add a row to a filing, by the caller, now."""
    row = FilingStep(
        id=clock.new_id(), filing_id=filing.id, recorded_by_id=current_person().id, recorded_at=clock.now(), **members
    )
    filing.steps.append(row)
    db.session.flush()
