"""Stops and shifts of an invented town for the planning tests; hours are local to Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta

from server.planning.datum import Point
from server.planning.distance import DetourModel
from server.planning.model import Problem, Rest, Shift, Stop, Window
from server.planning.precision import Precision

BASE = Point(lon=87.60, lat=43.80)
STRAIGHT = DetourModel(region="test", factor=1.0, speed_km_h=36.0, parking_s=0, source="ten metres a second")
DAY = date(2026, 12, 2)


def at(hour, minute=0, *, day=DAY):
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


def window(opens, closes, *, day=DAY):
    return Window(at(opens, day=day), at(closes, day=day))


def stop(name, *, east_m=0, north_m=0, **changes):
    point = Point(lon=BASE.lon + east_m / 80_360, lat=BASE.lat + north_m / 111_195)
    given = {
        "id": name,
        "label": f"户 {name}",
        "point": point,
        "precision": Precision.DOOR,
        "service_s": 1500,
        "prize_s": 3600,
    }
    return Stop(**(given | changes))


def rest(opens=12, closes=14, *, minutes=60, day=DAY):
    return Rest(window(opens, closes, day=day), minutes * 60)


def shift(crew="c1", *, opens=9, closes=18, day=DAY, start=BASE, end=BASE, skills=(), **limits):
    return Shift(
        crew_id=crew,
        crew_label=f"{crew} 组",
        staff_ids=(f"{crew}-lead", f"{crew}-second"),
        vehicle="新A·测001",
        on=day,
        hours=window(opens, closes, day=day),
        start=start,
        end=end,
        skills=frozenset(skills),
        **limits,
    )


def problem(*stops, shifts=None, detour=STRAIGHT, **changes):
    return Problem(stops=tuple(stops), shifts=tuple(shifts or [shift()]), detour=detour, **changes)


def town(count, *, step_m=900):
    """Return stops on a spiral round the base, without randomness."""
    ring = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    return [
        stop(f"s{index}", east_m=ring[index % 4][0] * step_m * (1 + index // 4), north_m=ring[index % 4][1] * step_m)
        for index in range(count)
    ]
