"""The road plan of a scheme as a table: who is where when, and why the others are left out."""

from typing import Any

from server.planning import wire
from server.planning.plans import Plan, Route, RoutedStop
from server.schemes.models import Scheme, SchemeStop
from server.schemes.plan_store import plan_in_force
from server.schemes.rules import StopState


def table(scheme: Scheme) -> dict[str, Any]:
    """Return the plan in force with each stop's case and state. Raises NotPlanned."""
    plan = plan_in_force(scheme)
    stops = {str(stop.id): stop for stop in scheme.stops}
    row = next(one for one in scheme.plans if one.version == scheme.plan_version)
    left_out = [stop for stop in scheme.stops_in_order if stop.drop_reason and stop.state != StopState.WITHDRAWN]
    return {
        "plan_version": row.version,
        "parameters": row.parameters,
        "totals": totals(plan, left_out=len(left_out)),
        "routes": [_route(route, stops=stops) for route in plan.routes],
        "dropped": [_left_out(stop) for stop in left_out],
    }


def totals(plan: Plan, *, left_out: int) -> dict[str, int]:
    """Return the sums over all routes."""
    return {
        "routes": len(plan.routes),
        "served": plan.served,
        "dropped": left_out,
        "distance_m": plan.distance_m,
        "driving_s": plan.driving_s,
        "service_s": sum(route.service_s for route in plan.routes),
    }


def _route(route: Route, *, stops: dict[str, SchemeStop]) -> dict[str, Any]:
    return {
        "crew_id": route.crew_id,
        "crew": route.crew_label,
        "members": list(route.staff_ids),
        "vehicle": route.vehicle,
        "on": route.on.isoformat(),
        "departs_at": route.departs_at.isoformat(),
        "returns_at": route.returns_at.isoformat(),
        "distance_m": route.distance_m,
        "driving_s": route.driving_s,
        "service_s": route.service_s,
        "rest": wire.encode(route.rest),
        "back_m": route.back_m,
        "back_s": route.back_s,
        "stops": [_stop(routed, stops[routed.stop_id]) for routed in route.stops],
    }


def _stop(routed: RoutedStop, stop: SchemeStop) -> dict[str, Any]:
    return {
        "seq": routed.seq,
        "stop_id": routed.stop_id,
        **_case(stop),
        "arrives_at": routed.arrives_at.isoformat(),
        "starts_at": routed.starts_at.isoformat(),
        "leaves_at": routed.leaves_at.isoformat(),
        "slack_s": routed.slack_s,
        "bound_by": routed.bound_by,
        "leg_m": routed.leg_m,
        "leg_s": routed.leg_s,
        "window": wire.encode(routed.window),
        "point": wire.encode(routed.point) | {"precision": routed.precision.value},
        "caution": routed.caution.value,
        "state": stop.state,
    }


def _left_out(stop: SchemeStop) -> dict[str, Any]:
    return {"stop_id": str(stop.id), **_case(stop), **(stop.drop_reason or {}), "state": stop.state}


def _case(stop: SchemeStop) -> dict[str, Any]:
    return {
        "case_id": str(stop.case_id),
        "case_no": stop.case.case_no,
        "district": stop.address.district if stop.address is not None else "",
        "score": stop.score,
    }
