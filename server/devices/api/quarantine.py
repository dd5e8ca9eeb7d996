"""What could not be taken, in the hands of a person: look, judge again after a fix, dismiss, open again."""

from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.roles import Role
from server.accounts.scope import require_every_creditor
from server.body import Body, answers, asks, page, takes
from server.db import begin_write, db, fetch
from server.devices import acks, push, quarantine, rules
from server.devices.models import Device, Quarantine
from server.devices.rules import QuarantineState
from server.devices.schemas import DismissIn, QuarantineOneOut, QuarantineOut, QuarantineQuery
from server.devices.sender import Sender

bp = Blueprint("quarantine", __name__, url_prefix="/v1/devices/quarantine")
FLEET = (Role.SUPERVISOR, Role.ADMIN, Role.COMPLIANCE, Role.AUDITOR)
READERS = (Role.SUPERVISOR, Role.COMPLIANCE)
MENDERS = (Role.SUPERVISOR, Role.COMPLIANCE)


@bp.get("")
@allow(*FLEET)
@asks(QuarantineQuery)
@answers(QuarantineOut, many=True)
def list_quarantine(query: Body) -> ResponseReturnValue:
    """List the rows that could not be taken, with the reason, without their content."""
    wanted = select(Quarantine)
    for name in ("device_id", "reason", "state"):
        value = query.pop(name)
        if value is not None:
            wanted = wanted.where(getattr(Quarantine, name) == value)
    return page(wanted, Quarantine, QuarantineOut(), **query)


@bp.get("/<uuid:row_id>")
@allow(*READERS)
@answers(QuarantineOneOut)
def show_quarantined(row_id: UUID) -> ResponseReturnValue:
    """Show one row with its content as it came; who looked is noted."""
    begin_write()
    row, person = _row(row_id), current_person()
    told = QuarantineOneOut().dump(row) | {"document": quarantine.payload_of(row)}
    audit.note("quarantine.read", f"quarantine:{row_id}", actor_id=person.id, device=str(row.device_id))
    db.session.commit()
    return jsonify(told)


@bp.post("/<uuid:row_id>/replay")
@allow(*MENDERS)
@answers(QuarantineOut)
def replay(row_id: UUID) -> ResponseReturnValue:
    """Judge a record again as if its phone had just pushed it; a kept one is acknowledged. Again changes nothing."""
    row = _row(row_id, lock=True)
    rules.check_replay(coll=row.coll, state=row.state)
    device, now = Sender.of(fetch(Device, row.device_id, lock=True)), clock.now()
    taken = push.take_records(device, [quarantine.payload_of(row)], at=now)
    acks.tell(device, taken.fates, ack_id=taken.ack_id, at=now)
    verdict = quarantine.settle(row, taken.fates[0].entry, at=now)
    audit.note("quarantine.replayed", f"quarantine:{row_id}", actor_id=current_person().id, verdict=verdict)
    told = QuarantineOut().dump(row)
    db.session.commit()
    return jsonify(told)


@bp.post("/<uuid:row_id>/dismiss")
@allow(*MENDERS)
@takes(DismissIn)
@answers(QuarantineOut)
def dismiss(row_id: UUID, body: Body) -> ResponseReturnValue:
    """Say why nothing follows from a row; it is kept."""
    return _decide(row_id, is_to_be=True, reason=body["reason"])


@bp.post("/<uuid:row_id>/reopen")
@allow(*MENDERS)
@answers(QuarantineOut)
def reopen(row_id: UUID) -> ResponseReturnValue:
    """Take a dismissal back."""
    return _decide(row_id, is_to_be=False, reason="")


def _row(row_id: UUID, *, lock: bool = False) -> Quarantine:
    """Return a row to who works for every creditor: nobody knows whose customer one that cannot be read is about."""
    require_every_creditor(f"no Quarantine {row_id}")
    return fetch(Quarantine, row_id, lock=lock)


def _decide(row_id: UUID, *, is_to_be: bool, reason: str) -> ResponseReturnValue:
    row, person = _row(row_id, lock=True), current_person()
    state = rules.dismissed(row.state, is_to_be=is_to_be)
    if state != row.state:
        row.state, row.dismiss_reason = state, reason
        row.dismissed_at, row.dismissed_by_id = (clock.now(), person.id) if is_to_be else (None, None)
        action = "quarantine.dismissed" if state is QuarantineState.DISMISSED else "quarantine.reopened"
        audit.note(action, f"quarantine:{row_id}", actor_id=person.id)
    told = QuarantineOut().dump(row)
    db.session.commit()
    return jsonify(told)
