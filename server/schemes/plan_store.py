"""Road plans as rows: kept with what they were made with, put in force, read back as the problem they solve."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from server import audit
from server.compliance.rulepack import Gate
from server.db import db
from server.planning import wire
from server.planning.distance import DetourModel
from server.planning.drawing import REASON_ZH
from server.planning.model import Problem
from server.planning.plans import Drop, Plan, Route
from server.planning.roads import BY_FACTOR, DistanceUsed
from server.schemes import bindings, checks, drafting, pins, road_problem, road_tables, rules
from server.schemes.crew_terms import CrewTerms
from server.schemes.models import RoutePlan, Scheme, SchemeStop
from server.schemes.rules import StopState


def keep(scheme: Scheme, plan: Plan, *, parameters: dict[str, Any]) -> int:
    """Add a plan to its scheme without putting it in force; return its number."""
    number = 1 + max((one.version for one in scheme.plans), default=0)
    row = RoutePlan(
        scheme_id=scheme.id,
        version=number,
        parameters=parameters
        | wire.encode(plan.search)
        | {"prize_floor_s": road_problem.PRIZE_FLOOR_S, "prize_per_point_s": road_problem.PRIZE_PER_POINT_S},
        result=wire.encode(plan),
    )
    scheme.plans.append(row)
    return number


def adopt(scheme: Scheme, plan: Plan, *, number: int, at: datetime, actor_id: UUID, what: str) -> None:
    """Put a kept plan in force: places on routes, reasons for what is left out, costs, rules and a new version."""
    _place(scheme, plan)
    scheme.plan_version = number
    drafting.reckon_costs(scheme, distance_m=plan.distance_m, crew_days=len(plan.routes))
    drafting.judge(scheme)
    drafting.seal(scheme, at=at, actor_id=actor_id, what=f"{what}第 {number} 版")
    audit.note(
        "scheme.planned",
        f"scheme:{scheme.id}",
        actor_id=actor_id,
        plan_version=number,
        served=plan.served,
        dropped=len(plan.dropped),
    )


def _place(scheme: Scheme, plan: Plan) -> None:
    """Write a plan onto the stops; what the field has begun stays as it is and comes first in its crew's day."""
    stops = {str(stop.id): stop for stop in scheme.stops if stop.state not in rules.FIELD_STATES}
    for stop in stops.values():
        drafting.take_off_route(stop)
        if stop.state not in {StopState.WITHDRAWN, StopState.WITHHELD}:
            stop.state = StopState.DROPPED
            stop.drop_reason = {"reason": "frozen", "text": {"zh": "案件已冻结", "en": "the case is frozen"}}
    for route in plan.routes:
        begun = _begun(scheme, route)
        for seq, routed in enumerate(route.stops, start=begun + 1):
            if routed.stop_id not in stops:
                continue
            stop = stops[routed.stop_id]
            stop.crew_id, stop.day, stop.seq = UUID(route.crew_id), route.on, seq
            # The visit begins when the window opens: a crew that is early waits in the car, not at the door.
            stop.arrive_at, stop.depart_at = routed.starts_at.astimezone(UTC), routed.leaves_at.astimezone(UTC)
            stop.leg_m, stop.drop_reason, stop.state = routed.leg_m, None, StopState.PLANNED
    for drop in plan.dropped:
        if drop.stop_id in stops:
            stops[drop.stop_id].drop_reason = drop_reason(drop)


def _begun(scheme: Scheme, route: Route) -> int:
    """Return the last number that a begun visit has on a crew's day."""
    numbers = [
        stop.seq or 0
        for stop in scheme.stops
        if stop.state in rules.FIELD_STATES and str(stop.crew_id) == route.crew_id and stop.day == route.on
    ]
    return max(numbers, default=0)


def drop_reason(drop: Drop) -> dict[str, Any]:
    """Return why a stop is on no route, and what it would take to serve it, as it is stored and shown."""
    return {
        "reason": drop.reason.value,
        "text": {"zh": REASON_ZH[drop.reason], "en": drop.reason.name.lower()},
        "short_by_s": drop.short_by_s,
        "cost_s": drop.cost_s,
        "prize_s": drop.prize_s,
        "crew_id": drop.crew_id,
        "anyway": wire.encode(drop.anyway),
    }


def plan_in_force(scheme: Scheme) -> Plan:
    """Return the road plan of what the scheme says now. Raises NotPlanned."""
    return plan_of(row_in_force(scheme))


def row_in_force(scheme: Scheme) -> RoutePlan:
    """Return the row of the plan in force. Raises NotPlanned."""
    row = next((one for one in scheme.plans if one.version == scheme.plan_version), None)
    if row is None:
        raise rules.NotPlanned("plan it first")
    return row


def plan_of(row: RoutePlan) -> Plan:
    """Return the plan that a row holds."""
    return wire.decode(Plan, row.result)


def problem_of(
    scheme: Scheme,
    row: RoutePlan,
    *,
    with_begun: bool = False,
    held: Sequence[Mapping[str, Any]] | None = None,
    orders: Sequence[Mapping[str, Any]] | None = None,
) -> Problem:
    """Return what a scheme asks of a planner now, on the terms and with the pins and orders (or others) of a plan."""
    asked = road_problem.problem(
        scheme,
        rules_for=lambda stop, day: checks.pack_for(stop, on=day),
        detour=wire.decode(DetourModel, row.parameters["detour"]),
        route_centroids=row.parameters["route_centroids"],
        terms=CrewTerms.of(row.parameters),
        with_begun=with_begun,
    )
    asked = bindings.hold(asked, row.parameters.get("orders", []) if orders is None else orders)
    known = row.parameters.get("distance")
    distance = wire.decode(DistanceUsed, known) if known else BY_FACTOR
    asked = road_tables.remembered(asked, distance=distance)
    return pins.hold(asked, row.parameters.get("pins", []) if held is None else held)


def findings_with(scheme: Scheme, plan: Plan) -> list[dict[str, Any]]:
    """Return what every rule would say of a scheme with another plan; the scheme is read again afterwards.

    Nothing is written: what was placed is forgotten before anything is flushed.
    """
    with db.session.no_autoflush:
        _place(scheme, plan)
        entries = checks.check(scheme, gate=Gate.PLAN).entries
    for stop in scheme.stops:
        db.session.expire(stop)
    return entries


def routed_stops(scheme: Scheme) -> list[SchemeStop]:
    """Return the stops that are on a route, in the order of crews, days and driving."""
    return [stop for stop in scheme.stops_in_order if stop.crew_id is not None and stop.day is not None]
