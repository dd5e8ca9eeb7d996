"""One piece of a large plan, small enough to be solved whole: searched, compared with what was held, explained. Pure.

Pieces travel between processes, so they name stops and crew days and carry no matrix.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.planning.bound_search import search_bound
from server.planning.exchange import improved
from server.planning.explain import add_what_pays, left_out
from server.planning.found import Progress
from server.planning.frame import Frame, frame
from server.planning.model import Limits, Problem
from server.planning.plans import Plan, SearchRecord
from server.planning.schedule import Tours, driving_s
from server.planning.solve import timed
from server.planning.warm import Held, held_on, tours_from


@dataclass(frozen=True, slots=True)
class Piece:
    """A problem of a few crews, the stops they hold by now, and how long to search."""

    problem: Problem
    held: Held
    limits: Limits


@dataclass(frozen=True, slots=True)
class Improved:
    """What the crews of a piece hold now, how long each of their days drives, and what the piece costs by that."""

    held: Mapping[str, Sequence[str]]
    driven_s: Mapping[str, int]
    cost_s: int
    iterations: int
    stopped_early: bool


def improve(
    piece: Piece,
    *,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    stopwatch: Callable[[], float] | None = None,
) -> Improved:
    """Search a piece from what it holds; return the better of before and after."""
    ready = frame(piece.problem)
    start = tours_from(piece.held, frame=ready)
    found = search_bound(
        ready,
        limits=piece.limits,
        start=start if any(start) else None,
        progress=progress,
        should_stop=should_stop,
        stopwatch=stopwatch,
    )
    best = min((start, found.tours), key=lambda tours: cost_s(ready, tours=tours))
    return Improved(
        held=held_on(best, frame=ready),
        driven_s={
            day.shift.key: driving_s(ready, day=day, calls=tour) for day, tour in zip(ready.days, best, strict=True)
        },
        cost_s=cost_s(ready, tours=best),
        iterations=found.iterations,
        stopped_early=found.stopped_early,
    )


def explained(piece: Piece, *, record: SearchRecord) -> Plan:
    """Return the plan of a piece: what still fits and pays is put in, times and reasons are told."""
    ready = frame(piece.problem)
    tours = (add_what_pays if record.territories > 1 else improved)(ready, tours=tours_from(piece.held, frame=ready))
    return timed(ready, tours=tours, record=record)


def cost_s(ready: Frame, *, tours: Tours) -> int:
    """Return what the search makes small: driving, lost prizes, and the worth of preferences that are not met."""
    driven_s = sum(driving_s(ready, day=day, calls=tour) for day, tour in zip(ready.days, tours, strict=True))
    lost_s = sum(place.prize_s for place in left_out(ready, tours=tours))
    liked_s = sum(
        call.place.prefers.worth_s
        for day, tour in zip(ready.days, tours, strict=True)
        for call in tour
        if call.place.prefers is not None and call.place.prefers.crew_id == day.shift.crew_id
    )
    return driven_s + lost_s - liked_s
