"""What the creditor's payments were set against (冲抵), step by step in the order of the law."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server.accounts.auth import allow
from server.accounts.roles import OFFICE
from server.accounts.scope import fetch_visible
from server.body import answers
from server.cases import ledger
from server.cases.allocation import Allocated, Parts
from server.cases.models import Case
from server.cases.shown_law import AllocationOut

bp = Blueprint("allocation", __name__, url_prefix="/v1/cases")

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


@bp.get("/<uuid:case_id>/allocation")
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
