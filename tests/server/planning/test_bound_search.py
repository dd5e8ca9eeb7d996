"""Plans in which stops are bound to each other: by order within a crew's day, by days between visits to one person."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.planning import planner
from server.planning.difference import figures
from server.planning.model import Limits, Revisit
from server.planning.plans import DropReason
from server.planning.replan import rest_of
from server.planning.solve import solve
from server.planning.whatif import Change, Wish, ask
from tests.server.planning.make_problem import DAY, at, problem, shift, stop, town, window

LIMITS = Limits(iterations=300, seed=1)
WEEK = [DAY + timedelta(days=number) for number in range(5)]


def order(plan):
    """Return stop → (crew, day, place in the day)."""
    return {one.stop_id: (route.crew_id, route.on, one.seq) for route in plan.routes for one in route.stops}


def days_of(plan, *names):
    on = {one.stop_id: route.on for route in plan.routes for one in route.stops}
    return sorted(on[name] for name in names if name in on)


def reason(plan, name):
    return next(drop for drop in plan.dropped if drop.stop_id == name)


def is_kept(plan, stops):
    """Check orders and days between visits with nothing of the planner's own."""
    seat = order(plan)
    for one in stops:
        for first in one.after & {other.id for other in stops}:
            if one.id in seat:
                assert first in seat, f"{one.id} without {first}"
                assert seat[first][:2] == seat[one.id][:2]
                assert seat[first][2] < seat[one.id][2]
        for other in stops:
            pair = one.revisit and other.revisit and one.revisit.debtor_key == other.revisit.debtor_key
            if one.id in other.after or other.id in one.after:  # an order outranks the days between
                continue
            if pair and one.id < other.id and one.id in seat and other.id in seat and one.point != other.point:
                apart = abs((seat[one.id][1] - seat[other.id][1]).days)
                assert apart >= max(one.revisit.least_days, other.revisit.least_days)


class TestOrder:
    def test_the_far_one_comes_first_when_it_must(self):
        near, far = stop("near", east_m=1000, after=frozenset({"far"})), stop("far", east_m=9000)
        others = [stop(f"s{number}", east_m=2000 + 1500 * number, north_m=500) for number in range(4)]
        free = solve(problem(stop("near", east_m=1000, windows=(window(9, 12),)), far, *others), limits=LIMITS)
        assert order(free)["near"] < order(free)["far"]
        bound = problem(stop("near", east_m=1000, windows=(window(9, 12),), after=frozenset({"far"})), far, *others)
        plan = solve(bound, limits=LIMITS)
        assert plan.served == 6
        is_kept(plan, bound.stops)
        assert near.after == {"far"}

    def test_both_go_to_one_crew_though_each_lies_at_anothers_door(self):
        west, east = stop("west", east_m=-9000), stop("east", east_m=9000, after=frozenset({"west"}))
        shifts = [
            shift("c1", start=west.point, end=west.point), shift("c2", start=east.point, end=east.point),
        ]  # fmt: skip
        assert {
            seat[0]
            for seat in order(solve(problem(west, stop("east", east_m=9000), shifts=shifts), limits=LIMITS)).values()
        } == {"c1", "c2"}
        given_problem = problem(west, east, shifts=shifts)
        plan = solve(given_problem, limits=LIMITS)
        assert plan.served == 2
        is_kept(plan, given_problem.stops)

    def test_a_chain_of_three_is_kept(self):
        stops = [
            stop("a", east_m=9000), stop("b", east_m=3000, after=frozenset({"a"})),
            stop("c", east_m=6000, after=frozenset({"b"})), *town(8),
        ]  # fmt: skip
        plan = solve(problem(*stops), limits=LIMITS)
        assert plan.served == 11
        is_kept(plan, stops)

    def test_says_order_when_the_one_before_it_is_nowhere(self):
        stops = [stop("a", east_m=1000, windows=(window(20, 21),)), stop("b", east_m=2000, after=frozenset({"a"}))]
        plan = solve(problem(*stops), limits=LIMITS)
        assert (reason(plan, "a").reason, reason(plan, "b").reason) == (DropReason.WINDOW, DropReason.ORDER)
        assert reason(plan, "b").anyway.waived == (DropReason.ORDER,)

    def test_one_before_it_that_is_not_asked_for_binds_nothing(self):
        assert solve(problem(stop("b", after=frozenset({"gone"}))), limits=LIMITS).served == 1

    def test_a_change_by_hand_that_breaks_it_says_whose_day_it_is(self):
        stops = [stop("a", east_m=9000), stop("b", east_m=3000, after=frozenset({"a"}))]
        given_problem = problem(*stops, shifts=[shift("c1"), shift("c2")])
        plan = solve(given_problem, limits=LIMITS)
        crew = order(plan)["a"][0]
        other = next(one for one in ("c1", "c2") if one != crew)
        answer = ask(given_problem, plan=plan, changes=[Change(Wish.MOVE, stop_id="b", crew_id=other)])
        assert [(one.crew_id, one.over_s, len(one.breaks)) for one in answer.overruns] == [(other, 0, 1)]
        answer = ask(given_problem, plan=plan, changes=[Change(Wish.MOVE, stop_id="b", crew_id=crew)])
        assert not answer.overruns
        is_kept(answer.plan, stops)


