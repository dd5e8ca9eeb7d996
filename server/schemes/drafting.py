"""Compiling a scheme from an accepted visit list, changing it, and keeping each version under its digest.

Every change ends in `seal`, which gives the version its number and digest and decides whether sign-off is lost.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any
from uuid import UUID

from receipts import amounts, serials
from server.accounts.models import Person
from server.accounts.roles import Role
from server.cases.models import VisitList, VisitListLine
from server.cases.papers import draw_serial
from server.cases.rules import LineDecision, ListState, merge_into_scheme
from server.compliance.rulepack import Gate
from server.db import db, fetch
from server.errors import Invalid
from server.planning.model import LoneCrew
from server.schemes import checks, digest, road_problem, rules
from server.schemes.models import Crew, Scheme, SchemeStop, SchemeVersion
from server.schemes.rules import StopState

SERVICE_MIN = {"home": 25, "registered": 25, "work": 20, "delivery": 20, "other": 25}
"""Minutes at the door by kind of address, where the compiler says nothing else; firm policy."""

_REPLAN = frozenset({"dates", "crews", "stops"})


class NotAnAgent(Invalid):
    """A crew is made of active agents who work for the creditors of its visits."""


class TwiceInCrews(Invalid):
    """Nobody rides in two crews at once."""


class UnknownVehicle(Invalid):
    """A crew's vehicle is not among the vehicles of the scheme."""


class NotOnThisScheme(Invalid):
    """The case is not on this scheme's visit list."""


class BackwardsShift(Invalid):
    """A shift must begin before it ends."""


def compile_scheme(body: Mapping[str, Any], *, scheme_id: UUID, at: datetime, today: date, actor_id: UUID) -> Scheme:
    """Return a new scheme made of the accepted lines of a visit list, added to the session.

    Raises ListNotAccepted, OddDates and what `change` raises.
    """
    visit_list = fetch(VisitList, body["visit_list_id"], lock=True)
    visit_list.state = merge_into_scheme(ListState(visit_list.state))
    rules.check_dates(body["dates"], today=today)
    scheme = Scheme(
        id=scheme_id,
        serial=draw_serial(serials.PaperKind.VISIT_SCHEME, on=today),
        visit_list_id=visit_list.id,
        title=body["title"] or visit_list.title,
        area=body["area"],
        dates=[day.isoformat() for day in body["dates"]],
        state=rules.SchemeState.DRAFTING,
        version=0,
        compiler_id=actor_id,
        vehicles=[],
        materials=[],
        costs=[],
        compliance=[],
    )
    db.session.add(scheme)
    scheme.stops = [_stop(line) for line in visit_list.lines if line.decision == LineDecision.ACCEPT]
    change(scheme, {name: body[name] for name in _CHANGES if body.get(name) is not None})
    seal(scheme, at=at, actor_id=actor_id, what="编制")
    return scheme


def _stop(line: VisitListLine) -> SchemeStop:
    case = line.case
    kind = line.address.kind if line.address is not None else "other"
    return SchemeStop(
        creditor_id=line.creditor_id,
        case_id=line.case_id,
        case=case,
        address_id=line.address_id,
        address=line.address,
        windows=[],
        service_min=SERVICE_MIN.get(kind, SERVICE_MIN["other"]),
        prize=road_problem.prize_s(line.score),
        score=line.score,
        reasons=[term for term in line.terms if term.get("points")],
        owed_fen=case.outstanding_fen,
        owed_as_of=case.as_of,
        materials=[],
        note=line.note,
        state=StopState.PLANNED,
    )


