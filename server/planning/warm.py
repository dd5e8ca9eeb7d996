"""A plan in force as tours of a frame, so that a search begins where the last one ended. Pure."""

from server.planning.frame import Frame, Place
from server.planning.model import Plan, Route
from server.planning.schedule import Call, Tours, timing


def tours_of(plan: Plan, *, frame: Frame) -> Tours:
    """Return the routes of a plan as far as the frame still allows them: its stops, crews, skills, hours and limits.

    A stop that has gone is left out, one that no longer fits is left for the search to place.
    """
    places = {stop.id: place for place in frame.places for stop in place.stops}
    routes = {(route.crew_id, route.on): route for route in plan.routes}
    tours: Tours = []
    for day in frame.days:
        tour: list[Call] = []
        route = routes.get((day.shift.crew_id, day.shift.on))
        for place in _in_order(route, places=places):
            if not day.takes(place):
                continue
            fits = (Call(place, span) for span in place.spans)
            kept = next((one for one in fits if timing(frame, day=day, calls=[*tour, one]).is_feasible), None)
            if kept is not None:
                tour.append(kept)
        tours.append(tour)
    return tours


def _in_order(route: Route | None, *, places: dict[str, Place]) -> list[Place]:
    """Return each place of a route once, in driving order."""
    if route is None:
        return []
    found = {id(place): place for stop in route.stops if (place := places.get(stop.stop_id)) is not None}
    return list(found.values())
