"""How far apart the stops are: a matrix for the solver, geodesics for the legs that are printed. Pure.

Roads are longer than straight lines, so every figure carries the detour factor and the speed it was made with; they
are data of a region (`DetourModel`) and stated on each plan. The haversine errs by 0.05 % on average and 0.3 % at worst
against the geodesic, far below what the factor can promise, and is a thousand times faster.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import Invalid
from server.planning.arrays import np
from server.planning.datum import Point, to_wgs84

if TYPE_CHECKING:
    from numpy.typing import NDArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth. Source: IUGG, GRS 80."""

_SECONDS_PER_HOUR = 3600
_METRES_PER_KM = 1000.0


class OddDetour(Invalid):
    """A detour model must make roads no shorter than straight lines and cars move."""


@dataclass(frozen=True, slots=True)
class DetourModel:
    """How a straight line becomes a drive in one region (绕行系数); region and source are printed with the plan."""

    region: str
    factor: float
    speed_km_h: float
    parking_s: int
    source: str

    def __post_init__(self) -> None:
        """Refuse figures no road has. Raises OddDetour."""
        if self.factor < 1.0 or self.speed_km_h <= 0.0 or self.parking_s < 0:
            raise OddDetour(
                f"factor >= 1, speed > 0 km/h and parking >= 0 s expected, "
                f"got {self.factor}, {self.speed_km_h}, {self.parking_s}",
            )

    def driving_s(self, road_m: float) -> int:
        """Return the seconds a drive of `road_m` metres takes, parking included; standing still takes none."""
        if road_m <= 0.0:
            return 0
        return round(road_m / _METRES_PER_KM / self.speed_km_h * _SECONDS_PER_HOUR) + self.parking_s


CITY = DetourModel(region="city", factor=1.4, speed_km_h=25.0, parking_s=180, source="firm policy, to be measured")
"""Streets of a built-up area."""

COUNTY = DetourModel(region="county", factor=1.35, speed_km_h=45.0, parking_s=60, source="firm policy, to be measured")
"""Country roads between towns and villages."""

DETOUR_MODELS = {model.region: model for model in (CITY, COUNTY)}


@dataclass(frozen=True, slots=True)
class Matrix:
    """Road metres and driving seconds between every two points, both int64, row to column, zeros on the diagonal."""

    metres: "NDArray[np.int64]"
    seconds: "NDArray[np.int64]"


def matrix(points: Sequence[Point], *, model: DetourModel) -> Matrix:
    """Return the road metres and driving seconds between all points, in their order.

    Two points closer than a metre count as one place: no drive and no parking.
    """
    road_m = np.rint(haversine_m(points) * model.factor).astype(np.int64)
    seconds = np.rint(road_m / _METRES_PER_KM / model.speed_km_h * _SECONDS_PER_HOUR).astype(np.int64)
    seconds[road_m > 0] += model.parking_s
    return Matrix(metres=road_m, seconds=seconds)


def haversine_m(points: Sequence[Point]) -> "NDArray[np.float64]":
    """Return the great-circle metres between all points."""
    places = [to_wgs84(point) for point in points]
    lon = np.radians(np.array([place.lon for place in places], dtype=np.float64))
    lat = np.radians(np.array([place.lat for place in places], dtype=np.float64))
    half = np.sin((lat[:, None] - lat[None, :]) / 2.0) ** 2
    half += np.cos(lat)[:, None] * np.cos(lat)[None, :] * np.sin((lon[:, None] - lon[None, :]) / 2.0) ** 2
    metres: NDArray[np.float64] = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return metres


def geodesic_m(start: Point, end: Point) -> float:
    """Return the metres between two points on the WGS-84 ellipsoid."""
    from geopy.distance import geodesic  # noqa: PLC0415  # loads every geocoder's HTTP client; the web needs neither

    here, there = to_wgs84(start), to_wgs84(end)
    return float(geodesic((here.lat, here.lon), (there.lat, there.lon)).m)


def leg_m(start: Point, end: Point, *, model: DetourModel) -> int:
    """Return the road metres of one leg of a final route: the geodesic times the detour factor."""
    return round(geodesic_m(start, end) * model.factor)
