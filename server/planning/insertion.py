"""What one more place would cost a route, position by position. Pure.

On a plain day this follows from the route's own timing. Where a rest or a limit stands, only driving the longer route
tells by how much it is over; what the plain day says is then a lower bound, and few positions have to be driven.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.planning.frame import CrewDay, Frame, Place
from server.planning.schedule import Call, Timing, driving_s, timing


@dataclass(frozen=True, slots=True)
class Insertion:
    """One more place at a position of a route: the driving it adds and the seconds it lacks (0: it fits)."""

    crew_day: int
    position: int
    call: Call
    cost_s: int
    short_by_s: int


ToursByDay = Sequence[Sequence[Call]] | Mapping[int, Sequence[Call]]
"""The calls of each crew day asked about."""

Rank = Callable[[Insertion], Any]
"""What makes an insertion better, the smallest first; it may only grow with the seconds that lack."""


def least_short(found: Insertion) -> tuple[int, int, int, int]:
    """Rank what lacks least first, then the cheapest."""
    return found.short_by_s, found.cost_s, found.crew_day, found.position


def least_cost(found: Insertion) -> tuple[int, int, int, int]:
    """Rank the cheapest first, whether it fits or not."""
    return found.cost_s, found.short_by_s, found.crew_day, found.position


def insertions(frame: Frame, *, crew_day: int, calls: Sequence[Call], place: Place) -> list[Insertion]:
    """Return what inserting a place costs at every position of a feasible route, for each of its spans."""
    everywhere = range(len(calls) + 1)
    bounds = _bounds(frame, crew_day=crew_day, calls=calls, place=place, positions=everywhere)
    return [_driven(frame, one, calls=calls) for one in bounds]


def positions(frame: Frame, *, tours: ToursByDay, crew_day: int, place: Place) -> range:
    """Return the positions of a crew day that what binds the place allows, given all that is on the tours."""
    ties, calls = frame.ties, tours[crew_day]
    if not ties.binds(place.node):
        return range(len(calls) + 1)
    all_tours = tours.items() if isinstance(tours, Mapping) else enumerate(tours)
    served_in = {call.place.node: index for index, tour in all_tours for call in tour}
    served_on = {node: frame.days[index].shift.on for node, index in served_in.items() if node != place.node}
    if any(served_in.get(one, crew_day) != crew_day for one in ties.behind.get(place.node, ())):
        return range(0)
    if not ties.allows_day(place.node, on=frame.days[crew_day].shift.on, served_on=served_on):
        return range(0)
    return ties.positions(place.node, tour=[call.place.node for call in calls])


def best_insertion(
    frame: Frame, *, tours: ToursByDay, place: Place, crew_days: Iterable[int], rank: Rank
) -> Insertion | None:
    """Return the insertion of smallest rank on any of these days, none when there is no position at all.

    The tours must hold all that the place is bound to.
    """
    bounds = [
        one
        for index in crew_days
        if (allowed := positions(frame, tours=tours, crew_day=index, place=place))
        for one in _bounds(frame, crew_day=index, calls=tours[index], place=place, positions=allowed)
    ]
    best: Insertion | None = None
    for bound in sorted(bounds, key=rank):
        if best is not None and rank(best) <= rank(bound):
            break
        found = _driven(frame, bound, calls=tours[bound.crew_day])
        if best is None or rank(found) < rank(best):
            best = found
    return best


def _driven(frame: Frame, bound: Insertion, *, calls: Sequence[Call]) -> Insertion:
    """Return an insertion with the seconds that truly lack, all limits of the day kept."""
    day = frame.days[bound.crew_day]
    if day.is_plain:
        return bound
    longer = [*calls[: bound.position], bound.call, *calls[bound.position :]]
    return replace(bound, short_by_s=timing(frame, day=day, calls=longer).late_s)


def _bounds(
    frame: Frame, *, crew_day: int, calls: Sequence[Call], place: Place, positions: range
) -> list[Insertion]:  # fmt: skip
    """Return these positions with the seconds that lack at least: where the rest falls is left aside."""
    day = frame.days[crew_day]
    plain = day if day.is_plain else day.as_plain()
    times = timing(frame, day=plain, calls=calls)
    found = [
        _bound(frame, crew_day=crew_day, day=plain, calls=calls, times=times, position=position, call=Call(place, span))
        for position in positions
        for span in place.spans
    ]
    if day.is_plain:
        return found
    driven_s = driving_s(frame, day=day, calls=calls)
    served_s = sum(call.place.service_s for call in calls) + place.service_s
    return [
        replace(one, short_by_s=max(one.short_by_s, _over_s(day, driven_s=driven_s + one.cost_s, served_s=served_s)))
        for one in found
    ]


def _over_s(day: CrewDay, *, driven_s: int, served_s: int) -> int:
    """Return by how much a day of so much driving and service is over at least, its rest and its limits counted."""
    worked_s = driven_s + served_s
    rest_s = day.rest.length_s if day.rest else 0
    over_s = [worked_s + rest_s - (day.closes_s - day.opens_s)]
    if day.shift.max_driving_s is not None:
        over_s.append(driven_s - day.shift.max_driving_s)
    if day.shift.max_working_s is not None:
        over_s.append(worked_s - day.shift.max_working_s)
    return max(over_s)


def _bound(
    frame: Frame, *, crew_day: int, day: CrewDay, calls: Sequence[Call], times: Timing, position: int, call: Call
) -> Insertion:
    legs, node = frame.legs.seconds, call.place.node
    before = calls[position - 1] if position else None
    after = calls[position] if position < len(calls) else None
    previous_node = before.place.node if before else day.start_node
    next_node = after.place.node if after else day.end_node
    saved_s = int(legs[previous_node, next_node]) if calls else 0  # a crew without calls does not drive to its end
    there_s, on_s = int(legs[previous_node, node]), int(legs[node, next_node])
    free_s = times.earliest[position - 1] + before.place.service_s if before else day.opens_s
    due_s = times.latest[position] if after else day.closes_s
    end = max(free_s + there_s, call.span[0]) + call.place.service_s
    short_by_s = max(0, end - call.span[1], end + on_s - due_s)
    return Insertion(crew_day, position, call, there_s + on_s - saved_s, short_by_s)
