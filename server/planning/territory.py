"""A large problem cut into territories (片区): a few crews with all their days, and the stops around them. Pure.

Stops and crews are halved again and again across the wider side of the map, each half with as much work as its crews
have hours for. A stop that only some crews can take, or that a crew has a claim to, goes where such a crew is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.planning.arrays import Flat, np
from server.planning.datum import Point, to_wgs84
from server.planning.model import Problem, Shift, Stop
from server.planning.roads import key_of
from server.planning.ties import bound_groups, standing
from server.planning.warm import Held

if TYPE_CHECKING:
    from numpy.typing import NDArray

TERRITORY_STOPS = 300
"""About as many stops a territory has; measured: 200 to 400 solve best."""

_DRIVE_S = 600  # what a stop is reckoned to take besides its service
_METRES_PER_DEGREE = 111_195.0
_SPREAD = 0.25  # crews that start from less than this part of the stops' width are spread over it anew


@dataclass(frozen=True, slots=True)
class Crew:
    """A crew with all its days."""

    id: str
    shifts: tuple[Shift, ...]

    @property
    def hours_s(self) -> float:
        """Return how long it works in all."""
        return sum((one.hours.closes_at - one.hours.opens_at).total_seconds() for one in self.shifts)

    @property
    def skills(self) -> frozenset[str]:
        """Return what it can do on any of its days."""
        return frozenset[str]().union(*(one.skills for one in self.shifts))


@dataclass(slots=True)
class _Cell:
    crews: list[Crew]
    stops: list[int]


def crews_of(problem: Problem) -> list[Crew]:
    """Return the crews of a problem in the order in which they first appear."""
    shifts: dict[str, list[Shift]] = {}
    for shift in problem.shifts:
        shifts.setdefault(shift.crew_id, []).append(shift)
    return [Crew(crew_id, tuple(own)) for crew_id, own in shifts.items()]


def flat(points: Sequence[Point | None]) -> Flat:
    """Return points on a plane about the first of them, good to a hundredth over a province; no point is (0, 0)."""
    known = [to_wgs84(point) if point is not None else None for point in points]
    first = next((one for one in known if one is not None), None)
    if first is None:
        return np.zeros((len(points), 2))
    rows = [(one.lon - first.lon, one.lat - first.lat) if one is not None else (0.0, 0.0) for one in known]
    scale = (_METRES_PER_DEGREE * float(np.cos(np.radians(first.lat))), _METRES_PER_DEGREE)
    on_plane: Flat = np.array(rows, dtype=np.float64) * np.array(scale)
    return on_plane


def territories(problem: Problem, *, held: Held, most: int = TERRITORY_STOPS) -> list[Problem]:
    """Return problems that together hold every stop and shift once, each of about `most` stops.

    A stop that is held stays with its crew's territory.
    """
    crews = crews_of(problem)
    at = flat([*(stop.point for stop in problem.stops), *(crew.shifts[0].start for crew in crews)])
    at_stops = at[: len(problem.stops)]
    homes = _homes(problem, crews=crews, held=held, at_stops=at_stops, at_starts=at[len(problem.stops) :])
    work_s = np.array([stop.service_s + _DRIVE_S for stop in problem.stops], dtype=np.float64)
    cells = _halved(_Cell(crews, list(range(len(problem.stops)))), at=at_stops, homes=homes, work_s=work_s, most=most)
    _claim(cells, problem=problem, at=at_stops, held=held)
    _join(cells, problem=problem, held=held)
    return [
        part_of(
            problem,
            stops=[problem.stops[index] for index in sorted(cell.stops)],
            shifts=[shift for crew in cell.crews for shift in crew.shifts],
            held=held,
        )
        for cell in cells
    ]


def part_of(problem: Problem, *, stops: Sequence[Stop], shifts: Sequence[Shift], held: Held) -> Problem:
    """Return a part of a problem, its stops told when those that others hold visit the same people."""
    if any(stop.revisit is not None for stop in stops):
        everyone = {stop.id: stop for stop in problem.stops}
        held_on = {one: shift.on for shift in problem.shifts for one in held.get(shift.key, ())}
        stops = standing(stops, everyone=everyone, held_on=held_on)
    roads = problem.roads
    if roads is not None:
        doors = [stop.point for stop in stops if stop.point is not None]
        ends = [point for shift in shifts for point in (shift.start, shift.end)]
        roads = roads.among([key_of(point) for point in (*doors, *ends)])
    return replace(problem, stops=tuple(stops), shifts=tuple(shifts), roads=roads)


def _homes(
    problem: Problem, *, crews: Sequence[Crew], held: Held, at_stops: Flat, at_starts: Flat
) -> dict[str, tuple[float, float]]:
    """Return where each crew's work lies: amid the stops it holds, else where it starts."""
    number = {stop.id: index for index, stop in enumerate(problem.stops)}
    homes: dict[str, tuple[float, float]] = {}
    for crew, start in zip(crews, at_starts, strict=True):
        own = [number[stop_id] for shift in crew.shifts for stop_id in held.get(shift.key, ()) if stop_id in number]
        east, north = at_stops[own].mean(axis=0) if own else start
        homes[crew.id] = (float(east), float(north))
    return homes


