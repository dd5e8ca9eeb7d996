"""The re-planning of a day under way (盘中重排) as a job: it proposes, somebody looks at the difference, then accepts.

Done and begun visits are no part of it, crews start from where they are, crews out of reach keep their plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from server import audit, clock
from server.db import begin_write, db, fetch
from server.jobs import Report, runs
from server.planning import replan
from server.planning.difference import Difference, difference
from server.planning.model import Limits
from server.planning.plans import Plan
from server.planning.replan import Spent, Standing
from server.schemes import plan_job, plan_store, points, road_problem, rules
from server.schemes.models import RoutePlan, Scheme, SchemeStop
from server.schemes.rules import StopState

KIND = "replan_scheme"


class ProposalStale(rules.SchemeNotOpen):
    """The plan is no proposal for the scheme as it stands."""


@runs(KIND)
def replan_scheme(args: dict[str, Any], report: Report) -> str:
    """Propose a plan for what is left of a scheme; nothing is changed until it is accepted.

    Raises SchemeMoved, NotPlanned, or what the planner refuses.
    """
    scheme_id, at = UUID(args["scheme_id"]), datetime.fromisoformat(args["at"])
    scheme = plan_job.unmoved(fetch(Scheme, scheme_id), args)
    row = plan_store.row_in_force(scheme)
    before = plan_store.plan_of(row)
    problem = plan_store.problem_of(scheme, row)
    standings = _standings(scheme, told=args["positions"], at=at)
    spent = _read_spent(row.parameters)
    db.session.rollback()  # the search may take minutes and must not hold a snapshot
    watch = plan_job.Watch(report, stops=len(problem.stops))
    found = replan.replan(
        problem,
        plan=before,
        at=at,
        standings=standings,
        unreachable=args["unreachable"],
        limits=Limits(iterations=args["iterations"], seed=args["seed"], budget_s=args["budget_s"]),
        spent=spent,
        progress=watch.progress,
        should_stop=watch.should_stop,
        processes=plan_job.processes(),
    )
    used = replan.spent_by(
        problem, plan=before, at=at, standings=standings, unreachable=args["unreachable"], spent=spent
    )
    begin_write()
    scheme = plan_job.unmoved(fetch(Scheme, scheme_id, lock=True), args)
    parameters = dict(plan_store.row_in_force(scheme).parameters)
    parameters |= {"proposed_for": scheme.version, "replanned_at": args["at"], "unreachable": args["unreachable"]}
    parameters["spent"] = [[crew_id, on.isoformat(), *astuple(one)] for (crew_id, on), one in sorted(used.items())]
    number = plan_store.keep(scheme, found, parameters=parameters)
    audit.note("scheme.replan_proposed", f"scheme:{scheme.id}", actor_id=UUID(args["actor_id"]), plan_version=number)
    return f"/v1/schemes/{scheme_id}/plans/{number}/difference"


def _read_spent(parameters: Mapping[str, Any]) -> dict[tuple[str, date], Spent]:
    """Return what the crews had used up when the plan of these parameters began; nothing for a morning's plan."""
    return {(crew_id, date.fromisoformat(on)): Spent(*used) for crew_id, on, *used in parameters.get("spent", [])}


def proposal(scheme: Scheme, number: int) -> RoutePlan:
    """Return a proposed plan that still fits the scheme. Raises ProposalStale."""
    row = next((one for one in scheme.plans if one.version == number), None)
    if row is None or row.parameters.get("proposed_for") != scheme.version:
        raise ProposalStale("plan again: it was changed since, or never was a proposal", plan_version=number)
    return row


def what_changes(scheme: Scheme, row: RoutePlan) -> Difference:
    """Return what a proposal does otherwise than the plan in force with the stops that are still to be made."""
    open_ids = {str(stop.id) for stop in road_problem.plannable(scheme)}
    return difference(_left_of(plan_store.plan_in_force(scheme), open_ids), plan_store.plan_of(row))


def accept(scheme: Scheme, row: RoutePlan, *, actor_id: UUID) -> None:
    """Put a proposal in force; visits that were begun since stay as the field has them."""
    what = "盘中重排" if "replanned_at" in row.parameters else "调整路线"
    plan_store.adopt(scheme, plan_store.plan_of(row), number=row.version, at=clock.now(), actor_id=actor_id, what=what)


def _left_of(plan: Plan, open_ids: set[str]) -> Plan:
    """Return a plan's routes without the stops that are done; a leg after one of them stays as it was planned."""
    routes = [replace(one, stops=tuple(stop for stop in one.stops if stop.stop_id in open_ids)) for one in plan.routes]
    return replace(plan, routes=tuple(one for one in routes if one.stops))


def _standings(scheme: Scheme, *, told: Sequence[Mapping[str, Any]], at: datetime) -> list[Standing]:
    """Return where each crew is: as told, else at the last door it is known to have driven to."""
    doors = (_last_door(scheme, crew.id, at=at) for crew in scheme.crews)
    found = {door.crew_id: door for door in doors if door is not None}
    for one in told:
        free_at = datetime.fromisoformat(one["free_at"]) if one["free_at"] else at
        found[one["crew_id"]] = Standing(one["crew_id"], road_problem.point_of(one["point"]), max(at, free_at))
    return [found[crew_id] for crew_id in sorted(found)]


def _last_door(scheme: Scheme, crew_id: UUID, *, at: datetime) -> Standing | None:
    """Return the crew's last begun stop of the day: one it drives to keeps it for the whole visit from now."""
    begun = [
        stop
        for stop in scheme.stops
        if stop.crew_id == crew_id and stop.state in rules.FIELD_STATES and _is_today(stop, at=at)
    ]
    last = max(begun, key=lambda stop: (stop.state == StopState.EN_ROUTE, stop.seq or 0), default=None)
    point = points.point_of_stop(last) if last is not None else None
    if last is None or point is None:
        return None
    is_there = last.state == StopState.EN_ROUTE
    return Standing(str(crew_id), point, at + timedelta(minutes=last.service_min if is_there else 0))


def _is_today(stop: SchemeStop, *, at: datetime) -> bool:
    return stop.day == at.astimezone(clock.SHANGHAI).date()


def in_utc(moment: datetime) -> str:
    """Return a moment as the job's arguments have it."""
    return moment.astimezone(UTC).isoformat()
