"""What a planner is given and what it gives back. Pure values.

Times are UTC-aware, lengths metres, durations seconds. A prize is worth seconds of driving: a stop with a prize of 3600
is worth an hour's detour.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.errors import Invalid
from server.planning.datum import Point
from server.planning.distance import DetourModel
from server.planning.precision import Precision

CREW_SIZE = 2
"""A crew is two people in one vehicle, so that each visit has a witness."""


class BackwardsWindow(Invalid):
    """A time window must open before it closes."""


class LoneCrew(Invalid):
    """A crew is two different people."""


class ShortRest(Invalid):
    """A rest must fit into the hours it is allowed in."""


class TwiceInProblem(Invalid):
    """The same stop or shift is given twice."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A span of time in which the whole visit must fit, its end included."""

    opens_at: datetime
    closes_at: datetime

    def __post_init__(self) -> None:
        """Refuse a window nobody can use. Raises BackwardsWindow."""
        if self.opens_at >= self.closes_at:
            raise BackwardsWindow(f"{self.opens_at.isoformat()} is not before {self.closes_at.isoformat()}")


@dataclass(frozen=True, slots=True)
class Rest:
    """A crew's break (午休): so many seconds on end within these hours, between two doors or on the road."""

    hours: Window
    length_s: int

    def __post_init__(self) -> None:
        """Refuse a rest longer than its hours. Raises ShortRest."""
        room_s = (self.hours.closes_at - self.hours.opens_at).total_seconds()
        if not 0 < self.length_s <= room_s:
            raise ShortRest(f"{self.length_s} s do not fit into {room_s:.0f} s")


@dataclass(frozen=True, slots=True)
class Preference:
    """The crew a debtor knows, and how many seconds of driving it is worth that it comes again (熟组优先)."""

    crew_id: str
    worth_s: int


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to visit (停靠点). No window means any time of any shift."""

    id: str
    label: str
    point: Point | None
    precision: Precision
    service_s: int
    prize_s: int
    windows: tuple[Window, ...] = ()
    must_visit: bool = False
    needs: frozenset[str] = frozenset()
    crew_id: str | None = None
    place_key: str | None = None
    prefers: Preference | None = None


def day_key(crew_id: str, on: date) -> str:
    """Return the name of a crew's day."""
    return f"{crew_id}/{on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Shift:
    """One crew's working day in one vehicle: where and when it begins and ends (班次)."""

    crew_id: str
    crew_label: str
    staff_ids: tuple[str, ...]
    vehicle: str
    on: date
    hours: Window
    start: Point
    end: Point
    skills: frozenset[str] = frozenset()
    rest: Rest | None = None
    max_driving_s: int | None = None
    max_working_s: int | None = None  # from leaving to coming back, the rest not counted

    def __post_init__(self) -> None:
        """Refuse fewer than two different people. Raises LoneCrew."""
        if len(set(self.staff_ids)) < CREW_SIZE:
            raise LoneCrew(f"{CREW_SIZE} different people expected, got {len(set(self.staff_ids))}", crew=self.crew_id)

    @property
    def key(self) -> str:
        """Name the crew and the day."""
        return day_key(self.crew_id, self.on)


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything a plan follows from. Stops and shifts are told apart by id and by crew and day."""

    stops: tuple[Stop, ...]
    shifts: tuple[Shift, ...]
    detour: DetourModel
    route_centroids: bool = False

    def __post_init__(self) -> None:
        """Refuse doubles. Raises TwiceInProblem."""
        for names in ([stop.id for stop in self.stops], [shift.key for shift in self.shifts]):
            twice = sorted(name for name, times in Counter(names).items() if times > 1)
            if twice:
                raise TwiceInProblem(f"given twice: {', '.join(twice)}", twice=twice)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to search. The same problem, seed and iterations give the same plan, unless the budget ends it first."""

    iterations: int = 2000
    seed: int = 1
    budget_s: float | None = None


class Caution(StrEnum):
    """What a crew must be told about the point it drives to."""

    NONE = "none"
    FIND_THE_DOOR = "find_the_door"  # street or village known, house not
    CENTROID = "centroid"  # centroid of a district: confirm the address first


