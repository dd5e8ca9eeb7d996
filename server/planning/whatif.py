"""What would it cost: a plan with a few changes by hand, timed anew without a search. Pure.

A dispatcher may ask for what cannot be kept: nothing is refused, the answer says who is how late.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from server.errors import Invalid
from server.planning.binding import breaking
from server.planning.difference import Difference, difference
from server.planning.frame import Frame, Place, frame
from server.planning.insertion import positions
from server.planning.model import Problem
from server.planning.plans import Plan
from server.planning.schedule import Call, Tours, driving_s, timing
from server.planning.solve import timed
from server.planning.warm import tours_of


class Wish(StrEnum):
    """What a dispatcher wants to try."""

    MOVE = "move"  # to a crew, a day or a position
    LOCK = "lock"  # keep it with its crew on its day, whatever else is asked
    ADD = "add"  # put a left-out stop on a route
    REMOVE = "remove"  # leave it out
    HAND_OVER = "hand_over"  # all of a crew's day to another crew


@dataclass(frozen=True, slots=True)
class Change:
    """One wish; `position` counts the doors of a route from 1, `from_crew_id` and `on` name the day handed over.

    `after_stop_id` names the stop behind whose door this one comes, instead of a position.
    """

    wish: Wish
    stop_id: str | None = None
    crew_id: str | None = None
    on: date | None = None
    position: int | None = None
    from_crew_id: str | None = None
    after_stop_id: str | None = None


class NoSuchPlace(Invalid):
    """A change names a stop, crew, day or position that the plan does not have."""


class LockedStop(Invalid):
    """A change would move a stop that another one locks."""


@dataclass(frozen=True, slots=True)
class Overrun:
    """A crew's day that no longer fits, by how many seconds, and whose order, day or gap to another visit it breaks."""

    crew_id: str
    crew: str
    on: date
    over_s: int
    breaks: tuple[str, ...] = ()  # labels of the stops at which it does


@dataclass(frozen=True, slots=True)
class Answer:
    """The changed plan, what it does otherwise, and whose day no longer fits."""

    plan: Plan
    difference: Difference
    overruns: tuple[Overrun, ...]


def ask(problem: Problem, *, plan: Plan, changes: Sequence[Change]) -> Answer:
    """Return the plan in force with the changes made in their order; the problem is the one it was made for.

    Stops behind one door go together. Without a position a stop goes where it fits at least cost, else where it lacks
    least. What the plan in force leaves out keeps the reason it has there. Raises NoSuchPlace or LockedStop.
    """
    ready = frame(problem)
    start = tours_of(plan, frame=ready)
    known = {drop.stop_id: drop for drop in plan.dropped}
    before = timed(ready, tours=start, record=plan.search, known=known)
    tours: Tours = [list(tour) for tour in start]
    locked: set[int] = set()
    for change in changes:
        if change.wish is Wish.HAND_OVER:
            _hand_over(ready, tours=tours, change=change, locked=locked)
        else:
            _change(ready, tours=tours, change=change, locked=locked)
    after = timed(ready, tours=tours, record=replace(plan.search, iterations=0), known=known)
    return Answer(plan=after, difference=difference(before, after), overruns=_overruns(ready, tours=tours))


def _change(ready: Frame, *, tours: Tours, change: Change, locked: set[int]) -> None:
    place = _place(ready, change.stop_id)
    where = next((index for index, tour in enumerate(tours) if any(call.place is place for call in tour)), None)
    if change.wish is Wish.LOCK:
        if where is None:
            raise NoSuchPlace("only a stop on a route can be locked", stop_id=change.stop_id)
        locked.add(id(place))
        return
    if id(place) in locked:
        raise LockedStop("it is locked by a change before this one", stop_id=change.stop_id)
    if (change.wish is Wish.ADD) != (where is None):
        raise NoSuchPlace("add what is left out, move or remove what is on a route", stop_id=change.stop_id)
    if where is not None:
        tours[where] = [call for call in tours[where] if call.place is not place]
    if change.wish is not Wish.REMOVE:
        _insert(ready, tours=tours, place=place, change=change)


