"""The road plan as a job: read the scheme, search without holding the database, write what was found."""

from collections.abc import Mapping
from time import perf_counter
from typing import Any
from uuid import UUID

from server import clock
from server.db import begin_write, db, fetch
from server.jobs import Report, runs
from server.planning.distance import DETOUR_MODELS
from server.planning.model import Limits, Plan, Problem
from server.planning.solve import solve
from server.schemes import checks, plan_store, road_problem, rules
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

    Raises SchemeMoved, or what the planner refuses.
    """
    scheme_id = UUID(args["scheme_id"])
    problem = _read(scheme_id, args)
    plan = _search(problem, args, report)
    begin_write()
    scheme = unmoved(fetch(Scheme, scheme_id, lock=True), args)
    number = plan_store.keep(scheme, plan, parameters=CrewTerms.of(args).as_parameters())
    plan_store.adopt(scheme, plan, number=number, at=clock.now(), actor_id=UUID(args["actor_id"]), what="路线计划")
    return f"/v1/schemes/{scheme_id}/routes"


def unmoved(scheme: Scheme, args: Mapping[str, Any]) -> Scheme:
    """Return the scheme if it still is the version that was asked for. Raises SchemeMoved."""
    if scheme.version != args["version"]:
        raise SchemeMoved(f"planned for version {args['version']}, it is now {scheme.version}")
    return scheme


def _read(scheme_id: UUID, args: Mapping[str, Any]) -> Problem:
    problem = road_problem.problem(
        unmoved(fetch(Scheme, scheme_id), args),
        rules_for=lambda stop, day: checks.pack_for(stop, on=day),
        detour=DETOUR_MODELS[args["region"]],
        route_centroids=args["route_centroids"],
        terms=CrewTerms.of(args),
    )
    db.session.rollback()  # the search may take minutes and must not hold a snapshot
    return problem


def _search(problem: Problem, args: Mapping[str, Any], report: Report) -> Plan:
    watch = Watch(report, stops=len(problem.stops))
    limits = Limits(iterations=args["iterations"], seed=args["seed"], budget_s=args["budget_s"])
    return solve(problem, limits=limits, progress=watch.progress, should_stop=watch.should_stop, stopwatch=perf_counter)