def _halved(
    cell: _Cell, *, at: Flat, homes: Mapping[str, tuple[float, float]], work_s: "NDArray[np.float64]", most: int
) -> list[_Cell]:
    if len(cell.stops) <= most or len(cell.crews) == 1:
        return [cell]
    own = at[cell.stops]
    axis = int(np.argmax(own.max(axis=0) - own.min(axis=0)))
    left, right = _crews_halved(cell.crews, homes=homes, axis=axis, width=float(np.ptp(own[:, axis])))
    share = sum(crew.hours_s for crew in left) / sum(crew.hours_s for crew in cell.crews)
    order = sorted(cell.stops, key=lambda index: (at[index, axis], at[index, 1 - axis], index))
    done = np.cumsum(work_s[order])
    cut = int(np.searchsorted(done - work_s[order] / 2, share * done[-1]))
    halves = _Cell(left, order[:cut]), _Cell(right, order[cut:])
    return [part for half in halves for part in _halved(half, at=at, homes=homes, work_s=work_s, most=most)]


def _crews_halved(
    crews: Sequence[Crew], *, homes: Mapping[str, tuple[float, float]], axis: int, width: float
) -> tuple[list[Crew], list[Crew]]:
    """Part crews by where their work lies; those of one base are dealt out so that both halves have all skills."""
    along = [homes[crew.id][axis] for crew in crews]
    if max(along) - min(along) < _SPREAD * width:
        dealt = sorted(crews, key=lambda crew: (sorted(crew.skills), crew.id))
        return dealt[::2], dealt[1::2]
    ordered = sorted(crews, key=lambda crew: (homes[crew.id][axis], crew.id))
    middle = len(ordered) // 2
    return ordered[:middle], ordered[middle:]


def _claim(cells: Sequence[_Cell], *, problem: Problem, at: Flat, held: Held) -> None:
    """Move each stop that another territory's crew holds, is asked for, or alone can take, to that territory."""
    cell_of = {crew.id: number for number, cell in enumerate(cells) for crew in cell.crews}
    holder = {
        stop_id: shift.crew_id for shift in problem.shifts for stop_id in held.get(shift.key, ())
    }  # fmt: skip
    skills = [[crew.skills for crew in cell.crews] for cell in cells]
    middles = np.array([at[cell.stops].mean(axis=0) if cell.stops else (np.inf, np.inf) for cell in cells])
    kept: list[list[int]] = [[] for _ in cells]
    for number, cell in enumerate(cells):
        for index in cell.stops:
            stop = problem.stops[index]
            claimed = cell_of.get(_claimant(stop, holder.get(stop.id)) or "")
            kept[number if claimed is None else claimed].append(index)
    for cell in cells:
        cell.stops = []
    for number, indices in enumerate(kept):
        for index in indices:
            needs = problem.stops[index].needs
            able = [one for one in range(len(cells)) if any(needs <= has for has in skills[one])]
            if number in able or not able:
                cells[number].stops.append(index)
            else:
                gaps = np.hypot(*(middles[able] - at[index]).T)
                cells[able[int(np.argmin(gaps))]].stops.append(index)


def _join(cells: Sequence[_Cell], *, problem: Problem, held: Held) -> None:
    """Move stops that are on no route to the territory of a stop they are bound to, a held one before others."""
    number = {stop.id: index for index, stop in enumerate(problem.stops)}
    cell_of = {index: number for number, cell in enumerate(cells) for index in cell.stops}
    fixed = {number[one] for stop_ids in held.values() for one in stop_ids if one in number}
    for group in bound_groups(problem.stops):
        cell = cell_of[min(group, key=lambda index: (index not in fixed, index))]
        for index in group:
            if index not in fixed and cell_of[index] != cell:
                cells[cell_of[index]].stops.remove(index)
                cells[cell].stops.append(index)


def _claimant(stop: Stop, holder: str | None) -> str | None:
    """Return the crew that must have a stop, holds it, or is the one its debtor knows."""
    return stop.crew_id or holder or (stop.prefers.crew_id if stop.prefers else None)
