"""Route planning: the engine against best-known solutions, our whole planner on a day, and the matrix against geopy."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import click
from geopy.distance import geodesic

from bench import duels, large_plans, solomon
from bench.measure import cpu_s, median_cpu_s
from bench.peers import routers
from bench.peers.dialect import NotInstalled
from bench.report import NOT_ASKED, Goal, Report
from bench.testdata import best_known, folder
from server.planning.distance import haversine_m
from server.planning.model import Limits, Problem
from server.planning.plans import Plan
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
        "driving and lost prizes: ours ÷ the better of VROOM's levels 0 and 5 (110 s each), with its CPU seconds",
    ),
    "week1500_vroom_cpu_s": Goal("CPU-s", "", "what VROOM's better answer took on all cores"),
    "week1500_our_cpu_s": Goal("CPU-s", "", "what ours took beside it, reasons included: no more"),
    "plan50k_min": Goal("min", "≤ 20", "50,000 stops, 500 crews, 5 days, all cores: 15 min of search, and the reasons"),
    "plan50k_cpu_s": Goal("CPU-s", "", "what all its processes used of it"),
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
SEED = 7


def run(report: Report) -> None:
    """Measure."""
    for names, measure, is_quick in _PARTS:
        if not report.asks(*names):
            reason = NOT_ASKED
        elif report.quick and not is_quick:
            reason = "left out of the quick run"
        else:
            measure(report)
            continue
        for name in names:
            report.skip(name, reason)


def _one_day(report: Report) -> None:
    """Plan a day of 60 stops."""
    plans: list[Plan] = []
    limits = Limits(iterations=500 if report.quick else 2_000, seed=SEED)
    report.tell("day60_cpu_s", cpu_s(lambda: plans.append(solve(_day(60, crews=3), limits=limits))))
    report.tell("day60_served", sum(len(route.stops) for route in plans[0].routes))


def _matrix(report: Report) -> None:
    """Time the matrix of all distances between 1,500 points."""
    points = large_plans.points(1_500)
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


def _day(stops: int, *, crews: int) -> Problem:
    return large_plans.days(stops, crews=crews, count=1)


_PARTS: tuple[tuple[tuple[str, ...], Callable[[Report], None], bool], ...] = (
    ((*(name for name, _, _ in _SETS), "beats_ortools", "beats_vroom"), _gaps, True),
    (("day60_cpu_s", "day60_served"), _one_day, True),
    (("whatif200_s",), _what_if, True),
    (("week1500_s", "week1500_served"), large_plans.week, False),
    (
        ("week1500_cost_vs_vroom", "week1500_vroom_cpu_s", "week1500_our_cpu_s"),
        large_plans.week_beside_vroom,
        False,
    ),
    (("plan50k_min", "plan50k_cpu_s", "plan50k_served", "plan50k_mib"), large_plans.province, False),
    (("matrix1500_ms", "matrix_vs_geopy"), _matrix, True),
)
"""What is measured together, how, and whether a quick run does it."""