class TestSpacing:
    @pytest.mark.parametrize("days", [1, 2, 4])
    def test_two_doors_of_one_person_lie_so_many_days_apart(self, days):
        both = {"revisit": Revisit("p", days)}
        stops = [stop("home", east_m=2000, **both), stop("work", east_m=2100, **both), *town(6)]
        plan = solve(problem(*stops, shifts=[shift(day=on) for on in WEEK]), limits=LIMITS)
        first, second = days_of(plan, "home", "work")
        assert (second - first).days >= days

    def test_without_the_rule_they_share_a_day(self):
        plan = solve(
            problem(stop("home", east_m=2000), stop("work", east_m=2100), shifts=[shift(day=on) for on in WEEK]),
            limits=LIMITS,
        )
        assert len(set(days_of(plan, "home", "work"))) == 1

    def test_says_spaced_when_the_week_is_too_short(self):
        both = {"revisit": Revisit("p", 7)}
        stops = [stop("home", east_m=2000, prize_s=9000, **both), stop("work", east_m=2100, **both)]
        plan = solve(problem(*stops, shifts=[shift(day=on) for on in WEEK]), limits=LIMITS)
        assert days_of(plan, "home", "work") == days_of(plan, "home")
        assert (reason(plan, "work").reason, reason(plan, "work").anyway.waived) == (
            DropReason.SPACED,
            (DropReason.SPACED,),
        )

    def test_keeps_away_from_a_visit_that_stands(self):
        stands = Revisit("p", 3, frozenset({WEEK[0] - timedelta(days=1)}))
        plan = solve(problem(stop("a", revisit=stands), shifts=[shift(day=on) for on in WEEK]), limits=LIMITS)
        assert days_of(plan, "a")[0] >= WEEK[2]
        plan = solve(problem(stop("a", revisit=stands), shifts=[shift(day=WEEK[0])]), limits=LIMITS)
        assert reason(plan, "a").reason is DropReason.SPACED

    def test_a_noon_plan_keeps_away_from_the_routes_it_may_not_touch(self):
        both = {"revisit": Revisit("p", 2)}
        stops = [stop("home", crew_id="c1", east_m=2000, **both), stop("work", crew_id="c2", east_m=2100, **both)]
        given_problem = problem(*stops, shifts=[shift(crew, day=on) for crew in ("c1", "c2") for on in WEEK])
        plan = solve(given_problem, limits=LIMITS)
        (held,) = days_of(plan, "home")
        left = rest_of(given_problem, plan=plan, at=at(8), standings=[], unreachable=["c1"])
        assert [one.revisit.visited_on for one in left.stops] == [{held}]


class TestLargePlans:
    def test_territories_and_rounds_keep_orders_and_days(self):
        stops = []
        for number, one in enumerate(town(460, step_m=120)):
            ties = {}
            if number % 9 == 0 and number:
                ties["after"] = frozenset({f"s{number - 1}"})
            if number % 7 < 2:
                ties["revisit"] = Revisit(f"p{number // 7}", 2)
            stops.append(stop(one.id, east_m=100 * (number % 30), north_m=150 * (number // 30), **ties))
        shifts = [shift(f"c{number}", day=on) for number in range(6) for on in WEEK[:4]]
        given_problem = problem(*stops, shifts=shifts)
        plan = planner.plan(given_problem, limits=Limits(iterations=40, seed=1))
        is_kept(plan, stops)
        assert figures(plan).served + figures(plan).dropped == len(stops)
        ordered = [one for one in stops if one.after]
        assert sum(one.id in order(plan) for one in ordered) > len(ordered) // 2


TIED = st.lists(
    st.tuples(
        st.integers(-9000, 9000), st.integers(-9000, 9000), st.integers(10, 90), st.integers(500, 5000),
        st.sampled_from([(), (), (0,), (1,), (0, 1)]), st.sampled_from([None, None, "p", "q"]),
    ),
    min_size=2,
    max_size=9,
)  # fmt: skip


class TestAnything:
    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(TIED, st.integers(1, 3))
    def test_keeps_what_is_bound(self, told, days):
        stops = [
            stop(
                f"s{number}", east_m=east, north_m=north, service_s=60 * service, prize_s=prize,
                after=frozenset(f"s{one}" for one in first if one < number),
                revisit=Revisit(who, days) if who else None,
            )
            for number, (east, north, service, prize, first, who) in enumerate(told)
        ]  # fmt: skip
        shifts = [shift(crew, day=on) for crew in ("c1", "c2") for on in WEEK[:3]]
        plan = solve(problem(*stops, shifts=shifts), limits=Limits(iterations=60, seed=1))
        is_kept(plan, stops)
