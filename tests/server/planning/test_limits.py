"""Rests, driving and working limits, and the crew a debtor knows: each bites, and the plan still keeps its promises."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.planning.frame import frame
from server.planning.insertion import insertions
from server.planning.model import Limits, Preference, Rest, ShortRest
from server.planning.plans import DropReason
from server.planning.schedule import Call, timing
from server.planning.solve import solve
from tests.server.planning.make_problem import at, problem, rest, shift, stop, town, window

QUICK = Limits(iterations=200, seed=1)


def gaps(route):
    """Return the spans in which a crew is at no door, from leaving to coming back."""
    moments = [(route.departs_at, route.departs_at)]
    moments += [(one.starts_at, one.leaves_at) for one in route.stops]
    moments += [(route.returns_at, route.returns_at)]
    return [(before[1], after[0]) for before, after in pairwise(moments)]


class TestRest:
    def test_refuses_a_rest_that_its_hours_do_not_hold(self):
        with pytest.raises(ShortRest, match="3601 s do not fit"):
            Rest(window(12, 13), 3601)

    def test_leaves_time_for_the_rest_and_serves_less(self):
        """Ten visits of fifty minutes fill nine hours; with an hour's rest one must go."""
        stops = [stop(f"s{n}", east_m=60 * (n + 1), service_s=3000) for n in range(10)]
        without = solve(problem(*stops, shifts=[shift()]), limits=QUICK)
        with_rest = solve(problem(*stops, shifts=[shift(rest=rest())]), limits=QUICK)
        assert (without.served, with_rest.served) == (10, 9)
        assert without.routes[0].rest is None

    def test_says_when_the_crew_rests_and_nobody_is_visited_then(self):
        plan = solve(problem(*town(18, step_m=2000), shifts=[shift(rest=rest())]), limits=QUICK)
        (route,) = plan.routes
        assert at(12) <= route.rest.opens_at
        assert route.rest.closes_at <= at(14)
        assert route.rest.closes_at - route.rest.opens_at == timedelta(hours=1)
        assert all(one.leaves_at <= route.rest.opens_at or route.rest.closes_at <= one.starts_at for one in route.stops)

    def test_owes_no_rest_to_a_shift_that_ends_before_it(self):
        plan = solve(problem(stop("a", east_m=900), shifts=[shift(closes=13, rest=rest())]), limits=QUICK)
        assert plan.routes[0].rest is None

    def test_owes_no_rest_to_a_crew_home_in_time(self):
        plan = solve(problem(stop("a", east_m=900), shifts=[shift(rest=rest())]), limits=QUICK)
        assert plan.routes[0].returns_at < at(13)
        assert plan.routes[0].rest is None

    @settings(max_examples=60, deadline=None)
    @given(
        st.integers(1, 6),
        st.integers(300, 5000),
        st.integers(10, 100),
        st.integers(20, 120),
        st.integers(9, 15),
    )
    def test_a_feasible_route_holds_the_rest_in_one_of_its_gaps(self, count, step_m, service_min, rest_min, opens):
        """Whatever `timing` calls feasible leaves a gap of driving and rest within the hours of the rest."""
        stops = [
            stop(f"s{n}", east_m=step_m * (n + 1), service_s=service_min * 60, windows=(window(9 + n, 18),))
            for n in range(count)
        ]
        given_rest = rest(opens, opens + 2, minutes=rest_min)
        plan = solve(problem(*stops, shifts=[shift(rest=given_rest)]), limits=QUICK)
        for route in plan.routes:
            assert route.returns_at <= at(18)
            if route.rest is None:
                assert route.returns_at <= given_rest.hours.closes_at - timedelta(minutes=rest_min)
                continue
            driven = [*(timedelta(seconds=one.leg_s) for one in route.stops), timedelta(seconds=route.back_s)]
            before_leaving = route.departs_at >= route.rest.closes_at
            assert before_leaving or any(
                begins <= route.rest.opens_at
                and route.rest.closes_at <= ends
                and ends - begins >= leg + timedelta(minutes=rest_min)
                for (begins, ends), leg in zip(gaps(route), driven, strict=True)
            )


