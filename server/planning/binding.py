"""Tours that keep what binds stops to each other: what breaks a binding is mended, then hours are cut. Pure.

The solver knows neither an order of two clients nor days between them. (Its shipments, a pickup before a delivery,
have one window each, no alternatives and one prize for both, and form no chains.) So a first search runs without
bindings; `mended` moves what breaks one to the cheapest place that keeps it; `narrowed` then cuts the hours of bound
places by window arithmetic so that whatever a second search finds keeps them all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from server.planning.frame import CrewDay, Frame, Place, Span
from server.planning.insertion import best_insertion, least_short
from server.planning.schedule import Call, Tours, driving_s, timing
from server.planning.ties import NO_TIES, broken


def breaking(frame: Frame, *, tours: Sequence[Sequence[Call]]) -> list[int]:
    """Return the nodes of the places on a tour that break a binding, those first that must go."""
    nodes = [[call.place.node for call in tour] for tour in tours]
    return broken(frame.ties, tours=nodes, days=[day.shift.on for day in frame.days])


def kept(frame: Frame, *, tours: Tours) -> Tours:
    """Return the tours without what breaks a binding; of two visits too near to each other the worthier stays."""
    left = tours
    while bad := breaking(frame, tours=left):
        first = bad[0] if not _may_stay(frame, bad[0], tours=left) else min(bad, key=lambda node: _worth(frame, node))
        left = [[call for call in tour if call.place.node != first] for tour in left]
    return left


def mended(frame: Frame, *, tours: Tours) -> Tours:
    """Return the tours with all that is bound to what breaks a binding put where it keeps it and costs least."""
    bad = breaking(frame, tours=tours)
    best = kept(frame, tours=tours)
    for group in _groups(frame, bad):
        options = [best, *_placed_anew(frame, group=group, tours=best)]
        best = min(options, key=lambda option: _cost_s(frame, tours=option, group=group))
    return best


def narrowed(frame: Frame, *, tours: Tours) -> Frame:
    """Return the frame without bindings, the hours of bound places cut so that any tours in it keep them.

    The tours keep all bindings. A place that waits for one on no tour, or is too near to one, gets no hours at all.
    """
    seats = {call.place.node: (index, at) for index, tour in enumerate(tours) for at, call in enumerate(tour)}
    times = [timing(frame, day=day, calls=tour) for day, tour in zip(frame.days, tours, strict=True)]
    starts = {node: times[index].earliest[at] for node, (index, at) in seats.items()}
    places: list[Place] = []
    for place in frame.places:
        if not frame.ties.binds(place.node):
            places.append(place)
        elif place.node in seats:
            places.append(_cut(frame, place, day=frame.days[seats[place.node][0]], seats=seats, starts=starts))
        else:
            near = frame.ties.apart.get(place.node, ())  # of those on no tour, the first alone is free
            is_free = not any(one in seats or one < place.node for one in near)
            waits = place.node in frame.ties.before
            places.append(_on_days(frame, place, seats=seats) if is_free and not waits else replace(place, spans=()))
    return replace(frame, places=tuple(places), ties=NO_TIES)


def unbound(frame: Frame) -> Frame:
    """Return the frame without bindings between places; days too near to a visit that stands are cut out."""
    places = [
        _on_days(frame, place, seats={}) if frame.ties.revisits.get(place.node) else place for place in frame.places
    ]
    return replace(frame, places=tuple(places), ties=NO_TIES)


def moved_to(frame: Frame, *, tours: Tours) -> Tours:
    """Return tours of one frame as tours of another with the same places, each call in the hours it falls in there.

    A call that falls in none is left out.
    """
    moved: Tours = []
    for day, tour in zip(frame.days, tours, strict=True):
        starts = timing(frame, day=day, calls=tour).earliest
        calls = [_call_at(frame.places[call.place.node], start) for call, start in zip(tour, starts, strict=True)]
        moved.append([call for call in calls if call is not None])
    return moved


def _call_at(place: Place, start_s: int) -> Call | None:
    fitting = (span for span in place.spans if span[0] <= start_s and start_s + place.service_s <= span[1])
    span = next(fitting, None)
    return None if span is None else Call(place, span)


def _may_stay(frame: Frame, node: int, *, tours: Tours) -> bool:
    """Tell whether only another visit that is too near speaks against a place."""
    alone = [[call for call in tour if call.place.node not in frame.ties.apart.get(node, ())] for tour in tours]
    return node not in breaking(frame, tours=alone)


def _worth(frame: Frame, node: int) -> tuple[int, int]:
    return frame.places[node].prize_s, -node


def _groups(frame: Frame, bad: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places that hang together with each of these, once; what must come first stands first."""
    seen: set[int] = set()
    for node in bad:
        group: list[int] = []
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                group.append(one)
                waiting += sorted(frame.ties.partners(one))
        if group:
            yield _in_order(frame, group)


