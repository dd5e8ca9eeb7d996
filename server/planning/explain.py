"""Why a place is on no route, found by trying to put it on each of them. Pure.

A place that turns out to fit and to pay is put in: the search is cut short by design, and a reason must be true.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.planning import price
from server.planning.frame import Frame, Place
from server.planning.insertion import Insertion, best_insertion, least_cost, least_short
from server.planning.model import Stop
from server.planning.plans import Anyway, Drop, DropReason
from server.planning.schedule import Call, Tours
from server.planning.ties import NO_TIES


@dataclass(frozen=True, slots=True)
class _Finding:
    reason: DropReason
    best: Insertion | None = None
    anyway: Anyway | None = None


def add_what_pays(frame: Frame, *, tours: Tours) -> Tours:
    """Return the tours with every left-out place that fits and is worth its detour put where it costs least."""
    full: Tours = [list(tour) for tour in tours]
    every_day = range(len(frame.days))
    waiting = {id(place): place for place in left_out(frame, tours=full)}
    best = {key: _payer(frame, tours=full, place=place, days=every_day) for key, place in waiting.items()}
    while paying := [one for one in best.values() if one is not None]:
        taken = min(paying, key=lambda one: (one.cost_s - one.call.place.prize_s, one.crew_day, one.position))
        full[taken.crew_day].insert(taken.position, taken.call)
        del best[id(taken.call.place)]
        for key, one in best.items():
            is_stale = one is not None and one.crew_day == taken.crew_day
            is_stale = is_stale or frame.ties.binds(waiting[key].node)  # what was put in may have opened or barred it
            days = every_day if is_stale else [taken.crew_day]  # no other day has changed
            found = _payer(frame, tours=full, place=waiting[key], days=days)
            known = [option for option in (None if is_stale else one, found) if option is not None]
            best[key] = min(known, key=least_short, default=None)
    return full


def _payer(frame: Frame, *, tours: Tours, place: Place, days: Iterable[int]) -> Insertion | None:
    """Return the cheapest insertion on some days that fits and pays, none without one."""
    able = [index for index in days if frame.days[index].takes(place)]
    best = best_insertion(frame, tours=tours, place=place, crew_days=able, rank=least_short)
    return best if best is not None and _pays(best) else None


def left_out(frame: Frame, *, tours: Tours) -> list[Place]:
    """Return the places that are on no tour, in the order of the frame."""
    served = {id(call.place) for tour in tours for call in tour}
    return [place for place in frame.places if id(place) not in served]


def drops(frame: Frame, *, tours: Tours, known: Mapping[str, Drop] = {}) -> tuple[Drop, ...]:
    """Return every stop that is on no tour, with the reason that binds; the unlocated stand last.

    What is known of all stops behind one door is not looked for again.
    """
    dropped: list[Drop] = []
    for place in left_out(frame, tours=tours):
        told = [known[stop.id] for stop in place.stops if stop.id in known]
        if len(told) < len(place.stops):
            finding = _priced(frame, tours=tours, place=place)
            told = [_drop(stop, finding=finding, frame=frame) for stop in place.stops]
        dropped += told
    dropped += [_drop(stop, finding=_Finding(DropReason.UNLOCATED), frame=frame) for stop in frame.unlocated]
    return tuple(dropped)


def _pays(found: Insertion) -> bool:
    return found.short_by_s == 0 and found.cost_s <= found.call.place.prize_s


def _why(frame: Frame, *, tours: Tours, place: Place) -> _Finding:
    skilled = [day for day in frame.days if place.needs <= day.shift.skills]
    if not skilled:
        return _Finding(DropReason.SKILL)
    if not any(day.takes(place) for day in skilled):
        return _Finding(DropReason.PINNED)
    if not _has_window_in_a_shift(frame, place=place):
        return _Finding(DropReason.WINDOW)
    return _why_no_room(frame, tours=tours, place=place)


def _why_no_room(frame: Frame, *, tours: Tours, place: Place) -> _Finding:
    """Tell a binding, a limit, a far place, a small prize and a full day apart; a crew takes the place at its hours."""
    if frame.ties.binds(place.node):
        bound = _why_bound(frame, tours=tours, place=place)
        if bound is not None:
            return bound
        frame = replace(frame, ties=NO_TIES)
    if _fits_without_limits(frame, tours=tours, place=place):
        return _Finding(DropReason.LIMIT, _cheapest(frame, tours=tours, place=place))
    alone = _cheapest(frame, tours=[[] for _ in frame.days], place=place)
    if alone is None or alone.short_by_s:
        return _Finding(DropReason.SHIFT, alone)
    cheapest = best_insertion(frame, tours=tours, place=place, crew_days=_able(frame, place), rank=least_cost)
    if cheapest is not None and cheapest.cost_s > place.prize_s:
        return _Finding(DropReason.PRIZE, cheapest)
    return _Finding(DropReason.FULL, _cheapest(frame, tours=tours, place=place))


def _why_bound(frame: Frame, *, tours: Tours, place: Place) -> _Finding | None:
    """Return the binding without which a place would fit and pay, none when it would not even so."""
    looser = {
        DropReason.ORDER: frame.ties.without_order(),
        DropReason.SPACED: frame.ties.without_spacing(),
    }
    for reason, ties in looser.items():
        free = _cheapest(replace(frame, ties=ties), tours=tours, place=place)
        if free is not None and _pays(free):
            return _Finding(reason, free)
    return None


def _priced(frame: Frame, *, tours: Tours, place: Place) -> _Finding:
    """Return why a place is left out, with the price of serving it all the same."""
    return replace(_why(frame, tours=tours, place=place), anyway=price.anyway(frame, tours=tours, place=place))


def _fits_without_limits(frame: Frame, *, tours: Tours, place: Place) -> bool:
    """Tell whether a place would fit and pay if no crew had a limit of driving or working."""
    if all(day.shift.max_driving_s is None and day.shift.max_working_s is None for day in frame.days):
        return False
    free = [replace(day, shift=replace(day.shift, max_driving_s=None, max_working_s=None)) for day in frame.days]
    best = _cheapest(replace(frame, days=tuple(free)), tours=tours, place=place)
    return best is not None and _pays(best)


def _has_window_in_a_shift(frame: Frame, *, place: Place) -> bool:
    return any(
        min(day.closes_s, closes) - max(day.opens_s, opens) >= place.service_s
        for day in frame.days
        if day.takes(place)
        for opens, closes in place.spans
    )


def _cheapest(frame: Frame, *, tours: Sequence[Sequence[Call]], place: Place) -> Insertion | None:
    """Return the cheapest position that fits, else the one that lacks least; none when no crew takes the place."""
    return best_insertion(frame, tours=tours, place=place, crew_days=_able(frame, place), rank=least_short)


def _able(frame: Frame, place: Place) -> list[int]:
    """Return the crew days that may take a place."""
    return [index for index, day in enumerate(frame.days) if day.takes(place)]


def _drop(stop: Stop, *, finding: _Finding, frame: Frame) -> Drop:
    best = finding.best
    return Drop(
        stop_id=stop.id,
        label=stop.label,
        reason=finding.reason,
        point=stop.point,
        precision=stop.precision,
        prize_s=stop.prize_s,
        short_by_s=best.short_by_s if best and best.short_by_s else None,
        cost_s=best.cost_s if best else None,
        crew_id=frame.days[best.crew_day].shift.crew_id if best else None,
        anyway=finding.anyway,
    )
