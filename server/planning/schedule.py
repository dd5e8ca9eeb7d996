"""When a crew is where: earliest and latest starts along one route. Pure.

A rest is taken on one of the legs, wherever it delays the crew least: at a door before or after the visit, or on the
road. All limits of a day end in one figure, the seconds it is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from server.planning.frame import CrewDay, Frame, Place, Span


@dataclass(frozen=True, slots=True)
class Call:
    """A place to be served within one of its spans."""

    place: Place
    span: Span


Tours = list[list[Call]]
"""For each crew day of the frame, the calls in driving order."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Starts of service along a route in seconds: as early and as late as they can be."""

    earliest: tuple[int, ...]
    latest: tuple[int, ...]
    arrivals: tuple[int, ...]
    returns_s: int
    late_s: int
    rest: Span | None = None

    @property
    def is_feasible(self) -> bool:
        """Whether every visit, the rest and the way home fit."""
        return self.late_s == 0


@dataclass(frozen=True, slots=True)
class _Pass:
    """A route driven once from a moment on, with the rest on one of its legs or on none."""

    earliest: tuple[int, ...]
    arrivals: tuple[int, ...]
    returns_s: int
    late_s: int
    rest: Span | None


def timing(frame: Frame, *, day: CrewDay, calls: Sequence[Call]) -> Timing:
    """Return the earliest and latest starts of a route; late_s is how much it is over, 0 when all fits.

    A crew whose working time is limited leaves as late as brings it home no later; any other is timed from the
    opening of its shift.
    """
    leg = _best_leg(frame, day=day, calls=calls)
    driven = _drive(frame, day=day, calls=calls, leaves_s=day.opens_s, rest_leg=leg)
    late_s, return_by = driven.late_s, day.closes_s
    most_s = day.shift.max_working_s
    if most_s is not None and calls:
        away_s = most_s + (day.rest.length_s if driven.rest and day.rest else 0)
        leaves_s = max(day.opens_s, _leave_by(frame, day=day, calls=calls, return_by=driven.returns_s, rest_leg=leg))
        late_s = max(late_s, driven.returns_s - leaves_s - away_s)
        driven = _drive(frame, day=day, calls=calls, leaves_s=leaves_s, rest_leg=leg)
        return_by = min(return_by, leaves_s + away_s)
    late_s = max(late_s, _overdriven_s(frame, day=day, calls=calls))
    return Timing(
        earliest=driven.earliest,
        latest=_latest(frame, day=day, calls=calls, return_by=return_by, rest_leg=leg),
        arrivals=driven.arrivals,
        returns_s=driven.returns_s,
        late_s=late_s,
        rest=driven.rest,
    )


def driving_s(frame: Frame, *, day: CrewDay, calls: Sequence[Call]) -> int:
    """Return the seconds at the wheel of a route, the way home included; a day without calls has none."""
    if not calls:
        return 0
    nodes = [day.start_node, *(call.place.node for call in calls), day.end_node]
    return sum(int(frame.legs.seconds[here, there]) for here, there in pairwise(nodes))


def _overdriven_s(frame: Frame, *, day: CrewDay, calls: Sequence[Call]) -> int:
    most_s = day.shift.max_driving_s
    return 0 if most_s is None else max(0, driving_s(frame, day=day, calls=calls) - most_s)


def _best_leg(frame: Frame, *, day: CrewDay, calls: Sequence[Call]) -> int | None:
    """Return the leg on which the rest costs least, none when no rest is owed or the crew is home in time for it."""
    rest = day.rest
    if rest is None or not calls:
        return None
    plain = _drive(frame, day=day, calls=calls, leaves_s=day.opens_s, rest_leg=None)
    if plain.returns_s <= rest.closes_s - rest.length_s:
        return None
    ends = [day.opens_s, *(start + call.place.service_s for start, call in zip(plain.earliest, calls, strict=True))]
    starts = [*plain.earliest, plain.returns_s]
    legs = [number for number in range(len(ends)) if starts[number] >= rest.opens_s and ends[number] <= rest.closes_s]
    return min(
        legs or [len(calls)],
        key=lambda number: (
            (one := _drive(frame, day=day, calls=calls, leaves_s=day.opens_s, rest_leg=number)).late_s,
            one.returns_s,
            number,
        ),
    )


def _drive(frame: Frame, *, day: CrewDay, calls: Sequence[Call], leaves_s: int, rest_leg: int | None) -> _Pass:
    """Drive a route from a moment on; late_s is the worst lateness at a door, for the rest or at home."""
    legs = frame.legs.seconds
    earliest: list[int] = []
    arrivals: list[int] = []
    late_s, rested = 0, None
    now, node = leaves_s, day.start_node
    for number, call in enumerate(calls):
        arrival = now + int(legs[node, call.place.node])
        if number == rest_leg:
            rested, too_late_s = _rested(day, leaves_s=now, arrives_s=arrival)
            arrival, late_s = max(arrival + rested[1] - rested[0], rested[1]), max(late_s, too_late_s)
        start = max(arrival, call.span[0])
        late_s = max(late_s, start + call.place.service_s - call.span[1])
        arrivals.append(arrival)
        earliest.append(start)
        now, node = start + call.place.service_s, call.place.node
    returns_s = now + int(legs[node, day.end_node])
    if rest_leg == len(calls):
        rested, too_late_s = _rested(day, leaves_s=now, arrives_s=returns_s)
        returns_s, late_s = max(returns_s + rested[1] - rested[0], rested[1]), max(late_s, too_late_s)
    return _Pass(tuple(earliest), tuple(arrivals), returns_s, max(late_s, returns_s - day.closes_s), rested)


def _rested(day: CrewDay, *, leaves_s: int, arrives_s: int) -> tuple[Span, int]:
    """Return when the rest is taken on a leg, as late on it as its hours allow, and by how much it ends too late."""
    rest = day.rest
    if rest is None:  # asked only of days with one
        message = "a day without a rest"
        raise ValueError(message)
    begins_s = max(leaves_s, rest.opens_s, min(arrives_s, rest.closes_s - rest.length_s))
    return (begins_s, begins_s + rest.length_s), max(0, begins_s + rest.length_s - rest.closes_s)


def _latest(
    frame: Frame, *, day: CrewDay, calls: Sequence[Call], return_by: int, rest_leg: int | None
) -> tuple[int, ...]:
    legs = frame.legs.seconds
    latest: list[int] = []
    deadline, node = return_by, day.end_node
    for number in range(len(calls) - 1, -1, -1):
        call = calls[number]
        leave_by = _before_rest(day, deadline - int(legs[call.place.node, node]), is_here=rest_leg == number + 1)
        deadline = min(call.span[1], leave_by) - call.place.service_s
        latest.append(deadline)
        node = call.place.node
    return tuple(reversed(latest))


def _leave_by(frame: Frame, *, day: CrewDay, calls: Sequence[Call], return_by: int, rest_leg: int | None) -> int:
    first = _latest(frame, day=day, calls=calls, return_by=return_by, rest_leg=rest_leg)[0]
    return _before_rest(
        day, first - int(frame.legs.seconds[day.start_node, calls[0].place.node]), is_here=rest_leg == 0
    )


def _before_rest(day: CrewDay, leave_by: int, *, is_here: bool) -> int:
    """Return by when a crew must be free so that it can rest on the leg that it would else leave for by `leave_by`."""
    if not is_here or day.rest is None:
        return leave_by
    return min(leave_by, day.rest.closes_s) - day.rest.length_s
