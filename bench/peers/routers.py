"""The other solvers of the planning bench, on the same instances: OR-Tools' routing library and VROOM (pyvroom).

Both are installed from the package index into `var/bench/routers`, never into the project. Each gets so many processor
seconds in one thread. OR-Tools is stopped by the processor's clock; VROOM stops by itself, so it is asked at every
level of exploration and the best answer counts that took no longer; if none did, its quickest is cut off by the wall.
"""

import importlib
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.peers.dialect import NotInstalled
from bench.solomon import TENTHS, Instance
from server.planning.frame import frame
from server.planning.model import Problem
from server.planning.piece import cost_s
from server.planning.schedule import Call, Tours, timing

TARGET = Path("var/bench/routers")
PACKAGES = ("ortools==9.15.6755", "pyvroom==1.15.2")
Routes = list[list[int]]
Solver = Callable[[Instance, float], Routes | None]
"""Customers route by route within so many CPU seconds; None when it finds no lawful answer."""

_LEVELS = (5, 3, 1, 0)
_STRATEGIES = ("PARALLEL_CHEAPEST_INSERTION", "PATH_CHEAPEST_ARC")


def install() -> None:
    """Install both beside the project and make them importable. Raises NotInstalled."""
    if not (TARGET / "vroom").is_dir():
        TARGET.mkdir(parents=True, exist_ok=True)
        uv = Path(sys.executable).with_name("uv")
        command = [str(uv), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(TARGET), *PACKAGES]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed packages
        if done.returncode:
            raise NotInstalled(done.stderr.strip().splitlines()[-1][:120] if done.stderr else "not installed")
    path = str(TARGET.resolve())
    if path not in sys.path:
        sys.path.append(path)  # behind the project's own packages


def ortools(instance: Instance, budget_s: float) -> Routes | None:
    """Return OR-Tools' routes: half the time from each of two first-solution strategies, the shorter counts."""
    found = [_ortools(instance, budget_s / len(_STRATEGIES), strategy=one) for one in _STRATEGIES]
    known = [one for one in found if one is not None]
    return min(known, key=instance.driven) if known else None


def _ortools(instance: Instance, budget_s: float, *, strategy: str) -> Routes | None:
    ends_s = time.process_time() + budget_s
    routing: Any = importlib.import_module("ortools.constraint_solver.pywrapcp")
    enums: Any = importlib.import_module("ortools.constraint_solver.routing_enums_pb2")
    manager = routing.RoutingIndexManager(len(instance.places), instance.vehicles, 0)
    model = routing.RoutingModel(manager)
    tenths = instance.tenths.tolist()
    service = [TENTHS * one.service for one in instance.places]
    node = manager.IndexToNode
    arc = model.RegisterTransitMatrix(tenths)
    model.SetArcCostEvaluatorOfAllVehicles(arc)
    spent = [[service[a] + tenths[a][b] for b in range(len(tenths))] for a in range(len(tenths))]
    horizon = TENTHS * instance.places[0].due
    model.AddDimension(model.RegisterTransitMatrix(spent), horizon, horizon, False, "time")  # noqa: FBT003
    load = model.RegisterUnaryTransitVector([one.demand for one in instance.places])
    model.AddDimension(load, 0, instance.room, True, "load")  # noqa: FBT003
    times = model.GetDimensionOrDie("time")
    for number, place in enumerate(instance.places[1:], start=1):  # the start of service, not its end
        times.CumulVar(manager.NodeToIndex(number)).SetRange(TENTHS * place.ready, TENTHS * place.due)
    solver = model.solver()
    model.AddSearchMonitor(solver.CustomLimit(lambda: time.process_time() >= ends_s))
    search = routing.DefaultRoutingSearchParameters()
    search.first_solution_strategy = getattr(enums.FirstSolutionStrategy, strategy)
    search.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromSeconds(int(100 * budget_s) + 1)  # the wall's, out of the way
    answer = model.SolveWithParameters(search)
    if answer is None:
        return None
    routes: Routes = []
    for vehicle in range(instance.vehicles):
        index, route = answer.Value(model.NextVar(model.Start(vehicle))), []
        while not model.IsEnd(index):
            route.append(node(index))
            index = answer.Value(model.NextVar(index))
        routes.append(route)
    return [route for route in routes if route]


