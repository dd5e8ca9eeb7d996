"""What it would take to serve a left-out place all the same, and which crew could have any place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.planning.frame import Frame, Place
from server.planning.insertion import Insertion, best_insertion, least_short, positions
from server.planning.plans import Anyway, DropReason
from server.planning.schedule import Call, Tours, driving_s
from server.planning.ties import NO_TIES

_DAYS_TRIED = 3  # the days that lack least are asked for a stop to give up


@dataclass(frozen=True, slots=True)
class Choice:
    """What a place would cost with one crew on one day: driving added, seconds over, and whether it may."""

    crew_id: str
    crew: str
    on: date
    cost_s: int
    over_s: int
    can_take: bool


def anyway(frame: Frame, *, tours: Tours, place: Place) -> Anyway | None:
    """Return the least that must give way for a place, none when no crew day lies within a horizon with hours."""
    waived: list[DropReason] = []
    days = [index for index, day in enumerate(frame.days) if day.takes(place)]
    if not days:
        days = list(range(len(frame.days)))
        waived.append(_unfit(frame, place))
    within = [index for index in days if _has_hours(frame, index=index, place=place)]
    if not within:
        waived.append(DropReason.WINDOW)
        place, within = _at_any_hour(frame, place=place, days=days), days
    within = [index for index in within if _has_hours(frame, index=index, place=place)]
    best = best_insertion(frame, tours=tours, place=place, crew_days=within, rank=least_short)
    if best is None and frame.ties.binds(place.node):
        waived += _bindings(frame, tours=tours, place=place, within=within)
        frame = replace(frame, ties=NO_TIES)
        best = best_insertion(frame, tours=tours, place=place, crew_days=within, rank=least_short)
    if best is None:
        return None
    shift = frame.days[best.crew_day].shift
    price = Anyway(shift.crew_id, shift.on, best.cost_s, best.short_by_s, tuple(waived))
    if waived or not best.short_by_s:
        return price
    return _instead(frame, tours=tours, place=place, price=price, within=within)


def choices(frame: Frame, *, tours: Tours, place: Place) -> list[Choice]:
    """Return what a place would cost each crew day if it were taken off the one it is on, the best first."""
    found: list[Choice] = []
    bare = [[call for call in tour if call.place is not place] for tour in tours]
    free = replace(frame, ties=NO_TIES)
    for index, day in enumerate(frame.days):
        bound = best_insertion(frame, tours=bare, place=place, crew_days=[index], rank=least_short)
        best = bound or best_insertion(free, tours=bare, place=place, crew_days=[index], rank=least_short)
        if best is not None:
            shift, can_take = day.shift, day.takes(place) and bound is not None
            found.append(Choice(shift.crew_id, shift.crew_label, shift.on, best.cost_s, best.short_by_s, can_take))
    return sorted(found, key=lambda one: (not one.can_take, one.over_s, one.cost_s, one.crew, one.on))


def _unfit(frame: Frame, place: Place) -> DropReason:
    """Return whether no crew has the skill, or only its own crew is missing."""
    is_skilled = any(place.needs <= day.shift.skills for day in frame.days)
    return DropReason.PINNED if is_skilled else DropReason.SKILL


def _bindings(frame: Frame, *, tours: Tours, place: Place, within: Sequence[int]) -> list[DropReason]:
    """Return what binds a place so that it may stand nowhere: its order, the days to another visit, or both."""
    ties = frame.ties
    for reason, looser in ((DropReason.ORDER, ties.without_order()), (DropReason.SPACED, ties.without_spacing())):
        free = replace(frame, ties=looser)
        if any(positions(free, tours=tours, crew_day=index, place=place) for index in within):
            return [reason]
    return [DropReason.ORDER, DropReason.SPACED]


def _has_hours(frame: Frame, *, index: int, place: Place) -> bool:
    day = frame.days[index]
    return any(min(day.closes_s, closes) - max(day.opens_s, opens) >= place.service_s for opens, closes in place.spans)


def _at_any_hour(frame: Frame, *, place: Place, days: Sequence[int]) -> Place:
    spans = sorted({(frame.days[index].opens_s, frame.days[index].closes_s) for index in days})
    return replace(place, spans=tuple(spans))


def _instead(frame: Frame, *, tours: Tours, place: Place, price: Anyway, within: Sequence[int]) -> Anyway:
    """Add the stop that could give way within all limits, the one whose loss is least."""
    lacking = {
        index: best.short_by_s
        for index in within
        if (best := best_insertion(frame, tours=tours, place=place, crew_days=[index], rank=least_short))
    }
    swaps = [
        (loss_s, index, given.place.stops[0].id, given)
        for index in sorted(lacking, key=lambda one: (lacking[one], one))[:_DAYS_TRIED]
        for given in tours[index]
        for loss_s in [_loss_s(frame, index=index, tours=tours, given=given, place=place)]
        if loss_s is not None
    ]
    if not swaps:
        return price
    loss_s, _, stop_id, given = min(swaps, key=lambda one: one[:3])
    return replace(price, instead_of=stop_id, instead_label=given.place.stops[0].label, loss_s=loss_s)


def _loss_s(frame: Frame, *, index: int, tours: Tours, given: Call, place: Place) -> int | None:
    """Return what a day loses by one place for another, in driving and prizes; none when it does not fit even so."""
    day, calls = frame.days[index], tours[index]
    if frame.ties.behind.get(given.place.node):  # what comes after it would have to go as well
        return None
    shorter = [call for call in calls if call is not given]
    left = [shorter if number == index else tour for number, tour in enumerate(tours)]
    best = best_insertion(frame, tours=left, place=place, crew_days=[index], rank=_fitting)
    if best is None or best.short_by_s:
        return None
    saved_s = driving_s(frame, day=day, calls=calls) - driving_s(frame, day=day, calls=shorter)
    return best.cost_s - saved_s + given.place.prize_s - place.prize_s


def _fitting(found: Insertion) -> tuple[bool, int, int]:
    """Rank what fits first, the cheapest of it before the others."""
    return found.short_by_s > 0, found.cost_s, found.position
