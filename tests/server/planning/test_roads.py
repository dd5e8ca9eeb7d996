"""Drives from a road service in a plan: used where told, filled by the factor where not, and the error stated."""

import numpy as np
import pytest

from server.planning import planner
from server.planning.datum import Datum, convert
from server.planning.drawing import draw
from server.planning.frame import frame
from server.planning.model import Limits
from server.planning.roads import BY_FACTOR, UNKNOWN, DistanceUsed, RoadTable, key_of, road_matrix, used
from server.planning.solve import solve
from tests.server.planning.make_problem import BASE, STRAIGHT, problem, shift, stop, town

LIMITS = Limits(iterations=200, seed=1)


def table(points, *, times=2.0, gaps=()):
    """Return a table of roads `times` as long as the straight line, at 20 m/s."""
    straight = road_matrix(points, model=STRAIGHT, roads=None).metres
    metres = np.rint(straight * times).astype(np.int32)
    seconds = np.rint(metres / 20).astype(np.int32)
    for pair in gaps:
        metres[pair] = seconds[pair] = UNKNOWN
    return RoadTable("osrm", tuple(key_of(point) for point in points), metres, seconds)


def points_of(stops):
    return [BASE, *(one.point for one in stops)]


class TestRoadMatrix:
    def test_takes_the_roads_and_adds_parking(self):
        points = points_of(town(4))
        model = STRAIGHT.__class__(**{name: getattr(STRAIGHT, name) for name in STRAIGHT.__slots__} | {"parking_s": 60})
        straight, found = (road_matrix(points, model=model, roads=one) for one in (None, table(points)))
        assert found.metres[0, 1] == pytest.approx(2 * straight.metres[0, 1], abs=1)
        assert found.seconds[0, 1] == round(found.metres[0, 1] / 20) + 60
        assert not np.diag(found.metres).any()
        assert not np.diag(found.seconds).any()

    def test_fills_what_the_service_does_not_know(self):
        points = points_of(town(4))
        found = road_matrix(points, model=STRAIGHT, roads=table(points[:-1], gaps=[(1, 2)]))
        straight = road_matrix(points, model=STRAIGHT, roads=None)
        assert found.metres[1, 2] == straight.metres[1, 2]
        assert found.metres[2, 1] == pytest.approx(2 * straight.metres[2, 1], abs=1)
        assert (found.metres[-1] == straight.metres[-1]).all()

    def test_knows_a_point_in_any_datum(self):
        points = points_of(town(3))
        known = table(points)
        other = [convert(point, to=Datum.BD09) for point in points]
        straight = road_matrix(points, model=STRAIGHT, roads=None).metres
        assert (road_matrix(other, model=STRAIGHT, roads=known).metres[0] > 1.9 * straight[0])[1:].all()


class TestUsed:
    def test_states_the_error_of_the_factor(self):
        points = points_of(town(5))
        told = used(points, model=STRAIGHT, roads=table(points, times=1.25, gaps=[(0, 1), (2, 3)]))
        assert (told.source, told.filled, told.fell_back) == ("osrm", 2, False)
        assert told.mean_error_pct == pytest.approx(20.0, abs=0.1)
        assert told.p95_error_pct == pytest.approx(20.0, abs=0.1)

    def test_states_none_without_a_road(self):
        points = points_of(town(1))
        assert used(points, model=STRAIGHT, roads=table([])).mean_error_pct is None


class TestPlans:
    def test_drive_the_roads_and_say_so(self):
        stops = town(6)
        roads = table(points_of(stops))
        given = problem(*stops, roads=roads, distance=used(points_of(stops), model=STRAIGHT, roads=roads))
        plan = solve(given, limits=LIMITS)
        assert plan.search.distance.source == "osrm"
        free = solve(problem(*stops), limits=LIMITS)
        assert free.search.distance == BY_FACTOR
        assert plan.distance_m == pytest.approx(2 * free.distance_m, rel=0.01)

    def test_go_round_where_the_road_does(self):
        """A river: the near stop is far by road, so it is dropped for its small prize, the far one served."""
        near, far = stop("near", east_m=1000, prize_s=900), stop("far", east_m=-6000, prize_s=4000)
        points = [BASE, near.point, far.point]
        roads = table(points, times=1.0)
        for pair in [(0, 1), (1, 0), (1, 2), (2, 1)]:
            roads.metres[pair], roads.seconds[pair] = 40_000, 3000
        plan = solve(problem(near, far, roads=roads), limits=LIMITS)
        assert [drop.stop_id for drop in plan.dropped] == ["near"]

    def test_are_the_same_by_territories(self):
        stops = [stop(f"s{number}", east_m=150 * (number % 25), north_m=170 * (number // 25)) for number in range(460)]
        roads = table(points_of(stops))
        given = problem(*stops, shifts=[shift(f"c{number}") for number in range(4)], roads=roads)
        plan = planner.plan(given, limits=Limits(iterations=10, seed=1))
        route = plan.routes[0]
        first = route.stops[0]
        straight = int(frame(problem(stop("x"))).legs.metres[0, 0])
        assert straight == 0
        assert first.leg_m == int(road_matrix([BASE, first.point], model=STRAIGHT, roads=roads).metres[0, 1])

    def test_keep_only_what_a_part_needs(self):
        points = points_of(town(5))
        part = table(points).among([key_of(points[1]), key_of(points[4])])
        assert part.keys == (key_of(points[1]), key_of(points[4]))
        assert part.metres.shape == (2, 2)
        assert part.metres[0, 1] == table(points).metres[1, 4]


class TestWords:
    @pytest.mark.parametrize(
        ("told", "words"),
        [
            (BY_FACTOR, "大地线距离 × 绕行系数 1.0"),
            (DistanceUsed("detour", asked="osrm", fell_back=True), "大地线距离 × 绕行系数 1.0（路网服务未应答）"),
            (DistanceUsed("osrm", asked="osrm", filled=2, mean_error_pct=12.5, p95_error_pct=30.0),
             "路网距离（osrm，按系数估算平均误差 12.5%，2 段按系数补足）"),
        ],
    )  # fmt: skip
    def test_say_what_the_drives_were_reckoned_with(self, told, words):
        plan = solve(problem(stop("a", east_m=900), distance=told), limits=LIMITS)
        assert plan.search.how_far_zh == words
        assert ("路网" in draw(plan, title="t")) is (told is not BY_FACTOR)
