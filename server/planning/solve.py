"""From the stops and the shifts of a scheme to a route plan (外访路线计划) that says how it was found. Pure."""

from collections.abc import Callable, Mapping
from importlib.metadata import version

from server.errors import Invalid
from server.planning.bound_search import search_bound
from server.planning.datum import Point
from server.planning.distance import DetourModel, leg_m
from server.planning.exchange import improved
from server.planning.explain import drops
from server.planning.found import Found, Progress
from server.planning.frame import CrewDay, Frame, Place, frame
from server.planning.model import Limits, Problem, Stop, Window
from server.planning.plans import Caution, Drop, Plan, Route, RoutedStop, SearchRecord
from server.planning.precision import Precision
from server.planning.schedule import Call, Timing, Tours, timing
from server.planning.warm import tours_of

_VAGUE = frozenset({Precision.STREET, Precision.VILLAGE})


class NoShift(Invalid):
    """A plan needs at least one crew with a shift."""


class NoStopwatch(Invalid):
    """A time budget needs a stopwatch."""


def solve(
    problem: Problem,
    *,
    limits: Limits,
    plan_in_force: Plan | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    stopwatch: Callable[[], float] | None = None,
) -> Plan:
    """Return the best plan found within the limits, with the reason for every stop it leaves out.

    Leg lengths are a road service's, or geodesics times the detour factor; leg seconds are those of the matrix the
    search used, which differ from geodesics by at most 0.3 %. `stopwatch` returns seconds and is needed for a time
    budget; `should_stop` is asked often and ends the search with the best plan so far. With a plan in force the search
    begins from its routes.
    Raises NoShift or NoStopwatch.
    """
    if not problem.shifts:
        raise NoShift("no shift given")
    if limits.budget_s is not None and stopwatch is None:
        raise NoStopwatch("a budget in seconds was given")
    ready = frame(problem)
    found = search_bound(
        ready,
        limits=limits,
        start=tours_of(plan_in_force, frame=ready) if plan_in_force else None,
        progress=progress,
        should_stop=should_stop,
        stopwatch=stopwatch,
    )
    tours = improved(ready, tours=found.tours)
    return timed(ready, tours=tours, record=_record(problem, limits=limits, found=found))


def timed(ready: Frame, *, tours: Tours, record: SearchRecord, known: Mapping[str, Drop] = {}) -> Plan:
    """Return the plan that tours stand for: times, legs, slack, and the reason for every stop on none of them.

    A stop left out whose id is among the known is not explained anew.
    """
    return Plan(
        routes=_routes(ready, tours=tours, detour=record.detour),
        dropped=drops(ready, tours=tours, known=known),
        search=record,
    )


def solver() -> str:
    """Return the name and version of the engine."""
    return f"PyVRP {version('pyvrp')}"


def _record(problem: Problem, *, limits: Limits, found: Found) -> SearchRecord:
    return SearchRecord(
        solver=solver(),
        seed=limits.seed,
        iterations=found.iterations,
        iterations_allowed=limits.iterations,
        budget_s=limits.budget_s,
        stopped_early=found.stopped_early,
        detour=problem.detour,
        route_centroids=problem.route_centroids,
        distance=problem.distance,
    )


def _routes(ready: Frame, *, tours: Tours, detour: DetourModel) -> tuple[Route, ...]:
    return tuple(
        _route(ready, day=day, calls=calls, detour=detour)
        for day, calls in zip(ready.days, tours, strict=True)
        if calls
    )


