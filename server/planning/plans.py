"""What a planner gives back: routes, what is left out and why, and how it was found. Pure values.

Times are UTC-aware, lengths metres, durations seconds.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.planning.datum import Point
from server.planning.distance import DetourModel
from server.planning.model import Window
from server.planning.precision import Precision
from server.planning.roads import BY_FACTOR, DistanceUsed


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
    ORDER = "order"  # it comes only after another stop, by the same crew that day, and there is no room behind that
    SPACED = "spaced"  # too near in days to another visit to the same person
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
    distance: DistanceUsed = BY_FACTOR

    @property
    def how_far_zh(self) -> str:
        """Return in words what the drives were reckoned with and how far off that may be, as papers print it."""
        used = self.distance
        if used.source == BY_FACTOR.source:
            fault = "（路网服务未应答）" if used.fell_back else ""
            return f"大地线距离 × 绕行系数 {self.detour.factor}{fault}"
        error = "" if used.mean_error_pct is None else f"，按系数估算平均误差 {used.mean_error_pct:g}%"
        gaps = f"，{used.filled} 段按系数补足" if used.filled else ""
        return f"路网距离（{used.source}{error}{gaps}）"


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
