"""What a compiler holds fast while the rest is planned anew (固定): a crew, a day, an hour.

A pin narrows what the planner may do with a stop and never widens it: the debtor's own and the lawful hours stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from server.clock import SHANGHAI
from server.planning.model import Problem, Stop, Window
from server.planning.whatif import NoSuchPlace
from server.schemes.models import Scheme
from server.schemes.moments import local

LOCK_SLACK = timedelta(minutes=15)
"""How far from its hour a locked visit may begin; firm policy."""


def of_scheme(scheme: Scheme, told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return pins as a plan states them: ids and day as text, `at` the local hour of a locked one or none.

    Raises NoSuchPlace for what the scheme does not have, for an hour without a day and for a stop pinned twice.
    """
    stops, crews = {one.id for one in scheme.stops}, {one.id for one in scheme.crews}
    kept: dict[str, dict[str, Any]] = {}
    for one in told:
        stop_id, on = str(one["stop_id"]), one["on"].isoformat() if one["on"] else None
        is_known = one["stop_id"] in stops and one["crew_id"] in crews and on in {None, *scheme.dates}
        if not is_known or (one["at"] and on is None) or stop_id in kept:
            raise NoSuchPlace("a pin names a stop once, with a crew and a day of the scheme", stop_id=stop_id)
        kept[stop_id] = {"stop_id": stop_id, "crew_id": str(one["crew_id"]), "on": on, "at": one["at"]}
    return list(kept.values())


def hold(problem: Problem, pins: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the problem with the pinned stops held; a pin of a stop that is not in it is passed over."""
    held = {one["stop_id"]: one for one in pins}
    return replace(
        problem, stops=tuple(_hold(stop, held[stop.id]) if stop.id in held else stop for stop in problem.stops)
    )


def _hold(stop: Stop, pin: Mapping[str, Any]) -> Stop:
    return replace(stop, crew_id=pin["crew_id"], windows=_windows(stop, pin), must_visit=True)


def _windows(stop: Stop, pin: Mapping[str, Any]) -> tuple[Window, ...]:
    """Return the hours of the pinned day, around the locked hour if there is one, as far as the stop allows them."""
    if pin["on"] is None:
        return stop.windows
    on = date.fromisoformat(pin["on"])
    kept = [one for one in stop.windows if one.opens_at.astimezone(SHANGHAI).date() == on]
    if pin["at"]:
        begins = local(on, pin["at"])
        wanted = Window(begins - LOCK_SLACK, begins + LOCK_SLACK + timedelta(seconds=stop.service_s))
        kept = [one for one in (_both(window, wanted) for window in kept) if one is not None]
    # A stop whose hours lie on other days must not become a stop without hours.
    return tuple(kept) or tuple(Window(one.closes_at, one.closes_at + timedelta(seconds=1)) for one in stop.windows[:1])


def _both(one: Window, other: Window) -> Window | None:
    opens_at, closes_at = max(one.opens_at, other.opens_at), min(one.closes_at, other.closes_at)
    return Window(opens_at, closes_at) if opens_at < closes_at else None
