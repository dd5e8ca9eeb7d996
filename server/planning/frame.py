"""A problem made ready for searching: doors instead of stops, seconds instead of times, a matrix of legs. Pure.

Several stops in one building become one place with their service added up, because the crew parks once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.planning.datum import Point, to_wgs84
from server.planning.distance import Matrix
from server.planning.model import Preference, Problem, Shift, Stop
from server.planning.precision import Precision
from server.planning.roads import road_matrix
from server.planning.ties import NO_TIES, Ties, ties

MUST_VISIT_PRIZE_S = 1_000_000
"""Worth more driving than any week holds: such a stop is left out only when it cannot be reached at all."""

_DECIMALS_OF_ONE_DOOR = 5  # about a metre
_ONE_DOOR = frozenset({Precision.DOOR, Precision.BUILDING})

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """One or more stops behind one door; spans are seconds from the frame's origin in which all of it must fit.

    node is its row in the matrix, its number among the places of the frame and the name its ties know it by.
    """

    stops: tuple[Stop, ...]
    node: int
    service_s: int
    prize_s: int
    spans: tuple[Span, ...]
    needs: frozenset[str]
    crew_id: str | None
    prefers: Preference | None


@dataclass(frozen=True, slots=True)
class Break:
    """A rest in seconds from the frame's origin: it begins and ends within the two."""

    opens_s: int
    closes_s: int
    length_s: int


@dataclass(frozen=True, slots=True)
class CrewDay:
    """A shift in seconds from the frame's origin, with its rows in the matrix."""

    shift: Shift
    opens_s: int
    closes_s: int
    start_node: int
    end_node: int
    rest: Break | None = None

    @property
    def is_plain(self) -> bool:
        """Whether only its hours bound it: no rest to keep, no limit of driving or working."""
        return self.rest is None and self.shift.max_driving_s is None and self.shift.max_working_s is None

    def as_plain(self) -> "CrewDay":
        """Return the day bounded by its hours alone."""
        return replace(self, shift=replace(self.shift, max_driving_s=None, max_working_s=None), rest=None)

    def takes(self, place: Place) -> bool:
        """Tell whether this crew has the skills and is the one asked for."""
        return place.needs <= self.shift.skills and place.crew_id in {None, self.shift.crew_id}


@dataclass(frozen=True, slots=True)
class Frame:
    """A problem on one axis of seconds; what cannot be placed on the map stands apart."""

    origin_at: datetime
    places: tuple[Place, ...]
    days: tuple[CrewDay, ...]
    legs: Matrix
    unlocated: tuple[Stop, ...]
    ties: Ties = NO_TIES
    is_on_roads: bool = False

    def at(self, second: int) -> datetime:
        """Return the moment that lies `second` seconds after the origin."""
        return self.origin_at + timedelta(seconds=second)


def frame(problem: Problem) -> Frame:
    """Return the problem on one axis, same-door stops merged. The problem has at least one shift."""
    origin_at = min(shift.hours.opens_at for shift in problem.shifts)
    horizon_s = _seconds(max(shift.hours.closes_at for shift in problem.shifts), origin_at)
    located, unlocated = _sort_out(problem)
    points: list[Point] = []
    groups = _same_door(located, origin_at=origin_at, horizon_s=horizon_s)
    places = [
        _place(group, node=_add(points, group[0].point), origin_at=origin_at, horizon_s=horizon_s) for group in groups
    ]
    days = [
        CrewDay(
            shift=shift,
            opens_s=_seconds(shift.hours.opens_at, origin_at),
            closes_s=_seconds(shift.hours.closes_at, origin_at),
            start_node=_add(points, shift.start),
            end_node=_add(points, shift.end),
            rest=_rest(shift, origin_at=origin_at),
        )
        for shift in problem.shifts
    ]
    legs = road_matrix(points, model=problem.detour, roads=problem.roads)
    return Frame(
        origin_at=origin_at,
        places=tuple(places),
        days=tuple(days),
        legs=legs,
        unlocated=unlocated,
        ties=ties(groups),
        is_on_roads=problem.roads is not None,
    )


