"""When a crew is where: earliest and latest starts along one route, and what one more place would cost it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.planning.frame import CrewDay, Frame, Place, Span


@dataclass(frozen=True, slots=True)
class Call:
    """A place to be served within one of its spans."""

    place: Place
    span: Span


@dataclass(frozen=True, slots=True)
class Timing:
    """Starts of service along a route in seconds: as early and as late as they can be."""

    earliest: tuple[int, ...]
    latest: tuple[int, ...]
    arrivals: tuple[int, ...]
    returns_s: int
    late_s: int

    @property
    def is_feasible(self) -> bool:
        """Whether every visit and the way home fit."""
        return self.late_s == 0


@dataclass(frozen=True, slots=True)
class Insertion:
    """One more place at a position of a route: the driving it adds and the seconds it lacks (0: it fits)."""

    crew_day: int
    position: int
    call: Call
    cost_s: int
    short_by_s: int


def timing(frame: Frame, *, day: CrewDay, calls: Sequence[Call]) -> Timing:
    """Return the earliest and latest starts of a route; late_s is the worst lateness, 0 when all fits."""
    legs = frame.legs.seconds
    earliest: list[int] = []
    arrivals: list[int] = []
    late_s = 0
    now, node = day.opens_s, day.start_node
    for call in calls:
        arrival = now + int(legs[node, call.place.node])
        start = max(arrival, call.span[0])
        late_s = max(late_s, start + call.place.service_s - call.span[1])
        arrivals.append(arrival)
        earliest.append(start)
        now, node = start + call.place.service_s, call.place.node
    returns_s = now + int(legs[node, day.end_node])
    late_s = max(late_s, returns_s - day.closes_s)
    return Timing(
        earliest=tuple(earliest),
        latest=_latest(frame, day=day, calls=calls),
        arrivals=tuple(arrivals),
        returns_s=returns_s,
        late_s=late_s,
    )


def _latest(frame: Frame, *, day: CrewDay, calls: Sequence[Call]) -> tuple[int, ...]:
    legs = frame.legs.seconds
    latest: list[int] = []
    deadline, node = day.closes_s, day.end_node
    for call in reversed(calls):
        leave_by = deadline - int(legs[call.place.node, node])
        deadline = min(call.span[1], leave_by) - call.place.service_s
        latest.append(deadline)
        node = call.place.node
    return tuple(reversed(latest))


def insertions(frame: Frame, *, crew_day: int, calls: Sequence[Call], place: Place) -> list[Insertion]:
    """Return what inserting a place costs at every position of a feasible route, for each of its spans."""
    day = frame.days[crew_day]
    times = timing(frame, day=day, calls=calls)
    return [
        _insertion(frame, crew_day=crew_day, calls=calls, times=times, position=position, call=Call(place, span))
        for position in range(len(calls) + 1)
        for span in place.spans
    ]


def _insertion(
    frame: Frame, *, crew_day: int, calls: Sequence[Call], times: Timing, position: int, call: Call
) -> Insertion:
    day, legs, node = frame.days[crew_day], frame.legs.seconds, call.place.node
    before = calls[position - 1] if position else None
    after = calls[position] if position < len(calls) else None
    free_s = times.earliest[position - 1] + before.place.service_s if before else day.opens_s
    due_s = times.latest[position] if after else day.closes_s
    previous_node = before.place.node if before else day.start_node
    next_node = after.place.node if after else day.end_node
    start = max(free_s + int(legs[previous_node, node]), call.span[0])
    end = start + call.place.service_s
    short_by_s = max(0, end - call.span[1], end + int(legs[node, next_node]) - due_s)
    cost_s = int(legs[previous_node, node] + legs[node, next_node] - legs[previous_node, next_node])
    return Insertion(crew_day=crew_day, position=position, call=call, cost_s=cost_s, short_by_s=short_by_s)
