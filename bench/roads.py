"""How far the straight line with its detour factor is from the road, when the operator names a road service."""

import os
import random
from collections.abc import Sequence

import numpy as np

from bench.report import Goal, Report
from server.planning.datum import Point
from server.planning.distance import DETOUR_MODELS
from server.planning.roads import UNKNOWN, RoadTable, key_of, used
from server.schemes.road_services import RoadService, RoadsFailed, UnknownRoads, make_service

GOALS = {
    f"{region}_{figure}": Goal("%", "", says)
    for region in DETOUR_MODELS
    for figure, says in (
        ("mean_error_pct", f"metres by the factor for {region} against the road's: the mean over all drives"),
        ("p95_error_pct", "the same, what 95 of 100 drives stay below"),
    )
}
SPREAD_DEG = {"city": 0.05, "county": 0.25}
"""How far places lie from the centre: one standard deviation."""
PLACES, QUICK_PLACES, SEED = 200, 40, 7


def run(report: Report) -> None:
    """Ask the service that DOORSTEP_ROADS names for all drives between places of an invented town, and compare.

    DOORSTEP_BENCH_CENTRE, `longitude,latitude` in WGS-84, says where: a service of one region knows no other.
    """
    kind = os.environ.get("DOORSTEP_ROADS", "off")
    try:
        service = make_service(
            kind, base_url=os.environ.get("DOORSTEP_ROADS_URL", ""), key=os.environ.get("DOORSTEP_ROADS_KEY", "")
        )
        for region in DETOUR_MODELS:
            mean, p95 = _errors_pct(service, region, count=QUICK_PLACES if report.quick else PLACES)
            report.tell(f"{region}_mean_error_pct", mean)
            report.tell(f"{region}_p95_error_pct", p95)
    except (UnknownRoads, RoadsFailed) as fault:
        for figure in GOALS.keys() - report.figures.keys():
            report.skip(figure, "DOORSTEP_ROADS names no road service" if kind == "off" else str(fault))


def _errors_pct(service: RoadService, region: str, *, count: int) -> tuple[float, float]:
    """Return the mean error of a region's factor and what 95 of 100 stay below. Raises RoadsFailed."""
    points = _points(region, count=count)
    told = used(points, model=DETOUR_MODELS[region], roads=_table(service, points))
    if told.mean_error_pct is None or told.p95_error_pct is None:
        raise RoadsFailed("it knows no road between these places")
    return told.mean_error_pct, told.p95_error_pct


def _points(region: str, *, count: int) -> list[Point]:
    lon, lat = (float(part) for part in os.environ.get("DOORSTEP_BENCH_CENTRE", "114.06,22.54").split(","))
    rng, spread = random.Random(SEED), SPREAD_DEG[region]  # noqa: S311  # places of an invented town, not secrets
    return [Point(lon=lon + rng.gauss(0, spread), lat=lat + rng.gauss(0, spread)) for _ in range(count)]


def _table(service: RoadService, points: Sequence[Point]) -> RoadTable:
    """Return all drives, asked block by block. Raises RoadsFailed."""
    metres = np.full((len(points), len(points)), UNKNOWN, dtype=np.int32)
    seconds = metres.copy()
    tall, wide = service.block
    for top in range(0, len(points), tall):
        for left in range(0, len(points), wide):
            rows = service.legs(points[top : top + tall], points[left : left + wide])
            for i, row in enumerate(rows):
                for j, (leg_m, leg_s) in enumerate(row):
                    metres[top + i, left + j], seconds[top + i, left + j] = leg_m, leg_s
    return RoadTable(service.kind, tuple(key_of(point) for point in points), metres, seconds)