def change(scheme: Scheme, wanted: Mapping[str, Any]) -> None:
    """Apply what the compiler wants changed; what a plan rests on takes the plan away.

    Raises NotAnAgent, TwiceInCrews, UnknownVehicle, BackwardsShift, LoneCrew, OffTheMap or NotOnThisScheme.
    """
    for name in ("title", "area", "risk_notes", "vehicles", "materials", "costs", "cost_rates"):
        if name in wanted:
            setattr(scheme, name, wanted[name])
    if "costs" in wanted:
        scheme.cost_fen = sum(line["amount_fen"] for line in scheme.costs)
    if "dates" in wanted:
        scheme.dates = sorted(day.isoformat() if isinstance(day, date) else day for day in wanted["dates"])
    scheme.expires_on = date.fromisoformat(max(scheme.dates))
    if "crews" in wanted:
        _set_crews(scheme, wanted["crews"])
    if "stops" in wanted:
        _set_stops(scheme, wanted["stops"])
    _check_vehicles(scheme)
    _follow(scheme, set(wanted))


def _follow(scheme: Scheme, changed: AbstractSet[str]) -> None:
    """Let the plan or the findings follow what was changed."""
    if _REPLAN & changed:
        unplan(scheme)
    elif "materials" in changed and scheme.plan_version is not None:
        judge(scheme)


def judge(scheme: Scheme) -> None:
    """Keep what every rule says of the scheme as it is planned now."""
    scheme.compliance = checks.check(scheme, gate=Gate.PLAN).entries
    scheme.pack_version = checks.packs_named(checks.packs_of(scheme))


def unplan(scheme: Scheme) -> None:
    """Take every stop off its route: the plan in force no longer follows from what the scheme says."""
    scheme.plan_version, scheme.compliance = None, []
    for stop in scheme.stops:
        take_off_route(stop)


def take_off_route(stop: SchemeStop) -> None:
    """Forget when and with whom a stop was to be visited, unless the field has taken it over; it waits for a plan."""
    if stop.state in rules.FIELD_STATES:
        return
    stop.crew_id = stop.day = stop.seq = stop.arrive_at = stop.depart_at = stop.leg_m = stop.drop_reason = None
    if stop.state in {StopState.DROPPED, StopState.DISPATCHED}:
        stop.state = StopState.PLANNED


def _set_crews(scheme: Scheme, wanted: Sequence[Mapping[str, Any]]) -> None:
    known = {crew.id: crew for crew in scheme.crews}
    seen: list[UUID] = []
    kept: list[Crew] = []
    for one in wanted:
        lead, second = (_agent(scheme, person_id) for person_id in _members(one))
        seen += [lead.id, second.id]
        road_problem.point_of(one["start"])
        road_problem.point_of(one["end"] or one["start"])
        if one["shift_from"] >= one["shift_until"]:
            raise BackwardsShift(f"{one['shift_from']} is not before {one['shift_until']}", crew=one["name"])
        crew = known.get(one["id"]) if one["id"] else None
        crew = crew or Crew()
        crew.name, crew.vehicle = one["name"], one["vehicle"]
        crew.lead, crew.second, crew.lead_id, crew.second_id = lead, second, lead.id, second.id
        crew.start, crew.end = dict(one["start"]), dict(one["end"] or one["start"])
        crew.shift_from, crew.shift_until = one["shift_from"], one["shift_until"]
        kept.append(crew)
    twice = sorted({str(one) for one in seen if seen.count(one) > 1})
    if twice:
        raise TwiceInCrews(f"{len(twice)} people ride twice", people=twice)
    for stop in scheme.stops:
        take_off_route(stop)
    scheme.crews = kept


def _members(crew: Mapping[str, Any]) -> tuple[UUID, UUID]:
    members: list[UUID] = crew["members"]
    if len(set(members)) != len(members) or len(members) != 2:  # noqa: PLR2004  # a crew is two people
        raise LoneCrew("2 different people expected", crew=crew["name"])
    return members[0], members[1]


def _agent(scheme: Scheme, person_id: UUID) -> Person:
    person = db.session.get(Person, person_id)
    if person is None or not person.is_active or Role.AGENT not in person.roles:
        raise NotAnAgent("an active agent is expected", person_id=str(person_id))
    blind = sorted({str(stop.creditor_id) for stop in scheme.stops if not person.sees(stop.creditor_id)})
    if blind:
        raise NotAnAgent("the agent does not work for a creditor of these visits", person_id=str(person_id))
    return person


