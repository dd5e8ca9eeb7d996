"""Solomon's instances of the routing problem with time windows, in the DIMACS convention. Pure.

Source: 12th DIMACS Implementation Challenge, VRPTW: distances, windows and service times in tenths, each distance cut
down to a whole tenth; the sum of distances is the cost, the number of vehicles is free.
"""

import math
import random
from itertools import pairwise

import numpy as np
import pyvrp
from pyvrp import Client, Depot, Location, ProblemData, VehicleType

TENTHS = 10
_FIELDS = 7
_FLEET = ("vehicles", "capacity")
_HEAD = ["MADE", "", "VEHICLE", "NUMBER CAPACITY", "50 200", "", "CUSTOMER", "NO. X Y DEMAND READY DUE SERVICE", ""]


class NotLawful(ValueError):
    """A result breaks a rule of its instance."""


class NotSolomon(ValueError):
    """The text is not an instance of Solomon's form."""


def read(text: str) -> ProblemData:
    """Return the problem that an instance's text describes. Raises NotSolomon."""
    rows = [_row(line) for line in text.splitlines() if _is_numbers(line)]
    fleet = next((row for row in rows if len(row) == len(_FLEET)), None)
    places = [row for row in rows if len(row) == _FIELDS]
    if fleet is None or len(places) < len(("depot", "customer")):
        raise NotSolomon(f"expected a fleet and customers, got {len(places)} rows of seven numbers")
    at = np.array([row[1:3] for row in places], dtype=np.float64)
    gaps = at[:, None, :] - at[None, :, :]
    tenths = np.floor(TENTHS * np.sqrt((gaps**2).sum(axis=2))).astype(np.int64)
    horizon = TENTHS * places[0][5]
    return ProblemData(
        locations=[Location(x=TENTHS * row[1], y=TENTHS * row[2]) for row in places],
        clients=[_client(index, row) for index, row in enumerate(places) if index],
        depots=[Depot(location=0, tw_late=horizon)],
        vehicle_types=[VehicleType(num_available=fleet[0], capacity=[fleet[1]], tw_late=horizon)],
        distance_matrices=[tenths],
        duration_matrices=[tenths],
    )


def checked(found: pyvrp.Result, text: str) -> float:
    """Return a result's distance, reckoned anew from the instance's text alone. Raises NotLawful."""
    numbers = [_row(line) for line in text.splitlines() if _is_numbers(line)]
    rows = {row[0]: row for row in numbers if len(row) == _FIELDS}
    room = next(row[1] for row in numbers if len(row) == len(_FLEET))
    routes = [[activity.idx + 1 for activity in route if activity.is_client()] for route in found.best.routes()]
    if sorted(number for route in routes for number in route) != sorted(rows.keys() - {0}):
        raise NotLawful("each customer exactly once")
    return sum(_driven(route, rows=rows, room=room) for route in routes) / TENTHS


def _driven(route: list[int], *, rows: dict[int, list[int]], room: int) -> int:
    """Return the tenths that a route drives. Raises NotLawful when it is late or too heavy."""
    if sum(rows[number][3] for number in route) > room:
        raise NotLawful(f"too heavy: {route}")
    total, now = 0, 0
    for here, there in pairwise([0, *route, 0]):
        tenths = math.floor(TENTHS * math.hypot(rows[here][1] - rows[there][1], rows[here][2] - rows[there][2]))
        total += tenths
        now = max(now + tenths, TENTHS * rows[there][4])
        if now > TENTHS * rows[there][5]:
            raise NotLawful(f"late at {there}: {route}")
        now += TENTHS * rows[there][6]
    return total


def distance(found: pyvrp.Result) -> float:
    """Return the distance of a result in the instance's own unit, infinite when it is not feasible."""
    return found.cost() / TENTHS


def made_up(seed: int, *, customers: int = 100) -> str:
    """Return the text of an invented instance; the same seed gives the same text."""
    rng = random.Random(seed)  # noqa: S311  # places of an invented town, not secrets
    rows = ["0 50 50 0 0 1000 0"]
    for number in range(1, customers + 1):
        opens = rng.randrange(600)
        rows.append(f"{number} {rng.randrange(100)} {rng.randrange(100)} 10 {opens} {opens + 200} 10")
    return "\n".join([*_HEAD, *rows]) + "\n"


def _client(index: int, row: list[int]) -> Client:
    _, _, _, demand, ready, due, service = row
    return Client(
        location=index,
        delivery=[demand],
        service_duration=TENTHS * service,
        tw_early=TENTHS * ready,
        tw_late=TENTHS * due,
    )


def _row(line: str) -> list[int]:
    return [int(float(word)) for word in line.split()]


def _is_numbers(line: str) -> bool:
    return bool(line.split()) and all(word.replace(".", "", 1).isdigit() for word in line.split())
