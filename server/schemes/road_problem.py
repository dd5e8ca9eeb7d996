"""A scheme as the planner takes it: stops with their lawful windows, shifts of crews, prizes from the score."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from server.clock import SHANGHAI
from server.compliance.rulepack import RulePack
from server.planning.datum import Datum, Point
from server.planning.distance import DetourModel
from server.planning.model import Problem, Shift, Stop, Window
from server.planning.precision import Precision
from server.schemes import rules
from server.schemes.checks import frozen_kinds
from server.schemes.models import Crew, Scheme, SchemeStop
from server.schemes.rules import StopState

PRIZE_FLOOR_S = 900
PRIZE_PER_POINT_S = 60
"""A stop of score 0 is worth a quarter of an hour of driving, each point of the screening score a minute more."""

HOURS_RULES = frozenset({"HOURS", "HOURS-FIRM"})
"""The rules whose parameters the planner keeps to, so that no plan breaks them."""

DAY_MIN = 24 * 60

COMMON_LANGUAGES = frozenset({"zh", "zh-CN", "普通话", "汉语"})
"""Every crew speaks these: they never narrow the choice of crews."""


RulesFor = Callable[[SchemeStop, date], RulePack]
"""The rules for a visit on a day."""


def problem(scheme: Scheme, *, rules_for: RulesFor, detour: DetourModel, route_centroids: bool) -> Problem:
    """Return the stops that may be visited and the shifts that can do it; frozen cases are not among them."""
    days = [date.fromisoformat(text) for text in scheme.dates]
    return Problem(
        stops=tuple(
            _stop(stop, lawful=[lawful_window(day, pack=rules_for(stop, day)) for day in days])
            for stop in plannable(scheme)
        ),
        shifts=tuple(_shift(crew, day) for crew in scheme.crews for day in days),
        detour=detour,
        route_centroids=route_centroids,
    )


def plannable(scheme: Scheme) -> list[SchemeStop]:
    """Return the stops a plan is made for: not withdrawn, and nothing stands against the visit."""
    return [
        stop
        for stop in scheme.stops
        if stop.state not in rules.FIELD_STATES | {StopState.WITHDRAWN, StopState.WITHHELD}
        and not frozen_kinds(stop.case)
    ]


def prize_s(score: int) -> int:
    """Return how many seconds of driving a visit is worth by its screening score."""
    return PRIZE_FLOOR_S + PRIZE_PER_POINT_S * max(score, 0)


def lawful_window(day: date, *, pack: RulePack) -> Window:
    """Return the hours of a day in which the rules allow visits without the debtor's agreement, all without a rule."""
    in_force = (rule.params for rule in pack.rules if rule.id in HOURS_RULES and rule.is_enabled)
    asked = [(hours["earliest_min"], hours["latest_min"]) for hours in in_force]
    earliest_min, latest_min = (
        max((one for one, _ in asked), default=0),
        min((one for _, one in asked), default=DAY_MIN),
    )
    offset = timezone(timedelta(minutes=pack.utc_offset_min))
    midnight = datetime.combine(day, time(0), tzinfo=offset).astimezone(UTC)
    return Window(midnight + timedelta(minutes=earliest_min), midnight + timedelta(minutes=latest_min))


def point_of(place: dict[str, Any]) -> Point:
    """Return a point as the API writes it: lon, lat, datum. Raises OffTheMap."""
    return Point(lon=float(place["lon"]), lat=float(place["lat"]), datum=Datum(place["datum"]))


def local(day: date, clock: str) -> datetime:
    """Return the moment of a local `HH:MM` on a day."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=SHANGHAI).astimezone(UTC)


def _stop(stop: SchemeStop, *, lawful: list[Window]) -> Stop:
    address = stop.address
    point = None
    if address is not None and address.lon is not None and address.lat is not None and address.datum:
        point = Point(lon=address.lon, lat=address.lat, datum=Datum(address.datum))
    return Stop(
        id=str(stop.id),
        label=stop.case.case_no,
        point=point,
        precision=Precision(address.precision) if address is not None else Precision.NONE,
        service_s=stop.service_min * 60,
        prize_s=stop.prize,
        windows=_windows(stop, lawful=lawful),
        must_visit=stop.must_visit,
        needs=_needs(stop),
    )


def _windows(stop: SchemeStop, *, lawful: list[Window]) -> tuple[Window, ...]:
    """Return the debtor's own hours within the lawful ones; without any, all lawful hours of every day."""
    kept: list[Window] = []
    for hours in lawful:
        day = hours.opens_at.astimezone(SHANGHAI).date()
        wanted = [one for one in stop.windows if one.get("on") in {None, day.isoformat()}]
        if not stop.windows:
            kept.append(hours)
        for one in wanted:
            opens_at = max(local(day, one["from"]), hours.opens_at)
            closes_at = min(local(day, one["until"]), hours.closes_at)
            if opens_at < closes_at:
                kept.append(Window(opens_at, closes_at))
    # A stop with hours, none of them lawful, must not become a stop without hours.
    return tuple(kept) or (Window(lawful[0].closes_at, lawful[0].closes_at + timedelta(seconds=1)),)


def _needs(stop: SchemeStop) -> frozenset[str]:
    spoken = stop.case.debtor.languages
    if not spoken or COMMON_LANGUAGES & set(spoken):
        return frozenset()
    return frozenset({spoken[0]})


def _shift(crew: Crew, day: date) -> Shift:
    return Shift(
        crew_id=str(crew.id),
        crew_label=crew.name,
        staff_ids=(str(crew.lead_id), str(crew.second_id)),
        vehicle=crew.vehicle,
        on=day,
        hours=Window(local(day, crew.shift_from), local(day, crew.shift_until)),
        start=point_of(crew.start),
        end=point_of(crew.end),
        skills=frozenset([*crew.lead.languages, *crew.second.languages]),
    )
