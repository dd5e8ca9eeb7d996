"""Throwing away a file that was sent by mistake: its content goes, that it was sent stays known."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server import audit, jobs, media
from server.accounts.auth import allow, current_person
from server.accounts.roles import Role
from server.body import answers
from server.cases import import_runs
from server.cases.api.imports import OF_CASES, OF_PAYMENTS, visible_run
from server.cases.api.remapping import ImportSettled
from server.cases.import_runs import COMMITTED, DISCARDED
from server.cases.mapping import FileKind
from server.cases.shown import ImportOut
from server.db import db

bp = Blueprint("discarding", __name__, url_prefix="/v1")


@jobs.runs("import_discard")
def remove_in_job(args: Mapping[str, Any], report: jobs.Report) -> None:
    """Remove the sealed file from the media store; a store that is down gets it later."""
    report(0.5, "removing")
    media.store().remove(args["sealed_sha256"])


@bp.post("/imports/<uuid:run_id>/discard", endpoint="discard_import", defaults=OF_CASES)
@bp.post("/payments/imports/<uuid:run_id>/discard", endpoint="discard_payment_import", defaults=OF_PAYMENTS)
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(ImportOut)
def discard_import(run_id: UUID, kind: FileKind) -> ResponseReturnValue:
    """Throw away a file that is not committed, and all that was read from it; a second time changes nothing."""
    run, person = visible_run(run_id, kind, lock=True), current_person()
    if run.state == COMMITTED:
        raise ImportSettled("it is committed", state=run.state)
    if run.state != DISCARDED:
        jobs.enqueue("import_discard", owner_id=person.id, sealed_sha256=import_runs.discard(run))
        audit.note("import.discarded", f"import:{run.id}", actor_id=person.id, creditor_id=run.creditor_id,
                   file_sha256=run.file_sha256)  # fmt: skip
        db.session.commit()
    return jsonify(ImportOut().dump(run))
