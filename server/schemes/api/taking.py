"""What a crew takes along of the road plan: the printed route sheet and the calendar."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from server import audit
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, answers, asks
from server.db import begin_write, db
from server.errors import Missing
from server.planning import ics
from server.planning.plans import Route
from server.schemes import plan_store, route_sheet
from server.schemes.models import Scheme
from server.schemes.schemas import RoutesQuery
from server.schemes.scope import fetch_scheme

bp = Blueprint("scheme_taking", __name__, url_prefix="/v1/schemes")


@bp.get("/<uuid:scheme_id>/route-sheet.pdf")
@allow(Role.SUPERVISOR)
@asks(RoutesQuery)
@answers(None, content_type="application/pdf")
def sheet_pdf(scheme_id: UUID, query: Body) -> ResponseReturnValue:
    """Answer with the route sheet (外访路线单), a page or more for each crew and day; a draft until signed off.

    It holds names and addresses: who printed it is recorded.
    """
    begin_write()
    scheme = fetch_scheme(scheme_id)
    routes = _routes(scheme, query)
    content = route_sheet.pdf(scheme, routes, at=scheme.versions[-1].changed_at)
    audit.note(
        "scheme.route_sheet_printed",
        f"scheme:{scheme.id}",
        actor_id=current_person().id,
        version=scheme.version,
        plan_version=scheme.plan_version,
        routes=[f"{route.crew_id}/{route.on.isoformat()}" for route in routes],
    )
    answer = Response(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{scheme.serial}-routes.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    db.session.commit()
    return answer


@bp.get("/<uuid:scheme_id>/routes.ics")
@allow(*OFFICE)
@asks(RoutesQuery)
@answers(None, content_type=ics.MIME)
def calendar(scheme_id: UUID, query: Body) -> ResponseReturnValue:
    """Answer with the routes as a calendar (RFC 5545) without names, addresses or coordinates."""
    scheme = fetch_scheme(scheme_id)
    content = ics.calendar(
        _routes(scheme, query),
        title=f"外访 {scheme.serial}",
        districts={str(stop.id): stop.address.district for stop in scheme.stops if stop.address is not None},
        plan_version=scheme.plan_version or 0,
        at=scheme.versions[-1].changed_at,
    )
    answer = Response(content, content_type=f"{ics.MIME}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{scheme.serial}.ics"'
    return answer


def _routes(scheme: Scheme, query: Body) -> Sequence[Route]:
    """Return the routes asked for. Raises NotPlanned, or Missing when the plan has none of them."""
    plan = plan_store.plan_in_force(scheme)
    wanted = [
        route
        for route in plan.routes
        if (query["crew_id"] is None or route.crew_id == str(query["crew_id"])) and query["on"] in {None, route.on}
    ]
    if plan.routes and not wanted:
        raise Missing("the plan has no route of this crew on this day")
    return wanted
