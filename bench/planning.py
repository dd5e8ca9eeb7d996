"""Route planning: the engine against best-known solutions, our whole planner on a day, and the matrix against geopy."""

import os
import random
import resource
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import click
from geopy.distance import geodesic

from bench import duels, solomon
from bench.measure import cpu_s, median_cpu_s
from bench.peers import routers
from bench.peers.dialect import NotInstalled
from bench.report import Goal, Report
from bench.testdata import best_known, folder
from server.planning.datum import Point
from server.planning.difference import figures
from server.planning.distance import CITY, haversine_m
from server.planning.model import Limits, Problem, Shift, Stop, Window
from server.planning.planner import plan
from server.planning.plans import Plan
from server.planning.precision import Precision
from server.planning.solve import solve
from server.planning.whatif import Change, Wish, ask

GOALS = {
    "solomon_gap_1s": Goal(
        "%", "≤ 1.0", "the engine, mean gap to the best known: 2 Solomon instances (full run: 8), 1 CPU-s each"
    ),
    "solomon_gap_5s": Goal("%", "≤ 0.5", "the same, 5 CPU-s each"),
    "solomon_gap_20s": Goal("%", "≤ 0.3", "the same, 20 CPU-s each"),
    "homberger_gap_5s": Goal("%", "≤ 4", "3 Homberger instances of 200, 400 and 600 stops, 5 CPU-s each"),
    "homberger_gap_20s": Goal("%", "≤ 1.5", "the same, 20 CPU-s each"),
    "beats_ortools": Goal(
        "%", "≥ 90", "pairs of instance and budget above where ours is shorter, or both are as short as any known"
    ),
    "beats_vroom": Goal("%", "≥ 90", "the same; in the quick run two instances, 1 CPU-s"),
    "day60_cpu_s": Goal(
        "CPU-s", "", "our planner: 60 stops, 3 crews, 2,000 iterations (quick: 500), reasons for drops"
    ),
    "day60_served": Goal("stops", "", "how many of the 60 it serves"),
    "whatif200_s": Goal("CPU-s", "≤ 1", "one stop moved by hand on a day of 200 stops and 12 crews: all figures anew"),
    "week1500_s": Goal("s", "", "1,500 stops, 20 crews, 5 days by territories: a budget of 110 s, to the last reason"),
    "week1500_served": Goal("stops", "", "how many of the 1,500 it serves"),
    "week1500_cost_vs_vroom": Goal(
        "×",
        "≤ 1.0",
        "driving and lost prizes: ours ÷ VROOM's, with the CPU seconds it took on all cores",
    ),
    "plan50k_min": Goal("min", "≤ 20", "50,000 stops, 500 crews, 5 days, all cores: 15 min of search, and the reasons"),
    "plan50k_served": Goal("stops", "", "how many of them it serves"),
    "plan50k_mib": Goal("MiB", "", "the most memory one of its processes held"),
    "matrix1500_ms": Goal("CPU-ms", "", "haversine over 1,500 × 1,500 points in numpy"),
    "matrix_vs_geopy": Goal("×", "", "geopy geodesic's CPU per pair ÷ ours"),
}
QUICK_INSTANCES = ("R104", "RC205")
INSTANCES = ("C104", "C208", "R104", "R112", "R206", "RC105", "RC108", "RC205")
HOMBERGER = ("C2_2_1", "R1_4_1", "RC2_6_1")
BUDGETS_S = {"1s": 1.0, "5s": 5.0, "20s": 20.0}
_SETS = [
    (f"{kind}_gap_{budget}", kind, budget)
    for kind, budgets in (("solomon", ("1s", "5s", "20s")), ("homberger", ("5s", "20s")))
    for budget in budgets
]
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
    _what_if(report)
    _week(report)
    _week_beside_vroom(report)
    _fifty_thousand(report)
    points = _points(1_500)
    matrix_s = median_cpu_s(lambda: haversine_m(points), rounds=3)
    report.tell("matrix1500_ms", 1000 * matrix_s)
    pairs = list(pairwise(points[:400]))
    geopy_s = cpu_s(lambda: [geodesic((a.lat, a.lon), (b.lat, b.lon)).m for a, b in pairs]) / len(pairs)
    report.tell("matrix_vs_geopy", geopy_s / (matrix_s / len(points) ** 2))


def _gaps(report: Report) -> None:
    """Measure our engine and its peers turn by turn on each instance and budget."""
    data = folder()
    if data is None:
        duels.engine(solomon.made_up(SEED), BUDGETS_S["1s"])
        for figure in [name for name, _, _ in _SETS] + ["beats_ortools", "beats_vroom"]:
            report.skip(figure, "DOORSTEP_TEST_DATA names no folder with vrp/: an invented instance has no best known")
        return
    try:
        routers.install()
        peers = tuple(routers.SOLVERS)
    except NotInstalled as fault:
        peers = ()
        for name in routers.SOLVERS:
            report.skip(f"beats_{name}", str(fault))
    fought: list[duels.Duel] = []
    for figure, kind, budget in _SETS:
        if report.quick and figure != "solomon_gap_1s":
            report.skip(figure, "left out of the quick run")
            continue
        names = HOMBERGER if kind == "homberger" else QUICK_INSTANCES if report.quick else INSTANCES
        own = [_duel(data, kind, name, budget_s=BUDGETS_S[budget], peers=peers) for name in names]
        report.tell(figure, duels.mean_gap_pct(own))
        fought += own
    for name in peers:
        report.tell(f"beats_{name}", duels.won_pct(fought, name))