def _rest(shift: Shift, *, origin_at: datetime) -> Break | None:
    """Return the rest a shift owes its crew: none when the shift does not cover the hours of the rest."""
    rest = shift.rest
    if rest is None or not (
        shift.hours.opens_at <= rest.hours.opens_at and rest.hours.closes_at <= shift.hours.closes_at
    ):
        return None
    return Break(
        opens_s=_seconds(rest.hours.opens_at, origin_at),
        closes_s=_seconds(rest.hours.closes_at, origin_at),
        length_s=rest.length_s,
    )


def _sort_out(problem: Problem) -> tuple[list[Stop], tuple[Stop, ...]]:
    """Part the stops a crew can be sent to from those that are only a centroid or no point at all."""
    located: list[Stop] = []
    unlocated: list[Stop] = []
    for stop in problem.stops:
        is_allowed_centroid = problem.route_centroids and stop.precision is Precision.DISTRICT
        if stop.point is not None and (stop.precision.is_routable or is_allowed_centroid):
            located.append(stop)
        else:
            unlocated.append(stop)
    return located, tuple(unlocated)


def _same_door(stops: Sequence[Stop], *, origin_at: datetime, horizon_s: int) -> list[tuple[Stop, ...]]:
    """Group the stops of one building that one call can serve; a group that would fit no window is left apart.

    A stop whose order is bound to another one's is a call of its own.
    """
    groups: list[tuple[Stop, ...]] = []
    by_door: dict[tuple[object, ...], list[int]] = defaultdict(list)
    ordered = {one for stop in stops for one in (stop.after and {stop.id, *stop.after})}
    for stop in stops:
        key = (stop.id if stop.id in ordered else _door(stop), stop.crew_id)
        for index in by_door[key]:
            joined = (*groups[index], stop)
            if _spans(joined, origin_at=origin_at, horizon_s=horizon_s):
                groups[index] = joined
                break
        else:
            by_door[key].append(len(groups))
            groups.append((stop,))
    return groups


def _door(stop: Stop) -> object:
    """Name the building: its key if known, else its point to a metre; a vague point is a place of its own."""
    if stop.precision not in _ONE_DOOR or stop.point is None:
        return stop.id
    if stop.place_key is not None:
        return stop.place_key
    point = to_wgs84(stop.point)
    return (round(point.lon, _DECIMALS_OF_ONE_DOOR), round(point.lat, _DECIMALS_OF_ONE_DOOR))


def _place(stops: tuple[Stop, ...], *, node: int, origin_at: datetime, horizon_s: int) -> Place:
    return Place(
        stops=stops,
        node=node,
        service_s=sum(stop.service_s for stop in stops),
        prize_s=sum(MUST_VISIT_PRIZE_S if stop.must_visit else stop.prize_s for stop in stops),
        spans=_spans(stops, origin_at=origin_at, horizon_s=horizon_s),
        needs=frozenset[str]().union(*(stop.needs for stop in stops)),
        crew_id=stops[0].crew_id,
        prefers=_preference(stops),
    )


def _preference(stops: Sequence[Stop]) -> Preference | None:
    """Return the crew that most speaks for behind one door, with all it is worth there."""
    worth: dict[str, int] = defaultdict(int)
    for stop in stops:
        if stop.prefers is not None:
            worth[stop.prefers.crew_id] += stop.prefers.worth_s
    best = max(sorted(worth), key=lambda crew_id: worth[crew_id], default=None)
    return None if best is None else Preference(best, worth[best])


def _spans(stops: Sequence[Stop], *, origin_at: datetime, horizon_s: int) -> tuple[Span, ...]:
    """Return the spans lawful for every stop that are long enough for all of them, one after the other."""
    service_s = sum(stop.service_s for stop in stops)
    common: list[Span] = [(0, horizon_s)]
    for stop in stops:
        own = [
            (_seconds(window.opens_at, origin_at), _seconds(window.closes_at, origin_at)) for window in stop.windows
        ] or [(0, horizon_s)]
        common = [
            (max(opens, own_opens), min(closes, own_closes))
            for opens, closes in common
            for own_opens, own_closes in own
        ]
        common = [(opens, closes) for opens, closes in common if closes - opens >= max(service_s, 1)]
    return tuple(sorted(set(common)))


def _add(points: list[Point], point: Point | None) -> int:
    """Append a point to the rows of the matrix and return its row."""
    if point is None:  # sorted out before
        message = "a place needs a point"
        raise ValueError(message)
    points.append(point)
    return len(points) - 1


def _seconds(moment: datetime, origin_at: datetime) -> int:
    return round((moment - origin_at).total_seconds())
