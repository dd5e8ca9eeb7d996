"""How the engine is to search: what it takes instead of a better tour, and what being late costs it. Pure."""

from dataclasses import dataclass

from pyvrp import PenaltyParams, ProblemData
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks, IteratedLocalSearchParams
from pyvrp.solve import SolveParams

LONG_S_PER_STOP = 0.1
"""A search that has so many seconds for each stop is long."""

SHORT_HISTORY, LONG_HISTORY, PATIENCE = 100, 300, 10_000
"""So many iterations back the search looks when it takes a worse solution, and so many without a better one it bears.

Chosen on six of Solomon's instances that no bench measures (R108, R111, R203, RC104, RC106, RC202), seed 11, mean gap:
short 0.65 % after one CPU second against 1.3 % looking far back; long 0.02 % after twenty, 0.13 % looking back shortly,
and 0.18 % with the engine's own patience of 150,000.
"""


FIRST_PENALTY, PENALTIES_AFTER = 10.0, 50
"""What a second too much costs at first, in seconds of driving, and after how many solutions that is looked at anew.

The engine's own, 50,000 and 500, keep a short search among tours that are never late; so it stays where it began: a day
of 60 stops cost 1.4 % more after three CPU seconds (four seeds) and no less after ten, one of 200 stops 2.4 % more
after four (three seeds); a week of 300 stops with narrow hours cost 0.3 % less with the engine's own. Lower ones still
(2) leave the search of a few stops without a lawful tour.
"""

SMALL = 24
"""A search of so few clients of the engine is made in three parts, see `parts`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a search: the fraction of the whole after which it ends, its first penalty, where it begins."""

    until: float
    penalty: float = FIRST_PENALTY
    is_afresh: bool = False


class _Penalties(PenaltyParams):
    """Penalties that begin at a given one, not at half the highest: the search may pass through tours a little late."""

    def __init__(self, first: float) -> None:
        """Begin with so much for each unit of load, duration or distance too much."""
        super().__init__(solutions_between_updates=PENALTIES_AFTER)
        self._first = first

    def midpoint_penalties(self, data: ProblemData) -> tuple[list[float], float, float]:
        """Return what the engine begins with."""
        return [self._first] * data.num_load_dimensions, self._first, self._first


def manner(
    budget_s: float | None,
    *,
    stops: int,
    penalty: float = FIRST_PENALTY,
    callbacks: IteratedLocalSearchCallbacks | None = None,
) -> SolveParams:
    """Return how the engine is to search so many stops for so many seconds; without a budget, as in a short search."""
    is_long = budget_s is not None and budget_s >= LONG_S_PER_STOP * stops
    return SolveParams(
        ils=IteratedLocalSearchParams(
            history_length=LONG_HISTORY if is_long else SHORT_HISTORY,
            num_iters_no_improvement=PATIENCE,
            callbacks=callbacks or IteratedLocalSearchCallbacks(),
        ),
        penalty=_Penalties(penalty),
    )


def parts(clients: int) -> tuple[Part, ...]:
    """Return the parts of a search of so many clients; those not afresh begin from the best so far.

    Among a few places every step of the engine touches most of them, and what it takes back at once depends on the
    penalty: against all plans there are (`test_brute_force.py`), one part alone missed the best by more than 1 % in two
    of 4,000 problems, others with each penalty, and no number of iterations mended them.
    """
    if clients > SMALL:
        return (Part(1.0),)
    return Part(1 / 3), Part(2 / 3, penalty=1.0), Part(1.0, penalty=50_000.0, is_afresh=True)
