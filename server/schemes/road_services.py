"""Road matrices over HTTP: OSRM, Valhalla, AMap (高德地图) and Baidu (百度地图), each in its own datum. Off by default.

Only the address that the operator set is asked: no redirects, no proxies of the environment, time-outs, bounded
answers. A service that fails is a RoadsFailed; whoever asked goes on without.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from server.errors import Conflict, Invalid
from server.planning.datum import Datum, Point, convert
from server.planning.roads import UNKNOWN

CONNECT_S, READ_S = 3.05, 20.0
MOST_BYTES = 4 * 1024 * 1024
"""A block's answer is some 100 kB."""

_CHUNK = 64 * 1024
_DEGREES = 6  # decimals that AMap takes at most
_OK = 200

Leg = tuple[int, int]
"""Metres and seconds; UNKNOWN for both where there is no road."""

NO_ROAD: Leg = (UNKNOWN, UNKNOWN)


class RoadsFailed(Conflict):
    """The road service did not answer, or not as it should."""


class UnknownRoads(Invalid):
    """There is no road service of that name, or it has no usable address."""


class RoadService(Protocol):
    """Tells drives from some points to others, at most `block` of each in one question."""

    @property
    def kind(self) -> str:
        """Return its name in the settings."""

    @property
    def block(self) -> tuple[int, int]:
        """Return how many sources and targets one question may have."""

    def legs(self, sources: Sequence[Point], targets: Sequence[Point]) -> list[list[Leg]]:
        """Return a row of legs for each source. Raises RoadsFailed."""


@dataclass(frozen=True, slots=True)
class _Host:
    """The operator's address and key."""

    base_url: str
    key: str = field(default="", repr=False)

    def asked(self, method: str, path: str, **how: Any) -> Any:
        """Return the JSON of one answer. Raises RoadsFailed."""
        import requests  # noqa: PLC0415  # 4 MiB that a worker of the web does not need

        try:
            with requests.Session() as session:
                session.trust_env = False  # no proxies, no .netrc
                with session.request(
                    method,
                    self.base_url + path,
                    timeout=(CONNECT_S, READ_S),
                    allow_redirects=False,
                    stream=True,
                    **how,
                ) as answer:
                    if answer.status_code != _OK:
                        raise RoadsFailed(f"answered {answer.status_code}")
                    return json.loads(_bounded(answer.iter_content(_CHUNK)))
        except (requests.RequestException, ValueError) as failure:
            raise RoadsFailed(type(failure).__name__) from failure


def _bounded(chunks: Iterator[bytes]) -> bytes:
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            raise RoadsFailed(f"answered more than {MOST_BYTES} bytes")
    return body


@dataclass(frozen=True, slots=True)
class Osrm:
    """OSRM's table service. Source: OSRM HTTP API, "Table service"; 100 coordinates at most by default."""

    host: _Host
    kind: str = "osrm"
    block: tuple[int, int] = (50, 50)

    def legs(self, sources: Sequence[Point], targets: Sequence[Point]) -> list[list[Leg]]:
        """Return a row of legs for each source. Raises RoadsFailed."""
        places = ";".join(_lon_lat(point, datum=Datum.WGS84) for point in (*sources, *targets))
        told = self.host.asked(
            "GET",
            f"/table/v1/driving/{places}",
            params={
                "sources": ";".join(str(number) for number in range(len(sources))),
                "destinations": ";".join(str(len(sources) + number) for number in range(len(targets))),
                "annotations": "duration,distance",
            },
        )
        if not isinstance(told, dict) or told.get("code") != "Ok":
            raise RoadsFailed(f"code {_word(told, 'code')}")
        metres, seconds = told.get("distances"), told.get("durations")
        return _rows(metres, seconds, rows=len(sources), columns=len(targets))


@dataclass(frozen=True, slots=True)
class Valhalla:
    """Valhalla's matrix. Source: Valhalla API reference, "Time-Distance Matrix"; 2,500 pairs at most by default."""

    host: _Host
    kind: str = "valhalla"
    block: tuple[int, int] = (50, 50)

    def legs(self, sources: Sequence[Point], targets: Sequence[Point]) -> list[list[Leg]]:
        """Return a row of legs for each source. Raises RoadsFailed."""
        asked = {
            "sources": [_as_object(point) for point in sources],
            "targets": [_as_object(point) for point in targets],
            "costing": "auto",
            "units": "kilometers",
        }
        told = self.host.asked("POST", "/sources_to_targets", json=asked)
        rows = told.get("sources_to_targets") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise RoadsFailed(f"error {_word(told, 'error_code')}")
        try:
            metres = [[_thousandfold(one["distance"]) for one in row] for row in rows]
            seconds = [[one["time"] for one in row] for row in rows]
        except (KeyError, TypeError) as failure:
            raise RoadsFailed("no matrix in the answer") from failure
        return _rows(metres, seconds, rows=len(sources), columns=len(targets))


