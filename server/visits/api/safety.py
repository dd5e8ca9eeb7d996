"""The safety board: dangers told from the field and crews nobody has heard of, until somebody looked into them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.models import Person
from server.accounts.roles import Role
from server.accounts.scope import scoped
from server.body import Body, answers, takes
from server.db import begin_write, db
from server.errors import Missing
from server.schemes.models import SchemeStop
from server.visits import safety
from server.visits.access import visible
from server.visits.models import Visit
from server.visits.safety import Alert
from server.visits.schemas import AlertOut, AlertsOut, SeenIn

bp = Blueprint("safety", __name__, url_prefix="/v1/safety")
WATCH = (Role.SUPERVISOR, Role.MANAGER, Role.COMPLIANCE)


def board() -> list[Alert]:
    """Return what the caller may see and nobody has acknowledged."""
    stops = scoped(select(SchemeStop), SchemeStop.creditor_id)
    return safety.alerts(visible(select(Visit)), stops, now=clock.now())


@bp.get("/alerts")
@allow(*WATCH)
@answers(AlertsOut)
def list_alerts() -> ResponseReturnValue:
    """List dangers, crews still at a door too long, and visits without a word, danger first."""
    return jsonify(items=_shown(board()))


@bp.post("/alerts/<key>/seen")
@allow(*WATCH)
@takes(SeenIn)
@answers(AlertOut)
def acknowledge(key: str, body: Body) -> ResponseReturnValue:
    """Say what was done about an alert: whom one called, and what they said; it leaves the board."""
    begin_write()
    alert = next((one for one in board() if one.key == key), None)
    if alert is None:
        raise Missing(f"no alert {key[:80]} waits")
    audit.note(safety.SEEN, f"alert:{alert.key}", actor_id=current_person().id, kind=alert.kind, done=body["done"])
    (shown,) = _shown([alert])
    db.session.commit()
    return jsonify(shown)


def _shown(alerts: list[Alert]) -> list[dict[str, Any]]:
    """Return alerts as page data, with the names of the agents to call."""
    ids = {UUID(one) for alert in alerts for one in alert.agent_ids}
    names = {str(one.id): one.name for one in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    return [
        dict(AlertOut().dump(alert)) | {"agent_names": [names[one] for one in alert.agent_ids if one in names]}
        for alert in alerts
    ]
