"""A scheme as the planner takes it: stops with their lawful windows, shifts of crews, prizes from the score."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server.cases.freezing import frozen_kinds
from server.clock import SHANGHAI
from server.compliance.rulepack import RulePack
from server.db import db
from server.planning.datum import Datum, Point
from server.planning.distance import DetourModel
from server.planning.model import Preference, Problem, Revisit, Shift, Stop, Window
from server.planning.precision import Precision
from server.planning.stacked import Doubt, believed
from server.schemes import bindings, points, rules
from server.schemes.crew_terms import CrewTerms
from server.schemes.models import Crew, Scheme, SchemeStop
from server.schemes.moments import local
from server.schemes.rules import StopState

PRIZE_FLOOR_S = 900
PRIZE_PER_POINT_S = 60
"""A stop of score 0 is worth a quarter of an hour of driving, each point of the screening score a minute more."""

KNOWN_CREW_S = 600
"""That somebody the debtor knows comes again is worth ten minutes of driving; firm policy."""

FREE = CrewTerms(rest=None, max_driving_min=None, max_working_min=None)
"""No rest, no limit."""

HOURS_RULES = frozenset({"HOURS", "HOURS-FIRM"})
"""The rules whose parameters the planner keeps to, so that no plan breaks them."""

DAY_MIN = 24 * 60

COMMON_LANGUAGES = frozenset({"zh", "zh-CN", "普通话", "汉语"})
"""Every crew speaks these: they never narrow the choice of crews."""


RulesFor = Callable[[SchemeStop, date], RulePack]
"""The rules for a visit on a day."""


def problem(
    scheme: Scheme,
    *,
    rules_for: RulesFor,
    detour: DetourModel,
    route_centroids: bool,
    terms: CrewTerms = FREE,
    with_begun: bool = False,
) -> Problem:
    """Return the stops that may be visited and the shifts that can do it; frozen cases are not among them.

    What the field has begun is among them only when asked for.
    """
    days = [date.fromisoformat(text) for text in scheme.dates]
    stops = plannable(scheme, with_begun=with_begun)
    crews = sorted(scheme.crews, key=lambda crew: (crew.name, crew.id.bytes))  # no database's collation
    known, doubts = known_crews(scheme, stops), points.doubtful(stops)
    spaced = bindings.revisits(scheme, stops, rules_for=rules_for)
    return Problem(
        stops=tuple(
            _stop(
                stop,
                lawful=[lawful_window(day, pack=rules_for(stop, day)) for day in days],
                prefers=known.get(stop.case_id),
                doubt=doubts.get(str(stop.id)),
                revisit=spaced.get(stop.id),
            )
            for stop in stops
        ),
        shifts=tuple(_shift(crew, day, terms=terms) for crew in crews for day in days),
        detour=detour,
        route_centroids=route_centroids,
    )


def plannable(scheme: Scheme, *, with_begun: bool = False) -> list[SchemeStop]:
    """Return the stops a plan is made for: not withdrawn nor begun, and nothing stands against the visit."""
    closed = {StopState.WITHDRAWN, StopState.WITHHELD} | (frozenset() if with_begun else rules.FIELD_STATES)
    return [stop for stop in scheme.stops if stop.state not in closed and not frozen_kinds(stop.case)]


def known_crews(scheme: Scheme, stops: Sequence[SchemeStop]) -> dict[UUID, Preference]:
    """Return case → the crew in which somebody rides who made the case's last visit, where there is one."""
    riders = {person: str(crew.id) for crew in scheme.crews for person in (crew.lead_id, crew.second_id)}
    visits = (
        select(SchemeStop.case_id, Crew.lead_id, Crew.second_id)
        .join(Crew, Crew.id == SchemeStop.crew_id)
        .where(
            SchemeStop.case_id.in_([stop.case_id for stop in stops]),
            SchemeStop.scheme_id != scheme.id,
            SchemeStop.state == StopState.VISITED,
        )
        .order_by(SchemeStop.day, SchemeStop.id)
    )
    last = {case_id: (lead_id, second_id) for case_id, lead_id, second_id in db.session.execute(visits)}
    return {
        case_id: Preference(crew_id, KNOWN_CREW_S)
        for case_id, people in last.items()
        for crew_id in [next((riders[person] for person in people if person in riders), None)]
        if crew_id is not None
    }


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


def _stop(
    stop: SchemeStop,
    *,
    lawful: list[Window],
    prefers: Preference | None,
    doubt: Doubt | None,
    revisit: Revisit | None,
) -> Stop:
    precision = Precision(stop.address.precision) if stop.address is not None else Precision.NONE
    return Stop(
        id=str(stop.id),
        label=stop.case.case_no,
        point=points.point_of_stop(stop),
        precision=believed(precision, doubt),
        service_s=stop.service_min * 60,
        prize_s=stop.prize,
        windows=_windows(stop, lawful=lawful),
        must_visit=stop.must_visit,
        needs=_needs(stop),
        prefers=prefers,
        revisit=revisit,
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


def _shift(crew: Crew, day: date, *, terms: CrewTerms) -> Shift:
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
        **terms.on(day),
    )
