"""Route planning: the engine against best-known solutions, our whole planner on a day, and the matrix against geopy."""

import random
import time
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pyvrp
from geopy.distance import geodesic

from bench import solomon
from bench.measure import cpu_s, median_cpu_s
from bench.report import Goal, Report
from bench.testdata import best_known, folder
from server.planning.datum import Point
from server.planning.distance import CITY, haversine_m
from server.planning.model import Limits, Plan, Problem, Shift, Stop, Window
from server.planning.precision import Precision
from server.planning.solve import solve

GOALS = {
    "gap_1s_pct": Goal("%", "", "PyVRP, mean gap to the best known: 2 Solomon instances (full run: 8), 1 CPU-s each"),
    "gap_5s_pct": Goal("%", "", "the same, 5 CPU-s each"),
    "day60_cpu_s": Goal(
        "CPU-s", "", "our planner: 60 stops, 3 crews, 2,000 iterations (quick: 500), reasons for drops"
    ),
    "day60_served": Goal("stops", "", "how many of the 60 it serves"),
    "matrix1500_cpu_s": Goal("CPU-s", "", "haversine over 1,500 × 1,500 points in numpy"),
    "matrix_vs_geopy": Goal("×", "", "geopy geodesic's CPU per pair ÷ ours"),
}
QUICK_INSTANCES = ("R104", "RC205")
INSTANCES = ("C104", "C208", "R104", "R112", "R206", "RC105", "RC108", "RC205")
CENTRE = Point(lon=114.06, lat=22.54)
DAY = date(2026, 12, 2)
SEED = 7


def run(report: Report) -> None:
    """Measure."""
    _gaps(report)
    plans: list[Plan] = []
    iterations = 500 if report.quick else 2_000
    report.tell(
        "day60_cpu_s", cpu_s(lambda: plans.append(solve(_day(60), limits=Limits(iterations=iterations, seed=SEED))))
    )
    report.tell("day60_served", sum(len(route.stops) for route in plans[0].routes))
    points = _points(1_500)
    matrix_s = median_cpu_s(lambda: haversine_m(points), rounds=3)
    report.tell("matrix1500_cpu_s", matrix_s)
    pairs = list(pairwise(points[:400]))
    geopy_s = cpu_s(lambda: [geodesic((a.lat, a.lon), (b.lat, b.lon)).m for a, b in pairs]) / len(pairs)
    report.tell("matrix_vs_geopy", geopy_s / (matrix_s / len(points) ** 2))


def _gaps(report: Report) -> None:
    names = QUICK_INSTANCES if report.quick else INSTANCES
    budgets = {"gap_1s_pct": 1.0} if report.quick else {"gap_1s_pct": 1.0, "gap_5s_pct": 5.0}
    if report.quick:
        report.skip("gap_5s_pct", "left out of the quick run")
    data = folder()
    for name, budget_s in budgets.items():
        if data is None:
            _distance(solomon.made_up(SEED), budget_s)
            report.skip(name, "DOORSTEP_TEST_DATA names no folder with vrp/: an invented instance has no best known")
            continue
        known = best_known(data)
        texts = {one: (data / "vrp" / "solomon" / f"{one}.txt").read_text(encoding="utf-8") for one in names}
        gaps = [_distance(text, budget_s) / known[one] - 1 for one, text in texts.items()]
        report.tell(name, 100 * sum(gaps) / len(gaps))


def _distance(text: str, budget_s: float) -> float:
    """Return the distance PyVRP finds in so many processor seconds. Raises AssertionError when it finds no plan."""
    problem, ends_s = solomon.read(text), time.process_time() + budget_s
    found = pyvrp.solve(
        problem,
        stop=lambda _best_cost: time.process_time() >= ends_s,
        seed=SEED,
        collect_stats=False,
        display=False,
    )
    if not found.is_feasible():
        raise AssertionError("the engine found no feasible plan")
    return solomon.distance(found)


def _points(count: int) -> list[Point]:
    rng = random.Random(SEED)  # noqa: S311  # places of an invented town, not secrets
    return [Point(lon=CENTRE.lon + rng.gauss(0, 0.06), lat=CENTRE.lat + rng.gauss(0, 0.05)) for _ in range(count)]


def _day(count: int) -> Problem:
    """Return a day of three crews in an invented town, every fifth stop with a window of three hours."""
    nine = datetime(DAY.year, DAY.month, DAY.day, 1, tzinfo=UTC)
    stops = [
        Stop(
            id=f"s{number:03d}", label=f"户 {number}", point=point, precision=Precision.DOOR, service_s=1_500,
            prize_s=3_600 + 60 * (number % 30),
            windows=(_window(nine, hours=number % 6),) if number % 5 == 0 else (),
        )
        for number, point in enumerate(_points(count))
    ]  # fmt: skip
    shifts = [
        Shift(
            crew_id=f"c{number}", crew_label=f"{number} 组", staff_ids=(f"{number}a", f"{number}b"),
            vehicle="新A·测001", on=DAY, hours=Window(nine, nine + timedelta(hours=9)), start=CENTRE, end=CENTRE,
        )
        for number in range(1, 4)
    ]  # fmt: skip
    return Problem(stops=tuple(stops), shifts=tuple(shifts), detour=CITY)


def _window(nine: datetime, *, hours: int) -> Window:
    """Return three hours that open so many hours after nine."""
    return Window(nine + timedelta(hours=hours), nine + timedelta(hours=hours + 3))
