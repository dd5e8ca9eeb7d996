"""How well a position proves that somebody stood at the door (到场证明): a grade with reasons, no refusal. Pure.

Source: docs/domain.md §1 (到场证明), §2 (Address.precision); the limits are firm policy, no law names any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from server.planning.datum import Datum, Point
from server.planning.distance import geodesic_m
from server.planning.precision import Precision
from server.visits import told

FRESH = timedelta(minutes=2)
STALE = timedelta(minutes=15)
SHARP_M = 30
COARSE_M = 200
# How far from the stored point the door itself may lie, by how exactly the point is known; none: cannot be compared.
REACH_M: Mapping[Precision, int | None] = {
    Precision.DOOR: 80,
    Precision.BUILDING: 120,
    Precision.STREET: 500,
    Precision.VILLAGE: 1000,
    Precision.DISTRICT: None,
    Precision.NONE: None,
}
_EXACT = frozenset({Precision.DOOR, Precision.BUILDING})


class PresenceGrade(StrEnum):
    """How much a position proves."""

    A = "A"  # sharp, fresh, from satellites, at an address known to the building
    B = "B"  # at the address, but the fix or the address is coarse
    C = "C"  # a position, but the address is not known well enough to compare
    D = "D"  # no position, an untrue one, or one somewhere else


class Doubt(StrEnum):
    """Why a grade is not A."""

    NO_FIX = "no_fix"  # no position could be had
    MOCKED = "mocked"  # the phone says the position was made up
    TYPED = "typed"  # entered by hand
    FAR = "far"  # farther from the address than error and precision explain
    OLD = "old"  # measured too long before
    COARSE = "coarse"  # the error circle is large
    NOT_SATELLITES = "not_satellites"  # by network, or not told
    ADDRESS_COARSE = "address_coarse"  # the address is known to the street or village
    ADDRESS_UNKNOWN = "address_unknown"  # the address has no point, or a district's centroid


@dataclass(frozen=True, slots=True)
class Fix:
    """A measured position with its error radius in metres and when it was measured."""

    at: Point
    accuracy_m: int
    fixed_at: datetime
    provider: str
    is_mock: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """The grade, the distance to the address in metres (None when it cannot be told) and what is in doubt."""

    grade: PresenceGrade
    distance_m: int | None
    doubts: tuple[Doubt, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as it is stored with the visit; it holds no position."""
        return {"grade": self.grade.value, "distance_m": self.distance_m, "doubts": [one.value for one in self.doubts]}


def read_fix(raw: object) -> Fix | None:
    """Return the fix of a record's body, or None when there is none or it has another shape."""
    if not isinstance(raw, dict):
        return None
    lon_e6, lat_e6, accuracy_m = (told.whole(raw, name) for name in ("lon_e6", "lat_e6", "accuracy_m"))
    fixed_at, datum = told.moment(raw, "fixed_at"), told.text(raw, "datum", most=20)
    if lon_e6 is None or lat_e6 is None or accuracy_m is None or accuracy_m < 0 or fixed_at is None:
        return None
    if datum not in set(Datum) or abs(lon_e6) > 180_000_000 or abs(lat_e6) > 90_000_000:  # noqa: PLR2004
        return None
    point = Point(lon=lon_e6 / 1e6, lat=lat_e6 / 1e6, datum=Datum(datum))
    provider = told.text(raw, "provider", most=20)
    return Fix(point, accuracy_m, fixed_at, provider, is_mock=raw.get("is_mock") is True)


def judge(fix: Fix | None, *, address: Point | None, precision: Precision, at: datetime) -> Presence:
    """Return how well a fix proves presence at an address at a time."""
    if fix is None:
        return Presence(PresenceGrade.D, None, (Doubt.NO_FIX,))
    reach_m = REACH_M[precision] if address is not None else None
    distance_m = round(geodesic_m(fix.at, address)) if address is not None and reach_m is not None else None
    doubts = (*_of_fix(fix, at), *_of_address(distance_m, reach_m, precision=precision, accuracy_m=fix.accuracy_m))
    return Presence(_grade(frozenset(doubts)), distance_m, doubts)


def _of_fix(fix: Fix, at: datetime) -> tuple[Doubt, ...]:
    found = {
        Doubt.MOCKED: fix.is_mock,
        Doubt.TYPED: fix.provider == "manual",
        Doubt.OLD: abs(at - fix.fixed_at) > FRESH,
        Doubt.COARSE: fix.accuracy_m > SHARP_M,
        Doubt.NOT_SATELLITES: fix.provider not in {"gnss", "manual"},
    }
    is_worthless = abs(at - fix.fixed_at) > STALE or fix.accuracy_m > COARSE_M * 5
    doubts = tuple(doubt for doubt, holds in found.items() if holds)
    return (Doubt.NO_FIX, *doubts) if is_worthless else doubts


def _of_address(
    distance_m: int | None, reach_m: int | None, *, precision: Precision, accuracy_m: int
) -> tuple[Doubt, ...]:
    if distance_m is None or reach_m is None:
        return (Doubt.ADDRESS_UNKNOWN,)
    # A large error circle may not excuse any distance: at most 200 m of it count.
    far = (Doubt.FAR,) if distance_m > reach_m + min(accuracy_m, COARSE_M) else ()
    return far if precision in _EXACT else (*far, Doubt.ADDRESS_COARSE)


def _grade(doubts: frozenset[Doubt]) -> PresenceGrade:
    if doubts & {Doubt.NO_FIX, Doubt.MOCKED, Doubt.TYPED, Doubt.FAR}:
        return PresenceGrade.D
    if Doubt.ADDRESS_UNKNOWN in doubts:
        return PresenceGrade.C
    return PresenceGrade.B if doubts else PresenceGrade.A
