"""Reading a creditor's file again under another mapping, from the copy that was kept; nothing is sent twice."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server import audit, jobs
from server.accounts.auth import allow, current_person
from server.accounts.roles import Role
from server.body import Body, answers, takes
from server.cases import import_runs
from server.cases.api.imports import accepted, run_url, visible_run
from server.cases.import_runs import BIG_FILE_ROWS, DRY_RUN
from server.cases.mapping import FileKind
from server.cases.models import ImportRun
from server.cases.schemas import MappingIn
from server.cases.shown import ImportOut
from server.cases.workbook import read_workbook
from server.db import begin_write, db, fetch
from server.errors import Conflict

bp = Blueprint("remapping", __name__, url_prefix="/v1")


class ImportSettled(Conflict):
    """The import is committed, thrown away or still being read: this cannot be done to it any more, or not yet."""


@jobs.runs("import_remap")
def remap_in_job(args: Mapping[str, Any], report: jobs.Report) -> str:
    """Read a big file again."""
    report(0.1, "reading")
    book = read_workbook(import_runs.kept(fetch(ImportRun, UUID(args["run_id"]))))
    report(0.4, "checking")
    begin_write()
    run = fetch(ImportRun, UUID(args["run_id"]), lock=True)
    if run.state == DRY_RUN:
        import_runs.dry_run(run, book=book, given=args["mapping"])
    return run_url(run)


@bp.put("/imports/<uuid:run_id>/mapping", endpoint="remap_import", defaults={"kind": FileKind.CASES})
@bp.put(
    "/payments/imports/<uuid:run_id>/mapping", endpoint="remap_payment_import", defaults={"kind": FileKind.PAYMENTS}
)
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@takes(MappingIn)
@answers(ImportOut)
def remap_import(run_id: UUID, kind: FileKind, body: Body) -> ResponseReturnValue:
    """Read the kept file of an import again under another mapping; nothing is written. A big file is read by a job."""
    run, person = visible_run(run_id, kind, lock=True), current_person()
    if run.state != DRY_RUN:
        raise ImportSettled(f"it is {run.state}", state=run.state)
    given, job = body | {"kind": kind.value}, None
    if run.report["rows"] > BIG_FILE_ROWS:
        job = jobs.enqueue("import_remap", owner_id=person.id, run_id=str(run.id), mapping=given)
    else:
        import_runs.dry_run(run, book=read_workbook(import_runs.kept(run)), given=given)
    audit.note("import.remapped", f"import:{run.id}", actor_id=person.id, creditor_id=run.creditor_id)
    db.session.commit()
    if job is not None:
        return accepted(job.id)
    return jsonify(ImportOut().dump(run))
