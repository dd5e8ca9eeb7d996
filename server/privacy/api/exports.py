"""Exports (批量导出): asked with a reason, agreed to by another person from a number of cases on, fetched once."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.models import Person
from server.accounts.roles import Role
from server.accounts.scope import fetch_visible, require_visible, scoped
from server.body import Body, answers, asks, page, takes
from server.db import db, fetch
from server.privacy import exporting, exports
from server.privacy.export_schemas import ExportIn, ExportOut, ExportsQuery, RefusalIn, TermsOut, TermsQuery
from server.privacy.exports import ASKERS, SECONDS, ExportKind
from server.privacy.models import Export

bp = Blueprint("exports", __name__, url_prefix="/v1")
MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
READERS = (*ASKERS, Role.AUDITOR)
OVERSEERS = frozenset({Role.MANAGER, Role.COMPLIANCE, Role.AUDITOR})


class _Shown(ExportOut):
    """An export with how it stands now."""

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Return a row, or several, as page data."""
        if many or isinstance(obj, list):
            return [self.dump(one, many=False) for one in obj]
        told = super().dump(obj, many=False)
        until = obj.decided_at + exports.WINDOW if obj.decision == "agreed" else None
        return told | {"state": state(obj).value, "fetch_until": until.isoformat() if until else None}


def state(export: Export) -> exports.ExportState:
    """Return how an export stands now."""
    return exports.state_of(
        decision=export.decision, decided_at=export.decided_at, taken_at=export.taken_at, at=clock.now()
    )  # fmt: skip


def visible(export_id: UUID, *, lock: bool = False) -> Export:
    """Return an export of the caller's own, or any of his creditors' for who oversees. Raises Missing."""
    export, person = fetch_visible(Export, export_id, lock=lock), current_person()
    exporting.require_seen(export, person, oversees=bool(person.roles & OVERSEERS))
    return export


@bp.post("/exports")
@allow(*ASKERS)
@takes(ExportIn)
@answers(ExportOut, status=201)
def ask(body: Body) -> ResponseReturnValue:
    """Ask for a file; from the number of cases a day that PI-BULK names on it waits for a second person."""
    person, at = fetch(Person, current_person().id, lock=True), clock.now()  # two files at once are counted in turn
    kind = ExportKind(body.pop("kind"))
    given = {name: value for name, value in body.items() if name not in {"form", "reason"}}
    exports.require_fit(kind, form=body["form"], given=given)
    export = exporting.asked(kind, form=body["form"], reason=body["reason"], given=given, person=person, at=at)
    db.session.add(export)
    audit.note("export.asked", f"export:{export.id}", actor_id=person.id, creditor_id=export.creditor_id,
               kind=export.kind, rows=export.rows, fields=export.fields, needs_second=export.needs_second)  # fmt: skip
    db.session.flush()
    answer = jsonify(_Shown().dump(export))
    answer.headers["Location"] = f"/v1/exports/{export.id}"
    db.session.commit()
    return answer, 201


@bp.get("/exports")
@allow(*READERS)
@asks(ExportsQuery)
@answers(ExportOut, many=True)
def list_exports(query: Body) -> ResponseReturnValue:
    """List exports, newest first: one's own, and for manager, compliance and auditor everybody's.

    `waiting=true`: those that wait for a second person; `for_me=true`: those that wait for the caller as that person.
    """
    person = current_person()
    found = exporting.waiting_for(person) if query["for_me"] else scoped(select(Export), Export.creditor_id)
    if not person.roles & OVERSEERS:
        found = found.where(Export.asked_by_id == person.id)
    if query["waiting"]:
        found = found.where(Export.decided_at.is_(None))
    found = found.options(joinedload(Export.asked_by), joinedload(Export.decided_by), joinedload(Export.scheme))
    return page(found, Export, _Shown(), limit=query["limit"], cursor=query["cursor"])


@bp.get("/exports/terms")
@allow(*ASKERS)
@asks(TermsQuery)
@answers(TermsOut)
def show_terms(query: Body) -> ResponseReturnValue:
    """Show what the caller may take out, and from how many cases a day on it takes another person."""
    person, creditor_id = current_person(), query["creditor_id"]
    require_visible(creditor_id, f"no Creditor {creditor_id}")
    return jsonify(TermsOut().dump(exporting.terms(person, creditor_id=creditor_id, at=clock.now())))


@bp.get("/exports/<uuid:export_id>")
@allow(*READERS)
@answers(ExportOut)
def show(export_id: UUID) -> ResponseReturnValue:
    """Show an export: what is to leave, why, what the rules said, who agreed."""
    return jsonify(_Shown().dump(visible(export_id)))


@bp.post("/exports/<uuid:export_id>/agree")
@allow(*SECONDS)
@answers(ExportOut)
def agree(export_id: UUID) -> ResponseReturnValue:
    """Agree to somebody else's export, as the second person; the rules are asked again with both."""
    export, person, at = visible(export_id, lock=True), current_person(), clock.now()
    exports.decide(state(export), asked_by_id=export.asked_by_id, by_id=person.id)
    export.compliance = exporting.ruling(export, by=person, at=at).require().as_json()
    export.decision, export.decided_by_id, export.decided_at = "agreed", person.id, at
    audit.note("export.agreed", f"export:{export.id}", actor_id=person.id, creditor_id=export.creditor_id,
               rows=export.rows)  # fmt: skip
    answer = jsonify(_Shown().dump(export))
    db.session.commit()
    return answer


@bp.post("/exports/<uuid:export_id>/refuse")
@allow(*SECONDS)
@takes(RefusalIn)
@answers(ExportOut)
def refuse(export_id: UUID, body: Body) -> ResponseReturnValue:
    """Refuse somebody else's export, with a reason."""
    export, person, at = visible(export_id, lock=True), current_person(), clock.now()
    exports.decide(state(export), asked_by_id=export.asked_by_id, by_id=person.id)
    export.decision, export.decision_reason = "refused", body["reason"].strip()
    export.decided_by_id, export.decided_at = person.id, at
    audit.note("export.refused", f"export:{export.id}", actor_id=person.id, creditor_id=export.creditor_id)
    answer = jsonify(_Shown().dump(export))
    db.session.commit()
    return answer


@bp.post("/exports/<uuid:export_id>/download")
@allow(*ASKERS, keeps_answer=False)
@answers(None, content_type="application/octet-stream")
def download(export_id: UUID) -> ResponseReturnValue:
    """Fetch the file, once, within a day; it is marked with who took it, and the log keeps its hash."""
    export, person, at = visible(export_id, lock=True), current_person(), clock.now()
    exports.take(state(export), asked_by_id=export.asked_by_id, by_id=person.id)
    second = db.session.get(Person, export.decided_by_id) if export.decided_by_id else None
    content = exporting.content(export, person=person, second=second, at=at)
    export.taken_at, export.sha256 = at, exporting.digest(content)
    audit.note("export.taken", f"export:{export.id}", actor_id=person.id, creditor_id=export.creditor_id,
               rows=export.rows, bytes=len(content), sha256=export.sha256)  # fmt: skip
    answer = Response(content, content_type=MIME[export.form])
    answer.headers["Content-Disposition"] = f'attachment; filename="export-{str(export.id)[-12:]}.{export.form}"'
    db.session.commit()
    return answer