def _set_stops(scheme: Scheme, wanted: Sequence[Mapping[str, Any]]) -> None:
    stops = {stop.case_id: stop for stop in scheme.stops}
    for one in wanted:
        stop = stops.get(one["case_id"])
        if stop is None:
            raise NotOnThisScheme("only cases of the accepted list can be visited", case_id=str(one["case_id"]))
        if one.get("windows") is not None:
            stop.windows = [_window(window) for window in one["windows"]]
        for name in ("service_min", "must_visit", "materials", "note"):
            if one.get(name) is not None:
                setattr(stop, name, one[name])
        if one.get("withdraw") is not None:
            stop.state = StopState.WITHDRAWN if one["withdraw"] else StopState.PLANNED


def _window(window: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "on": window["on"].isoformat() if window["on"] else None,
        "from": window["from_"],
        "until": window["until"],
    }


def _check_vehicles(scheme: Scheme) -> None:
    plates = {vehicle["plate"] for vehicle in scheme.vehicles}
    strange = sorted({crew.vehicle for crew in scheme.crews if crew.vehicle} - plates)
    if plates and strange:
        raise UnknownVehicle(f"{', '.join(strange)} is not among the vehicles", vehicles=strange)


def reckon_costs(scheme: Scheme, *, distance_m: int, crew_days: int) -> None:
    """Write the cost estimate that follows from the rates and the road plan; without rates the lines given stand."""
    rates = scheme.cost_rates
    if not rates:
        return
    kilometres = -(-distance_m // 1000)
    scheme.costs = [
        {
            "item": "车辆里程",
            "amount_fen": kilometres * rates["per_km_fen"],
            "basis": f"{kilometres} km × {amounts.yuan(rates['per_km_fen'])} 元",
        },
        {
            "item": "外勤补贴",
            "amount_fen": crew_days * rates["per_crew_day_fen"],
            "basis": f"{crew_days} 组日 × {amounts.yuan(rates['per_crew_day_fen'])} 元",
        },
    ]
    scheme.cost_fen = sum(line["amount_fen"] for line in scheme.costs)


def seal(scheme: Scheme, *, at: datetime, actor_id: UUID, what: str) -> list[dict[str, Any]]:
    """Give the scheme's present content its version and digest, and return what changed since the version before.

    A material change to a scheme that was signed off sends it back for sign-off.
    """
    db.session.flush()
    db.session.expire(scheme, ["crews", "stops"])  # read again in their order, as everybody else will
    if scheme.plan_version is None:
        scheme.compliance = checks.before_the_plan(scheme)
        scheme.pack_version = checks.packs_named(checks.packs_of(scheme)) if scheme.compliance else ""
    said = digest.content(scheme)
    before = scheme.versions[-1].content if scheme.versions else {}
    changed = list(digest.changes(before, said))
    is_material = rules.is_material(one["pointer"] for one in changed)
    scheme.version += 1
    scheme.digest = digest.digest(said)
    scheme.state = rules.after_change(rules.SchemeState(scheme.state), is_material=is_material)
    scheme.versions.append(
        SchemeVersion(
            scheme_id=scheme.id,
            version=scheme.version,
            digest=scheme.digest,
            content=said,
            changed_by=fetch(Person, actor_id),
            changed_at=at,
            what=what,
            is_material=is_material,
        )
    )
    return changed[: digest.MOST_CHANGES]


def changes_since(scheme: Scheme, seen: str) -> list[dict[str, Any]] | None:
    """Return what changed since the version with that digest, none when no version here ever had it."""
    row = next((one for one in reversed(scheme.versions) if one.digest == seen), None)
    return None if row is None else digest.listed(row.content, digest.content(scheme))


_CHANGES = ("vehicles", "materials", "costs", "cost_rates", "risk_notes", "crews", "stops")
