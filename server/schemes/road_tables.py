"""A problem with the drives a road service knows (路网距离) when one is set up, else by the detour factor."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from server import clock
from server.config import Roads, current
from server.planning.arrays import np
from server.planning.datum import Point
from server.planning.model import Problem
from server.planning.roads import UNKNOWN, DistanceUsed, PlaceKey, RoadTable, key_of, used
from server.schemes.road_cache import RoadCache
from server.schemes.road_services import Leg, RoadService, RoadsFailed, make_service

MOST_PLACES = 2_000
"""Beyond so many different places a service is not asked: the table alone would take 32 MB for each process."""

_OFF = "off"
_log = logging.getLogger(__name__)
Pairs = dict[tuple[PlaceKey, PlaceKey], Leg]


def asked(problem: Problem) -> Problem:
    """Return the problem with the drives of the road service, asked for what is not known yet; never raises."""
    settings = current().roads
    if settings.kind == _OFF:
        return problem
    points = _points(problem)
    service = make_service(settings.kind, base_url=settings.base_url, key=settings.api_key)
    try:
        pairs = _all_pairs(service, points, cache=_cache(settings))
    except (RoadsFailed, OSError) as failure:
        _log.warning("roads: %s fell back: %s", settings.kind, failure)
        return replace(problem, distance=DistanceUsed("detour", asked=settings.kind, fell_back=True))
    return _with(problem, points, pairs=pairs, kind=settings.kind)


def remembered(problem: Problem, *, distance: DistanceUsed) -> Problem:
    """Return the problem with the drives a plan was made with, as far as they are still known; asks nobody."""
    settings = current().roads
    if distance.source != settings.kind:
        return replace(problem, distance=distance)
    points = _points(problem)
    pairs = _cache(settings).known(list(points))
    return replace(_with(problem, points, pairs=pairs, kind=settings.kind), distance=distance)


def forget(points: Sequence[Point]) -> None:
    """Forget every drive from or to these points, whichever service told it: nobody is to be visited there again."""
    _cache(current().roads).forget({key_of(point) for point in points})


def _cache(settings: Roads) -> RoadCache:
    return RoadCache(current().var_dir / "roads.db", kind=settings.kind, now=clock.now())


def _points(problem: Problem) -> dict[PlaceKey, Point]:
    """Return the different places of a problem."""
    stops = (stop.point for stop in problem.stops if stop.point is not None)
    ends = (point for shift in problem.shifts for point in (shift.start, shift.end))
    return {key_of(point): point for point in (*stops, *ends)}


def _all_pairs(service: RoadService, points: dict[PlaceKey, Point], *, cache: RoadCache) -> Pairs:
    """Return all drives, block by block, each block kept as it comes. Raises RoadsFailed."""
    if len(points) > MOST_PLACES:
        raise RoadsFailed(f"{len(points)} places, {MOST_PLACES} at most")
    keys = list(points)
    pairs = cache.known(keys)
    for sources, targets in _blocks(keys, pairs=pairs, block=service.block):
        rows = service.legs([points[one] for one in sources], [points[one] for one in targets])
        told = {
            (here, there): leg
            for here, row in zip(sources, rows, strict=True)
            for there, leg in zip(targets, row, strict=True)
        }
        cache.keep(told.items())
        pairs |= told
    return pairs


def _blocks(
    keys: Sequence[PlaceKey], *, pairs: Pairs, block: tuple[int, int]
) -> Iterator[tuple[Sequence[PlaceKey], Sequence[PlaceKey]]]:
    """Yield the blocks of a table in which a drive is missing, rows and columns without a missing one left out."""
    tall, wide = block
    for top in range(0, len(keys), tall):
        for left in range(0, len(keys), wide):
            rows, columns = keys[top : top + tall], keys[left : left + wide]
            missing = [(a, b) for a in rows for b in columns if a != b and (a, b) not in pairs]
            if missing:
                here, there = {a for a, _ in missing}, {b for _, b in missing}
                yield [one for one in rows if one in here], [one for one in columns if one in there]


def _with(problem: Problem, points: dict[PlaceKey, Point], *, pairs: Pairs, kind: str) -> Problem:
    number = {key: index for index, key in enumerate(points)}
    metres = np.full((len(points), len(points)), UNKNOWN, dtype=np.int32)
    seconds = metres.copy()
    for (here, there), (leg_m, leg_s) in pairs.items():
        metres[number[here], number[there]], seconds[number[here], number[there]] = leg_m, leg_s
    table = RoadTable(kind, tuple(points), metres, seconds)
    told = used(list(points.values()), model=problem.detour, roads=table)
    return replace(problem, roads=table, distance=told)
