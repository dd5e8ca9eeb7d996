"""A plan mended in the middle of the day (盘中重排): from where the crews are now, moving as little as pays. Pure.

What is done or under way is no part of it. A crew that cannot be reached keeps exactly the plan on its phone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from server.planning import planner
from server.planning.datum import Point
from server.planning.found import Progress
from server.planning.hands import ShouldStop, never
from server.planning.model import Limits, Preference, Problem, Rest, Shift, Stop, Window
from server.planning.plans import Drop, DropReason, Plan, Route
from server.planning.territory import part_of
from server.planning.warm import held_by

MOVE_WORTH_S = 900
"""A stop goes to another crew only when this saves more than a quarter of an hour; measured: most stops then stay."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a crew is and from when it is free: on the road, or at a door until the visit ends."""

    crew_id: str
    point: Point
    free_at: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """What a crew has used up of a day before the plan in force begins: seconds of work and driving, its rest."""

    worked_s: int = 0
    driven_s: int = 0
    has_rested: bool = False


SpentBy = Mapping[tuple[str, date], Spent]
"""(crew, day) → what it has used up."""


def replan(
    problem: Problem,
    *,
    plan: Plan,
    at: datetime,
    standings: Sequence[Standing],
    unreachable: Collection[str],
    limits: Limits,
    spent: SpentBy = {},  # noqa: B006  # never written to
    progress: Progress | None = None,
    should_stop: ShouldStop = never,
    processes: int = 1,
) -> Plan:
    """Return the plan for what is left of the problem at a moment; the problem holds no stop that is done.

    unreachable names crews whose routes stay to the letter; spent is `spent_by` of the re-planning that gave this plan.
    Raises NoShift.
    """
    kept = _kept(plan, problem=problem, unreachable=unreachable)
    left = rest_of(problem, plan=plan, at=at, standings=standings, unreachable=unreachable, spent=spent)
    if not left.shifts:
        return replace(plan, routes=tuple(kept), dropped=_all_dropped(left, plan=plan))
    found = planner.plan(
        left, limits=limits, processes=processes, plan_in_force=plan, progress=progress, should_stop=should_stop
    )
    routes = sorted((*found.routes, *kept), key=lambda route: (route.crew_label, route.crew_id, route.on))
    return replace(found, routes=tuple(routes))


def spent_by(
    problem: Problem,
    *,
    plan: Plan,
    at: datetime,
    standings: Sequence[Standing],
    unreachable: Collection[str],
    spent: SpentBy,
) -> dict[tuple[str, date], Spent]:
    """Return what each crew has used up when a plan made at this moment begins: for the re-planning after it."""
    places = {one.crew_id: one for one in standings}
    used = dict(spent)
    for shift in problem.shifts:
        is_over = shift.hours.opens_at > at or shift.hours.closes_at <= at
        if is_over or shift.crew_id in unreachable:
            continue
        used[shift.crew_id, shift.on] = _spent(
            shift, plan=plan, until=_begins_at(places.get(shift.crew_id), at), spent=spent
        )
    return used


def rest_of(
    problem: Problem,
    *,
    plan: Plan,
    at: datetime,
    standings: Sequence[Standing],
    unreachable: Collection[str],
    spent: SpentBy = {},  # noqa: B006  # never written to
) -> Problem:
    """Return what is still to be planned: shifts from now on, stops of reachable crews, each drawn to its crew."""
    holder = {stop.stop_id: route.crew_id for route in plan.routes for stop in route.stops}
    places = {one.crew_id: one for one in standings}
    shifts = [
        shift
        for given in problem.shifts
        if given.crew_id not in unreachable
        and (shift := _from_now(given, plan=plan, at=at, standing=places.get(given.crew_id), spent=spent)) is not None
    ]
    stops = [_drawn(stop, holder.get(stop.id)) for stop in problem.stops if holder.get(stop.id) not in unreachable]
    left = part_of(problem, stops=stops, shifts=problem.shifts, held=held_by(plan))  # as days of the whole problem
    return replace(left, shifts=tuple(shifts))


def _kept(plan: Plan, *, problem: Problem, unreachable: Collection[str]) -> list[Route]:
    """Return the routes of crews out of reach with the stops they still have to make."""
    open_ids = {stop.id for stop in problem.stops}
    routes = [
        replace(route, stops=tuple(stop for stop in route.stops if stop.stop_id in open_ids))
        for route in plan.routes
        if route.crew_id in unreachable
    ]
    return [route for route in routes if route.stops]


def _all_dropped(left: Problem, *, plan: Plan) -> tuple[Drop, ...]:
    """Return every open stop as left out: for the reason it was left out before, or because no shift is left."""
    before = {drop.stop_id: drop for drop in plan.dropped}
    return tuple(
        before.get(stop.id) or Drop(stop.id, stop.label, DropReason.SHIFT, stop.point, stop.precision, stop.prize_s)
        for stop in left.stops
    )


def _drawn(stop: Stop, crew_id: str | None) -> Stop:
    return stop if crew_id is None else replace(stop, prefers=Preference(crew_id, MOVE_WORTH_S))


def _from_now(shift: Shift, *, plan: Plan, at: datetime, standing: Standing | None, spent: SpentBy) -> Shift | None:
    """Return what is left of a shift, none when it is over; a crew that has left goes on from where it stands."""
    if shift.hours.closes_at <= at:
        return None
    if shift.hours.opens_at > at:
        return shift
    begins_at = _begins_at(standing, at)
    if begins_at >= shift.hours.closes_at:
        return None
    used = _spent(shift, plan=plan, until=begins_at, spent=spent)
    return replace(
        shift,
        hours=Window(begins_at, shift.hours.closes_at),
        start=standing.point if standing else shift.start,
        rest=None if used.has_rested else _rest_left(shift.rest, begins_at=begins_at),
        max_working_s=_less(shift.max_working_s, used.worked_s),
        max_driving_s=_less(shift.max_driving_s, used.driven_s),
    )


def _begins_at(standing: Standing | None, at: datetime) -> datetime:
    return max(at, standing.free_at if standing else at)


def _spent(shift: Shift, *, plan: Plan, until: datetime, spent: SpentBy) -> Spent:
    """Return what the crew has used up by a moment: before the plan in force, and on its route since."""
    key = shift.crew_id, shift.on
    before = spent.get(key, Spent())
    route = next((one for one in plan.routes if (one.crew_id, one.on) == key), None)
    if route is None:
        return before
    return Spent(
        worked_s=before.worked_s + max(0, round((until - route.departs_at).total_seconds())),
        driven_s=before.driven_s + sum(stop.leg_s for stop in route.stops if stop.arrives_at <= until),
        has_rested=before.has_rested or (route.rest is not None and route.rest.closes_at <= until),
    )


def _rest_left(rest: Rest | None, *, begins_at: datetime) -> Rest | None:
    """Return the rest still owed: none once it no longer fits into its hours."""
    if rest is None:
        return None
    opens_at = max(rest.hours.opens_at, begins_at)
    if (rest.hours.closes_at - opens_at).total_seconds() < rest.length_s:
        return None
    return Rest(Window(opens_at, rest.hours.closes_at), rest.length_s)


def _less(limit_s: int | None, used_s: int) -> int | None:
    return None if limit_s is None else max(0, limit_s - used_s)
