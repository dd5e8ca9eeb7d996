"""The rules in force (合规规则), a creditor's own settings over them, and legal's approvals of what they stop."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server import audit, clock
from server.accounts import rulebook
from server.accounts.auth import allow, current_person
from server.accounts.models import Creditor
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible, require_visible
from server.body import Body, answers, asks, etag, require_match, takes
from server.cases import approvals
from server.cases.approvals import ApprovalKind
from server.cases.models import Case, LegalApproval
from server.cases.rules import require_reason
from server.cases.schemas import ApprovalIn, ReasonIn, RulesIn, RulesQuery
from server.cases.shown_law import ApprovalOut, ApprovalsOut, RulesOut
from server.compliance.layers import unfit
from server.compliance.rulepack import OddRulePack, Rule, RulePack
from server.db import db, fetch
from server.errors import Missing

bp = Blueprint("rule_packs", __name__, url_prefix="/v1")


def shown_rule(rule: Rule) -> dict[str, Any]:
    """Return a rule as every screen that quotes it needs it: with source, grade, and who set what."""
    return {
        "id": rule.id,
        "section": rule.section,
        "text": dict(rule.text),
        "source": rule.source,
        "source_zh": rule.source_zh,
        "grade": rule.grade.value,
        "gates": {gate.value: rule.action_for(gate).value for gate in sorted(rule.where)},
        "params": dict(rule.params),
        "is_enabled": rule.is_enabled,
        "confirm_by_counsel": rule.is_for_counsel,
        "override_role": rule.override_role,
        "set_by": list(rule.set_by),
    }


def shown_pack(pack: RulePack) -> dict[str, Any]:
    """Return a pack with all its rules."""
    return {
        "pack": pack.name,
        "digest": pack.digest,
        "valid_from": pack.valid_from.isoformat(),
        "title": pack.document["title"],
        "rules": [shown_rule(rule) for rule in pack.rules],
    }


@bp.get("/rules")
@allow(*OFFICE, Role.AGENT, Role.ADMIN)
@asks(RulesQuery)
@answers(RulesOut)
def show_rules(query: Body) -> ResponseReturnValue:
    """Show the rules in force on a day, as the firm, the region and the creditor asked for have set them."""
    if query["creditor_id"] is not None:
        require_visible(query["creditor_id"], f"no Creditor {query['creditor_id']}")
        fetch(Creditor, query["creditor_id"])
    pack = rulebook.pack_of(query["creditor_id"], on=query["on"] or clock.today(), adcode=query["adcode"])
    return jsonify(shown_pack(pack))


@bp.put("/creditors/<uuid:creditor_id>/rules")
@allow(Role.COMPLIANCE, Role.MANAGER)
@takes(RulesIn)
@answers(RulesOut)
def set_rules(creditor_id: UUID, body: Body) -> ResponseReturnValue:
    """Set a creditor's own rules; what rests on the law is only made stricter. What is planned is judged again."""
    require_visible(creditor_id, f"no Creditor {creditor_id}")
    creditor, person = fetch(Creditor, creditor_id, lock=True), current_person()
    require_match(creditor.version)
    base = rulebook.current().pack(on=clock.today())
    odd = unfit(base, settings=body["settings"])
    if odd:
        raise OddRulePack(f"{', '.join(sorted(odd))} may not be set like this", rules=odd)
    creditor.rule_overrides, creditor.version = body["settings"], creditor.version + 1
    audit.note("creditor.rules_set", f"creditor:{creditor.id}", actor_id=person.id, creditor_id=creditor.id,
               rules=sorted(body["settings"]), reason=body["reason"])  # fmt: skip
    db.session.commit()
    answer = jsonify(shown_pack(rulebook.pack_of(creditor.id, on=clock.today())))
    answer.headers["ETag"] = etag(creditor.version)
    return answer


@bp.get("/cases/<uuid:case_id>/legal-approvals")
@allow(*OFFICE)
@answers(ApprovalsOut)
def list_approvals(case_id: UUID) -> ResponseReturnValue:
    """List what legal has approved for a case, newest first."""
    case = fetch_visible(Case, case_id)
    return jsonify(items=ApprovalOut(many=True).dump(approvals.of_case(case.id)))


@bp.post("/cases/<uuid:case_id>/legal-approvals")
@allow(Role.LEGAL)
@takes(ApprovalIn)
@answers(ApprovalOut, status=201)
def approve(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Approve a visit after limitation has run out, with a reason and a last day; only legal does."""
    case, person = fetch_visible(Case, case_id, lock=True), current_person()
    require_reason(body["reason"])
    approval = approvals.give(
        case, kind=ApprovalKind(body["kind"]), reason=body["reason"], days=body["days"], by_id=person.id,
        at=clock.now(), today=clock.today(),
    )  # fmt: skip
    audit.note("legal.approved", f"case:{case.id}", actor_id=person.id, creditor_id=case.creditor_id,
               kind=approval.kind, valid_until=approval.valid_until.isoformat())  # fmt: skip
    db.session.commit()
    return jsonify(ApprovalOut().dump(approval)), 201


@bp.post("/cases/<uuid:case_id>/legal-approvals/<uuid:approval_id>/withdraw")
@allow(Role.LEGAL)
@takes(ReasonIn)
@answers(ApprovalOut)
def withdraw(case_id: UUID, approval_id: UUID, body: Body) -> ResponseReturnValue:
    """Withdraw an approval; visits not yet begun are stopped by the rules again."""
    case, person = fetch_visible(Case, case_id), current_person()
    approval = fetch(LegalApproval, approval_id, lock=True)
    if approval.case_id != case.id:
        raise Missing(f"no LegalApproval {approval_id} of this case")
    approvals.withdraw(approval, at=clock.now())
    audit.note("legal.withdrew", f"case:{case.id}", actor_id=person.id, creditor_id=case.creditor_id,
               kind=approval.kind, reason=body["reason"])  # fmt: skip
    db.session.commit()
    return jsonify(ApprovalOut().dump(approval))