@dataclass(frozen=True, slots=True)
class AMap:
    """AMap's distances, many to one, in GCJ-02. Source: AMap web service documentation, GET /v3/distance, type 1."""

    host: _Host
    kind: str = "amap"
    block: tuple[int, int] = (100, 1)

    def legs(self, sources: Sequence[Point], targets: Sequence[Point]) -> list[list[Leg]]:
        """Return a row of legs for each source. Raises RoadsFailed."""
        told = self.host.asked(
            "GET",
            "/v3/distance",
            params={
                "key": self.host.key,
                "origins": "|".join(_lon_lat(point, datum=Datum.GCJ02) for point in sources),
                "destination": _lon_lat(targets[0], datum=Datum.GCJ02),
                "type": "1",
                "output": "JSON",
            },
        )
        if not isinstance(told, dict) or str(told.get("status")) != "1":
            raise RoadsFailed(f"infocode {_word(told, 'infocode')}")
        legs = [NO_ROAD] * len(sources)
        try:
            for one in told["results"]:
                if "distance" in one and "code" not in one:  # a drive it cannot tell has a code
                    legs[int(one["origin_id"]) - 1] = int(one["distance"]), int(one["duration"])
        except (KeyError, TypeError, ValueError, IndexError) as failure:
            raise RoadsFailed("no distances in the answer") from failure
        return [[leg] for leg in legs]


@dataclass(frozen=True, slots=True)
class Baidu:
    """Baidu's route matrix, in BD-09, 50 pairs at most. Source: Baidu web service documentation, Route Matrix v2."""

    host: _Host
    kind: str = "baidu"
    block: tuple[int, int] = (10, 5)

    def legs(self, sources: Sequence[Point], targets: Sequence[Point]) -> list[list[Leg]]:
        """Return a row of legs for each source. Raises RoadsFailed."""
        told = self.host.asked(
            "GET",
            "/routematrix/v2/driving",
            params={
                "ak": self.host.key,
                "origins": "|".join(_lat_lon(point) for point in sources),
                "destinations": "|".join(_lat_lon(point) for point in targets),
                "coord_type": "bd09ll",
                "output": "json",
            },
        )
        if not isinstance(told, dict) or told.get("status") != 0:
            raise RoadsFailed(f"status {_word(told, 'status')}")
        try:
            pairs = [(one["distance"]["value"], one["duration"]["value"]) for one in told["result"]]
        except (KeyError, TypeError) as failure:
            raise RoadsFailed("no distances in the answer") from failure
        columns = len(targets)
        rows = [pairs[start : start + columns] for start in range(0, len(pairs), columns)]
        metres, seconds = ([[pair[part] for pair in row] for row in rows] for part in (0, 1))
        return _rows(metres, seconds, rows=len(sources), columns=columns)


KINDS: dict[str, Callable[[_Host], RoadService]] = {"osrm": Osrm, "valhalla": Valhalla, "amap": AMap, "baidu": Baidu}
DEFAULT_URLS = {"amap": "https://restapi.amap.com", "baidu": "https://api.map.baidu.com"}


def make_service(kind: str, *, base_url: str, key: str) -> RoadService:
    """Return the road service that the settings name. Raises UnknownRoads."""
    url = (base_url or DEFAULT_URLS.get(kind, "")).rstrip("/")
    where = urlsplit(url)
    if kind not in KINDS or where.scheme not in {"http", "https"} or not where.netloc or where.query or where.fragment:
        raise UnknownRoads(f"expected {', '.join(sorted(KINDS))} with an http address, got {kind}")
    return KINDS[kind](_Host(url, key))


def _rows(metres: Any, seconds: Any, *, rows: int, columns: int) -> list[list[Leg]]:
    """Return a matrix of numbers and nulls as legs. Raises RoadsFailed when its shape or a value is not as asked."""
    try:
        legs = [
            [_leg(*pair) for pair in zip(own_m, own_s, strict=True)]
            for own_m, own_s in zip(metres, seconds, strict=True)
        ]
    except (TypeError, ValueError) as failure:
        raise RoadsFailed("no matrix in the answer") from failure
    if len(legs) != rows or any(len(row) != columns for row in legs):
        raise RoadsFailed(f"a matrix of {rows} by {columns} expected")
    return legs


def _leg(metres: Any, seconds: Any) -> Leg:
    if metres is None or seconds is None:
        return NO_ROAD
    if not 0 <= float(metres) < 10**8 or not 0 <= float(seconds) < 10**8:
        message = "no drive on earth"
        raise ValueError(message)
    return round(float(metres)), round(float(seconds))


def _thousandfold(km: Any) -> Any:
    return None if km is None else float(km) * 1000.0


def _word(told: Any, name: str) -> str:
    """Return a short word of an answer, for the log; an answer is anybody's."""
    value = told.get(name) if isinstance(told, dict) else None
    return str(value)[:20] if isinstance(value, (str, int)) else "none"


def _lon_lat(point: Point, *, datum: Datum) -> str:
    place = convert(point, to=datum)
    return f"{place.lon:.{_DEGREES}f},{place.lat:.{_DEGREES}f}"


def _lat_lon(point: Point) -> str:
    place = convert(point, to=Datum.BD09)
    return f"{place.lat:.{_DEGREES}f},{place.lon:.{_DEGREES}f}"


def _as_object(point: Point) -> dict[str, float]:
    place = convert(point, to=Datum.WGS84)
    return {"lat": round(place.lat, _DEGREES), "lon": round(place.lon, _DEGREES)}
