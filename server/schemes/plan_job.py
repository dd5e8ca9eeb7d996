"""The road plan as a job: read the scheme, search without holding the database, write what was found."""

import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from server import clock
from server.db import begin_write, db, fetch
from server.jobs import Report, runs
from server.planning.distance import DETOUR_MODELS
from server.planning.model import Limits, Problem
from server.planning.planner import plan
from server.planning.plans import Plan
from server.schemes import bindings, checks, pins, plan_store, road_problem, road_tables, rules
from server.schemes.crew_terms import CrewTerms
from server.schemes.models import Scheme

KIND = "plan_scheme"


class SchemeMoved(rules.SchemeNotOpen):
    """The scheme was changed while it was being planned."""


class Watch:
    """Passes a search's progress on to the job, and the job's end on to the search."""

    def __init__(self, report: Report, *, stops: int) -> None:
        self._report, self._stops = report, stops
        self._is_cancelled, self._fraction, self._message = False, 0.0, ""

    def progress(self, done: float, best_cost: int, served: int) -> None:
        """Keep what the job shows next."""
        self._fraction, self._message = done, f"{served}/{self._stops} · {best_cost} s"

    def should_stop(self) -> bool:
        """Tell the job how far it is and ask whether its owner wants it to end."""
        self._is_cancelled = self._is_cancelled or self._report(self._fraction, self._message)
        return self._is_cancelled


@runs(KIND)
def plan_scheme(args: dict[str, Any], report: Report) -> str:
    """Find routes for a scheme and store them; a cancelled search keeps the best so far.

    Asked to propose, it keeps them without putting them in force. Raises SchemeMoved, or what the planner refuses.
    """
    scheme_id = UUID(args["scheme_id"])
    problem, in_force, warm_from = _read(scheme_id, args)
    found = _search(problem, args, report, in_force=in_force)
    begin_write()
    scheme = unmoved(fetch(Scheme, scheme_id, lock=True), args)
    parameters = CrewTerms.of(args).as_parameters() | {"warm_from": warm_from, "pins": args.get("pins", [])}
    parameters["orders"] = args.get("orders", [])
    if args.get("propose"):
        number = plan_store.keep(scheme, found, parameters=parameters | {"proposed_for": scheme.version})
        return f"/v1/schemes/{scheme_id}/plans/{number}/difference"
    number = plan_store.keep(scheme, found, parameters=parameters)
    plan_store.adopt(scheme, found, number=number, at=clock.now(), actor_id=UUID(args["actor_id"]), what="路线计划")
    return f"/v1/schemes/{scheme_id}/routes"


def unmoved(scheme: Scheme, args: Mapping[str, Any]) -> Scheme:
    """Return the scheme if it still is the version that was asked for. Raises SchemeMoved."""
    if scheme.version != args["version"]:
        raise SchemeMoved(f"planned for version {args['version']}, it is now {scheme.version}")
    return scheme


def _read(scheme_id: UUID, args: Mapping[str, Any]) -> tuple[Problem, Plan | None, int | None]:
    """Return what is to be planned, the plan to begin from where one is wanted, and its number."""
    scheme = unmoved(fetch(Scheme, scheme_id), args)
    is_warm = args.get("warm", False) and scheme.plan_version is not None
    row = plan_store.row_in_force(scheme) if is_warm else None
    problem = road_problem.problem(
        scheme,
        rules_for=lambda stop, day: checks.pack_for(stop, on=day),
        detour=DETOUR_MODELS[args["region"]],
        route_centroids=args["route_centroids"],
        terms=CrewTerms.of(args),
    )
    in_force = plan_store.plan_of(row) if row is not None else None
    number = row.version if row is not None else None
    db.session.rollback()  # the search may take minutes and must not hold a snapshot
    problem = bindings.hold(problem, args.get("orders", []))
    return pins.hold(problem, args.get("pins", [])), in_force, number


def _search(problem: Problem, args: Mapping[str, Any], report: Report, *, in_force: Plan | None) -> Plan:
    watch = Watch(report, stops=len(problem.stops))
    return plan(
        road_tables.asked(problem),
        limits=Limits(iterations=args["iterations"], seed=args["seed"], budget_s=args["budget_s"]),
        starts=args.get("starts", 1),
        processes=processes(),
        plan_in_force=in_force,
        progress=watch.progress,
        should_stop=watch.should_stop,
    )


def processes() -> int:
    """Return how many processes a plan may be worked on in: one for each core."""
    return os.cpu_count() or 1
