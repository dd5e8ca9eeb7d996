"""The legal text of papers (单据模板) over HTTP: listed, written by one, approved or withdrawn by another."""

import base64
import binascii
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from receipts import templates as texts
from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.models import PaperTemplate
from server.accounts.roles import OFFICE, Role
from server.body import Body, answers, takes
from server.cases import specimens, templates
from server.cases.schemas import SeenIn, TemplateIn
from server.cases.shown_templates import TemplateOut, TemplatesOut
from server.cases.templates import SHIPPED, SealUnreadable
from server.db import db, fetch

PDF = "application/pdf"
bp = Blueprint("paper_templates", __name__, url_prefix="/v1/paper-templates")


def shown(row: PaperTemplate) -> dict[str, Any]:
    """Return a stored text with its standing."""
    standing = templates.standing(row.kind)
    names = ("id", "kind", "number", "clauses", "law_firm", "digest", "author_id", "approved_by_id", "approved_at")
    return {name: getattr(row, name) for name in names} | {
        "withdrawn_at": row.withdrawn_at,
        "has_seal": bool(row.seal_sha256),
        "is_in_force": standing is not None and standing.id == row.id,
    }


def shipped(kind: str) -> dict[str, Any]:
    """Return the text that ships, which is in force while no other is."""
    clauses = {one.name: one.text for one in SHIPPED[kind].clauses}
    return {
        "id": None, "kind": kind, "number": SHIPPED[kind].number, "clauses": clauses, "has_seal": False,
        "digest": texts.digest(kind, clauses), "is_in_force": templates.standing(kind) is None,
    }  # fmt: skip


@bp.get("")
@allow(*OFFICE, Role.ADMIN)
@answers(TemplatesOut)
def list_templates() -> ResponseReturnValue:
    """List the texts of every kind of paper, the ones that ship first, and which is in force."""
    rows = db.session.scalars(select(PaperTemplate).order_by(PaperTemplate.kind, PaperTemplate.number))
    items = [*(shipped(kind) for kind in SHIPPED), *(shown(row) for row in rows)]
    return jsonify(TemplatesOut().dump({"items": items}))


@bp.post("")
@allow(Role.LEGAL, Role.ADMIN)
@takes(TemplateIn)
@answers(TemplateOut, status=201)
def draft_template(body: Body) -> ResponseReturnValue:
    """Write a text of a kind of paper; it is in force once somebody else approved it."""
    person = current_person()
    row = templates.draft(
        body["kind"], clauses=body["clauses"], law_firm=body["law_firm"], seal=_seal(body), by_id=person.id
    )  # fmt: skip
    audit.note("template.drafted", f"template:{row.id}", actor_id=person.id, kind=row.kind, digest=row.digest)
    answer = jsonify(TemplateOut().dump(shown(row)))
    db.session.commit()
    return answer, 201


def _seal(body: Body) -> bytes:
    try:
        return base64.b64decode(body["seal_base64"], validate=True)
    except binascii.Error as fault:
        raise SealUnreadable("not base64") from fault


@bp.post("/preview")
@allow(Role.LEGAL, Role.MANAGER, Role.ADMIN, keeps_answer=False)
@takes(TemplateIn)
@answers(None, content_type=PDF)
def preview_template(body: Body) -> ResponseReturnValue:
    """Answer with the paper as a text would print it: invented facts, marked 样本 SPECIMEN; nothing is kept.

    A fault of a clause is told by its pointer in `errors`.
    """
    db.session.rollback()  # nothing is written: whoever writes need not wait for a paper to be drawn
    content = specimens.specimen(
        body["kind"], clauses=body["clauses"], law_firm=body["law_firm"], seal=_seal(body), at=clock.now()
    )  # fmt: skip
    return Response(content, content_type=PDF)


@bp.post("/<uuid:template_id>/approve")
@allow(Role.LEGAL, Role.MANAGER)
@takes(SeenIn)
@answers(TemplateOut)
def approve_template(template_id: UUID, body: Body) -> ResponseReturnValue:
    """Approve exactly the text that was seen, by its digest; papers are written with it from now on."""
    row, person = fetch(PaperTemplate, template_id, lock=True), current_person()
    templates.approve(row, seen=body["digest"], by_id=person.id, at=clock.now())
    audit.note("template.approved", f"template:{row.id}", actor_id=person.id, kind=row.kind, digest=row.digest)
    db.session.flush()
    answer = jsonify(TemplateOut().dump(shown(row)))
    db.session.commit()
    return answer


@bp.post("/<uuid:template_id>/withdraw")
@allow(Role.LEGAL, Role.MANAGER)
@answers(TemplateOut)
def withdraw_template(template_id: UUID) -> ResponseReturnValue:
    """Take a text out of force; the one before it, or the one that ships, takes its place."""
    row, person = fetch(PaperTemplate, template_id, lock=True), current_person()
    templates.withdraw(row, at=clock.now())
    audit.note("template.withdrawn", f"template:{row.id}", actor_id=person.id, kind=row.kind, digest=row.digest)
    db.session.flush()
    answer = jsonify(TemplateOut().dump(shown(row)))
    db.session.commit()
    return answer