def _route(ready: Frame, *, day: CrewDay, calls: list[Call], detour: DetourModel) -> Route:
    times = timing(ready, day=day, calls=calls)
    stops: list[RoutedStop] = []
    for index in range(len(calls)):
        stops += _routed(ready, day=day, calls=calls, times=times, index=index, seq=len(stops), detour=detour)
    first_leg_s = int(ready.legs.seconds[day.start_node, calls[0].place.node])
    last = calls[-1].place
    return Route(
        crew_id=day.shift.crew_id,
        crew_label=day.shift.crew_label,
        staff_ids=day.shift.staff_ids,
        vehicle=day.shift.vehicle,
        on=day.shift.on,
        start=day.shift.start,
        end=day.shift.end,
        departs_at=ready.at(_departs_s(times, day=day, leg_s=first_leg_s)),
        returns_at=ready.at(times.returns_s),
        back_m=_leg_m(ready, _point_of(last), day.shift.end, nodes=(last.node, day.end_node), detour=detour),
        back_s=int(ready.legs.seconds[last.node, day.end_node]),
        stops=tuple(stops),
        rest=Window(ready.at(times.rest[0]), ready.at(times.rest[1])) if times.rest else None,
    )


def _departs_s(times: Timing, *, day: CrewDay, leg_s: int) -> int:
    """Return when a crew leaves: just in time for its first door, and for a rest on the way there."""
    just_in_time = times.earliest[0] - leg_s
    if times.rest is None or times.rest[1] <= just_in_time or times.rest[0] >= times.earliest[0]:
        return just_in_time
    return max(day.opens_s, times.rest[0] - leg_s)


def _routed(
    ready: Frame, *, day: CrewDay, calls: list[Call], times: Timing, index: int, seq: int, detour: DetourModel
) -> list[RoutedStop]:
    """Return the stops behind one door in the order given, each after the other."""
    call = calls[index]
    before = calls[index - 1].place if index else None
    start_point = _point_of(before) if before else day.shift.start
    nodes = (before.node if before else day.start_node, call.place.node)
    leg_s = int(ready.legs.seconds[nodes])
    on_m = _leg_m(ready, start_point, _point_of(call.place), nodes=nodes, detour=detour)
    begins_s = times.earliest[index]
    # The crew leaves its base just in time for the first door, so there it never waits.
    arrives_s = times.arrivals[index] if index else begins_s
    routed: list[RoutedStop] = []
    for offset, stop in enumerate(call.place.stops):
        routed.append(
            RoutedStop(
                stop_id=stop.id,
                label=stop.label,
                seq=seq + offset + 1,
                point=stop.point or start_point,
                precision=stop.precision,
                caution=_caution(stop),
                arrives_at=ready.at(arrives_s),
                starts_at=ready.at(begins_s),
                leaves_at=ready.at(begins_s + stop.service_s),
                slack_s=times.latest[index] - times.earliest[index],
                leg_m=0 if offset else on_m,
                leg_s=0 if offset else leg_s,
                window=Window(ready.at(max(call.span[0], day.opens_s)), ready.at(min(call.span[1], day.closes_s))),
                bound_by=_bound_by(calls, times=times, index=index),
            )
        )
        begins_s += stop.service_s
        arrives_s = begins_s
    return routed


def _leg_m(ready: Frame, here: Point, there: Point, *, nodes: tuple[int, int], detour: DetourModel) -> int:
    """Return the metres of a leg: the road's where a service told them, else the geodesic times the factor."""
    return int(ready.legs.metres[nodes]) if ready.is_on_roads else leg_m(here, there, model=detour)


def _bound_by(calls: list[Call], *, times: Timing, index: int) -> str | None:
    """Return the stop, this one or a later one, whose hours end where the slack does; none when the shift does."""
    for later in range(index, len(calls)):
        if times.latest[later] == calls[later].span[1] - calls[later].place.service_s:
            return calls[later].place.stops[0].id
    return None


def _point_of(place: Place) -> Point:
    point = place.stops[0].point
    if point is None:  # unlocated stops never become a place
        message = "a place needs a point"
        raise ValueError(message)
    return point


def _caution(stop: Stop) -> Caution:
    if stop.precision is Precision.DISTRICT:
        return Caution.CENTROID
    return Caution.FIND_THE_DOOR if stop.precision in _VAGUE else Caution.NONE