def _in_order(frame: Frame, group: Sequence[int]) -> list[int]:
    """Return places with each behind what must come before it, else the worthiest first."""
    left = sorted(group, key=lambda node: _worth(frame, node), reverse=True)
    ordered: list[int] = []
    while left:
        free = (node for node in left if not frame.ties.before.get(node, frozenset()) & set(left))
        ordered.append(next(free, left[0]))
        left.remove(ordered[-1])
    return ordered


def _placed_anew(frame: Frame, *, group: Sequence[int], tours: Tours) -> Iterator[Tours]:
    """Yield the tours with a group placed anew, its first place in turn on each crew day, or date, that may have it."""
    bare = [[call for call in tour if call.place.node not in group] for tour in tours]
    first, *others = group
    is_ordered = any(node in frame.ties.before for node in group)
    choices: dict[object, list[int]] = {}
    for index, day in enumerate(frame.days):
        choices.setdefault(index if is_ordered else day.shift.on, []).append(index)
    for days in choices.values():
        option = _with(frame, first, tours=bare, days=days)
        if option is None:
            continue
        for node in others:
            option = _with(frame, node, tours=option, days=range(len(frame.days))) or option
        yield option


def _with(frame: Frame, node: int, *, tours: Tours, days: Sequence[int]) -> Tours | None:
    """Return the tours with one more place where it costs least on these days, none when it fits on none of them."""
    place = frame.places[node]
    able = [index for index in days if frame.days[index].takes(place)]
    found = best_insertion(frame, tours=tours, place=place, crew_days=able, rank=least_short)
    if found is None or found.short_by_s:
        return None
    longer = [list(tour) for tour in tours]
    longer[found.crew_day].insert(found.position, found.call)
    return longer


def _cost_s(frame: Frame, *, tours: Tours, group: Sequence[int]) -> int:
    """Return what tours drive and what the places of a group on none of them are worth."""
    served = {call.place.node for tour in tours for call in tour}
    driven_s = sum(driving_s(frame, day=day, calls=tour) for day, tour in zip(frame.days, tours, strict=True))
    return driven_s + sum(frame.places[node].prize_s for node in group if node not in served)


def _cut(
    frame: Frame, place: Place, *, day: CrewDay, seats: dict[int, tuple[int, int]], starts: dict[int, int]
) -> Place:
    """Return a place on a tour with its hours cut: to its crew's day when its order counts, else to its days."""
    node, ties = place.node, frame.ties
    before = [one for one in ties.before.get(node, ()) if one in seats]
    behind = [one for one in ties.behind.get(node, ()) if one in seats]
    if not before and not behind:
        return _on_days(frame, place, seats=seats)
    opens_s = max((_between(frame, one, node, starts=starts) for one in before), default=day.opens_s)
    closes_s = min((_between(frame, node, one, starts=starts) for one in behind), default=day.closes_s)
    spans = _within(place, [(max(opens_s, day.opens_s), min(closes_s, day.closes_s))])
    return replace(place, spans=spans, crew_id=day.shift.crew_id)


def _between(frame: Frame, first: int, then: int, *, starts: dict[int, int]) -> int:
    """Return the second that lies midway between the end of one visit and the start of a later one."""
    ends_s = starts[first] + frame.places[first].service_s
    return (ends_s + starts[then]) // 2


def _on_days(frame: Frame, place: Place, *, seats: dict[int, tuple[int, int]]) -> Place:
    """Return a place with the hours of those days on which no other visit to the same person can be too near.

    Two on tours share the days between them: the earlier keeps the first half of what is to spare.
    """
    dates = sorted({day.shift.on for day in frame.days})
    own = frame.days[seats[place.node][0]].shift.on if place.node in seats else None
    allowed = [on for on in dates if all(one.allows(on) for one in frame.ties.revisits.get(place.node, ()))]
    for other, days in frame.ties.apart.get(place.node, {}).items():
        if own is not None and other in seats:
            on = frame.days[seats[other][0]].shift.on
            allowed = [one for one in allowed if _is_own_side(one, own=own, other=on, days=days)]
    hours = [_hours_of(frame, on) for on in allowed]
    return replace(place, spans=_within(place, hours))


def _is_own_side(on: date, *, own: date, other: date, days: int) -> bool:
    spare = (abs((other - own).days) - days) // 2 if own < other else (abs((other - own).days) - days + 1) // 2
    return (on - own).days <= spare if own < other else (own - on).days <= spare


def _hours_of(frame: Frame, on: date) -> Span:
    days = [day for day in frame.days if day.shift.on == on]
    return min(day.opens_s for day in days), max(day.closes_s for day in days)


def _within(place: Place, hours: Sequence[Span]) -> tuple[Span, ...]:
    """Return the parts of a place's spans within some hours that are long enough for the visit."""
    parts = {
        (max(opens, own_opens), min(closes, own_closes))
        for opens, closes in hours
        for own_opens, own_closes in place.spans
    }
    return tuple(sorted(one for one in parts if one[1] - one[0] >= place.service_s))
