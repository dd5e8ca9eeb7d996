"""What a second plan does otherwise than the first: stop by stop and in sums. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.planning.plans import Plan


class Turn(StrEnum):
    """What becomes of a stop."""

    CREW = "crew"  # another crew comes
    DAY = "day"  # the same crew on another day
    TIME = "time"  # same crew and day, at another time
    ADDED = "added"  # on a route now
    DROPPED = "dropped"  # on no route any more


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stop stands in a plan."""

    crew_id: str
    crew: str
    on: date
    seq: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """One stop that is treated otherwise than before."""

    stop_id: str
    label: str
    turn: Turn
    was: Place | None
    now: Place | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a plan: metres, seconds and stops; lost_prize_s is what the stops left out are worth."""

    routes: int
    served: int
    dropped: int
    distance_m: int
    driving_s: int
    service_s: int
    lost_prize_s: int

    @property
    def cost_s(self) -> int:
        """Return what the planner makes small: seconds of driving and the prizes of what is left out."""
        return self.driving_s + self.lost_prize_s


@dataclass(frozen=True, slots=True)
class Difference:
    """Two plans compared; stops whose crew and day stay and that begin within the tolerance are unchanged."""

    before: Figures
    after: Figures
    moved: tuple[Moved, ...]
    unchanged: int


def difference(before: Plan, after: Plan, *, tolerance_s: int = 300) -> Difference:
    """Return what the plan `after` does otherwise than `before`, other crews first, then days, then times."""
    was, now = _places(before), _places(after)
    labels = {stop.stop_id: stop.label for plan in (before, after) for route in plan.routes for stop in route.stops}
    moved: list[Moved] = []
    for stop_id in sorted(was.keys() | now.keys()):
        here, there = was.get(stop_id), now.get(stop_id)
        turn = _turn(here, there, tolerance_s=tolerance_s)
        if turn is not None:
            moved.append(Moved(stop_id, labels[stop_id], turn, here, there))
    order = list(Turn)
    return Difference(
        before=figures(before),
        after=figures(after),
        moved=tuple(sorted(moved, key=lambda one: (order.index(one.turn), one.label, one.stop_id))),
        unchanged=len(was.keys() | now.keys()) - len(moved),
    )


def figures(plan: Plan) -> Figures:
    """Return the sums of a plan."""
    return Figures(
        routes=len(plan.routes),
        served=plan.served,
        dropped=len(plan.dropped),
        distance_m=plan.distance_m,
        driving_s=plan.driving_s,
        service_s=sum(route.service_s for route in plan.routes),
        lost_prize_s=sum(drop.prize_s for drop in plan.dropped),
    )


def _places(plan: Plan) -> dict[str, Place]:
    return {
        stop.stop_id: Place(route.crew_id, route.crew_label, route.on, stop.seq, stop.starts_at)
        for route in plan.routes
        for stop in route.stops
    }


def _turn(was: Place | None, now: Place | None, *, tolerance_s: int) -> Turn | None:
    if was is None:
        return Turn.ADDED
    if now is None:
        return Turn.DROPPED
    if was.crew_id != now.crew_id:
        return Turn.CREW
    if was.on != now.on:
        return Turn.DAY
    return Turn.TIME if abs((was.starts_at - now.starts_at).total_seconds()) > tolerance_s else None
