"""The road plan of a scheme: the job that finds it, the table, the map."""

from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from server import audit, jobs
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, answers, takes
from server.db import db
from server.planning.drawing import draw
from server.planning.geojson import feature_collection
from server.schemes import bindings, cards, documents, pins, plan_job, plan_store, points, route_table, rules
from server.schemes.schemas import PlanIn
from server.schemes.scope import fetch_scheme
from server.schemes.shown import PointsOut, RoutesOut

bp = Blueprint("scheme_planning", __name__, url_prefix="/v1/schemes")
LOADERS = (cards.__name__, documents.__name__)
"""The modules whose import registers what phones pull of a scheme."""


@bp.post("/<uuid:scheme_id>/plan")
@allow(Role.SUPERVISOR)
@takes(PlanIn)
@answers(None, status=202)
def plan(scheme_id: UUID, body: Body) -> ResponseReturnValue:
    """Start the search for routes as a job that can be watched and cancelled; answers 202 with the job's address."""
    scheme, person = fetch_scheme(scheme_id, lock=True), current_person()
    rules.edit(rules.SchemeState(scheme.state), compiler_id=scheme.compiler_id, actor_id=person.id)
    if body["propose"]:
        plan_store.row_in_force(scheme)
    body["pins"] = pins.of_scheme(scheme, body["pins"])
    body["orders"] = bindings.of_scheme(scheme, body["orders"])
    job = jobs.enqueue(
        plan_job.KIND,
        owner_id=person.id,
        scheme_id=str(scheme.id),
        version=scheme.version,
        actor_id=str(person.id),
        **body,
    )
    scheme.plan_job_id = job.id
    audit.note("scheme.plan_asked", f"scheme:{scheme.id}", actor_id=person.id, job=str(job.id))
    answer = jsonify(id=str(job.id), state="queued", progress=0.0)
    answer.status_code = 202
    answer.headers["Location"] = f"/v1/jobs/{job.id}"
    db.session.commit()
    return answer


@bp.get("/<uuid:scheme_id>/points")
@allow(*OFFICE)
@answers(PointsOut)
def doubtful_points(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with the visits whose points are not to be trusted: heaps, centroids, vague ones, none."""
    return jsonify(PointsOut().dump(points.report(fetch_scheme(scheme_id))))


@bp.get("/<uuid:scheme_id>/routes")
@allow(*OFFICE)
@answers(RoutesOut)
def routes(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with the road plan as a table: arrival times by crew and day, and why the others are left out."""
    return jsonify(route_table.table(fetch_scheme(scheme_id)))


@bp.get("/<uuid:scheme_id>/routes.geojson")
@allow(*OFFICE)
@answers(None, content_type="application/geo+json")
def geojson(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with the road plan as GeoJSON (RFC 7946, WGS-84)."""
    answer = jsonify(feature_collection(plan_store.plan_in_force(fetch_scheme(scheme_id))))
    answer.headers["Content-Type"] = "application/geo+json"
    return answer


@bp.get("/<uuid:scheme_id>/routes.svg")
@allow(*OFFICE)
@answers(None, content_type="image/svg+xml")
def svg(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with the road plan drawn as one SVG that loads nothing."""
    scheme = fetch_scheme(scheme_id)
    drawn = draw(plan_store.plan_in_force(scheme), title=f"外访路线图 · {scheme.serial}")
    answer = Response(drawn, content_type="image/svg+xml; charset=utf-8")
    # The attributes of the drawing need no style sheet; nothing may run or be fetched when it is opened by itself.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'"
    return answer
