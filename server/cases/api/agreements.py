"""Agreements to an exception from a rule (例外同意) at the gates screening, print and export."""

from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from server import audit, clock
from server.accounts import rulebook
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible
from server.body import Body, Strict, answers, takes
from server.cases import agreements
from server.cases.agreements import DEFAULT_DAYS, GATES, MOST_DAYS, RuleAgreement
from server.cases.models import Case
from server.compliance.rulepack import Gate
from server.db import db

bp = Blueprint("agreements", __name__, url_prefix="/v1")


class AgreementIn(Strict):
    """Which rule may be departed from at which gate, why, and for how many days from today."""

    gate = fields.String(required=True, validate=validate.OneOf([one.value for one in GATES]))
    rule_id = fields.String(required=True, validate=validate.Length(1, 24))
    reason = fields.String(required=True, validate=validate.Length(2, 400))
    days = fields.Integer(strict=True, load_default=DEFAULT_DAYS, validate=validate.Range(0, MOST_DAYS))


class AgreementOut(Schema):
    """An exception that was agreed to."""

    id = fields.UUID()
    case_id = fields.UUID()
    gate = fields.String()
    rule_id = fields.String()
    pack = fields.String()
    reason = fields.String()
    agreed_by_id = fields.UUID()
    agreed_at = fields.DateTime()
    valid_until = fields.Date()


class AgreementsOut(Schema):
    """The exceptions of a case."""

    items = fields.List(fields.Nested(AgreementOut))


@bp.post("/cases/<uuid:case_id>/agreements")
@allow(Role.SUPERVISOR, Role.LEGAL, Role.COMPLIANCE)
@takes(AgreementIn)
@answers(AgreementOut, status=201)
def give_agreement(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Agree to an exception from a rule for a case; only the role that the rule names may."""
    case, person, gate = fetch_visible(Case, case_id, lock=True), current_person(), Gate(body["gate"])
    pack = rulebook.pack_of(case.creditor_id, on=clock.today())
    agreements.require_overridable(pack, gate=gate, rule_id=body["rule_id"], roles=person.roles)
    made = agreements.agree(
        case, pack, gate=gate, rule_id=body["rule_id"], reason=body["reason"], days=body["days"], by_id=person.id,
        at=clock.now(), today=clock.today(),
    )  # fmt: skip
    audit.note("rule.agreed", f"case:{case.id}", actor_id=person.id, creditor_id=case.creditor_id, rule=made.rule_id,
               gate=made.gate, pack=made.pack)  # fmt: skip
    answer = AgreementOut().dump(made)
    db.session.commit()
    return jsonify(answer), 201


@bp.get("/cases/<uuid:case_id>/agreements")
@allow(*OFFICE)
@answers(AgreementsOut)
def list_agreements(case_id: UUID) -> ResponseReturnValue:
    """List the exceptions agreed to for a case, newest first."""
    case = fetch_visible(Case, case_id)
    rows = db.session.scalars(
        select(RuleAgreement).where(RuleAgreement.case_id == case.id).order_by(RuleAgreement.id.desc())
    )
    return jsonify(items=AgreementOut(many=True).dump(list(rows)))
