"""The visit summary of a scheme as a workbook, fetched at once: an export like others, counted, marked, logged."""

from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.models import Person
from server.body import answers
from server.db import begin_write, db, fetch
from server.escalation import summary_workbook
from server.privacy import exporting
from server.privacy.exports import ASKERS, ExportKind
from server.schemes.scope import fetch_scheme

bp = Blueprint("workbooks", __name__, url_prefix="/v1/schemes")
WHY = "日常汇总表 the day's summary"


@bp.get("/<uuid:scheme_id>/summary.xlsx")
@allow(*ASKERS)
@answers(None, content_type=summary_workbook.MIME)
def summary_xlsx(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with the summary as a workbook: text and numbers, never formulas; every figure leads to its records.

    From the number of cases a day that PI-BULK names on it goes by `POST /v1/exports`, with a second person.
    Raises GateClosed.
    """
    begin_write()
    person, at = fetch(Person, current_person().id, lock=True), clock.now()
    serial = fetch_scheme(scheme_id).serial
    given = {"scheme_id": scheme_id}
    export = exporting.asked(ExportKind.SUMMARY, form="xlsx", reason=WHY, given=given, person=person, at=at)
    if export.needs_second:
        exporting.ruling(export, by=person, at=at).require()
    content = exporting.content(export, person=person, second=None, at=at)
    export.taken_at, export.sha256 = at, exporting.digest(content)
    db.session.add(export)
    audit.note("export.taken", f"export:{export.id}", actor_id=person.id, kind=export.kind, rows=export.rows,
               bytes=len(content), sha256=export.sha256)  # fmt: skip
    db.session.commit()
    answer = Response(content, content_type=summary_workbook.MIME)
    answer.headers["Content-Disposition"] = f'attachment; filename="{serial}-summary.xlsx"'
    return answer
