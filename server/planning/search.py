"""The search for good tours with PyVRP. Pure, given a seed.

What the solver minimises is seconds of driving plus the prizes of the stops left out, so a prize says how long a
detour a visit is worth. Each lawful span of a place is one client; the clients of one place exclude each other.
Skills and pinned crews are load dimensions: a place asks for a load that only the right crews can carry.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyvrp
from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, Solution, VehicleType
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks, IteratedLocalSearchParams
from pyvrp.solve import SolveParams

from server.planning.explain import Tours
from server.planning.frame import CrewDay, Frame, Place
from server.planning.model import Limits
from server.planning.schedule import Call, timing

Progress = Callable[[float, int, int], None]
"""Called with the fraction done, the best cost in seconds so far and the number of stops it serves."""

_LOAD = 1000  # a load far above the solver's penalties, so that a wrong crew is never worth it
_REPORTS = 100  # progress reports over a whole search


@dataclass(frozen=True, slots=True)
class Found:
    """The best tours of a search and how it ended."""

    tours: Tours
    iterations: int
    stopped_early: bool


class _Watch(IteratedLocalSearchCallbacks):
    """Stops the search when it is time, and tells how far it is."""

    def __init__(
        self,
        limits: Limits,
        *,
        calls: Sequence[Call],
        progress: Progress | None,
        should_stop: Callable[[], bool] | None,
        stopwatch: Callable[[], float] | None,
    ) -> None:
        self.iterations = 0
        self.stopped_early = False
        self._limits = limits
        self._calls = calls
        self._progress = progress
        self._should_stop = should_stop
        self._stopwatch = stopwatch
        self._began_s = stopwatch() if stopwatch else 0.0
        self._every = max(1, limits.iterations // _REPORTS)

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002  # the name is the solver's
        """Tell the solver whether to stop."""
        if self.iterations >= self._limits.iterations:
            return True
        if self._is_over_budget() or (self._should_stop is not None and self._should_stop()):
            self.stopped_early = True
        return self.stopped_early

    def on_iteration(self, _current: Solution, _candidate: Solution, best: Solution, evaluator: object) -> None:
        """Count, and report now and then."""
        self.iterations += 1
        if self._progress is None or self.iterations % self._every or not best.is_feasible():
            return
        served = sum(len(self._calls[visit.idx].place.stops) for route in best.routes() for visit in _visits(route))
        cost = evaluator.cost(best)  # type: ignore[attr-defined]  # pyvrp carries no types
        self._progress(self._fraction(), int(cost), served)

    def _fraction(self) -> float:
        done = self.iterations / self._limits.iterations
        if self._limits.budget_s and self._stopwatch:
            done = max(done, (self._stopwatch() - self._began_s) / self._limits.budget_s)
        return min(1.0, done)

    def _is_over_budget(self) -> bool:
        if self._limits.budget_s is None or self._stopwatch is None:
            return False
        return self._stopwatch() - self._began_s >= self._limits.budget_s


def search(
    frame: Frame,
    *,
    limits: Limits,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    stopwatch: Callable[[], float] | None = None,
) -> Found:
    """Return the best tours found within the limits; stopping early keeps the best so far."""
    calls = _calls(frame)
    empty: Tours = [[] for _ in frame.days]
    if not calls:
        return Found(tours=empty, iterations=0, stopped_early=False)
    watch = _Watch(limits, calls=calls, progress=progress, should_stop=should_stop, stopwatch=stopwatch)
    result = pyvrp.solve(
        _data(frame, calls=calls),
        stop=watch,
        seed=limits.seed,
        collect_stats=False,
        display=False,
        params=SolveParams(ils=IteratedLocalSearchParams(callbacks=watch)),
    )
    for route in result.best.routes():
        wanted = [calls[visit.idx] for visit in _visits(route)]
        empty[route.vehicle_type()] = _feasible_part(frame, day=frame.days[route.vehicle_type()], calls=wanted)
    return Found(tours=empty, iterations=watch.iterations, stopped_early=watch.stopped_early)


def _visits(route: pyvrp.Route) -> list[pyvrp.Activity]:
    return [activity for activity in route if activity.is_client()]


def _feasible_part(frame: Frame, *, day: CrewDay, calls: Sequence[Call]) -> list[Call]:
    """Keep the calls that fit, in order: a search stopped in its first seconds may hold no lawful tour yet."""
    kept: list[Call] = []
    for call in calls:
        if day.takes(call.place) and timing(frame, day=day, calls=[*kept, call]).is_feasible:
            kept.append(call)
    return kept


def _calls(frame: Frame) -> list[Call]:
    """Return one call for each place and span that some crew could make."""
    return [
        Call(place, span)
        for place in frame.places
        for span in place.spans
        if any(
            day.takes(place) and min(day.closes_s, span[1]) - max(day.opens_s, span[0]) >= place.service_s
            for day in frame.days
        )
    ]


def _data(frame: Frame, *, calls: Sequence[Call]) -> ProblemData:
    matrix: Any = frame.legs.seconds  # the solver's own stub asks for ndarray[int]
    dimensions = _dimensions(frame)
    groups: list[ClientGroup] = []
    clients: list[Client] = []
    for place, own in _by_place(calls):
        group = len(groups) if len(own) > 1 else None
        if group is not None:
            groups.append(ClientGroup([len(clients) + offset for offset in range(len(own))], required=False))
        clients += [_client(call, group=group, delivery=_load(place, dimensions)) for call in own]
    return ProblemData(
        locations=[Location(0.0, 0.0) for _ in range(len(matrix))],
        clients=clients,
        depots=[Depot(node) for day in frame.days for node in (day.start_node, day.end_node)],
        vehicle_types=[_vehicle(index, frame=frame, dimensions=dimensions) for index in range(len(frame.days))],
        distance_matrices=[matrix],
        duration_matrices=[matrix],
        groups=groups,
    )


def _by_place(calls: Sequence[Call]) -> list[tuple[Place, list[Call]]]:
    grouped: dict[int, tuple[Place, list[Call]]] = {}
    for call in calls:
        grouped.setdefault(id(call.place), (call.place, []))[1].append(call)
    return list(grouped.values())


def _client(call: Call, *, group: int | None, delivery: list[int]) -> Client:
    opens_s, closes_s = call.span
    return Client(
        call.place.node,
        delivery=delivery,
        service_duration=call.place.service_s,
        tw_early=max(0, opens_s),
        tw_late=closes_s - call.place.service_s,
        prize=call.place.prize_s,
        required=False,
        group=group,
    )


def _dimensions(frame: Frame) -> list[tuple[str, str]]:
    """Return what tells crews apart for this problem: ("skill", name) and ("crew", id)."""
    skills = {("skill", skill) for place in frame.places for skill in place.needs}
    pins = {("crew", place.crew_id) for place in frame.places if place.crew_id is not None}
    return sorted(skills | pins)


def _load(place: Place, dimensions: Sequence[tuple[str, str]]) -> list[int]:
    asks = {("skill", skill) for skill in place.needs} | {("crew", place.crew_id)}
    return [_LOAD if dimension in asks else 0 for dimension in dimensions]


def _vehicle(index: int, *, frame: Frame, dimensions: Sequence[tuple[str, str]]) -> VehicleType:
    day = frame.days[index]
    has = {("skill", skill) for skill in day.shift.skills} | {("crew", day.shift.crew_id)}
    room = _LOAD * len(frame.places)
    return VehicleType(
        num_available=1,
        capacity=[room if dimension in has else 0 for dimension in dimensions],
        start_depot=2 * index,
        end_depot=2 * index + 1,
        tw_early=day.opens_s,
        tw_late=day.closes_s,
    )
