"""An export that a phone brings: its own, or one of what it was before its browser emptied its storage."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from server import clock
from server.body import answers, described, raw_bytes
from server.db import db
from server.devices import contract, exporting
from server.devices.enrol import current_device, phone
from server.devices.rules import MAX_EXPORT_BYTES
from server.devices.schemas import ExportTakenOut
from server.errors import Malformed
from sync.phone.export import NotAnExport
from sync.phone.transport import MARK

CREATED = 201

bp = Blueprint("phone_exports", __name__, url_prefix="/v1/devices/exports")


@bp.after_request
def mark(answer: Response) -> Response:
    """Mark a success as ours."""
    if answer.status_code == CREATED:
        answer.headers[MARK] = "1"
    return answer


@bp.post("")
@phone(may_be_revoked=True)
@answers(ExportTakenOut, status=CREATED)
@described(contract.EXPORT)
def take_export() -> ResponseReturnValue:
    """Take in one export, of the phone that calls or of what it was before its storage was lost."""
    content = raw_bytes(most=MAX_EXPORT_BYTES)
    brought_by = current_device().person_id
    try:
        told = exporting.take(content, at=clock.now(), actor_id=brought_by, keep=db.session.commit)
    except NotAnExport as fault:
        raise Malformed(f"no export: {fault}") from fault
    return jsonify(ExportTakenOut().dump(told)), CREATED
