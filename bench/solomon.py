"""Solomon's instances of the routing problem with time windows, in the DIMACS convention. Pure.

Source: 12th DIMACS Implementation Challenge, VRPTW: distances, windows and service times in tenths, each distance cut
down to a whole tenth; the sum of distances is the cost, the number of vehicles is free.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt
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


@dataclass(frozen=True, slots=True)
class Customer:
    """A row of an instance as its text has it; the first is the depot."""

    x: int
    y: int
    demand: int
    ready: int
    due: int
    service: int


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance and the matrix of its distances in tenths."""

    places: tuple[Customer, ...]
    vehicles: int
    room: int
    tenths: npt.NDArray[np.int64]

    def driven(self, routes: Sequence[Sequence[int]]) -> float:
        """Return the distance of routes, reckoned anew from the places alone. Raises NotLawful."""
        if sorted(number for route in routes for number in route) != list(range(1, len(self.places))):
            raise NotLawful("each customer exactly once")
        if len(routes) > self.vehicles:
            raise NotLawful(f"{len(routes)} vehicles, {self.vehicles} at most")
        return sum(self._driven(route) for route in routes) / TENTHS

    def _driven(self, route: Sequence[int]) -> int:
        if sum(self.places[number].demand for number in route) > self.room:
            raise NotLawful(f"too heavy: {route}")
        total, now = 0, 0
        for here, there in pairwise([0, *route, 0]):
            start, end = self.places[here], self.places[there]
            tenths = math.floor(TENTHS * math.hypot(start.x - end.x, start.y - end.y))
            total += tenths
            now = max(now + tenths, TENTHS * end.ready)
            if now > TENTHS * end.due:
                raise NotLawful(f"late at {there}: {route}")
            now += TENTHS * end.service
        return total


def instance(text: str) -> Instance:
    """Return the instance that a text describes. Raises NotSolomon."""
    rows = [_row(line) for line in text.splitlines() if _is_numbers(line)]
    fleet = next((row for row in rows if len(row) == len(_FLEET)), None)
    places = tuple(Customer(*row[1:]) for row in rows if len(row) == _FIELDS)
    if fleet is None or len(places) < len(("depot", "customer")):
        raise NotSolomon(f"expected a fleet and customers, got {len(places)} rows of seven numbers")
    at = np.array([(place.x, place.y) for place in places], dtype=np.float64)
    gaps = at[:, None, :] - at[None, :, :]
    tenths = np.floor(TENTHS * np.sqrt((gaps**2).sum(axis=2))).astype(np.int64)
    return Instance(places, vehicles=fleet[0], room=fleet[1], tenths=tenths)


def read(text: str) -> ProblemData:
    """Return an instance as PyVRP takes it. Raises NotSolomon."""
    given = instance(text)
    horizon, matrix = TENTHS * given.places[0].due, cast("Any", given.tenths)  # the engine's stub asks for ndarray[int]
    return ProblemData(
        locations=[Location(x=TENTHS * one.x, y=TENTHS * one.y) for one in given.places],
        clients=[_client(index, one) for index, one in enumerate(given.places) if index],
        depots=[Depot(location=0, tw_late=horizon)],
        vehicle_types=[VehicleType(num_available=given.vehicles, capacity=[given.room], tw_late=horizon)],
        distance_matrices=[matrix],
        duration_matrices=[matrix],
    )


def checked(found: pyvrp.Result, text: str) -> float:
    """Return a result's distance, reckoned anew from the instance's text alone. Raises NotLawful."""
    routes = [[activity.idx + 1 for activity in route if activity.is_client()] for route in found.best.routes()]
    return instance(text).driven(routes)


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


def _client(index: int, place: Customer) -> Client:
    return Client(
        location=index,
        delivery=[place.demand],
        service_duration=TENTHS * place.service,
        tw_early=TENTHS * place.ready,
        tw_late=TENTHS * place.due,
    )


def _row(line: str) -> list[int]:
    return [int(float(word)) for word in line.split()]


def _is_numbers(line: str) -> bool:
    return bool(line.split()) and all(word.replace(".", "", 1).isdigit() for word in line.split())
