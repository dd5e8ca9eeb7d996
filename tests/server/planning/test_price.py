"""Whatever is left out has a price: who could take it, what must give way; and relaxing the reason serves it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.planning.frame import frame
from server.planning.model import Limits
from server.planning.plans import DropReason
from server.planning.price import choices
from server.planning.solve import solve
from server.planning.warm import tours_of
from tests.server.planning.make_problem import problem, shift, stop, town, window

QUICK = Limits(iterations=200, seed=1)
NEAR = [stop(f"b{n}", east_m=600 * (n + 1), service_s=7700) for n in range(4)]


def dropped(given):
    return next(drop for drop in solve(given, limits=QUICK).dropped if drop.stop_id == "a")


RELAXED = {
    DropReason.SKILL: (
        problem(stop("a", needs=frozenset({"ug"}))),
        problem(stop("a", needs=frozenset({"ug"})), shifts=[shift(skills=["ug"])]),
    ),
    DropReason.PINNED: (problem(stop("a", crew_id="c9")), problem(stop("a"))),
    DropReason.WINDOW: (problem(stop("a", windows=(window(19, 21),))), problem(stop("a", windows=(window(16, 18),)))),
    DropReason.SHIFT: (
        problem(stop("a", east_m=160_000, prize_s=90_000)),
        problem(stop("a", east_m=160_000, prize_s=90_000), shifts=[shift(closes=19)]),
    ),
    DropReason.LIMIT: (
        problem(stop("a", east_m=18_000), shifts=[shift(max_driving_s=3000)]),
        problem(stop("a", east_m=18_000), shifts=[shift(max_driving_s=3700)]),
    ),
    DropReason.FULL: (
        problem(stop("a", north_m=900, prize_s=600), *NEAR),
        problem(stop("a", north_m=900, prize_s=600), *NEAR, shifts=[shift(closes=20)]),
    ),
    DropReason.PRIZE: (
        problem(stop("a", east_m=20_000, prize_s=600)),
        problem(stop("a", east_m=20_000, prize_s=4200)),
    ),
}


class TestReason:
    @pytest.mark.parametrize("reason", RELAXED)
    def test_binds_and_serves_the_stop_once_relaxed(self, reason):
        tight, relaxed = RELAXED[reason]
        assert dropped(tight).reason is reason
        assert "a" not in {drop.stop_id for drop in solve(relaxed, limits=QUICK).dropped}


class TestAnyway:
    def test_says_which_skill_or_crew_must_be_waived(self):
        assert dropped(RELAXED[DropReason.SKILL][0]).anyway.waived == (DropReason.SKILL,)
        assert dropped(RELAXED[DropReason.PINNED][0]).anyway.waived == (DropReason.PINNED,)

    def test_says_that_the_hours_must_be_waived(self):
        price = dropped(RELAXED[DropReason.WINDOW][0]).anyway
        assert (price.waived, price.over_s) == ((DropReason.WINDOW,), 0)

    def test_names_the_overtime_of_a_place_too_far(self):
        price = dropped(RELAXED[DropReason.SHIFT][0]).anyway
        assert price.over_s == pytest.approx(2 * 16_000 + 1500 - 9 * 3600, abs=100)
        assert price.cost_s == pytest.approx(32_000, abs=100)

    def test_of_a_small_prize_is_the_detour(self):
        price = dropped(RELAXED[DropReason.PRIZE][0]).anyway
        assert (price.over_s, price.instead_of) == (0, None)
        assert price.cost_s == pytest.approx(4000, rel=0.01)

    def test_of_a_full_day_names_the_stop_that_could_give_way(self):
        plan = solve(RELAXED[DropReason.FULL][0], limits=QUICK)
        price = next(drop.anyway for drop in plan.dropped if drop.stop_id == "a")
        assert price.over_s > 0
        assert price.instead_of in {one.id for one in NEAR}
        assert price.loss_s == pytest.approx(3000, abs=200)  # a prize of 3600 for one of 600, and the driving

    def test_swap_is_what_planning_without_that_stop_gives(self):
        given = RELAXED[DropReason.FULL][0]
        plan = solve(given, limits=QUICK)
        price = next(drop.anyway for drop in plan.dropped if drop.stop_id == "a")
        without = replace(given, stops=tuple(one for one in given.stops if one.id != price.instead_of))
        swapped = solve(without, limits=QUICK)
        assert swapped.dropped == ()
        assert swapped.driving_s - plan.driving_s + 3600 - 600 == price.loss_s


class TestChoices:
    def test_lists_every_crew_day_the_best_first(self):
        far = stop("x", east_m=9000).point
        given = problem(stop("a", east_m=900), shifts=[shift("c1", start=far, end=far), shift("c2")])
        plan = solve(given, limits=QUICK)
        ready = frame(given)
        found = choices(ready, tours=tours_of(plan, frame=ready), place=ready.places[0])
        assert [(one.crew_id, one.over_s, one.can_take) for one in found] == [("c2", 0, True), ("c1", 0, True)]
        assert found[0].cost_s < found[1].cost_s

    def test_puts_a_crew_without_the_skill_last(self):
        given = problem(
            stop("a", east_m=900, needs=frozenset({"ug"})), shifts=[shift("c1"), shift("c2", skills=["ug"])]
        )
        ready = frame(given)
        found = choices(ready, tours=[[], []], place=ready.places[0])
        assert [(one.crew_id, one.can_take) for one in found] == [("c2", True), ("c1", False)]


class TestSlack:
    def test_ends_at_the_hours_that_run_out_first(self):
        stops = [stop("a", east_m=900), stop("b", east_m=1800, windows=(window(10, 11),))]
        (route,) = solve(problem(*stops), limits=QUICK).routes
        bound = {one.stop_id: one.bound_by for one in route.stops}
        first = route.stops[0]
        assert bound["b"] == "b"
        assert bound["a"] == ("b" if first.stop_id == "a" else None)

    def test_can_be_used_up_to_the_second(self):
        """A visit that takes its whole slack longer still fits; one more second and something is lost."""
        given = problem(*town(6, step_m=2500))
        (route,) = solve(given, limits=QUICK).routes
        first = route.stops[0]
        for extra_s, late in [(first.slack_s, False), (first.slack_s + 1, True)]:
            longer = [
                replace(one, service_s=one.service_s + extra_s) if one.id == first.stop_id else one
                for one in given.stops
            ]
            ready = frame(problem(*longer))
            kept = tours_of(solve(given, limits=QUICK), frame=ready)
            assert (sum(len(call.place.stops) for call in kept[0]) < 6) == late
        assert first.slack_s < timedelta(hours=9).total_seconds()
