"""A plan keeps its promises: hours, order, sums, reasons; and the same seed gives the same plan."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.planning.datum import Datum, Point, convert
from server.planning.distance import geodesic_m
from server.planning.model import Limits, Problem
from server.planning.plans import Caution, DropReason
from server.planning.precision import Precision
from server.planning.solve import NoShift, NoStopwatch, solve
from tests.server.planning.make_problem import BASE, DAY, STRAIGHT, at, problem, shift, stop, town, window

QUICK = Limits(iterations=60, seed=1)

STOPS = st.lists(
    st.builds(
        lambda east, north, opens, length, service, prize, precision, is_must: {
            "east_m": east,
            "north_m": north,
            "windows": (window(opens, min(opens + length, 23)),) if length else (),
            "service_s": service * 60,
            "prize_s": prize,
            "precision": precision,
            "must_visit": is_must,
        },
        st.integers(-15_000, 15_000),
        st.integers(-15_000, 15_000),
        st.integers(6, 20),
        st.integers(0, 5),
        st.integers(5, 90),
        st.integers(0, 7200),
        st.sampled_from(list(Precision)),
        st.booleans(),
    ),
    max_size=12,
)


class TestSolve:
    @settings(max_examples=40, deadline=None)
    @given(STOPS)
    def test_keeps_every_promise_whatever_the_stops(self, given_stops):
        stops = [stop(f"s{number}", **one) for number, one in enumerate(given_stops)]
        given_problem = problem(*stops, shifts=[shift("c1"), shift("c2", opens=13, closes=20)])
        plan = solve(given_problem, limits=QUICK)
        by_id = {one.id: one for one in stops}
        routed = [one.stop_id for route in plan.routes for one in route.stops]
        assert sorted([*routed, *(drop.stop_id for drop in plan.dropped)]) == sorted(by_id)
        for route in plan.routes:
            hours = next(one.hours for one in given_problem.shifts if one.crew_id == route.crew_id)
            assert hours.opens_at <= route.departs_at
            assert route.returns_at <= hours.closes_at
            self.keeps_hours(route, by_id)

    def keeps_hours(self, route, by_id):
        free_at = route.departs_at
        for number, one in enumerate(route.stops, start=1):
            asked = by_id[one.stop_id]
            assert asked.precision.is_routable
            assert one.seq == number
            assert free_at + timedelta(seconds=one.leg_s) == one.arrives_at <= one.starts_at
            assert one.leaves_at - one.starts_at == timedelta(seconds=asked.service_s)
            assert one.slack_s >= 0
            if asked.windows:
                assert any(own.opens_at <= one.starts_at and one.leaves_at <= own.closes_at for own in asked.windows)
            free_at = one.leaves_at
        assert free_at + timedelta(seconds=route.back_s) == route.returns_at

    def test_gives_the_same_plan_for_the_same_seed(self):
        given_problem = problem(*town(20, step_m=2000), shifts=[shift("c1"), shift("c2")])
        assert solve(given_problem, limits=QUICK) == solve(given_problem, limits=QUICK)

    def test_says_how_it_was_found(self):
        record = solve(problem(*town(3)), limits=Limits(iterations=40, seed=7)).search
        assert (record.seed, record.iterations, record.iterations_allowed) == (7, 40, 40)
        assert record.solver.startswith("PyVRP 0.14")
        assert record.detour is STRAIGHT
        assert (record.budget_s, record.stopped_early, record.route_centroids) == (None, False, False)

    def test_measures_legs_on_the_ellipsoid(self):
        plan = solve(problem(stop("a", east_m=5000)), limits=QUICK)
        (route,) = plan.routes
        (one,) = route.stops
        assert one.leg_m == route.back_m == round(geodesic_m(BASE, one.point))
        assert plan.distance_m == 2 * one.leg_m
        assert plan.driving_s == route.driving_s == one.leg_s + route.back_s

    def test_leaves_just_in_time_for_the_first_window(self):
        (route,) = solve(problem(stop("a", east_m=3000, windows=(window(11, 12),))), limits=QUICK).routes
        assert route.stops[0].arrives_at == route.stops[0].starts_at == at(11)
        assert route.departs_at == at(11) - timedelta(seconds=route.stops[0].leg_s)

    def test_waits_between_doors_when_it_must(self):
        stops = [stop("a", east_m=900, windows=(window(9, 10),)), stop("b", east_m=1800, windows=(window(14, 15),))]
        (route,) = solve(problem(*stops), limits=QUICK).routes
        assert route.stops[1].starts_at == at(14)
        assert route.stops[1].arrives_at < at(14)
        assert route.service_s == 3000

    def test_serves_one_building_door_after_door(self):
        stops = [stop("a", east_m=900), stop("b", east_m=900), stop("c", north_m=900)]
        (route,) = solve(problem(*stops), limits=QUICK).routes
        pair = [one for one in route.stops if one.stop_id in {"a", "b"}]
        assert pair[1].seq == pair[0].seq + 1
        assert (pair[1].leg_m, pair[1].leg_s) == (0, 0)
        assert pair[1].arrives_at == pair[1].starts_at == pair[0].leaves_at

    def test_uses_the_days_of_a_week(self):
        stops = [stop(f"s{n}", east_m=900 * n + 9, service_s=4 * 3600) for n in range(4)]
        days = [shift("c1"), shift("c1", day=DAY + timedelta(days=1))]
        plan = solve(problem(*stops, shifts=days), limits=QUICK)
        assert [(route.on, len(route.stops)) for route in plan.routes] == [(DAY, 2), (DAY + timedelta(days=1), 2)]
        assert plan.dropped == ()

    def test_reads_points_in_any_datum(self):
        point = Point(lon=87.62, lat=43.81)
        gcj02 = convert(point, to=Datum.GCJ02)
        (one,) = solve(problem(stop("a", point=point)), limits=QUICK).routes
        (other,) = solve(problem(stop("a", point=gcj02)), limits=QUICK).routes
        assert other.distance_m == pytest.approx(one.distance_m, abs=2)

    @pytest.mark.parametrize(
        ("precision", "caution"),
        [
            (Precision.DOOR, Caution.NONE),
            (Precision.STREET, Caution.FIND_THE_DOOR),
            (Precision.DISTRICT, Caution.CENTROID),
        ],
    )
    def test_tells_the_crew_what_the_point_is_worth(self, precision, caution):
        plan = solve(problem(stop("a", precision=precision), route_centroids=True), limits=QUICK)
        assert [one.caution for one in plan.routes[0].stops] == [caution]

    def test_lists_centroids_as_unlocated_unless_asked(self):
        plan = solve(problem(stop("a", precision=Precision.DISTRICT)), limits=QUICK)
        assert plan.routes == ()
        assert [drop.reason for drop in plan.dropped] == [DropReason.UNLOCATED]

    def test_keeps_the_best_so_far_when_cancelled(self):
        plan = solve(problem(*town(10)), limits=QUICK, should_stop=lambda: True)
        assert plan.search.stopped_early
        assert plan.served == 10

    def test_needs_a_shift(self):
        with pytest.raises(NoShift):
            solve(Problem(stops=(stop("a"),), shifts=(), detour=STRAIGHT), limits=QUICK)

    def test_needs_a_stopwatch_for_a_budget(self):
        with pytest.raises(NoStopwatch):
            solve(problem(stop("a")), limits=Limits(budget_s=3))
