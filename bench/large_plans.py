"""Large plans: a week of 1,500 stops alone and beside VROOM with equal processor time, and 50,000 stops."""

import os
import resource
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import click

from bench.peers import routers
from bench.peers.dialect import NotInstalled
from bench.processes import tree_cpu_s
from bench.report import Report
from server.planning.datum import Point
from server.planning.difference import figures
from server.planning.distance import CITY
from server.planning.model import Limits, Problem, Shift, Stop, Window
from server.planning.planner import plan
from server.planning.precision import Precision

CENTRE = Point(lon=114.06, lat=22.54)
DAY = date(2026, 12, 2)
SEED = 7
WEEK_S, PROVINCE_S = 110.0, 900.0
"""Budgets on the clock."""

LEVELS = (0, 5)
"""VROOM's quickest and its deepest level of exploration: the better answer counts."""

_REASONS = 0.95  # ours stops searching at this part of the CPU seconds allowed: the reasons are told with the rest
_ENOUGH, _LONGEST_S = 0.85, 400.0  # with less than this part of them it is given longer on the clock, so long at most


@dataclass(frozen=True, slots=True)
class _Spent:
    """What a plan cost, and the seconds it took: of the processors and on the clock."""

    cost_s: int
    cpu_s: float
    wall_s: float


def week(report: Report) -> None:
    """Plan a week on all cores, as the job does it: seconds on the clock, since several processes work on it."""
    began_s = time.perf_counter()
    found = plan(days(1_500, crews=20, count=5), limits=Limits(10**6, SEED, WEEK_S), processes=_cores())
    report.tell("week1500_s", time.perf_counter() - began_s)
    report.tell("week1500_served", found.served)


def week_beside_vroom(report: Report) -> None:
    """Let VROOM plan the week on all cores, then ours with as many CPU seconds, and compare what both cost."""
    names = ("week1500_cost_vs_vroom", "week1500_vroom_cpu_s", "week1500_our_cpu_s")
    given = days(1_500, crews=20, count=5)
    try:
        routers.install()
    except NotInstalled as fault:
        _skip(report, names, str(fault))
        return
    known = [one for level in LEVELS if (one := _vroom(given, level=level)) is not None]
    if not known:
        _skip(report, names, "VROOM's week is not lawful")
        return
    theirs = min(known, key=lambda one: one.cost_s)
    ours = _ours(given, cpu_s=theirs.cpu_s, wall_s=theirs.cpu_s / _cores())
    report.tell("week1500_cost_vs_vroom", ours.cost_s / theirs.cost_s)
    report.tell("week1500_vroom_cpu_s", theirs.cpu_s)
    report.tell("week1500_our_cpu_s", ours.cpu_s)


def _vroom(given: Problem, *, level: int) -> _Spent | None:
    began_cpu_s, began_s = time.process_time(), time.perf_counter()
    cost_s = routers.vroom_week(given, threads=_cores(), level=level, wall_s=WEEK_S)
    cpu_s, wall_s = time.process_time() - began_cpu_s, time.perf_counter() - began_s
    click.echo(f"VROOM, level {level}: {cost_s} s, {cpu_s:.0f} CPU-s, {wall_s:.0f} s on the clock", err=True)
    return None if cost_s is None else _Spent(cost_s, cpu_s, wall_s)


def _ours(given: Problem, *, cpu_s: float, wall_s: float) -> _Spent:
    """Plan with so many CPU seconds: a machine that is shared gives fewer of them than the clock's, so once more then.

    The planner's processes give way to all others, VROOM's threads do not.
    """
    ours = _plan(given, cpu_s=cpu_s, wall_s=wall_s)
    if ours.cpu_s >= _ENOUGH * cpu_s:
        return ours
    return _plan(given, cpu_s=cpu_s, wall_s=min(_LONGEST_S, wall_s * cpu_s / ours.cpu_s))


def _plan(given: Problem, *, cpu_s: float, wall_s: float) -> _Spent:
    began_cpu_s, began_s = tree_cpu_s(), time.perf_counter()
    found = plan(
        given,
        limits=Limits(10**6, SEED, wall_s),
        processes=_cores(),
        should_stop=lambda: tree_cpu_s() - began_cpu_s >= _REASONS * cpu_s,
    )
    ours = _Spent(figures(found).cost_s, tree_cpu_s() - began_cpu_s, time.perf_counter() - began_s)
    click.echo(f"ours: {ours.cost_s} s, {ours.cpu_s:.0f} CPU-s, {ours.wall_s:.0f} s on the clock", err=True)
    return ours


def province(report: Report) -> None:
    """Plan a week of a whole province: seconds on the clock, the memory of the greediest process."""
    began_s, began_cpu_s = time.perf_counter(), tree_cpu_s()
    limits = Limits(10**6, SEED, PROVINCE_S)
    found = plan(days(50_000, crews=500, count=5), limits=limits, processes=_cores())
    report.tell("plan50k_min", (time.perf_counter() - began_s) / 60)
    report.tell("plan50k_cpu_s", tree_cpu_s() - began_cpu_s)
    report.tell("plan50k_served", found.served)
    used = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    report.tell("plan50k_mib", max(used) / 1024)


def points(count: int) -> list[Point]:
    """Return points of an invented town, the same ones each time."""
    rng = Random(SEED)  # noqa: S311  # places of an invented town, not secrets
    return [Point(lon=CENTRE.lon + rng.gauss(0, 0.06), lat=CENTRE.lat + rng.gauss(0, 0.05)) for _ in range(count)]


def days(stops: int, *, crews: int, count: int) -> Problem:
    """Return some days of crews in an invented town, every fifth stop with a window of three hours on each of them."""
    nine = [datetime(DAY.year, DAY.month, DAY.day, 1, tzinfo=UTC) + timedelta(days=number) for number in range(count)]
    doors = [
        Stop(
            id=f"s{number:03d}", label=f"户 {number}", point=point, precision=Precision.DOOR, service_s=1_500,
            prize_s=3_600 + 60 * (number % 30),
            windows=tuple(_window(day, hours=number % 6) for day in nine) if number % 5 == 0 else (),
        )
        for number, point in enumerate(points(stops))
    ]  # fmt: skip
    shifts = [
        Shift(
            crew_id=f"c{number}", crew_label=f"{number} 组", staff_ids=(f"{number}a", f"{number}b"),
            vehicle="新A·测001", on=day.date(), hours=Window(day, day + timedelta(hours=9)), start=CENTRE, end=CENTRE,
        )
        for number in range(1, crews + 1)
        for day in nine
    ]  # fmt: skip
    return Problem(stops=tuple(doors), shifts=tuple(shifts), detour=CITY)


def _window(nine: datetime, *, hours: int) -> Window:
    """Return three hours that open so many hours after nine."""
    return Window(nine + timedelta(hours=hours), nine + timedelta(hours=hours + 3))


def _skip(report: Report, names: tuple[str, ...], reason: str) -> None:
    for name in names:
        report.skip(name, reason)


def _cores() -> int:
    return os.cpu_count() or 1
