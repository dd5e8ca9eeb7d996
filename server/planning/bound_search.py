"""The search for tours whose stops are bound to each other: first free, then with hours cut. Pure, given a seed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from server.planning.binding import mended, moved_to, narrowed, unbound
from server.planning.found import Found, Progress
from server.planning.frame import Frame
from server.planning.model import Limits
from server.planning.schedule import Tours

_FREE_PART = 1 / 3
"""So much of the search goes without bindings: to learn where things want to be."""


def search_bound(
    frame: Frame,
    *,
    limits: Limits,
    start: Tours | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    stopwatch: Callable[[], float] | None = None,
) -> Found:
    """Return the best tours found within the limits that keep all that binds stops to each other.

    Without bindings this is `search`.
    """
    from server.planning.search import search  # noqa: PLC0415  # the engine: 15 MiB no worker of the web needs

    hears = partial(search, should_stop=should_stop, stopwatch=stopwatch)
    if frame.ties.is_none:
        return hears(frame, limits=limits, start=start, progress=progress)
    free = unbound(frame)
    first = hears(
        free,
        limits=_part(limits, _FREE_PART),
        start=moved_to(free, tours=start) if start else None,
        progress=_within(progress, begins=0.0, part=_FREE_PART),
    )
    tours = mended(frame, tours=moved_to(frame, tours=first.tours))
    cut = narrowed(frame, tours=tours)
    then = hears(
        cut,
        limits=_part(limits, 1 - _FREE_PART),
        start=moved_to(cut, tours=tours),
        progress=_within(progress, begins=_FREE_PART, part=1 - _FREE_PART),
    )
    # A stop that another one comes after may have been left out: that one goes as well, or both are placed anew.
    return Found(
        tours=mended(frame, tours=moved_to(frame, tours=then.tours)),
        iterations=first.iterations + then.iterations,
        stopped_early=first.stopped_early or then.stopped_early,
    )


def _part(limits: Limits, part: float) -> Limits:
    budget_s = None if limits.budget_s is None else limits.budget_s * part
    return replace(limits, iterations=max(1, round(limits.iterations * part)), budget_s=budget_s)


def _within(progress: Progress | None, *, begins: float, part: float) -> Progress | None:
    """Return what tells the progress of a part of a search as that of the whole."""
    if progress is None:
        return None
    tell = progress
    return lambda done, cost_s, served: tell(begins + part * done, cost_s, served)
