"""Creditors (委托方) and the mapping templates of their files."""

from uuid import UUID

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.models import Creditor
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import require_visible, scoped
from server.body import Body, PageQuery, answers, asks, etag, page, require_match, takes
from server.cases.mapping import FileKind, template_from_json
from server.cases.models import MappingTemplate
from server.cases.schemas import CreditorIn, CreditorPatch, MappingIn
from server.cases.shown import CreditorOut, MappingOut
from server.db import db, fetch
from server.errors import Conflict, Missing

bp = Blueprint("creditors", __name__, url_prefix="/v1")


class CreditorNameTaken(Conflict):
    """Another creditor already has this name."""


def refuse_taken(name: str, *, apart_from: UUID | None = None) -> None:
    """Refuse a name that another creditor has. Raises CreditorNameTaken."""
    other = db.session.scalar(select(Creditor.id).where(Creditor.name == name))
    if other is not None and other != apart_from:
        raise CreditorNameTaken(name)


def visible_creditor(creditor_id: UUID, *, lock: bool = False) -> Creditor:
    """Return a creditor the caller works for. Raises Missing."""
    require_visible(creditor_id, f"no Creditor {creditor_id}")
    return fetch(Creditor, creditor_id, lock=lock)


@bp.get("/creditors")
@allow(*OFFICE, Role.ADMIN)
@asks(PageQuery)
@answers(CreditorOut, many=True)
def list_creditors(query: Body) -> ResponseReturnValue:
    """List the creditors the caller works for."""
    return page(scoped(select(Creditor), Creditor.id), Creditor, CreditorOut(), **query)


@bp.post("/creditors")
@allow(Role.ADMIN, Role.MANAGER, Role.SUPERVISOR)
@takes(CreditorIn)
@answers(CreditorOut, status=201)
def add_creditor(body: Body) -> ResponseReturnValue:
    """Add a creditor; people who work for named creditors only do not see it until they are given it."""
    refuse_taken(body["name"])
    creditor = Creditor(id=clock.new_id(), **body)
    db.session.add(creditor)
    audit.note("creditor.added", f"creditor:{creditor.id}", actor_id=current_person().id, creditor_id=creditor.id)
    db.session.commit()
    answer = jsonify(CreditorOut().dump(creditor))
    answer.headers["ETag"] = etag(creditor.version)
    answer.headers["Location"] = url_for("creditors.show_creditor", creditor_id=creditor.id)
    return answer, 201


@bp.get("/creditors/<uuid:creditor_id>")
@allow(*OFFICE, Role.ADMIN)
@answers(CreditorOut)
def show_creditor(creditor_id: UUID) -> ResponseReturnValue:
    """Show one creditor."""
    creditor = visible_creditor(creditor_id)
    answer = jsonify(CreditorOut().dump(creditor))
    answer.headers["ETag"] = etag(creditor.version)
    return answer


@bp.patch("/creditors/<uuid:creditor_id>")
@allow(Role.ADMIN, Role.MANAGER, Role.SUPERVISOR)
@takes(CreditorPatch)
@answers(CreditorOut)
def change_creditor(creditor_id: UUID, body: Body) -> ResponseReturnValue:
    """Change a creditor's name, contract or account."""
    creditor = visible_creditor(creditor_id, lock=True)
    require_match(creditor.version)
    if "name" in body:
        refuse_taken(body["name"], apart_from=creditor.id)
    for name, value in body.items():
        setattr(creditor, name, value)
    creditor.version += 1
    audit.note(
        "creditor.changed",
        f"creditor:{creditor.id}",
        actor_id=current_person().id,
        creditor_id=creditor.id,
        fields=sorted(body),
    )
    db.session.commit()
    answer = jsonify(CreditorOut().dump(creditor))
    answer.headers["ETag"] = etag(creditor.version)
    return answer


def stored_mapping(creditor_id: UUID, kind: FileKind) -> MappingTemplate | None:
    """Return the stored template of a creditor, None before its first file."""
    return db.session.scalar(
        select(MappingTemplate).where(MappingTemplate.creditor_id == creditor_id, MappingTemplate.kind == kind.value)
    )


@bp.get("/creditors/<uuid:creditor_id>/mappings/<kind>")
@allow(*OFFICE, Role.ADMIN)
@answers(MappingOut)
def show_mapping(creditor_id: UUID, kind: str) -> ResponseReturnValue:
    """Show the mapping template of a creditor's files; kind is cases or payments."""
    creditor = visible_creditor(creditor_id)
    stored = stored_mapping(creditor.id, FileKind(kind)) if kind in {one.value for one in FileKind} else None
    if stored is None:
        raise Missing(f"no template for {kind} yet: the first import stores one")
    answer = jsonify(MappingOut().dump(stored.mapping | {"version": stored.version}))
    answer.headers["ETag"] = etag(stored.version)
    return answer


@bp.put("/creditors/<uuid:creditor_id>/mappings/<kind>")
@allow(Role.SPECIALIST, Role.SUPERVISOR, Role.ADMIN)
@takes(MappingIn)
@answers(MappingOut)
def put_mapping(creditor_id: UUID, kind: str, body: Body) -> ResponseReturnValue:
    """Store or replace the mapping template of a creditor's files; replacing needs If-Match."""
    creditor = visible_creditor(creditor_id, lock=True)
    template = template_from_json(body | {"kind": kind})
    stored = stored_mapping(creditor.id, template.kind)
    if stored is None:
        stored = MappingTemplate(
            id=clock.new_id(), creditor_id=creditor.id, kind=template.kind.value, mapping={}, version=0
        )
        db.session.add(stored)
    elif request.headers.get("If-None-Match") != "*":
        require_match(stored.version)
    stored.mapping = template.as_json()
    stored.version += 1
    audit.note(
        "mapping.stored",
        f"creditor:{creditor.id}",
        actor_id=current_person().id,
        creditor_id=creditor.id,
        kind=template.kind.value,
    )
    db.session.commit()
    answer = jsonify(MappingOut().dump(stored.mapping | {"version": stored.version}))
    answer.headers["ETag"] = etag(stored.version)
    return answer
