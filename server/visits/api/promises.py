"""Promises to pay (还款承诺) of a case, instalment by instalment, as the creditor's feed has it."""

from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server import clock, config
from server.accounts.auth import allow
from server.accounts.roles import OFFICE
from server.accounts.scope import fetch_visible
from server.body import answers
from server.cases.models import Case
from server.db import db
from server.visits import promise_watch
from server.visits.models import Promise
from server.visits.schemas import PromisesOut

bp = Blueprint("promises", __name__, url_prefix="/v1/cases")
FOLLOWS = (promise_watch.follow_promises,)
"""The chore that every application with this module does."""


@bp.get("/<uuid:case_id>/promises")
@allow(*OFFICE)
@answers(PromisesOut)
def list_promises(case_id: UUID) -> ResponseReturnValue:
    """List the promises of a case with each instalment: its grace, when it was met, what is missing."""
    case = fetch_visible(Case, case_id)
    rows = db.session.scalars(select(Promise).where(Promise.case_id == case.id).order_by(Promise.id))
    items = []
    for promise in rows:
        state, lines = promise_watch.state_on(promise, today=clock.today())
        items.append(
            {
                "id": str(promise.id),
                "visit_id": str(promise.visit_id),
                "state": state.value,
                "promised_on": promise_watch.promised_on(promise).isoformat(),
                "promisor_role": promise.promisor_role,
                "total_fen": promise.total_fen,
                "instalments": promise_watch.lines_json(lines),
            }
        )
    return jsonify(items=items, grace_days=config.current().promise_grace_days)
