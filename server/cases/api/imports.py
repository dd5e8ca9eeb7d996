"""Creditors' files: dry run, report, commit, the file of faults; for placements and for payment feeds alike."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import PurePath
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server import audit, clock, jobs
from server.accounts.auth import allow, current_person
from server.accounts.models import Creditor
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible, require_visible, scoped
from server.body import Body, answers, asks, described, page
from server.cases import import_runs
from server.cases.import_runs import BIG_FILE_BYTES, BIG_FILE_ROWS, COMMITTED, READING
from server.cases.mapping import BadMapping, FileKind
from server.cases.models import ImportRun
from server.cases.schemas import ImportQuery
from server.cases.shown import ImportOut, ImportRowOut
from server.cases.workbook import MAX_FILE_BYTES, OversizeFile, read_workbook
from server.db import begin_write, db, fetch
from server.errors import Conflict, Malformed, Missing

bp = Blueprint("imports", __name__, url_prefix="/v1")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_NAME_CHARS = 200
OF_CASES, OF_PAYMENTS = {"kind": FileKind.CASES}, {"kind": FileKind.PAYMENTS}
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "XLSX, or CSV in UTF-8 or GB18030",
                        },
                        "creditor_id": {"type": "string", "format": "uuid"},
                        "mapping": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "description": "a mapping template; without it the creditor's stored one, else a guess; "
                            '{"guess": true}: a guess in any case',
                        },
                        "as_of": {"type": "string", "format": "date", "description": "the day of the amounts: today"},
                    },
                    "required": ["file", "creditor_id"],
                }
            }
        },
    },
    "responses": {
        "202": {"description": "a job reads it", "content": {"application/json": {"schema": {"type": "object"}}}}
    },
}
"""What the OpenAPI document says of an upload."""


class ImportNotRead(Conflict):
    """The file of this import has not been read yet."""


def form_fault(pointer: str, detail: str) -> Malformed:
    """Return the refusal of one part of a multipart form."""
    return Malformed("the form does not fit", errors=[{"pointer": pointer, "detail": detail}])


def uploaded() -> tuple[bytes, str]:
    """Return the uploaded file and its name without folders. Raises Malformed or OversizeFile."""
    part = request.files.get("file")
    if part is None:
        raise form_fault("/file", "send the file as multipart/form-data part `file`")
    content = part.stream.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise OversizeFile(f"more than {MAX_FILE_BYTES} bytes", limit_bytes=MAX_FILE_BYTES)
    name = PurePath((part.filename or "").replace("\\", "/").replace("\x00", "")).name
    return content, name[:MAX_NAME_CHARS] or "upload"


def form_creditor() -> UUID:
    """Return the creditor named in the form. Raises Malformed or Missing."""
    text = request.form.get("creditor_id", "")
    try:
        creditor_id = UUID(text)
    except ValueError as fault:
        raise form_fault("/creditor_id", f"expected a UUID, got {text[:40]!r}") from fault
    require_visible(creditor_id, f"no Creditor {creditor_id}")
    fetch(Creditor, creditor_id)
    return creditor_id


def form_mapping() -> dict[str, Any] | None:
    """Return the mapping template in the form, None when the stored or guessed one is meant. Raises BadMapping."""
    text = request.form.get("mapping", "").strip()
    if not text:
        return None
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise BadMapping("`mapping` is not JSON") from fault
    if not isinstance(given, dict):
        raise BadMapping("`mapping` is not an object")
    return given


def form_day() -> date:
    """Return the as-of day in the form, today when none is sent. Raises Malformed."""
    text = request.form.get("as_of", "").strip()
    try:
        return date.fromisoformat(text) if text else clock.today()
    except ValueError as fault:
        raise form_fault("/as_of", f"expected YYYY-MM-DD, got {text[:40]!r}") from fault


def accepted(job_id: UUID) -> ResponseReturnValue:
    """Answer that a job has the work."""
    url = f"/v1/jobs/{job_id}"
    return jsonify(job_id=str(job_id), job_url=url), 202, {"Location": url}


def run_url(run: ImportRun) -> str:
    """Return where a run is shown."""
    return f"/v1/imports/{run.id}" if run.kind == FileKind.CASES else f"/v1/payments/imports/{run.id}"


def visible_run(run_id: UUID, kind: FileKind, *, lock: bool = False) -> ImportRun:
    """Return a run of the caller's creditors. Raises Missing."""
    run = fetch_visible(ImportRun, run_id, lock=lock)
    if run.kind != kind:
        raise Missing(f"no import of {kind} {run_id}")
    return run


def note_read(run: ImportRun, *, actor_id: UUID) -> None:
    """Record that a file was taken in."""
    audit.note(
        "import.read",
        f"import:{run.id}",
        actor_id=actor_id,
        creditor_id=run.creditor_id,
        kind=run.kind,
        file_sha256=run.file_sha256,
    )


def note_commit(run: ImportRun, *, actor_id: UUID) -> None:
    """Record that a run was committed."""
    audit.note(
        "import.committed",
        f"import:{run.id}",
        actor_id=actor_id,
        creditor_id=run.creditor_id,
        kind=run.kind,
        file_sha256=run.file_sha256,
        changes=run.report["changes"],
    )