class TestDrivingLimit:
    def test_keeps_the_wheel_within_it(self):
        """Four towers, each 18 km out on its own road, are an hour's driving each; two fit into two hours and a bit."""
        ring = [(1, 0), (0, 1), (-1, 0), (0, -1)]
        stops = [stop(f"s{n}", east_m=18_000 * x, north_m=18_000 * y) for n, (x, y) in enumerate(ring)]
        free = solve(problem(*stops), limits=QUICK)
        bound = solve(problem(*stops, shifts=[shift(max_driving_s=7500)]), limits=QUICK)
        assert free.served == 4
        assert bound.served == 2
        assert bound.driving_s <= 7500
        assert {drop.reason for drop in bound.dropped} == {DropReason.LIMIT}

    def test_tells_by_how_much_an_insertion_would_break_it(self):
        ready = frame(problem(stop("a", east_m=18_000), shifts=[shift(max_driving_s=3000)]))
        (found,) = insertions(ready, crew_day=0, calls=[], place=ready.places[0])
        assert found.short_by_s == pytest.approx(600, abs=20)


class TestWorkingLimit:
    def test_counts_from_leaving_to_coming_back(self):
        stops = [stop(f"s{n}", east_m=60 * (n + 1), service_s=3600) for n in range(8)]
        plan = solve(problem(*stops, shifts=[shift(max_working_s=4 * 3600 + 600)]), limits=QUICK)
        assert plan.served == 4
        assert plan.routes[0].returns_at - plan.routes[0].departs_at <= timedelta(hours=4, minutes=10)

    def test_leaves_late_rather_than_waiting(self):
        """From nine to five the two are eight hours apart only for a crew that leaves at nine."""
        stops = [stop("a", east_m=900), stop("b", east_m=1800, windows=(window(16, 17),))]
        plan = solve(problem(*stops, shifts=[shift(max_working_s=2 * 3600)]), limits=QUICK)
        assert plan.served == 2
        assert plan.routes[0].departs_at > at(14)
        assert plan.routes[0].returns_at - plan.routes[0].departs_at <= timedelta(hours=2)

    def test_does_not_count_the_rest(self):
        stops = [stop(f"s{n}", east_m=60 * (n + 1), service_s=3600) for n in range(6)]
        given_shift = shift(max_working_s=6 * 3600 + 600, rest=rest())
        plan = solve(problem(*stops, shifts=[given_shift]), limits=QUICK)
        assert plan.served == 6
        assert plan.routes[0].rest is not None


class TestPreference:
    def test_sends_the_crew_the_debtor_knows_for_a_small_detour(self):
        far_base = stop("x", east_m=6000).point
        shifts = [shift("c1"), shift("c2", start=far_base, end=far_base)]
        for worth_s, crew in [(0, "c1"), (3600, "c2")]:
            one = stop("a", east_m=2000, prefers=Preference("c2", worth_s))
            plan = solve(problem(one, shifts=shifts), limits=QUICK)
            assert [route.crew_id for route in plan.routes] == [crew]

    def test_still_goes_when_that_crew_has_no_shift(self):
        plan = solve(problem(stop("a", prefers=Preference("c9", 3600))), limits=QUICK)
        assert plan.served == 1


class TestTiming:
    def test_rests_where_it_costs_nothing(self):
        """Between a visit that ends at ten and one that begins at two there is an hour to spare."""
        stops = [stop("a", east_m=900, windows=(window(9, 10),)), stop("b", east_m=1800, windows=(window(14, 15),))]
        ready = frame(problem(*stops, shifts=[shift(rest=rest())]))
        calls = [Call(place, place.spans[0]) for place in ready.places]
        times = timing(ready, day=ready.days[0], calls=calls)
        assert times.is_feasible
        assert times.earliest[1] == 5 * 3600
        assert times.rest == (3 * 3600, 4 * 3600)
