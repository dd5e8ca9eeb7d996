"""A plan of any size: small ones from several starts at once, large ones by territories (片区), borders repaired.

The same problem, seed and iterations give the same plan, however many processes there are. A time budget is shared out:
half for the territories, the rest for rounds over neighbourhoods of crews. Pure, but for
the processes it may start and the stopwatch that a time budget is kept with.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from server.planning.found import Progress
from server.planning.hands import Hands, ShouldStop, never
from server.planning.model import Limits, Problem, day_key
from server.planning.neighbours import Neighbourhoods
from server.planning.piece import Piece
from server.planning.plans import Plan, SearchRecord
from server.planning.solve import NoShift, solver
from server.planning.territory import TERRITORY_STOPS, crews_of, territories
from server.planning.warm import Held, held_by

LARGE_STOPS = 450
"""From so many stops on a problem is cut into territories."""

WORTH_A_PROCESS = 60
"""Below so many stops a plan is found sooner than a process is started."""

ROUNDS = 4
"""So many rounds over neighbourhoods when iterations alone bound the search."""

_ROUND_S, _LEAST_S = 4.0, 0.5  # the most and the least seconds for one neighbourhood
_ROUND_SEEDS = 100_000  # neighbourhoods search with other seeds than territories
_TERRITORIES_UNTIL, _ROUNDS_UNTIL = 0.45, 0.9  # parts of a time budget


@dataclass
class _Work:
    """A large plan under way."""

    hands: Hands
    state: Neighbourhoods
    limits: Limits
    progress: Progress | None
    began_s: float
    driven_s: dict[str, int]
    iterations: int = 0
    done: float = 0.0

    def left_s(self, *, until: float) -> float:
        """Return the seconds left until a part of the time budget is spent."""
        return until * (self.limits.budget_s or 0.0) - (perf_counter() - self.began_s)

    def is_over(self) -> bool:
        """Tell whether a time budget leaves no room to begin anything."""
        return self.limits.budget_s is not None and self.left_s(until=_ROUNDS_UNTIL) <= 0

    def run(self, pieces: list[Piece], *, until: float) -> None:
        """Improve pieces and keep what came of them; `until` is the part of all the work that is then done."""
        step = max(0.0, until - self.done) / max(1, len(pieces))
        for _, found in self.hands.improve(pieces, enough=self.is_over):
            self.state.keep(found.held)
            self.driven_s |= found.driven_s
            self.iterations += found.iterations
            self.done += step
            if self.progress is not None:
                cost_s = sum(self.driven_s.values()) + self.state.waiting_prizes_s
                self.progress(self.done, cost_s, self.state.served)


def plan(
    problem: Problem,
    *,
    limits: Limits,
    starts: int = 1,
    processes: int = 1,
    plan_in_force: Plan | None = None,
    progress: Progress | None = None,
    should_stop: ShouldStop = never,
) -> Plan:
    """Return the best plan found within the limits, from the plan in force where there is one.

    Several starts apply to a plan that is solved whole. Raises NoShift.
    """
    if not problem.shifts:
        raise NoShift("no shift given")
    held = held_by(plan_in_force) if plan_in_force is not None else {}
    is_large = len(problem.stops) >= LARGE_STOPS and len(crews_of(problem)) > 1
    is_worth_it = is_large or (starts > 1 and len(problem.stops) >= WORTH_A_PROCESS)
    with Hands(processes if is_worth_it else 1, should_stop=should_stop) as hands:
        if is_large:
            return _by_territories(problem, held=held, limits=limits, hands=hands, progress=progress)
        return _from_starts(problem, held=held, limits=limits, starts=starts, hands=hands, progress=progress)


def _from_starts(
    problem: Problem, *, held: Held, limits: Limits, starts: int, hands: Hands, progress: Progress | None
) -> Plan:
    """Search the whole problem from several seeds; of equal plans the one of the least seed counts."""
    share = limits
    if limits.budget_s is not None:
        share = replace(limits, budget_s=limits.budget_s * min(hands.processes, starts) / starts)
    pieces = [Piece(problem, held, replace(share, seed=limits.seed + number)) for number in range(starts)]
    found = dict(hands.improve(pieces, progress=progress))
    best = min(found, key=lambda number: (found[number].cost_s, number), default=None)
    is_early = hands.was_stopped or any(one.stopped_early for one in found.values())
    iterations = sum(one.iterations for one in found.values())
    record = replace(_record(problem, limits=limits, iterations=iterations, is_early=is_early), starts=starts)
    return hands.explain([Piece(problem, held if best is None else found[best].held, limits)], record=record)[0]


def _by_territories(problem: Problem, *, held: Held, limits: Limits, hands: Hands, progress: Progress | None) -> Plan:
    """Search each territory, then neighbourhoods across their borders, then explain territory by territory."""
    parts = territories(problem, held=held, most=TERRITORY_STOPS)
    work = _Work(hands, Neighbourhoods(problem, held=held), limits, progress, began_s=perf_counter(), driven_s={})
    share = limits
    if limits.budget_s is not None:
        share = replace(limits, budget_s=_TERRITORIES_UNTIL * limits.budget_s * hands.processes / len(parts))
    pieces = [Piece(part, held, replace(share, seed=limits.seed + number)) for number, part in enumerate(parts)]
    work.run(pieces, until=_TERRITORIES_UNTIL)
    turn = 0
    while not hands.should_stop() and not work.is_over() and (turn < ROUNDS or limits.budget_s is not None):
        turn += 1
        work.run(work.state.batch(_for_a_round(work)), until=_done_after(work, turn=turn))
    record = _record(problem, limits=limits, iterations=work.iterations, is_early=hands.was_stopped or work.is_over())
    record = replace(record, territories=len(parts))
    last = territories(problem, held=work.state.held, most=TERRITORY_STOPS)
    found = hands.explain([Piece(part, work.state.held, limits) for part in last], record=record)
    return _joined(problem, found, record=record)


def _for_a_round(work: _Work) -> Limits:
    """Return how long one neighbourhood is searched: half as long as a territory, or a few seconds."""
    limits = replace(work.limits, iterations=max(1, work.limits.iterations // 2), seed=work.limits.seed + _ROUND_SEEDS)
    if limits.budget_s is None:
        return limits
    return replace(limits, budget_s=max(_LEAST_S, min(_ROUND_S, work.left_s(until=_ROUNDS_UNTIL))))


def _done_after(work: _Work, *, turn: int) -> float:
    """Return the part of all the work that is done after so many rounds."""
    if work.limits.budget_s is None:
        return _TERRITORIES_UNTIL + (_ROUNDS_UNTIL - _TERRITORIES_UNTIL) * turn / ROUNDS
    return min(_ROUNDS_UNTIL, 1.0 - work.left_s(until=1.0) / work.limits.budget_s + _ROUND_S / work.limits.budget_s)


def _record(problem: Problem, *, limits: Limits, iterations: int, is_early: bool) -> SearchRecord:
    return SearchRecord(
        solver=solver(),
        seed=limits.seed,
        iterations=iterations,
        iterations_allowed=limits.iterations,
        budget_s=limits.budget_s,
        stopped_early=is_early,
        detour=problem.detour,
        route_centroids=problem.route_centroids,
        distance=problem.distance,
    )


def _joined(problem: Problem, plans: Sequence[Plan], *, record: SearchRecord) -> Plan:
    """Return the plans of all territories as one, routes and left-out stops in the order of the problem."""
    shift_order = {shift.key: number for number, shift in enumerate(problem.shifts)}
    stop_order = {stop.id: number for number, stop in enumerate(problem.stops)}
    routes = (route for plan in plans for route in plan.routes)
    dropped = (drop for plan in plans for drop in plan.dropped)
    return Plan(
        routes=tuple(sorted(routes, key=lambda route: shift_order[day_key(route.crew_id, route.on)])),
        dropped=tuple(sorted(dropped, key=lambda drop: stop_order[drop.stop_id])),
        search=record,
    )