def vroom(instance: Instance, budget_s: float) -> Routes | None:
    """Return VROOM's shortest routes among its levels of exploration that stay within the time."""
    known: list[Routes] = []
    for level in reversed(_LEVELS):
        began_s = time.process_time()
        routes = _vroom(instance, level=level, cut_s=None if known else budget_s)
        if routes is not None and (time.process_time() - began_s <= budget_s or not known):
            known.append(routes)
        if time.process_time() - began_s > budget_s:  # a deeper level takes longer still
            break
    return min(known, key=instance.driven) if known else None


def _vroom(instance: Instance, *, level: int, cut_s: float | None) -> Routes | None:
    engine: Any = importlib.import_module("vroom")
    asked = engine.Input()
    matrix = instance.tenths.astype("uint32")
    asked.set_durations_matrix("car", matrix)
    asked.set_costs_matrix("car", matrix)
    hours = [0, TENTHS * instance.places[0].due]
    asked.add_vehicle([
        engine.Vehicle(number, start=0, end=0, profile="car", capacity=[instance.room], time_window=hours)
        for number in range(1, instance.vehicles + 1)
    ])  # fmt: skip
    asked.add_job([
        engine.Job(
            number, location=number, delivery=[one.demand], default_service=TENTHS * one.service,
            time_windows=[[TENTHS * one.ready, TENTHS * one.due]],
        )
        for number, one in enumerate(instance.places)
        if number
    ])  # fmt: skip
    timeout = None if cut_s is None else timedelta(seconds=cut_s)
    answer = asked.solve(exploration_level=level, nb_threads=1, timeout=timeout)
    if answer.summary.unassigned:
        return None
    table = answer.routes
    jobs = table[table["type"] == "job"]
    return [[int(one) for one in own["id"]] for _, own in jobs.groupby("vehicle_id", sort=True)]


def vroom_week(problem: Problem, *, threads: int, level: int, wall_s: float) -> int | None:
    """Return what VROOM's plan of a week costs: seconds of driving and the prizes of what it leaves out.

    It serves as many visits as it can, whatever they are worth, is given the planner's own matrix, and is told to stop
    after so many seconds on the clock, which it does once it has a plan; None when its plan is not lawful.
    """
    engine: Any = importlib.import_module("vroom")
    ready = frame(problem)
    asked = engine.Input()
    matrix = ready.legs.seconds.astype("uint32")
    asked.set_durations_matrix("car", matrix)
    asked.set_costs_matrix("car", matrix)
    asked.add_vehicle([
        engine.Vehicle(
            number, start=day.start_node, end=day.end_node, profile="car", time_window=[day.opens_s, day.closes_s]
        )
        for number, day in enumerate(ready.days, start=1)
    ])  # fmt: skip
    asked.add_job([
        engine.Job(
            place.node, location=place.node, default_service=place.service_s,
            time_windows=[[opens, closes - place.service_s] for opens, closes in place.spans],
        )
        for place in ready.places
    ])  # fmt: skip
    timeout = timedelta(seconds=wall_s)
    table = asked.solve(exploration_level=level, nb_threads=threads, timeout=timeout).routes
    tours: Tours = [[] for _ in ready.days]
    for _, row in table[table["type"] == "job"].iterrows():
        place = ready.places[int(row["id"])]
        begins = int(row["arrival"]) + int(row["waiting_time"])
        span = next(one for one in place.spans if one[0] <= begins <= one[1] - place.service_s)
        tours[int(row["vehicle_id"]) - 1].append(Call(place, span))
    if not all(timing(ready, day=day, calls=calls).is_feasible for day, calls in zip(ready.days, tours, strict=True)):
        return None
    return cost_s(ready, tours=tours)


SOLVERS: dict[str, Solver] = {"ortools": ortools, "vroom": vroom}
