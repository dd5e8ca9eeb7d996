"""Points that say less than they claim: many houses heaped on one (重叠点), centres of districts (行政区中心). Pure.

A geocoder that does not know a house answers with the middle of the street, the estate or the district, often at the
precision of a house. Several debtors in one tower share a point rightly, so houses are counted, not addresses.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.planning.datum import Point, to_wgs84
from server.planning.distance import geodesic_m
from server.planning.precision import Precision

HOUSES_OF_A_HEAP = 3
"""So many houses on one point are no coincidence of a corner plot."""

CENTRE_WITHIN_M = 30
"""Nobody lives so near to a district's published centre by chance."""

_DECIMALS = 5  # about a metre
_FAR_DEGREES = 0.02  # more than CENTRE_WITHIN_M and what two datums differ by, together, anywhere in the country
_EXACT = frozenset({Precision.DOOR, Precision.BUILDING})
_HOUSE = re.compile(r"^.*?\d+(?:-\d+)?(?:号楼|号院|号|弄|巷|幢|栋|座|#)")


class Doubt(StrEnum):
    """Why a point is not to be trusted as a door."""

    UNLOCATED = "unlocated"  # no point at all
    CENTROID = "centroid"  # the centre of a district, said or found to be
    STACKED = "stacked"  # several houses lie on this one point
    VAGUE = "vague"  # the street or the village only


@dataclass(frozen=True, slots=True)
class Spot:
    """One address on the map: its text, where it is said to lie, and the centre of its district where known."""

    id: str
    point: Point | None
    precision: Precision
    text: str = ""
    centre: Point | None = None


@dataclass(frozen=True, slots=True)
class Heap:
    """One point with several houses on it."""

    point: Point
    ids: tuple[str, ...]
    houses: int


def house_of(text: str) -> str:
    """Return an address up to its house: what two flats of one building have in common."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _HOUSE.match(plain)
    return found.group(0) if found else plain


def shared(spots: Iterable[Spot]) -> list[tuple[Spot, ...]]:
    """Return the spots said to be exact that share a point with enough others to be a heap, point by point."""
    by_point: dict[tuple[float, float], list[Spot]] = defaultdict(list)
    for spot in spots:
        if spot.point is not None and spot.precision in _EXACT:
            place = to_wgs84(spot.point)
            by_point[round(place.lon, _DECIMALS), round(place.lat, _DECIMALS)].append(spot)
    return [tuple(group) for group in by_point.values() if len(group) >= HOUSES_OF_A_HEAP]


def heaps(spots: Iterable[Spot]) -> list[Heap]:
    """Return the points on which at least HOUSES_OF_A_HEAP different houses lie, the greatest first."""
    found = [
        Heap(group[0].point, tuple(spot.id for spot in group), houses)
        for group in shared(spots)
        if group[0].point is not None and (houses := len({house_of(spot.text) for spot in group})) >= HOUSES_OF_A_HEAP
    ]
    return sorted(found, key=lambda heap: (-heap.houses, heap.ids))


def doubts(spots: Sequence[Spot]) -> dict[str, Doubt]:
    """Return id → why its point is not to be trusted; a spot without doubt is absent."""
    heaped = {one for heap in heaps(spots) for one in heap.ids}
    found: dict[str, Doubt] = {}
    for spot in spots:
        doubt = _doubt(spot, is_heaped=spot.id in heaped)
        if doubt is not None:
            found[spot.id] = doubt
    return found


def believed(precision: Precision, doubt: Doubt | None) -> Precision:
    """Return how exactly a point is to be taken: a heap is a street at best, a centre is a centre."""
    if doubt is Doubt.CENTROID:
        return Precision.DISTRICT
    return Precision.STREET if doubt is Doubt.STACKED else precision


def _doubt(spot: Spot, *, is_heaped: bool) -> Doubt | None:
    if spot.point is None or spot.precision is Precision.NONE:
        return Doubt.UNLOCATED
    if spot.precision is Precision.DISTRICT or _is_centre(spot):
        return Doubt.CENTROID
    if is_heaped:
        return Doubt.STACKED
    return Doubt.VAGUE if spot.precision not in _EXACT else None


def _is_centre(spot: Spot) -> bool:
    """Tell whether a point is its district's centre, also one whose datum was mistaken on the way."""
    if spot.point is None or spot.centre is None:
        return False
    east, north = abs(spot.point.lon - spot.centre.lon), abs(spot.point.lat - spot.centre.lat)
    if max(east, north) > _FAR_DEGREES:  # the geodesic takes a hundred times as long, and is asked for every visit
        return False
    return (east, north) == (0, 0) or geodesic_m(spot.point, spot.centre) <= CENTRE_WITHIN_M
