"""Creditors' files: dry run, report, commit, the file of faults; for placements and for payment feeds alike."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import PurePath
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server import audit, clock, jobs
from server.accounts.auth import allow, current_person
from server.accounts.models import Creditor
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible, require_visible, scoped
from server.body import Body, answers, asks, page
from server.cases import import_runs, sealing
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


def accept_file(kind: FileKind) -> ResponseReturnValue:
    """Take an uploaded file in, read it and answer its report; a big file is read by a job."""
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
    audit.note(
        "import.read",
        f"import:{run.id}",
        actor_id=person.id,
        creditor_id=creditor_id,
        kind=kind.value,
        file_sha256=run.file_sha256,
    )
    db.session.commit()
    if job is not None:
        return accepted(job.id)
    return jsonify(ImportOut().dump(run)), 201, {"Location": run_url(run)}


def accepted(job_id: UUID) -> ResponseReturnValue:
    """Answer that a job has the work."""
    url = f"/v1/jobs/{job_id}"
    return jsonify(job_id=str(job_id), job_url=url), 202, {"Location": url}


def run_url(run: ImportRun) -> str:
    """Return where a run is shown."""
    name = "imports.show_import" if run.kind == FileKind.CASES else "imports.show_payment_import"
    return url_for(name, run_id=run.id)


def visible_run(run_id: UUID, kind: FileKind, *, lock: bool = False) -> ImportRun:
    """Return a run of the caller's creditors. Raises Missing."""
    run = fetch_visible(ImportRun, run_id, lock=lock)
    if run.kind != kind:
        raise Missing(f"no import of {kind} {run_id}")
    return run


def commit_run(run_id: UUID, kind: FileKind) -> ResponseReturnValue:
    """Commit a dry run, once; answers with the report and what changed."""
    run, person = visible_run(run_id, kind, lock=True), current_person()
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
    book = read_workbook(sealing.kept_file(run.sealed_sha256, file_sha256=run.file_sha256))
    begin_write()
    run = fetch(ImportRun, UUID(args["run_id"]), lock=True)
    import_runs.dry_run(run, book=book, given=args["mapping"])
    return f"/v1/imports/{run.id}" if run.kind == FileKind.CASES else f"/v1/payments/imports/{run.id}"


@jobs.runs("import_commit")
def commit_in_job(args: Mapping[str, Any], report: jobs.Report) -> str:
    """Commit a big file."""
    report(0.05, "writing")
    begin_write()
    run = fetch(ImportRun, UUID(args["run_id"]), lock=True)
    if run.state != COMMITTED:
        import_runs.commit(run, at=clock.now())
        note_commit(run, actor_id=run.imported_by_id)
    return f"/v1/imports/{run.id}" if run.kind == FileKind.CASES else f"/v1/payments/imports/{run.id}"


def list_runs(kind: FileKind, query: Body) -> Response:
    """Answer the history of imports of a kind, newest first."""
    wanted = scoped(select(ImportRun).where(ImportRun.kind == kind.value), ImportRun.creditor_id)
    creditor_id = query.pop("creditor_id")
    if creditor_id is not None:
        wanted = wanted.where(ImportRun.creditor_id == creditor_id)
    return page(wanted, ImportRun, ImportRowOut(), **query)


def faults_answer(run: ImportRun) -> ResponseReturnValue:
    """Answer the faulty rows as an XLSX file."""
    stem = PurePath(run.filename).stem[:80]
    return send_file(
        BytesIO(import_runs.faults_file(run)), mimetype=XLSX, as_attachment=True, download_name=f"{stem}-faults.xlsx"
    )


@bp.get("/imports")
@allow(*OFFICE)
@asks(ImportQuery)
@answers(ImportRowOut, many=True)
def list_imports(query: Body) -> ResponseReturnValue:
    """List the placement files that were read."""
    return list_runs(FileKind.CASES, query)


@bp.post("/imports")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(ImportOut, status=201)
def read_import() -> ResponseReturnValue:
    """Read a creditor's placement file (multipart: file, creditor_id, mapping?, as_of?); no case is written."""
    return accept_file(FileKind.CASES)


@bp.get("/imports/<uuid:run_id>")
@allow(*OFFICE)
@answers(ImportOut)
def show_import(run_id: UUID) -> ResponseReturnValue:
    """Show the report of a placement file."""
    return jsonify(ImportOut().dump(visible_run(run_id, FileKind.CASES)))


@bp.post("/imports/<uuid:run_id>/commit")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(ImportOut)
def commit_import(run_id: UUID) -> ResponseReturnValue:
    """Write the good and the flagged rows; committing again, or the same file again, changes nothing."""
    return commit_run(run_id, FileKind.CASES)


@bp.get("/imports/<uuid:run_id>/faults.xlsx")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(None, content_type=XLSX)
def show_faults(run_id: UUID) -> ResponseReturnValue:
    """Download the faulty rows with their reasons, to be corrected and sent again; every cell is text."""
    return faults_answer(visible_run(run_id, FileKind.CASES))


@bp.get("/payments/imports")
@allow(*OFFICE)
@asks(ImportQuery)
@answers(ImportRowOut, many=True)
def list_payment_imports(query: Body) -> ResponseReturnValue:
    """List the payment feeds that were read."""
    return list_runs(FileKind.PAYMENTS, query)


@bp.post("/payments/imports")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(ImportOut, status=201)
def read_payment_import() -> ResponseReturnValue:
    """Read a creditor's payment feed (multipart as for placements); nothing is booked."""
    return accept_file(FileKind.PAYMENTS)


@bp.get("/payments/imports/<uuid:run_id>")
@allow(*OFFICE)
@answers(ImportOut)
def show_payment_import(run_id: UUID) -> ResponseReturnValue:
    """Show the report of a payment feed."""
    return jsonify(ImportOut().dump(visible_run(run_id, FileKind.PAYMENTS)))


@bp.post("/payments/imports/<uuid:run_id>/commit")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(ImportOut)
def commit_payment_import(run_id: UUID) -> ResponseReturnValue:
    """Store the creditor's payment facts and settle what they settle; the same feed again changes nothing."""
    return commit_run(run_id, FileKind.PAYMENTS)


@bp.get("/payments/imports/<uuid:run_id>/faults.xlsx")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(None, content_type=XLSX)
def show_payment_faults(run_id: UUID) -> ResponseReturnValue:
    """Download the entries that were refused, with their reasons."""
    return faults_answer(visible_run(run_id, FileKind.PAYMENTS))
