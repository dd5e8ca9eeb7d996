"""Which crews are looked at together next: neighbourhoods that share no crew, each crew in turn at the heart. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.planning.arrays import Flat, np
from server.planning.model import Limits, Problem
from server.planning.piece import Piece
from server.planning.territory import Crew, crews_of, flat, part_of
from server.planning.ties import bound_groups

NEIGHBOURS = 3
"""A crew is looked at together with so many others."""

_MOST_WAITING = 80  # stops on no route that one neighbourhood is offered, the worthiest first
_ASKED = 12  # so many of the nearest crews may make up a neighbourhood, those that are still free
_WIDER = 1.1  # a neighbourhood's circle reaches a little further than its stops


class Neighbourhoods:
    """The state of a large plan: what each crew day holds, which stops wait, whose turn it is."""

    def __init__(self, problem: Problem, *, held: Mapping[str, Sequence[str]]) -> None:
        """Keep the problem and what is held; nothing has been looked at yet."""
        self.problem = problem
        self.held: dict[str, list[str]] = {key: list(stop_ids) for key, stop_ids in held.items()}
        self.crews = crews_of(problem)
        self._number = {stop.id: index for index, stop in enumerate(problem.stops)}
        at = flat([*(stop.point for stop in problem.stops), *(crew.shifts[0].start for crew in self.crews)])
        self._at: Flat = at[: len(problem.stops)]
        self._starts: Flat = at[len(problem.stops) :]
        groups = [frozenset(group) for group in bound_groups(problem.stops)]
        self._bound_to = {index: group for group in groups for index in group}
        self._heart_in = [0] * len(self.crews)
        self._turn = self._pieces = 0

    def batch(self, limits: Limits) -> list[Piece]:
        """Return the next neighbourhoods as pieces, each crew in one at most; each searches with a seed of its own."""
        self._turn += 1
        centres = np.array([self._centre(number) for number in range(len(self.crews))])
        free = set(range(len(self.crews)))
        waiting = self._waiting()
        pieces: list[Piece] = []
        for heart in sorted(free, key=lambda number: (self._heart_in[number], number)):
            if heart not in free:
                continue
            gaps = np.hypot(*(centres - centres[heart]).T)
            nearest = [int(one) for one in np.argsort(gaps, kind="stable")[:_ASKED]]
            near = [heart, *(one for one in nearest if one in free and one != heart)][: NEIGHBOURS + 1]
            if len(near) == 1 < len(self.crews):
                continue
            free = self._free_after(free, near)
            self._heart_in[heart] = self._turn
            own_limits = replace(limits, seed=limits.seed + self._pieces)
            self._pieces += 1
            pieces.append(self._piece([self.crews[number] for number in sorted(near)], waiting, own_limits))
        return pieces

    def keep(self, held: Mapping[str, Sequence[str]]) -> None:
        """Keep what the crews of a piece hold now."""
        self.held |= {key: list(stop_ids) for key, stop_ids in held.items()}

    @property
    def waiting_prizes_s(self) -> int:
        """Return what the stops on no route are worth."""
        return sum(self.problem.stops[index].prize_s for index in self._waiting())

    @property
    def served(self) -> int:
        """Return how many stops are on a route."""
        return sum(len(stop_ids) for stop_ids in self.held.values())

    def _own(self, crew: Crew) -> list[int]:
        return [self._number[stop_id] for shift in crew.shifts for stop_id in self.held.get(shift.key, ())]

    def _centre(self, number: int) -> tuple[float, float]:
        own = self._own(self.crews[number])
        east, north = self._at[own].mean(axis=0) if own else self._starts[number]
        return float(east), float(north)

    def _waiting(self) -> list[int]:
        """Return the stops on no route that have a point, the worthiest first."""
        served = {stop_id for stop_ids in self.held.values() for stop_id in stop_ids}
        stops = self.problem.stops
        waiting = [index for index, stop in enumerate(stops) if stop.id not in served and stop.point is not None]
        return sorted(waiting, key=lambda index: (not stops[index].must_visit, -stops[index].prize_s, index))

    def _piece(self, crews: Sequence[Crew], waiting: list[int], limits: Limits) -> Piece:
        """Return these crews with all they hold and the waiting stops amid them, which are then taken."""
        own = sorted(index for crew in crews for index in self._own(crew))
        taken = self._with_partners(own, self._amid(own, waiting=waiting))
        waiting[:] = [index for index in waiting if index not in taken]
        shifts = tuple(shift for crew in crews for shift in crew.shifts)
        stops = [self.problem.stops[index] for index in sorted([*own, *taken])]
        held = {shift.key: self.held.get(shift.key, []) for shift in shifts}
        return Piece(part_of(self.problem, stops=stops, shifts=shifts, held=self.held), held, limits)

    def _with_partners(self, own: Sequence[int], taken: set[int]) -> set[int]:
        """Return waiting stops without those bound to a stop that is not here as well."""
        here = {*own, *taken}
        return {index for index in taken if self._bound_to.get(index, frozenset()) <= here}

    def _free_after(self, free: set[int], near: Sequence[int]) -> set[int]:
        """Return the crews that may still be looked at side by side: none that shares a bound stop with these."""
        bound = frozenset[int]().union(
            *(self._bound_to.get(index, frozenset()) for number in near for index in self._own(self.crews[number]))
        )
        return {one for one in free - set(near) if not bound or bound.isdisjoint(self._own(self.crews[one]))}

    def _amid(self, own: Sequence[int], *, waiting: Sequence[int]) -> set[int]:
        if not own or not waiting:
            return set(waiting[:_MOST_WAITING])
        middle = self._at[list(own)].mean(axis=0)
        reach_m = _WIDER * float(np.hypot(*(self._at[list(own)] - middle).T).max())
        gaps = np.hypot(*(self._at[list(waiting)] - middle).T)
        near = [index for index, gap in zip(waiting, gaps, strict=True) if gap <= reach_m]
        return set(near[:_MOST_WAITING])