def _duel(data: Path, kind: str, name: str, *, budget_s: float, peers: Sequence[str]) -> duels.Duel:
    text = (data / "vrp" / kind / f"{name}.txt").read_text(encoding="utf-8")
    theirs = {peer: duels.peer(peer, text, budget_s) for peer in peers}
    found = duels.Duel(name, budget_s, duels.engine(text, budget_s), theirs, best_known(data)[name])
    click.echo(f"{name} {budget_s:g} s: ours {found.ours:.1f}, best known {found.best_known:.1f}, {theirs}", err=True)
    return found


def _what_if(report: Report) -> None:
    """Time one move on a day of 200 stops, as the office's request does it."""
    given = _day(200, crews=12)
    found = solve(given, limits=Limits(iterations=200, seed=SEED))
    moved = found.routes[0].stops[0].stop_id
    changes = [Change(Wish.MOVE, stop_id=moved, crew_id=found.routes[1].crew_id)]
    report.tell("whatif200_s", median_cpu_s(lambda: ask(given, plan=found, changes=changes), rounds=3))


def _week(report: Report) -> None:
    """Plan a week on all cores, as the job does it: seconds on the clock, since several processes work on it."""
    if report.quick:
        for figure in ("week1500_s", "week1500_served"):
            report.skip(figure, "left out of the quick run")
        return
    began_s = time.perf_counter()
    found = plan(_days(1_500, crews=20, days=5), limits=Limits(10**6, SEED, 110.0), processes=os.cpu_count() or 1)
    report.tell("week1500_s", time.perf_counter() - began_s)
    report.tell("week1500_served", found.served)


def _week_beside_vroom(report: Report) -> None:
    """Let VROOM plan the week on all cores, then ours with as many CPU seconds, and compare what both cost."""
    if report.quick:
        report.skip("week1500_cost_vs_vroom", "left out of the quick run")
        return
    cores, given = os.cpu_count() or 1, _days(1_500, crews=20, days=5)
    try:
        routers.install()
    except NotInstalled as fault:
        report.skip("week1500_cost_vs_vroom", str(fault))
        return
    began_s = time.process_time()
    theirs_s = routers.vroom_week(given, threads=cores)
    budget_s = (time.process_time() - began_s) / cores
    if theirs_s is None:
        report.skip("week1500_cost_vs_vroom", "VROOM's week is not lawful")
        return
    found = plan(given, limits=Limits(10**6, SEED, budget_s), processes=cores)
    report.tell("week1500_cost_vs_vroom", figures(found).cost_s / theirs_s)


def _fifty_thousand(report: Report) -> None:
    """Plan a week of a whole province: seconds on the clock, the memory of the greediest process."""
    if report.quick:
        for figure in ("plan50k_min", "plan50k_served", "plan50k_mib"):
            report.skip(figure, "left out of the quick run")
        return
    began_s = time.perf_counter()
    limits = Limits(10**6, SEED, 900.0)
    found = plan(_days(50_000, crews=500, days=5), limits=limits, processes=os.cpu_count() or 1)
    report.tell("plan50k_min", (time.perf_counter() - began_s) / 60)
    report.tell("plan50k_served", found.served)
    used = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    report.tell("plan50k_mib", max(used) / 1024)


def _points(count: int) -> list[Point]:
    rng = random.Random(SEED)  # noqa: S311  # places of an invented town, not secrets
    return [Point(lon=CENTRE.lon + rng.gauss(0, 0.06), lat=CENTRE.lat + rng.gauss(0, 0.05)) for _ in range(count)]


def _day(count: int, *, crews: int = 3) -> Problem:
    """Return a day of a few crews in an invented town, every fifth stop with a window of three hours."""
    return _days(count, crews=crews, days=1)


def _days(count: int, *, crews: int, days: int) -> Problem:
    """Return some days of crews in an invented town, every fifth stop with a window of three hours on each of them."""
    nine = [datetime(DAY.year, DAY.month, DAY.day, 1, tzinfo=UTC) + timedelta(days=number) for number in range(days)]
    stops = [
        Stop(
            id=f"s{number:03d}", label=f"户 {number}", point=point, precision=Precision.DOOR, service_s=1_500,
            prize_s=3_600 + 60 * (number % 30),
            windows=tuple(_window(day, hours=number % 6) for day in nine) if number % 5 == 0 else (),
        )
        for number, point in enumerate(_points(count))
    ]  # fmt: skip
    shifts = [
        Shift(
            crew_id=f"c{number}", crew_label=f"{number} 组", staff_ids=(f"{number}a", f"{number}b"),
            vehicle="新A·测001", on=day.date(), hours=Window(day, day + timedelta(hours=9)), start=CENTRE, end=CENTRE,
        )
        for number in range(1, crews + 1)
        for day in nine
    ]  # fmt: skip
    return Problem(stops=tuple(stops), shifts=tuple(shifts), detour=CITY)


def _window(nine: datetime, *, hours: int) -> Window:
    """Return three hours that open so many hours after nine."""
    return Window(nine + timedelta(hours=hours), nine + timedelta(hours=hours + 3))
