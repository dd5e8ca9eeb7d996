"""What binds one stop to others: "only after that one" (先后次序), "so many days from that visit" (回访间隔). Pure.

A stop that comes after another is made by the same crew on the same day, or not at all. Two visits to one person that
are not made at once behind one door lie at least so many days apart. Places are known by their number in the frame.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.planning.model import Revisit, Stop

Tour = Sequence[int]
"""The numbers of the places a crew day drives to, in order."""


@dataclass(frozen=True, slots=True)
class Ties:
    """The bindings of a frame's places, by their numbers."""

    before: Mapping[int, frozenset[int]]
    behind: Mapping[int, frozenset[int]]
    apart: Mapping[int, Mapping[int, int]]
    revisits: Mapping[int, tuple[Revisit, ...]]

    @property
    def is_none(self) -> bool:
        """Whether nothing is bound."""
        return not self.before and not self.apart and not self.revisits

    def binds(self, number: int) -> bool:
        """Tell whether a place is bound to another one or to a visit that stands."""
        return any(number in one for one in (self.before, self.behind, self.apart, self.revisits))

    def partners(self, number: int) -> frozenset[int]:
        """Return the places that a place is bound to."""
        return (
            self.before.get(number, frozenset())
            | self.behind.get(number, frozenset())
            | self.apart.get(number, {}).keys()
        )

    def without_order(self) -> "Ties":
        """Return the same without what must come first."""
        return replace(self, before={}, behind={})

    def without_spacing(self) -> "Ties":
        """Return the same without the days between visits."""
        return replace(self, apart={}, revisits={})

    def positions(self, number: int, *, tour: Tour) -> range:
        """Return the positions of a tour at which a place keeps its order; none when what must come first is not there.

        That those behind it are on no other tour is for `is_kept_by_others` to say.
        """
        first, last = 0, len(tour)
        at = {one: index for index, one in enumerate(tour)}
        for one in self.before.get(number, ()):
            if one not in at:
                return range(0)
            first = max(first, at[one] + 1)
        for one in self.behind.get(number, ()):
            last = min(last, at.get(one, last))
        return range(first, last + 1)

    def allows_day(self, number: int, *, on: date, served_on: Mapping[int, date]) -> bool:
        """Tell whether a day is far enough from the other visits to the same person, those that stand among them."""
        return all(one.allows(on) for one in self.revisits.get(number, ())) and all(
            abs((on - served_on[other]).days) >= days
            for other, days in self.apart.get(number, {}).items()
            if other in served_on
        )


NO_TIES = Ties({}, {}, {}, {})
"""Nothing is bound."""


def ties(groups: Sequence[tuple[Stop, ...]]) -> Ties:
    """Return the bindings of places, each given as the stops that are served there at once."""
    number = {stop.id: index for index, group in enumerate(groups) for stop in group}
    before: dict[int, frozenset[int]] = {}
    behind: dict[int, set[int]] = defaultdict(set)
    for index, group in enumerate(groups):
        first = frozenset(number[one] for stop in group for one in stop.after if one in number) - {index}
        if first:
            before[index] = first
        for one in first:
            behind[one].add(index)
    revisits = {
        index: found
        for index, group in enumerate(groups)
        if (found := tuple(one.revisit for one in group if one.revisit is not None and one.revisit.visited_on))
    }
    last = {one: frozenset(those) for one, those in behind.items()}
    return Ties(before, last, _apart(groups, before=before), revisits)


def _apart(groups: Sequence[tuple[Stop, ...]], *, before: Mapping[int, frozenset[int]]) -> dict[int, dict[int, int]]:
    """Return for each place the others that a visit to the same person puts so many days from it.

    Two that are bound to one day by their order are not among them.
    """
    asked: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for index, group in enumerate(groups):
        for stop in group:
            if stop.revisit is not None:
                asked[stop.revisit.debtor_key].append((index, stop.revisit.least_days))
    apart: dict[int, dict[int, int]] = defaultdict(dict)
    for same in asked.values():
        for here, own in same:
            for there, other in same:
                days = max(own, other)
                is_one_day = here in before.get(there, ()) or there in before.get(here, ())
                if here != there and days > 0 and not is_one_day:
                    apart[here][there] = max(days, apart[here].get(there, 0))
    return dict(apart)


def broken(bound: Ties, *, tours: Sequence[Tour], days: Sequence[date]) -> list[int]:
    """Return the places that are on a tour against a binding, those first that must go; days are the tours' dates.

    Of two visits too near to each other both are named, behind all others.
    """
    if bound.is_none:
        return []
    served_on = {number: on for tour, on in zip(tours, days, strict=True) for number in tour}
    must_go: list[int] = []
    too_near: list[int] = []
    for tour in tours:
        at = {one: index for index, one in enumerate(tour)}
        for number, index in at.items():
            is_early = any(at.get(one, index) >= index for one in bound.before.get(number, ()))
            if is_early or not bound.allows_day(number, on=served_on[number], served_on={}):
                must_go.append(number)
            elif not bound.allows_day(number, on=served_on[number], served_on=served_on):
                too_near.append(number)
    return [*must_go, *too_near]


def bound_groups(stops: Sequence[Stop]) -> list[list[int]]:
    """Return the numbers of stops that hang together by order or by a person to be visited again, group by group."""
    number = {stop.id: index for index, stop in enumerate(stops)}
    group_of: dict[int, list[int]] = {}
    first_to: dict[str, int] = {}
    for index, stop in enumerate(stops):
        others = [number[one] for one in stop.after if one in number]
        if stop.revisit is not None:
            others.append(first_to.setdefault(stop.revisit.debtor_key, index))
        for other in others:
            here, there = group_of.setdefault(index, [index]), group_of.setdefault(other, [other])
            if here is not there:
                here += there
                group_of |= dict.fromkeys(there, here)
    groups = {id(group): sorted(group) for group in group_of.values() if len(group) > 1}
    return sorted(groups.values())


def standing(
    stops: Sequence[Stop], *, everyone: Mapping[str, Stop], held_on: Mapping[str, date]
) -> tuple[Stop, ...]:  # fmt: skip
    """Return the stops of a part of a problem, told on which days those outside it visit the same people.

    held_on is stop → date for all that is on a route.
    """
    inside = {stop.id for stop in stops}
    outside: dict[str, set[date]] = defaultdict(set)
    for stop_id, on in held_on.items():
        stop = everyone.get(stop_id)
        if stop is not None and stop.revisit is not None and stop_id not in inside:
            outside[stop.revisit.debtor_key].add(on)
    return tuple(_told(stop, outside) for stop in stops)


def _told(stop: Stop, outside: Mapping[str, set[Any]]) -> Stop:
    revisit = stop.revisit
    if revisit is None or revisit.debtor_key not in outside:
        return stop
    days = revisit.visited_on | outside[revisit.debtor_key]
    return replace(stop, revisit=replace(revisit, visited_on=days))