@jobs.runs("import_read")
def read_in_job(args: Mapping[str, Any], report: jobs.Report) -> str:
    """Read a big file that was taken in before."""
    report(0.1, "reading")
    run = fetch(ImportRun, UUID(args["run_id"]))
    book = read_workbook(import_runs.kept(run))
    begin_write()
    run = fetch(ImportRun, UUID(args["run_id"]), lock=True)
    if run.state == READING:
        import_runs.dry_run(run, book=book, given=args["mapping"])
    return run_url(run)


@jobs.runs("import_commit")
def commit_in_job(args: Mapping[str, Any], report: jobs.Report) -> str:
    """Commit a big file."""
    report(0.05, "writing")
    begin_write()
    run = fetch(ImportRun, UUID(args["run_id"]), lock=True)
    if run.state != COMMITTED:
        import_runs.commit(run, at=clock.now())
        note_commit(run, actor_id=run.imported_by_id)
    return run_url(run)


@bp.get("/imports", endpoint="list_imports", defaults=OF_CASES)
@bp.get("/payments/imports", endpoint="list_payment_imports", defaults=OF_PAYMENTS)
@allow(*OFFICE)
@asks(ImportQuery)
@answers(ImportRowOut, many=True)
def list_imports(kind: FileKind, query: Body) -> ResponseReturnValue:
    """List the files of a kind that were read, newest first: placements or, under /payments, payment feeds."""
    wanted = scoped(select(ImportRun).where(ImportRun.kind == kind.value), ImportRun.creditor_id)
    creditor_id = query.pop("creditor_id")
    if creditor_id is not None:
        wanted = wanted.where(ImportRun.creditor_id == creditor_id)
    return page(wanted, ImportRun, ImportRowOut(), **query)


@bp.post("/imports", endpoint="read_import", defaults=OF_CASES)
@bp.post("/payments/imports", endpoint="read_payment_import", defaults=OF_PAYMENTS)
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@described(FORM)
@answers(ImportOut, status=201)
def read_import(kind: FileKind) -> ResponseReturnValue:
    """Read a creditor's file and answer its report; nothing is written or booked. A big file is read by a job."""
    content, name = uploaded()
    creditor_id, given, person = form_creditor(), form_mapping(), current_person()
    run = import_runs.receive(
        kind=kind,
        creditor_id=creditor_id,
        filename=name,
        received_on=form_day(),
        by_id=person.id,
        file_sha256=hashlib.sha256(content).hexdigest(),
        at=clock.now(),
    )
    job = None
    if len(content) > BIG_FILE_BYTES:
        import_runs.keep(run, content=content)
        job = jobs.enqueue("import_read", owner_id=person.id, run_id=str(run.id), mapping=given)
    else:
        import_runs.dry_run(run, book=read_workbook(content), given=given)
        import_runs.keep(run, content=content)
    note_read(run, actor_id=person.id)
    db.session.commit()
    if job is not None:
        return accepted(job.id)
    return jsonify(ImportOut().dump(run)), 201, {"Location": run_url(run)}


@bp.get("/imports/<uuid:run_id>", endpoint="show_import", defaults=OF_CASES)
@bp.get("/payments/imports/<uuid:run_id>", endpoint="show_payment_import", defaults=OF_PAYMENTS)
@allow(*OFFICE)
@answers(ImportOut)
def show_import(run_id: UUID, kind: FileKind) -> ResponseReturnValue:
    """Show the report of a file."""
    return jsonify(ImportOut().dump(visible_run(run_id, kind)))


@bp.post("/imports/<uuid:run_id>/commit", endpoint="commit_import", defaults=OF_CASES)
@bp.post("/payments/imports/<uuid:run_id>/commit", endpoint="commit_payment_import", defaults=OF_PAYMENTS)
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(ImportOut)
def commit_import(run_id: UUID, kind: FileKind) -> ResponseReturnValue:
    """Write the good and the flagged rows, or the payment facts and what they settle; a second time changes nothing."""
    run, person = visible_run(run_id, kind, lock=True), current_person()
    import_runs.require_there(run)
    if run.state == READING:
        raise ImportNotRead("wait for its job")
    job = None
    if run.state != COMMITTED and run.report["rows"] > BIG_FILE_ROWS:
        job = jobs.enqueue("import_commit", owner_id=person.id, run_id=str(run.id))
    elif run.state != COMMITTED:
        import_runs.commit(run, at=clock.now())
        note_commit(run, actor_id=person.id)
    db.session.commit()
    return accepted(job.id) if job is not None else jsonify(ImportOut().dump(run))


@bp.get("/imports/<uuid:run_id>/faults.xlsx", endpoint="show_faults", defaults=OF_CASES)
@bp.get("/payments/imports/<uuid:run_id>/faults.xlsx", endpoint="show_payment_faults", defaults=OF_PAYMENTS)
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(None, content_type=XLSX)
def show_faults(run_id: UUID, kind: FileKind) -> ResponseReturnValue:
    """Download the faulty rows with their reasons, to be corrected and sent again; every cell is text."""
    run = visible_run(run_id, kind)
    stem = PurePath(run.filename).stem[:80]
    return send_file(
        BytesIO(import_runs.faults_file(run)), mimetype=XLSX, as_attachment=True, download_name=f"{stem}-faults.xlsx"
    )
