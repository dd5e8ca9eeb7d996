"""A left-out place that would pay in another's seat, when that one can go elsewhere or is worth less (换入). Pure.

The engine's search is by steps of one place, each of which must pay by itself or be taken back at once: it does not
take a visit over to a crew that is still at home so that another one fits, when the move alone costs driving. Two such
moves at once are tried here, at the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from server.planning.explain import add_what_pays, left_out
from server.planning.frame import CrewDay, Frame, Place
from server.planning.insertion import Insertion, best_insertion
from server.planning.schedule import Call, Tours, driving_s, timing

MOST_TRIED = 4_000
"""So many pairs of a left-out place and a seat are tried in all, the worthiest places first: about a second's work."""


@dataclass(frozen=True, slots=True)
class _Step:
    """Tours after a place took a seat, and by how many seconds they are better."""

    gain_s: int
    tours: Tours


def improved(frame: Frame, *, tours: Tours) -> Tours:
    """Return the tours with every left-out place put in that fits and pays, in another's seat where that is better."""
    best, left = add_what_pays(frame, tours=tours), MOST_TRIED
    while left > 0:
        for place in sorted(left_out(frame, tours=best), key=lambda one: (-one.prize_s, one.node)):
            steps = list(_steps(frame, tours=best, place=place))
            left -= len(steps)
            step = max((one for one in steps if one is not None), key=lambda one: one.gain_s, default=None)
            if step is not None:
                best = add_what_pays(frame, tours=step.tours)
                break
            if left <= 0:
                break
        else:
            break
    return best


def _steps(frame: Frame, *, tours: Tours, place: Place) -> Iterator[_Step | None]:
    """Yield what becomes of the tours for each seat the place could take, none where that does not pay."""
    if frame.ties.binds(place.node):
        return
    for index, day in enumerate(frame.days):
        if day.takes(place):
            for given in tours[index]:
                if not frame.ties.binds(given.place.node):
                    yield _seated(frame, tours=tours, place=place, index=index, given=given)


def _seated(frame: Frame, *, tours: Tours, place: Place, index: int, given: Call) -> _Step | None:
    """Return the tours with a place in a seat of a day and who sat there where it costs least, none if that is dear."""
    day = frame.days[index]
    shorter = [call for call in tours[index] if call is not given]
    changed = [shorter if number == index else tour for number, tour in enumerate(tours)]
    taken = best_insertion(frame, tours=changed, place=place, crew_days=[index], rank=_fitting)
    if taken is None or taken.short_by_s:
        return None
    saved_s = driving_s(frame, day=day, calls=tours[index]) - driving_s(frame, day=day, calls=shorter)
    gain_s = _worth_s(place, day) + saved_s - taken.cost_s - _worth_s(given.place, day)
    if gain_s + _most_s(given.place) <= 0:
        return None
    changed = _with(changed, taken)
    able = [number for number, one in enumerate(frame.days) if one.takes(given.place)]
    again = best_insertion(frame, tours=changed, place=given.place, crew_days=able, rank=_fitting)
    if again is not None and not again.short_by_s:
        back_s = _worth_s(given.place, frame.days[again.crew_day]) - again.cost_s
        if back_s > 0:
            gain_s, changed = gain_s + back_s, _with(changed, again)
    is_kept = all(timing(frame, day=one, calls=tour).is_feasible for one, tour in zip(frame.days, changed, strict=True))
    return _Step(gain_s, changed) if gain_s > 0 and is_kept else None


def _with(tours: Tours, found: Insertion) -> Tours:
    """Return tours with an insertion made."""
    longer = [list(tour) for tour in tours]
    longer[found.crew_day].insert(found.position, found.call)
    return longer


def _worth_s(place: Place, day: CrewDay) -> int:
    """Return what it is worth that a day serves a place: its prize, and more with the crew it would rather have."""
    liked = place.prefers is not None and place.prefers.crew_id == day.shift.crew_id
    return place.prize_s + (place.prefers.worth_s if liked and place.prefers else 0)


def _most_s(place: Place) -> int:
    return place.prize_s + (place.prefers.worth_s if place.prefers else 0)


def _fitting(found: Insertion) -> tuple[bool, int, int, int]:
    """Rank what fits first, the cheapest of it before the others."""
    return found.short_by_s > 0, found.cost_s, found.crew_day, found.position
