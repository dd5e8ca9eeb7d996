"""What the creditor's payments were set against (冲抵), step by step in the order of the law."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.accounts.auth import allow
from server.accounts.roles import OFFICE
from server.accounts.scope import fetch_visible, scoped
from server.body import Body, answers, asks, page
from server.cases import ledger, several_debts, timeline
from server.cases.allocation import Allocated, Parts
from server.cases.models import Case, Party, PaymentFact
from server.cases.rules import CLOSED_STATES
from server.cases.schemas import SeveralDebtsQuery, WaitingQuery
from server.cases.several_debts import Debt
from server.cases.shown_law import AllocationOut, SeveralDebtsOut, WaitingOut
from server.db import db

bp = Blueprint("allocation", __name__, url_prefix="/v1")

DAYS_A_YEAR = 365
PER_BASIS_POINT = 10
"""Hundred-thousandths in a basis point."""
ORDER = (
    ("fees_fen", "实现债权的费用", "costs", "民法典 561(1)"),
    ("interest_fen", "利息", "interest", "民法典 561(2)"),
    ("penalty_interest_fen", "罚息", "default interest", "民法典 561(2)"),
    ("penalty_fen", "违约金", "penalty", "民法典 561(2)"),
    ("principal_fen", "主债务（本金）", "principal", "民法典 561(3)"),
)
"""Kind by kind as a payment goes, unless the parties agreed otherwise."""


def parts_json(parts: Parts) -> dict[str, int]:
    """Return a debt by kind, in the order of the law."""
    return {name: getattr(parts, name) for name, *_ in ORDER} | {"total_fen": parts.total_fen()}


def steps_of(one: Allocated) -> list[dict[str, Any]]:
    """Return what one entry covered, kind by kind; nothing for a kind it did not reach."""
    steps = [
        {"kind": name.removesuffix("_fen"), "zh": zh, "en": en, "article": article, "fen": getattr(one.covered, name)}
        for name, zh, en, article in ORDER
        if getattr(one.covered, name)
    ]
    if one.beyond_fen:
        beyond = {"kind": "beyond", "zh": "超出欠款", "en": "beyond the debt", "article": "", "fen": one.beyond_fen}
        steps.append(beyond)
    return steps


@bp.get("/cases/<uuid:case_id>/allocation")
@allow(*OFFICE)
@answers(AllocationOut)
def show_allocation(case_id: UUID) -> ResponseReturnValue:
    """Show how each entry of the feed since the as-of day was set against the debt, and what is left by kind."""
    case = fetch_visible(Case, case_id)
    balance = ledger.balance_of(case)
    entries = [
        {
            "reference": one.entry.reference,
            "booked_on": one.entry.booked_on.isoformat(),
            "kind": one.entry.kind.value,
            "amount_fen": one.entry.amount_fen,
            "steps": steps_of(one),
        }
        for one in balance.allocated
    ]
    return jsonify(
        as_of=case.as_of.isoformat() if case.as_of else None,
        owed=parts_json(ledger.owed_parts(case)),
        entries=entries,
        remaining=parts_json(balance.remaining),
        outstanding_fen=balance.outstanding_fen,
        is_declared_settled=balance.is_declared_settled,
    )


@bp.get("/cases/<uuid:case_id>/allocation/several")
@allow(*OFFICE)
@asks(SeveralDebtsQuery)
@answers(SeveralDebtsOut)
def show_several(case_id: UUID, query: Body) -> ResponseReturnValue:
    """Show which of the debtor's debts to this creditor a payment would go to, and by which step of the law."""
    case = fetch_visible(Case, case_id)
    cases = debts_of(case)
    designated = case.id if query["is_designated"] else None
    shares, left = several_debts.share(
        query["amount_fen"], debts=[as_debt(one) for one in cases], paid_on=query["paid_on"],
        designated=str(designated) if designated else None,
    )  # fmt: skip
    numbers = {str(one.id): one.case_no for one in cases}
    told = [
        {"case_id": one.debt_id, "case_no": numbers[one.debt_id], "amount_fen": one.amount_fen, "zh": one.zh,
         "en": one.en, "article": "民法典 560"}
        for one in shares
    ]  # fmt: skip
    return jsonify(SeveralDebtsOut().dump({"shares": told, "left_fen": left}))


def debts_of(case: Case) -> list[Case]:
    """Return the debtor's open cases at the same creditor, this one among them; the same person by his ID number."""
    query = select(Case).join(Party, Party.id == Case.debtor_id).where(Case.creditor_id == case.creditor_id)
    if case.debtor.id_index is None:
        query = query.where(Case.debtor_id == case.debtor_id)
    else:
        query = query.where(Party.id_index == case.debtor.id_index)
    return [one for one in db.session.scalars(query.order_by(Case.id)) if one.state not in CLOSED_STATES]


def as_debt(case: Case) -> Debt:
    """Return a case as the rules take it; a guarantee secures all of it, the penalty rate is its burden in a year."""
    due_on = timeline.due_day(case) or case.placed_on or case.created_at.date()
    is_secured = any(other.role == "guarantor" for other in case.others)
    rate_bp = (case.penalty_rate or 0) * DAYS_A_YEAR // PER_BASIS_POINT
    secured_fen = case.outstanding_fen if is_secured else 0
    return Debt(str(case.id), case.outstanding_fen, due_on, secured_fen=secured_fen, rate_bp=rate_bp)


@bp.get("/payments/waiting")
@allow(*OFFICE)
@asks(WaitingQuery)
@answers(WaitingOut, many=True)
def list_waiting(query: Body) -> ResponseReturnValue:
    """List entries of the feed whose case is not placed yet; importing the case sets them against it."""
    found = scoped(select(PaymentFact).where(PaymentFact.case_id.is_(None)), PaymentFact.creditor_id)
    return page(found, PaymentFact, WaitingOut(), limit=query["limit"], cursor=query["cursor"])