class DropReason(StrEnum):
    """Why a stop is on no route: the reason that binds in its best place."""

    UNLOCATED = "unlocated"  # the address has no point, or only a district's centroid
    SKILL = "skill"  # no crew can do what it needs
    PINNED = "pinned"  # its own crew has no shift, or cannot take it
    WINDOW = "window"  # none of its windows lies in a shift
    SHIFT = "shift"  # even alone it cannot be done within a shift, driving there and back
    LIMIT = "limit"  # it would fit but for a crew's limit of driving or working
    FULL = "full"  # it could be done alone, but no route has that much time left
    PRIZE = "prize"  # even its cheapest detour costs more than it is worth


@dataclass(frozen=True, slots=True)
class RoutedStop:
    """A stop in its place on a route; several at one door share the drive and follow each other."""

    stop_id: str
    label: str
    seq: int
    point: Point
    precision: Precision
    caution: Caution
    arrives_at: datetime
    starts_at: datetime
    leaves_at: datetime
    slack_s: int
    leg_m: int
    leg_s: int
    window: Window
    bound_by: str | None = None  # the stop whose hours the slack ends at, its own or a later one's; none: the shift's


@dataclass(frozen=True, slots=True)
class Route:
    """One crew's day on the road (外访路线计划)."""

    crew_id: str
    crew_label: str
    staff_ids: tuple[str, ...]
    vehicle: str
    on: date
    start: Point
    end: Point
    departs_at: datetime
    returns_at: datetime
    back_m: int
    back_s: int
    stops: tuple[RoutedStop, ...]
    rest: Window | None = None

    @property
    def distance_m(self) -> int:
        """Return the metres of all legs, the way back included."""
        return sum(stop.leg_m for stop in self.stops) + self.back_m

    @property
    def driving_s(self) -> int:
        """Return the seconds at the wheel, parking included."""
        return sum(stop.leg_s for stop in self.stops) + self.back_s

    @property
    def service_s(self) -> int:
        """Return the seconds at the doors."""
        return sum(round((stop.leaves_at - stop.starts_at).total_seconds()) for stop in self.stops)


@dataclass(frozen=True, slots=True)
class Anyway:
    """What it takes to serve a left-out stop all the same (强排代价): with whom, and at what price.

    cost_s is the driving it adds, over_s what the day or the windows of others are over by then. waived names what
    must be overlooked: its skill, its crew, its hours. Or, within all limits, `instead_of` another stop, for a net
    loss of `loss_s` in driving and prizes.
    """

    crew_id: str
    on: date
    cost_s: int
    over_s: int
    waived: tuple[DropReason, ...] = ()
    instead_of: str | None = None
    instead_label: str | None = None
    loss_s: int | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """A stop on no route and the reason that binds.

    short_by_s says how many seconds are lacking, cost_s what the cheapest detour would cost; crew_id names the crew
    nearest to taking it.
    """

    stop_id: str
    label: str
    reason: DropReason
    point: Point | None
    precision: Precision
    prize_s: int
    short_by_s: int | None = None
    cost_s: int | None = None
    crew_id: str | None = None
    anyway: Anyway | None = None


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """How the plan was found: enough to find it again."""

    solver: str
    seed: int
    iterations: int
    iterations_allowed: int
    budget_s: float | None
    stopped_early: bool
    detour: DetourModel
    route_centroids: bool
    starts: int = 1
    territories: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """The routes, what was left out and why, and how it was found."""

    routes: tuple[Route, ...]
    dropped: tuple[Drop, ...]
    search: SearchRecord

    @property
    def served(self) -> int:
        """Return the number of stops on a route."""
        return sum(len(route.stops) for route in self.routes)

    @property
    def distance_m(self) -> int:
        """Return the metres of all routes."""
        return sum(route.distance_m for route in self.routes)

    @property
    def driving_s(self) -> int:
        """Return the seconds at the wheel of all routes."""
        return sum(route.driving_s for route in self.routes)