def _insert(ready: Frame, *, tours: Tours, place: Place, change: Change) -> None:
    """Put a place where the change says: where it keeps its ties, then the day that is over by least, the cheapest.

    Only a crew that is named gets what it has no skill for.
    """
    options = [
        (position not in allowed, over_s, cost_s, index, position, span)
        for index in _days(ready, place=place, change=change)
        for allowed in [positions(ready, tours=tours, crew_day=index, place=place)]
        for position in _positions(tours[index], change=change)
        for span in place.spans
        for over_s, cost_s in [_weigh(ready, index=index, tours=tours, position=position, call=Call(place, span))]
    ]
    if not options:
        raise NoSuchPlace("no crew day, position or hours like that", stop_id=change.stop_id)
    *_, index, position, span = min(options)
    tours[index].insert(position, Call(place, span))


def _weigh(ready: Frame, *, index: int, tours: Tours, position: int, call: Call) -> tuple[int, int]:
    """Return by how much a day is over with one more call, and the driving it adds."""
    day, tour = ready.days[index], tours[index]
    longer = [*tour[:position], call, *tour[position:]]
    added_s = driving_s(ready, day=day, calls=longer) - driving_s(ready, day=day, calls=tour)
    return timing(ready, day=day, calls=longer).late_s, added_s


def _days(ready: Frame, *, place: Place, change: Change) -> list[int]:
    return [
        index
        for index, day in enumerate(ready.days)
        if change.on in {None, day.shift.on}
        and (day.takes(place) if change.crew_id is None else change.crew_id == day.shift.crew_id)
    ]


def _positions(tour: Sequence[Call], *, change: Change) -> list[int]:
    if change.after_stop_id is not None:
        doors = [{stop.id for stop in call.place.stops} for call in tour]
        return [index + 1 for index, door in enumerate(doors) if change.after_stop_id in door]
    if change.position is None:
        return list(range(len(tour) + 1))
    return [change.position - 1] if 1 <= change.position <= len(tour) + 1 else []


def _hand_over(ready: Frame, *, tours: Tours, change: Change, locked: set[int]) -> None:
    """Give all of one crew's day to another crew, in the same order behind what it has."""
    named = {(day.shift.crew_id, day.shift.on): index for index, day in enumerate(ready.days)}
    giver = named.get((change.from_crew_id or "", change.on or date.min))
    taker = named.get((change.crew_id or "", change.on or date.min))
    if giver is None or taker is None or giver == taker:
        raise NoSuchPlace("two different crews with a shift that day are expected", crew_id=change.crew_id)
    held = sorted(call.place.stops[0].id for call in tours[giver] if id(call.place) in locked)
    if held:
        raise LockedStop("the day holds a locked stop", stop_id=held[0])
    tours[taker], tours[giver] = [*tours[taker], *tours[giver]], []


def _place(ready: Frame, stop_id: str | None) -> Place:
    found = next((place for place in ready.places if any(stop.id == stop_id for stop in place.stops)), None)
    if found is None:
        raise NoSuchPlace("the plan has no such stop, or it has no place on the map", stop_id=stop_id)
    return found


def _overruns(ready: Frame, *, tours: Tours) -> tuple[Overrun, ...]:
    """Return the crew days that are over, and at 0 s those with a stop their crew may not take or that breaks a tie."""
    found: list[Overrun] = []
    bad = set(breaking(ready, tours=tours))
    for day, tour in zip(ready.days, tours, strict=True):
        over_s = timing(ready, day=day, calls=tour).late_s
        breaks = tuple(stop.label for call in tour if call.place.node in bad for stop in call.place.stops)
        if over_s or breaks or not all(day.takes(call.place) for call in tour):
            found.append(Overrun(day.shift.crew_id, day.shift.crew_label, day.shift.on, over_s, breaks))
    return tuple(found)
