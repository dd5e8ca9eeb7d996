"""Uploaded files (导入批次): read, reported on, committed once, and kept sealed so that all of it can be repeated."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server import clock
from server.cases import intake, ledger, mapping, reports, sealing
from server.cases.imports import Intake, read_cases
from server.cases.mapping import FileKind, Template
from server.cases.models import ImportRun, MappingTemplate
from server.cases.payments import Feed, read_payments
from server.cases.workbook import Workbook, read_workbook
from server.db import db
from server.errors import Conflict
from server.vault import place

BIG_FILE_BYTES = 1024 * 1024
BIG_FILE_ROWS = 1_500
GUESS = {"guess": True}
"""Sent as the mapping: recognise the headings anew, whatever template the creditor has."""
DRY_RUN, COMMITTED, READING, DISCARDED = "dry_run", "committed", "reading", "discarded"


class ImportDiscarded(Conflict):
    """The file of this import was thrown away."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file read under a template, with what came out of it."""

    book: Workbook
    template: Template
    read: Intake | Feed


def receive(
    *,
    kind: FileKind,
    creditor_id: UUID,
    filename: str,
    received_on: date,
    by_id: UUID,
    file_sha256: str,
    at: datetime,
) -> ImportRun:
    """Return a run for an uploaded file, of which nothing is read or kept yet."""
    return ImportRun(
        id=clock.new_id(),
        creditor_id=creditor_id,
        kind=kind.value,
        filename=filename,
        file_sha256=file_sha256,
        sealed_sha256="",
        received_on=received_on,
        mapping={},
        report={},
        faults_sealed="",
        state=READING,
        imported_by_id=by_id,
        created_at=at,
    )


def keep(run: ImportRun, *, content: bytes) -> None:
    """Keep the file sealed and add its run to the transaction; a file that cannot be read is never kept."""
    run.sealed_sha256 = sealing.keep_file(content, file_sha256=run.file_sha256)
    db.session.add(run)


def require_there(run: ImportRun) -> None:
    """Raise ImportDiscarded when the file of a run was thrown away."""
    if run.state == DISCARDED:
        raise ImportDiscarded("nothing of it is left")


def kept(run: ImportRun) -> bytes:
    """Return the file of a run as it was sent. Raises ImportDiscarded, BlobAbsent or SealBroken."""
    require_there(run)
    return sealing.kept_file(run.sealed_sha256, file_sha256=run.file_sha256)


def discard(run: ImportRun) -> str:
    """Forget what a run that is not committed read; return the hash of the sealed file, which has to go.

    A wrong file holds people with whom nobody here has anything to do (PIPL art. 6, 47). That it was sent stays known.
    """
    sealed_sha256, run.sealed_sha256 = run.sealed_sha256, ""
    run.state, run.report, run.mapping, run.faults_sealed = DISCARDED, {}, {}, ""
    return sealed_sha256


def choose_template(book: Workbook, *, run: ImportRun, given: Mapping[str, Any] | None) -> Template:
    """Return the template that was sent, else the creditor's stored one, else one guessed from the headers.

    Raises BadMapping or UnknownLayout.
    """
    kind = FileKind(run.kind)
    if given == GUESS:
        return mapping.guess(book, kind=kind)
    if given is not None:
        return mapping.template_from_json({**given, "kind": kind.value})
    stored = db.session.scalar(
        select(MappingTemplate).where(
            MappingTemplate.creditor_id == run.creditor_id, MappingTemplate.kind == kind.value
        )
    )
    return mapping.template_from_json(stored.mapping) if stored else mapping.guess(book, kind=kind)


def read_run(book: Workbook, *, template: Template, run: ImportRun) -> FileRead:
    """Read a file under a template. Raises MissingColumns."""
    if template.kind is FileKind.CASES:
        return FileRead(book, template, read_cases(book, template=template, received_on=run.received_on))
    feed = read_payments(
        book,
        template=template,
        known_case_nos=ledger.known_case_nos(run.creditor_id),
        known=ledger.known_references(run.creditor_id),
    )
    return FileRead(book, template, feed)


def dry_run(run: ImportRun, *, book: Workbook, given: Mapping[str, Any] | None) -> FileRead:
    """Read a file's rows and put the report on its run. Raises UnknownLayout, MissingColumns or BadMapping."""
    template = choose_template(book, run=run, given=given)
    done = read_run(book, template=template, run=run)
    if isinstance(done.read, Intake):
        report = reports.intake_report(done.read, encoding=book.encoding)
        report["changes"] = intake.preview(done.read, run=run)
    else:
        report = reports.feed_report(done.read, encoding=book.encoding)
        report["changes"] = preview_feed(done.read, run=run)
    report["headers"] = mapping.headers_of(book, template=template)
    run.mapping, run.report, run.state = template.as_json(), report, DRY_RUN
    faults = json.dumps(reports.faults_json(done.read.faults), ensure_ascii=False)
    run.faults_sealed = sealing.seal_text(faults, at=place("import_run", "faults_sealed", run.id)) or ""
    return done


def preview_feed(feed: Feed, *, run: ImportRun) -> dict[str, int]:
    """Count the entries of a feed that are new."""
    known = ledger.known_references(run.creditor_id)
    fresh = sum(payment.reference not in known for payment in feed.payments)
    return {"created": fresh, "updated": 0, "unchanged": len(feed.payments) - fresh}


def read_again(run: ImportRun) -> FileRead:
    """Read the kept file of a run as its dry run did. Raises ImportDiscarded, BlobAbsent or SealBroken."""
    book = read_workbook(kept(run))
    template = mapping.template_from_json(run.mapping)
    return read_run(book, template=template, run=run)


def commit(run: ImportRun, *, at: datetime) -> None:
    """Write what a dry run found; a run that is committed already stays as it is."""
    if run.state == COMMITTED:
        return
    done = read_again(run)
    if isinstance(done.read, Intake):
        changes = intake.store_cases(done.read, run=run, at=at)
    else:
        changes = ledger.add_payments(done.read.payments, waiting=done.read.waiting, run=run, at=at)
    run.report = {**run.report, "changes": changes}
    run.state, run.committed_at = COMMITTED, at
    keep_template(run)


def keep_template(run: ImportRun) -> None:
    """Store the template a file was read with: what a person saw in the report and agreed to."""
    stored = db.session.scalar(
        select(MappingTemplate).where(MappingTemplate.creditor_id == run.creditor_id, MappingTemplate.kind == run.kind)
    )
    if stored is None:
        db.session.add(
            MappingTemplate(
                id=clock.new_id(), creditor_id=run.creditor_id, kind=run.kind, mapping=run.mapping, version=1
            )
        )
    elif stored.mapping != run.mapping:
        stored.mapping, stored.version = run.mapping, stored.version + 1


def faults_file(run: ImportRun) -> bytes:
    """Return the flagged and refused rows as a file to correct. Raises ImportDiscarded, BlobAbsent or SealBroken."""
    done = read_again(run)
    return reports.faults_xlsx(done.book, template=done.template, read=done.read)
