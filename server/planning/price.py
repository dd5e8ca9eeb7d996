"""What it would take to serve a left-out place all the same, and which crew could have any place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.planning.frame import Frame, Place
from server.planning.model import Anyway, DropReason
from server.planning.schedule import Call, Insertion, Tours, driving_s, insertions, timing

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
    found = [
        one
        for index in within
        for one in insertions(frame, crew_day=index, calls=tours[index], place=place)
        if _has_hours(frame, index=index, place=place)
    ]
    best = min(found, key=lambda one: (one.short_by_s, one.cost_s, one.crew_day, one.position), default=None)
    if best is None:
        return None
    shift = frame.days[best.crew_day].shift
    price = Anyway(shift.crew_id, shift.on, best.cost_s, best.short_by_s, tuple(waived))
    return (
        price if waived or not best.short_by_s else _instead(frame, tours=tours, place=place, price=price, found=found)
    )


def choices(frame: Frame, *, tours: Tours, place: Place) -> list[Choice]:
    """Return what a place would cost each crew day if it were taken off the one it is on, the best first."""
    found: list[Choice] = []
    for index, day in enumerate(frame.days):
        calls = [call for call in tours[index] if call.place is not place]
        options = insertions(frame, crew_day=index, calls=calls, place=place)
        best = min(options, key=lambda one: (one.short_by_s, one.cost_s, one.position), default=None)
        if best is not None:
            shift = day.shift
            found.append(
                Choice(shift.crew_id, shift.crew_label, shift.on, best.cost_s, best.short_by_s, day.takes(place))
            )
    return sorted(found, key=lambda one: (not one.can_take, one.over_s, one.cost_s, one.crew, one.on))


def _unfit(frame: Frame, place: Place) -> DropReason:
    """Return whether no crew has the skill, or only its own crew is missing."""
    is_skilled = any(place.needs <= day.shift.skills for day in frame.days)
    return DropReason.PINNED if is_skilled else DropReason.SKILL


def _has_hours(frame: Frame, *, index: int, place: Place) -> bool:
    day = frame.days[index]
    return any(min(day.closes_s, closes) - max(day.opens_s, opens) >= place.service_s for opens, closes in place.spans)


def _at_any_hour(frame: Frame, *, place: Place, days: Sequence[int]) -> Place:
    spans = sorted({(frame.days[index].opens_s, frame.days[index].closes_s) for index in days})
    return replace(place, spans=tuple(spans))


def _instead(frame: Frame, *, tours: Tours, place: Place, price: Anyway, found: Sequence[Insertion]) -> Anyway:
    """Add the stop that could give way within all limits, the one whose loss is least."""
    lacking = {index: min(one.short_by_s for one in found if one.crew_day == index) for index in
               {one.crew_day for one in found}}  # fmt: skip
    swaps = [
        (loss_s, index, given.place.stops[0].id, given)
        for index in sorted(lacking, key=lambda one: (lacking[one], one))[:_DAYS_TRIED]
        for given in tours[index]
        for loss_s in [_loss_s(frame, index=index, calls=tours[index], given=given, place=place)]
        if loss_s is not None
    ]
    if not swaps:
        return price
    loss_s, _, stop_id, given = min(swaps, key=lambda one: one[:3])
    return replace(price, instead_of=stop_id, instead_label=given.place.stops[0].label, loss_s=loss_s)


def _loss_s(frame: Frame, *, index: int, calls: Sequence[Call], given: Call, place: Place) -> int | None:
    """Return what a day loses by one place for another, in driving and prizes; none when it does not fit even so."""
    day = frame.days[index]
    shorter = [call for call in calls if call is not given]
    fitting = [
        driving_s(frame, day=day, calls=longer)
        for position in range(len(shorter) + 1)
        for span in place.spans
        for longer in [[*shorter[:position], Call(place, span), *shorter[position:]]]
        if timing(frame, day=day, calls=longer).is_feasible
    ]
    if not fitting:
        return None
    return min(fitting) - driving_s(frame, day=day, calls=calls) + given.place.prize_s - place.prize_s
