"""Our engine beside OR-Tools and VROOM on the same instances, each with so many CPU seconds, turn by turn."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import pyvrp

from bench import solomon
from bench.peers import routers
from server.planning.manner import manner

SEED = 7
_SHORT = 1e-9


@dataclass(frozen=True, slots=True)
class Duel:
    """What one instance came to in one budget: distances, infinite without a lawful answer."""

    name: str
    budget_s: float
    ours: float
    theirs: Mapping[str, float]
    best_known: float

    def is_ours(self, peer: str) -> bool:
        """Tell whether ours is shorter, or both are as short as any that is known."""
        at_best = self.ours <= self.best_known + _SHORT
        return self.ours < self.theirs[peer] - _SHORT or (at_best and self.theirs[peer] >= self.ours - _SHORT)


def engine(text: str, budget_s: float) -> float:
    """Return the distance PyVRP finds in so many processor seconds, checked by hand. Raises NotLawful."""
    problem, ends_s = solomon.read(text), time.process_time() + budget_s
    found = pyvrp.solve(
        problem,
        stop=lambda _best_cost: time.process_time() >= ends_s,
        seed=SEED,
        collect_stats=False,
        display=False,
        params=manner(budget_s, stops=problem.num_clients),
    )
    return solomon.checked(found, text)


def peer(name: str, text: str, budget_s: float) -> float:
    """Return the distance a peer finds, checked by the same hand; infinite when it finds none that is lawful."""
    given = solomon.instance(text)
    routes = routers.SOLVERS[name](given, budget_s)
    try:
        return float("inf") if routes is None else given.driven(routes)
    except solomon.NotLawful:
        return float("inf")


def mean_gap_pct(duels: list[Duel]) -> float:
    """Return the mean gap of ours to the best known, in percent."""
    return 100 * sum(one.ours / one.best_known - 1 for one in duels) / len(duels)


def won_pct(duels: list[Duel], peer_name: str) -> float:
    """Return on how many of all pairs of instance and budget ours is better, in percent."""
    return 100 * sum(one.is_ours(peer_name) for one in duels) / len(duels)
