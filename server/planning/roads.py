"""Road metres and seconds from outside, as far as they are known: a table that may have gaps. Pure.

Where the table is silent the straight line with its detour factor stands in, so a plan can always be made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from server.planning.arrays import np
from server.planning.datum import Point, to_wgs84
from server.planning.distance import DetourModel, Matrix, matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIMALS = 5
"""Points are told apart to about a metre."""

PlaceKey = tuple[int, int]
"""Longitude and latitude in WGS-84, in hundred-thousandths of a degree."""

UNKNOWN = -1
_HUNDRED = 100.0
_TAIL = 95


def key_of(point: Point) -> PlaceKey:
    """Return the name of a point in a table."""
    place = to_wgs84(point)
    return round(place.lon * 10**DECIMALS), round(place.lat * 10**DECIMALS)


@dataclass(frozen=True, slots=True)
class DistanceUsed:
    """What the drives of a plan were reckoned with (距离来源), and how far off the detour factor would have been.

    asked names the service that was to be asked, none when none is set up; fell_back says that it did not answer.
    filled counts drives it could not tell. The error is that of metres by the factor against its own: the mean over
    all drives, and what 95 of 100 stay below, both in percent of the road's metres.
    """

    source: str
    asked: str | None = None
    fell_back: bool = False
    filled: int = 0
    mean_error_pct: float | None = None
    p95_error_pct: float | None = None


BY_FACTOR = DistanceUsed("detour")
"""Straight lines times the detour factor, nobody asked."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadTable:
    """What one service says of the drives between places; UNKNOWN where it knows no road."""

    source: str
    keys: tuple[PlaceKey, ...]
    metres: "NDArray[np.int32]"
    seconds: "NDArray[np.int32]"

    def among(self, keys: Sequence[PlaceKey]) -> Self:
        """Return the part of the table between some of its places."""
        wanted = set(keys)
        rows = [index for index, key in enumerate(self.keys) if key in wanted]
        index = np.ix_(rows, rows)
        return type(self)(
            self.source, tuple(self.keys[row] for row in rows), self.metres[index], self.seconds[index]
        )  # fmt: skip


def road_matrix(points: Sequence[Point], *, model: DetourModel, roads: RoadTable | None) -> Matrix:
    """Return the drives between points as a service knows them, parking included, the others by the detour factor.

    Two points closer than a metre count as one place, whatever the service says.
    """
    found = matrix(points, model=model)
    if roads is None:
        return found
    metres, seconds = _between(points, roads, roads.metres), _between(points, roads, roads.seconds)
    is_told = (metres != UNKNOWN) & (seconds != UNKNOWN) & (found.metres > 0)
    return Matrix(
        metres=np.where(is_told, metres, found.metres),
        seconds=np.where(is_told, seconds.astype(np.int64) + model.parking_s, found.seconds),
    )


def used(points: Sequence[Point], *, model: DetourModel, roads: RoadTable) -> DistanceUsed:
    """Return what is to be said of a table used for these points: its gaps, and the error of the factor against it."""
    by_factor = matrix(points, model=model).metres
    told, is_drive = _between(points, roads, roads.metres), by_factor > 0
    is_told = is_drive & (told > 0)
    errors = np.abs(by_factor[is_told] / told[is_told] - 1.0) * _HUNDRED
    return DistanceUsed(
        source=roads.source,
        asked=roads.source,
        filled=int((is_drive & ~is_told).sum()),
        mean_error_pct=round(float(errors.mean()), 1) if errors.size else None,
        p95_error_pct=round(float(np.percentile(errors, _TAIL)), 1) if errors.size else None,
    )


def _between(points: Sequence[Point], roads: RoadTable, told: "NDArray[np.int32]") -> "NDArray[np.int32]":
    """Return the part of a table between points in their order, UNKNOWN for one it does not have."""
    number = {key: index for index, key in enumerate(roads.keys)}
    wider = np.pad(told, ((0, 1), (0, 1)), constant_values=UNKNOWN)  # its last row and column stand for all others
    rows = np.array([number.get(key_of(point), len(roads.keys)) for point in points])
    between: NDArray[np.int32] = wider[np.ix_(rows, rows)]
    return between
