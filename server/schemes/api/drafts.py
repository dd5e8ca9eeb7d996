"""Compiling schemes from accepted visit lists, reading and changing them."""

from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server import audit, clock, wall
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, answers, asks, etag, page, require_match, takes
from server.db import db
from server.schemes import drafting, rules
from server.schemes.models import Scheme, SchemeStop
from server.schemes.schemas import SchemeIn, SchemePatch, SchemesQuery
from server.schemes.scope import fetch_scheme
from server.schemes.shown import SchemeOut, SchemeRowOut, VersionOut

SAID = {
    "title": "名称", "area": "区域", "dates": "日期", "crews": "小组", "vehicles": "车辆", "materials": "材料",
    "costs": "费用", "cost_rates": "费用标准", "risk_notes": "安全提示", "stops": "拜访",
}  # fmt: skip
"""What may be changed, as the list of versions names it."""

bp = Blueprint("schemes", __name__, url_prefix="/v1/schemes")


def shown(scheme: Scheme, *, status: int = 200) -> Response:
    """Answer with a scheme and the tag of its version."""
    answer = jsonify(SchemeOut().dump(scheme))
    answer.status_code = status
    answer.headers["ETag"] = etag(scheme.version)
    return answer


@bp.post("")
@allow(Role.SUPERVISOR)
@takes(SchemeIn)
@answers(SchemeOut, status=201)
def create(body: Body) -> ResponseReturnValue:
    """Compile a scheme from the accepted lines of a visit list; answers with the scheme."""
    person = current_person()
    scheme = drafting.compile_scheme(
        body, scheme_id=clock.new_id(), at=clock.now(), today=clock.today(), actor_id=person.id
    )
    audit.note(
        "scheme.compiled", f"scheme:{scheme.id}", actor_id=person.id, digest=scheme.digest, stops=len(scheme.stops)
    )
    db.session.flush()
    answer = shown(fetch_scheme(scheme.id), status=201)
    answer.headers["Location"] = f"/v1/schemes/{scheme.id}"
    db.session.commit()
    return answer


@bp.get("")
@allow(*OFFICE)
@asks(SchemesQuery)
@answers(SchemeRowOut, many=True)
def index(query: Body) -> ResponseReturnValue:
    """List the schemes whose cases the caller may all know, newest first."""
    wanted = select(Scheme)
    if query["state"]:
        wanted = wanted.where(Scheme.state == query["state"])
    visible = current_person().creditor_ids
    if visible is not None:
        mine = [UUID(text) for text in visible]
        wanted = wanted.where(~Scheme.stops.any(SchemeStop.creditor_id.not_in(mine)))
    with wall.everything():  # a stop behind the wall hides its scheme
        return page(wanted, Scheme, SchemeRowOut(), limit=query["limit"], cursor=query["cursor"])


@bp.get("/<uuid:scheme_id>")
@allow(*OFFICE)
@answers(SchemeOut)
def show(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with a scheme: what is decided on, its version and digest, rule results and decisions."""
    return shown(fetch_scheme(scheme_id))


@bp.get("/<uuid:scheme_id>/versions")
@allow(*OFFICE)
@answers(VersionOut)
def versions(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with every version of the scheme's content and who made it."""
    return jsonify(items=VersionOut(many=True).dump(fetch_scheme(scheme_id).versions))


@bp.patch("/<uuid:scheme_id>")
@allow(Role.SUPERVISOR)
@takes(SchemePatch)
@answers(SchemeOut)
def change(scheme_id: UUID, body: Body) -> ResponseReturnValue:
    """Change a scheme (its compiler only, with If-Match); a material change after sign-off loses the sign-off."""
    scheme, person = fetch_scheme(scheme_id, lock=True), current_person()
    require_match(scheme.version)
    rules.edit(rules.SchemeState(scheme.state), compiler_id=scheme.compiler_id, actor_id=person.id)
    if "dates" in body:
        rules.check_dates(body["dates"], today=clock.today())
    drafting.change(scheme, body)
    what = f"修改：{'、'.join(SAID[name] for name in sorted(body))}"
    changed = drafting.seal(scheme, at=clock.now(), actor_id=person.id, what=what)
    audit.note(
        "scheme.changed",
        f"scheme:{scheme.id}",
        actor_id=person.id,
        digest=scheme.digest,
        pointers=[one["pointer"] for one in changed][:50],
        state=scheme.state,
    )
    answer = shown(scheme)
    db.session.commit()
    return answer
