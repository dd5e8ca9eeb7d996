"""Lending the general manager's signature (授权签批): who signs schemes off while he is away, and up to what cost."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields
from sqlalchemy import or_, select

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.models import Person
from server.accounts.roles import OFFICE, Role
from server.body import Body, PageQuery, Strict, answers, asks, page, takes
from server.db import db, fetch
from server.errors import Missing
from server.schemes import delegation
from server.schemes.lending import held_by, lent
from server.schemes.models import Delegation
from server.schemes.schemas import FEN, NOTE

bp = Blueprint("delegations", __name__, url_prefix="/v1/delegations")
READERS = frozenset({Role.COMPLIANCE, Role.AUDITOR})


class DelegationIn(Strict):
    """To whom, for which days, up to which cost of a scheme in fen, and why."""

    holder_id = fields.UUID(required=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True)
    most_cost_fen = fields.Integer(required=True, strict=True, validate=FEN)
    reason = fields.String(load_default="", validate=NOTE)


class DelegationQuery(PageQuery):
    """Which delegations to list; with `mine` those in force today that the caller holds."""

    mine = fields.Boolean(load_default=False)


class DelegationOut(Schema):
    """A delegation; is_in_force says whether it may be signed under today."""

    id = fields.UUID()
    giver_id = fields.UUID()
    giver = fields.String(attribute="giver.name")
    holder_id = fields.UUID()
    holder = fields.String(attribute="holder.name")
    from_on = fields.Date()
    until_on = fields.Date()
    most_cost_fen = fields.Integer()
    reason = fields.String()
    created_at = fields.DateTime()
    revoked_at = fields.DateTime(allow_none=True)
    is_in_force = fields.Function(lambda row: lent(row).holds(clock.today()), metadata={"type": "boolean"})


@bp.get("")
@allow(*OFFICE)
@asks(DelegationQuery)
@answers(DelegationOut, many=True)
def index(query: Body) -> ResponseReturnValue:
    """List delegations, newest first: one's own, given or held; compliance and auditors see all."""
    person, wanted = current_person(), select(Delegation)
    if query["mine"]:
        in_force = [one.id for one in held_by(person, today=clock.today()) if one.holds(clock.today())]
        wanted = wanted.where(Delegation.id.in_(in_force))
    elif not READERS & person.roles:
        wanted = wanted.where(or_(Delegation.giver_id == person.id, Delegation.holder_id == person.id))
    return page(wanted, Delegation, DelegationOut(), limit=query["limit"], cursor=query["cursor"])


@bp.post("")
@allow(Role.MANAGER)
@takes(DelegationIn)
@answers(DelegationOut, status=201)
def give(body: Body) -> ResponseReturnValue:
    """Lend one's signature to another officer, for days and up to a ceiling; it is recorded."""
    giver, holder = current_person(), fetch(Person, body["holder_id"])
    delegation.give(
        giver_id=giver.id, holder_id=holder.id, holder_roles=holder.roles, is_active=holder.is_active,
        from_on=body["from_on"], until_on=body["until_on"], today=clock.today(),
    )  # fmt: skip
    row = Delegation(id=clock.new_id(), giver=giver, holder=holder, **_without_people(body))
    db.session.add(row)
    audit.note(
        "delegation.given", f"delegation:{row.id}", actor_id=giver.id, holder=str(holder.id),
        from_on=row.from_on.isoformat(), until_on=row.until_on.isoformat(), most_cost_fen=row.most_cost_fen,
    )  # fmt: skip
    db.session.commit()
    return jsonify(DelegationOut().dump(row)), 201


def _without_people(body: Body) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "holder_id"}


@bp.post("/<uuid:delegation_id>/revoke")
@allow(Role.MANAGER)
@answers(DelegationOut)
def revoke(delegation_id: UUID) -> ResponseReturnValue:
    """Take one's own delegation back; what was signed under it stands."""
    row, person = fetch(Delegation, delegation_id, lock=True), current_person()
    if row.giver_id != person.id:
        raise Missing(f"no Delegation {delegation_id}")
    delegation.take_back(lent(row), today=clock.today())
    row.revoked_at = clock.now()
    audit.note("delegation.revoked", f"delegation:{row.id}", actor_id=person.id)
    db.session.commit()
    return jsonify(DelegationOut().dump(row))
