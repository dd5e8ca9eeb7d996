"""A plan in force as tours of a frame, so that a search begins where the last one ended. Pure."""

from collections.abc import Mapping, Sequence

from server.planning.binding import kept
from server.planning.frame import CrewDay, Frame, Place
from server.planning.model import day_key
from server.planning.plans import Plan
from server.planning.schedule import Call, Tours, timing

Held = Mapping[str, Sequence[str]]
"""Crew day → the stops it holds, in driving order."""


def held_by(plan: Plan) -> dict[str, list[str]]:
    """Return the stops each crew day of a plan holds."""
    return {day_key(route.crew_id, route.on): [stop.stop_id for stop in route.stops] for route in plan.routes}


def held_on(tours: Tours, *, frame: Frame) -> dict[str, list[str]]:
    """Return the stops each crew day holds on its tour."""
    return {
        day.shift.key: [stop.id for call in tour for stop in call.place.stops]
        for day, tour in zip(frame.days, tours, strict=True)
    }


def tours_of(plan: Plan, *, frame: Frame) -> Tours:
    """Return the routes of a plan as far as the frame still allows them: its stops, crews, hours, limits and ties.

    A stop that has gone is left out, one that no longer fits is left for the search to place.
    """
    return tours_from(held_by(plan), frame=frame)


def tours_from(held: Held, *, frame: Frame) -> Tours:
    """Return what crew days hold as tours, as far as the frame allows it; a door that two of them hold goes to one."""
    places = {stop.id: place for place in frame.places for stop in place.stops}
    given: set[int] = set()
    tours: Tours = []
    for day in frame.days:
        own = [one for one in _in_order(held.get(day.shift.key, ()), places) if id(one) not in given]
        tours.append(_tour(frame, day=day, places=own))
        given |= {id(call.place) for call in tours[-1]}
    return kept(frame, tours=tours)


def _tour(frame: Frame, *, day: CrewDay, places: Sequence[Place]) -> list[Call]:
    """Return the places of a day that fit, in their order."""
    tour: list[Call] = []
    for place in places:
        if not day.takes(place):
            continue
        fits = (Call(place, span) for span in place.spans)
        kept = next((one for one in fits if timing(frame, day=day, calls=[*tour, one]).is_feasible), None)
        if kept is not None:
            tour.append(kept)
    return tour


def _in_order(stop_ids: Sequence[str], places: Mapping[str, Place]) -> list[Place]:
    """Return each place of a route once, in driving order."""
    found = {id(place): place for one in stop_ids if (place := places.get(one)) is not None}
    return list(found.values())
