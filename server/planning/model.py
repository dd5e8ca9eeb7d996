"""What a planner is given: stops, shifts, how long to search. Pure values; what it gives back is in `plans.py`.

Times are UTC-aware, lengths metres, durations seconds. A prize is worth seconds of driving: a stop with a prize of 3600
is worth an hour's detour.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from server.errors import Invalid
from server.planning.datum import Point
from server.planning.distance import DetourModel
from server.planning.precision import Precision
from server.planning.roads import BY_FACTOR, DistanceUsed, RoadTable

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
class Revisit:
    """Whom a visit is to and how far it must lie from another one to the same person at another door (回访间隔).

    least_days is counted from date to date; visited_on are dates of visits that stand, outside the problem.
    """

    debtor_key: str
    least_days: int
    visited_on: frozenset[date] = frozenset()

    def allows(self, on: date) -> bool:
        """Tell whether a day is far enough from the visits that stand."""
        return all(abs((on - other).days) >= self.least_days for other in self.visited_on)


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to visit (停靠点). No window means any time of any shift.

    after names stops that the same crew makes earlier on the same day (先后次序); one the problem lacks binds nothing.
    """

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
    after: frozenset[str] = frozenset()
    revisit: Revisit | None = None


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
    roads: RoadTable | None = None
    distance: DistanceUsed = BY_FACTOR

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
