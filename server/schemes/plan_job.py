"""The road plan as a job: read the scheme, search without holding the database, write what was found."""

from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from uuid import UUID

from server import audit, clock
from server.db import begin_write, db, fetch
from server.jobs import Report, runs
from server.planning import wire
from server.planning.distance import DETOUR_MODELS
from server.planning.drawing import REASON_ZH
from server.planning.model import Drop, Limits, Plan, Problem
from server.planning.solve import solve
from server.schemes import checks, drafting, road_problem, rules
from server.schemes.models import RoutePlan, Scheme, SchemeStop
from server.schemes.rules import StopState

KIND = "plan_scheme"


class SchemeMoved(rules.SchemeNotOpen):
    """The scheme was changed while it was being planned."""


@runs(KIND)
def plan_scheme(args: dict[str, Any], report: Report) -> str:
    """Find routes for a scheme and store them; a cancelled search keeps the best so far.

    Raises SchemeMoved, or what the planner refuses.
    """
    scheme_id = UUID(args["scheme_id"])
    problem = _read(scheme_id, args)
    plan = _search(problem, args, report)
    begin_write()
    scheme = fetch(Scheme, scheme_id, lock=True)
    if scheme.version != args["version"]:
        raise SchemeMoved(f"planned for version {args['version']}, it is now {scheme.version}")
    store(scheme, plan, at=clock.now(), actor_id=UUID(args["actor_id"]))
    return f"/v1/schemes/{scheme_id}/routes"


def _read(scheme_id: UUID, args: dict[str, Any]) -> Problem:
    scheme = fetch(Scheme, scheme_id)
    if scheme.version != args["version"]:
        raise SchemeMoved(f"planned for version {args['version']}, it is now {scheme.version}")
    problem = road_problem.problem(
        scheme,
        rules_for=lambda stop, day: checks.pack_for(stop, on=day),
        detour=DETOUR_MODELS[args["region"]],
        route_centroids=args["route_centroids"],
    )
    db.session.rollback()  # the search may take minutes and must not hold a snapshot
    return problem


def _search(problem: Problem, args: dict[str, Any], report: Report) -> Plan:
    is_cancelled = False
    fraction, message = 0.0, ""

    def progress(done: float, best_cost: int, served: int) -> None:
        nonlocal fraction, message
        fraction, message = done, f"{served}/{len(problem.stops)} · {best_cost} s"

    def should_stop() -> bool:
        nonlocal is_cancelled
        is_cancelled = is_cancelled or report(fraction, message)
        return is_cancelled

    limits = Limits(iterations=args["iterations"], seed=args["seed"], budget_s=args["budget_s"])
    return solve(problem, limits=limits, progress=progress, should_stop=should_stop, stopwatch=perf_counter)


def store(scheme: Scheme, plan: Plan, *, at: datetime, actor_id: UUID) -> None:
    """Write a plan into its scheme: places on routes, reasons for what is left out, costs, rules and a new version."""
    number = 1 + max((one.version for one in scheme.plans), default=0)
    db.session.add(
        RoutePlan(
            scheme_id=scheme.id,
            version=number,
            parameters=wire.encode(plan.search)
            | {"prize_floor_s": road_problem.PRIZE_FLOOR_S, "prize_per_point_s": road_problem.PRIZE_PER_POINT_S},
            result=wire.encode(plan),
        )
    )
    _place(scheme, plan)
    scheme.plan_version = number
    drafting.reckon_costs(scheme, distance_m=plan.distance_m, crew_days=len(plan.routes))
    drafting.judge(scheme)
    drafting.seal(scheme, at=at, actor_id=actor_id, what=f"路线计划第 {number} 版")
    audit.note(
        "scheme.planned",
        f"scheme:{scheme.id}",
        actor_id=actor_id,
        plan_version=number,
        served=plan.served,
        dropped=len(plan.dropped),
    )


def _place(scheme: Scheme, plan: Plan) -> None:
    stops = {str(stop.id): stop for stop in scheme.stops}
    for stop in stops.values():
        drafting.take_off_route(stop)
        if stop.state not in rules.FIELD_STATES | {StopState.WITHDRAWN, StopState.WITHHELD}:
            stop.state = StopState.DROPPED
            stop.drop_reason = {"reason": "frozen", "text": {"zh": "案件已冻结", "en": "the case is frozen"}}
    for route in plan.routes:
        for routed in route.stops:
            stop = stops[routed.stop_id]
            stop.crew_id, stop.day, stop.seq = UUID(route.crew_id), route.on, routed.seq
            # The visit begins when the window opens: a crew that is early waits in the car, not at the door.
            stop.arrive_at, stop.depart_at = routed.starts_at.astimezone(UTC), routed.leaves_at.astimezone(UTC)
            stop.leg_m, stop.drop_reason, stop.state = routed.leg_m, None, StopState.PLANNED
    for drop in plan.dropped:
        stops[drop.stop_id].drop_reason = drop_reason(drop)


def drop_reason(drop: Drop) -> dict[str, Any]:
    """Return why a stop is on no route, as it is stored and shown."""
    return {
        "reason": drop.reason.value,
        "text": {"zh": REASON_ZH[drop.reason], "en": drop.reason.name.lower()},
        "short_by_s": drop.short_by_s,
        "cost_s": drop.cost_s,
        "prize_s": drop.prize_s,
        "crew_id": drop.crew_id,
    }


def plan_in_force(scheme: Scheme) -> Plan:
    """Return the road plan of what the scheme says now. Raises NotPlanned."""
    row = next((one for one in scheme.plans if one.version == scheme.plan_version), None)
    if row is None:
        raise rules.NotPlanned("plan it first")
    return wire.decode(Plan, row.result)


def routed_stops(scheme: Scheme) -> list[SchemeStop]:
    """Return the stops that are on a route, in the order of crews, days and driving."""
    return [stop for stop in scheme.stops_in_order if stop.crew_id is not None and stop.day is not None]
