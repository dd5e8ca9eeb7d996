"""Turn points between the three datums in use: WGS-84, GCJ-02 and BD-09. Pure.

A point keeps the datum it came with; all computing is in WGS-84. The way back is found by iteration, so a round trip
is exact to well under half a metre. Points outside the mainland are the same in all three (see `border.py`).
Within some 700 m of the mainland's edge one GCJ-02 point can stand for two places; it is then read as the mainland one,
because whoever writes "GCJ-02" speaks of a map of the mainland.

Source: the two shifts are published only as open-source code; the constants (Krasovsky 1940 ellipsoid, the series of
sines, the 3000/180 swirl) are the same everywhere.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from server.errors import Invalid
from server.planning.border import is_in_mainland

_AXIS_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_SWIRL = math.pi * 3000.0 / 180.0
_BD_LON_OFFSET_DEG = 0.0065
_BD_LAT_OFFSET_DEG = 0.006
_SETTLED_DEG = 1e-10  # a hundredth of a millimetre
_MOST_ROUNDS = 20
_MOST_LON_DEG = 180.0
_MOST_LAT_DEG = 90.0


class Datum(StrEnum):
    """The datum that a coordinate pair is written in (坐标系)."""

    WGS84 = "WGS-84"  # GPS
    GCJ02 = "GCJ-02"  # AMap, Tencent and the phone makers' maps in China
    BD09 = "BD-09"  # Baidu


class OffTheMap(Invalid):
    """A coordinate is not a place on earth."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees, never without its datum."""

    lon: float
    lat: float
    datum: Datum = Datum.WGS84

    def __post_init__(self) -> None:
        """Refuse what no map can show. Raises OffTheMap."""
        if not (abs(self.lon) <= _MOST_LON_DEG and abs(self.lat) <= _MOST_LAT_DEG):
            raise OffTheMap(
                f"longitude within ±180 and latitude within ±90 expected, got {self.lon}, {self.lat}",
                lon=str(self.lon),
                lat=str(self.lat),
            )


def to_wgs84(point: Point) -> Point:
    """Return the same place in WGS-84."""
    return convert(point, to=Datum.WGS84)


def convert(point: Point, *, to: Datum) -> Point:
    """Return the same place in another datum; a point outside the mainland keeps its figures."""
    if point.datum is to:
        return point
    lon, lat = _wgs84_degrees(point)
    if to is not Datum.WGS84 and is_in_mainland(lon_wgs84=lon, lat_wgs84=lat):
        lon, lat = _gcj02_from_wgs84(lon, lat)
        if to is Datum.BD09:
            lon, lat = _bd09_from_gcj02(lon, lat)
    return Point(lon=lon, lat=lat, datum=to)


def _wgs84_degrees(point: Point) -> tuple[float, float]:
    if point.datum is Datum.WGS84:
        return point.lon, point.lat
    lon, lat = point.lon, point.lat
    if point.datum is Datum.BD09:
        lon, lat = _undo(_bd09_from_gcj02, lon, lat)
    lon, lat = _undo(_gcj02_from_wgs84, lon, lat)
    if is_in_mainland(lon_wgs84=lon, lat_wgs84=lat):
        return lon, lat
    return point.lon, point.lat


def _undo(shift: Callable[[float, float], tuple[float, float]], lon: float, lat: float) -> tuple[float, float]:
    """Find the point that `shift` moves to (lon, lat): walk back by the error until it is gone."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_MOST_ROUNDS):
        there_lon, there_lat = shift(guess_lon, guess_lat)
        error_lon, error_lat = there_lon - lon, there_lat - lat
        guess_lon, guess_lat = guess_lon - error_lon, guess_lat - error_lat
        if abs(error_lon) < _SETTLED_DEG and abs(error_lat) < _SETTLED_DEG:
            break
    return guess_lon, guess_lat


def _gcj02_from_wgs84(lon: float, lat: float) -> tuple[float, float]:
    east, north = _offset_m(lon - 105.0, lat - 35.0)
    radians = math.radians(lat)
    squash = 1.0 - _ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / (squash * math.sqrt(squash))
    parallel_m = _AXIS_M / math.sqrt(squash) * math.cos(radians)
    return lon + math.degrees(east / parallel_m), lat + math.degrees(north / meridian_m)


def _offset_m(x: float, y: float) -> tuple[float, float]:
    """Return the shift in metres (east, north); x and y are degrees from 105 E, 35 N."""
    ripple = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    root = math.sqrt(abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    return east, north


def _bd09_from_gcj02(lon: float, lat: float) -> tuple[float, float]:
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _SWIRL)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _SWIRL)
    return radius * math.cos(angle) + _BD_LON_OFFSET_DEG, radius * math.sin(angle) + _BD_LAT_OFFSET_DEG
