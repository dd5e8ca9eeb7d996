"""The search for good tours with PyVRP. Pure, given a seed.

What the solver minimises is seconds of driving plus the prizes of the stops left out, so a prize says how long a
detour a visit is worth. Each lawful span of a place is one client; the clients of one place exclude each other.
Skills and pinned crews are load dimensions: a place asks for a load that only the right crews can carry. A crew that
is preferred is one more client of the place, with a higher prize, that only this crew can carry. Driving and working
limits are the solver's own. Rests are taken out of its clock (see `clock.py`) and judged exactly in `timing`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyvrp
from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, Solution, VehicleType
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks

from server.planning.clock import WorkingClock
from server.planning.found import Found, Progress
from server.planning.frame import CrewDay, Frame
from server.planning.manner import manner, parts
from server.planning.model import Limits
from server.planning.schedule import Call, Tours, timing

_LOAD = 1_000_000  # times the solver's least penalty still more than a stop may be worth: a wrong crew never pays
_REPORTS = 100  # progress reports over a whole search


@dataclass(frozen=True, slots=True)
class _Offer:
    """A call as one client of the solver: to any crew, or to one at a higher prize."""

    call: Call
    crew_id: str | None
    prize_s: int


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
        self._least = math.inf
        self.until = 1.0  # the part of the whole search after which this one ends
        self._limits = limits
        self._calls = calls
        self._progress = progress
        self._should_stop = should_stop
        self._stopwatch = stopwatch
        self._began_s = stopwatch() if stopwatch else 0.0
        self._told = 0  # reports so far, of _REPORTS

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002  # the name is the solver's
        """Tell the solver whether to stop."""
        if self.iterations >= self._limits.iterations:
            return True
        if self._is_over_budget() or (self._should_stop is not None and self._should_stop()):
            self.stopped_early = True
        return self.stopped_early or (self.until < 1.0 and self._fraction() >= self.until)

    def on_iteration(self, _current: Solution, _candidate: Solution, best: Solution, evaluator: object) -> None:
        """Count, and report now and then."""
        self.iterations += 1
        if self._progress is None or (step := int(_REPORTS * self._fraction())) <= self._told or not best.is_feasible():
            return
        self._told = step
        served = sum(len(self._calls[visit.idx].place.stops) for route in best.routes() for visit in _visits(route))
        cost = evaluator.cost(best)  # type: ignore[attr-defined]  # pyvrp carries no types
        if cost > self._least:
            return  # a part begun afresh, not yet as good as the one before
        self._least = cost
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
    start: Tours | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    stopwatch: Callable[[], float] | None = None,
) -> Found:
    """Return the best tours found within the limits; stopping early keeps the best so far, the start among them."""
    offers = _offers(frame)
    empty: Tours = [[] for _ in frame.days]
    if not offers:
        return Found(tours=empty, iterations=0, stopped_early=False)
    calls = [offer.call for offer in offers]
    watch = _Watch(limits, calls=calls, progress=progress, should_stop=should_stop, stopwatch=stopwatch)
    data = _data(frame, offers=offers)
    best = _solution(data, frame=frame, offers=offers, tours=start) if start else None
    least = math.inf
    for part in parts(len(offers)):
        watch.until = part.until
        result = pyvrp.solve(
            data,
            stop=watch,
            seed=limits.seed,
            collect_stats=False,
            display=False,
            params=manner(limits.budget_s, stops=len(calls), penalty=part.penalty, callbacks=watch),
            initial_solution=None if part.is_afresh else best,
        )
        if best is None or result.cost() < least:
            best, least = result.best, result.cost()
        if watch.stopped_early:
            break
    for route in best.routes() if best else ():
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


def _offers(frame: Frame) -> list[_Offer]:
    """Return one offer for each place and span that some crew could make, and one more to a crew it prefers."""
    offers: list[_Offer] = []
    for place in frame.places:
        for span in place.spans:
            able = [
                day.shift.crew_id
                for day in frame.days
                if day.takes(place) and min(day.closes_s, span[1]) - max(day.opens_s, span[0]) >= place.service_s
            ]
            if not able:
                continue
            offers.append(_Offer(Call(place, span), place.crew_id, place.prize_s))
            wish = place.prefers
            if wish is not None and wish.crew_id in able:
                offers.append(_Offer(Call(place, span), wish.crew_id, place.prize_s + wish.worth_s))
    return offers


def _solution(data: ProblemData, *, frame: Frame, offers: Sequence[_Offer], tours: Tours) -> Solution:
    """Return tours as the solver has them; where a crew is preferred, the offer of higher prize."""
    clients = {(id(offer.call.place), offer.call.span, offer.crew_id): number for number, offer in enumerate(offers)}
    routes: list[pyvrp.Route] = []
    for index, tour in enumerate(tours):
        crew_id = frame.days[index].shift.crew_id
        visits: list[int] = []
        for call in tour:
            key = (id(call.place), call.span)
            client = clients.get((*key, crew_id), clients.get((*key, None)))
            if client is not None:
                visits.append(client)
        if visits:
            routes.append(pyvrp.Route(data, visits, index))
    return Solution(data, routes)


def _data(frame: Frame, *, offers: Sequence[_Offer]) -> ProblemData:
    matrix: Any = frame.legs.seconds  # the solver's own stub asks for ndarray[int]
    dimensions = _dimensions(offers)
    clock = WorkingClock.of(frame)
    groups: list[ClientGroup] = []
    clients: list[Client] = []
    for own in _by_place(offers):
        group = len(groups) if len(own) > 1 else None
        if group is not None:
            groups.append(ClientGroup([len(clients) + offset for offset in range(len(own))], required=False))
        clients += [_client(one, clock=clock, group=group, delivery=_load(one, dimensions)) for one in own]
    return ProblemData(
        locations=[Location(0.0, 0.0) for _ in range(len(matrix))],
        clients=clients,
        depots=[Depot(node) for day in frame.days for node in (day.start_node, day.end_node)],
        vehicle_types=[
            _vehicle(index, frame=frame, clock=clock, dimensions=dimensions) for index in range(len(frame.days))
        ],
        distance_matrices=[matrix],
        duration_matrices=[matrix],
        groups=groups,
    )


def _by_place(offers: Sequence[_Offer]) -> list[list[_Offer]]:
    grouped: dict[int, list[_Offer]] = {}
    for offer in offers:
        grouped.setdefault(id(offer.call.place), []).append(offer)
    return list(grouped.values())


def _client(offer: _Offer, *, clock: WorkingClock, group: int | None, delivery: list[int]) -> Client:
    place, opens_s = offer.call.place, clock.worked_s(max(0, offer.call.span[0]))
    return Client(
        place.node,
        delivery=delivery,
        service_duration=place.service_s,
        tw_early=opens_s,
        tw_late=max(opens_s, clock.worked_s(offer.call.span[1]) - place.service_s),
        prize=offer.prize_s,
        required=False,
        group=group,
    )


def _dimensions(offers: Sequence[_Offer]) -> list[tuple[str, str]]:
    """Return what tells crews apart for this problem: ("skill", name) and ("crew", id)."""
    skills = {("skill", skill) for offer in offers for skill in offer.call.place.needs}
    pins = {("crew", offer.crew_id) for offer in offers if offer.crew_id is not None}
    return sorted(skills | pins)


def _load(offer: _Offer, dimensions: Sequence[tuple[str, str]]) -> list[int]:
    asks = {("skill", skill) for skill in offer.call.place.needs} | {("crew", offer.crew_id)}
    return [_LOAD if dimension in asks else 0 for dimension in dimensions]


def _vehicle(index: int, *, frame: Frame, clock: WorkingClock, dimensions: Sequence[tuple[str, str]]) -> VehicleType:
    day = frame.days[index]
    has = {("skill", skill) for skill in day.shift.skills} | {("crew", day.shift.crew_id)}
    room = _LOAD * len(frame.places)
    return VehicleType(
        num_available=1,
        capacity=[room if dimension in has else 0 for dimension in dimensions],
        start_depot=2 * index,
        end_depot=2 * index + 1,
        tw_early=clock.worked_s(day.opens_s),
        tw_late=clock.worked_s(day.closes_s),
        **_limits(day),
    )


def _limits(day: CrewDay) -> dict[str, Any]:
    """Return the limits of a day as the solver names them: its distances are seconds of driving."""
    asked = {"max_distance": day.shift.max_driving_s, "shift_duration": day.shift.max_working_s}
    return {name: limit for name, limit in asked.items() if limit is not None}
