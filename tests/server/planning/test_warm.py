"""A search that begins from the plan in force keeps what is still allowed of it."""

from dataclasses import replace

from server.planning.frame import frame
from server.planning.model import Limits
from server.planning.solve import solve
from server.planning.warm import tours_of
from tests.server.planning.make_problem import problem, shift, stop, town, window

NO_TIME = Limits(iterations=1)


def ids(tours):
    return [[one.id for call in tour for one in call.place.stops] for tour in tours]


def routed(plan):
    return [[stop.stop_id for stop in route.stops] for route in plan.routes]


class TestToursOf:
    def test_reads_back_every_route_in_its_order(self):
        given = problem(*town(12), stop("twin", east_m=900), shifts=[shift("c1"), shift("c2")])
        plan = solve(given, limits=Limits(iterations=200))
        tours = ids(tours_of(plan, frame=frame(given)))
        assert [tour for tour in tours if tour] == routed(plan)

    def test_leaves_out_what_has_gone_or_no_longer_fits(self):
        given = problem(*town(4))
        plan = solve(given, limits=Limits(iterations=200))
        late = replace(given.stops[1], windows=(window(20, 21),))
        changed = problem(given.stops[0], late, given.stops[2])
        assert {*ids(tours_of(plan, frame=frame(changed)))[0]} == {"s0", "s2"}

    def test_leaves_out_what_now_needs_another_crew(self):
        given = problem(*town(3), shifts=[shift("c1")])
        plan = solve(given, limits=Limits(iterations=50))
        pinned = replace(given.stops[0], crew_id="c2")
        changed = problem(pinned, *given.stops[1:], shifts=[shift("c1"), shift("c2")])
        assert "s0" not in ids(tours_of(plan, frame=frame(changed)))[0]


class TestWarmStart:
    def test_is_not_worse_than_the_plan_it_began_from(self):
        given = problem(*town(80, step_m=1300), shifts=[shift("c1"), shift("c2"), shift("c3")])
        good = solve(given, limits=Limits(iterations=3000))
        cold = solve(given, limits=NO_TIME)
        warm = solve(given, limits=NO_TIME, plan_in_force=good)

        def cost(plan):
            return plan.driving_s + sum(drop.prize_s for drop in plan.dropped)

        assert cost(warm) <= cost(good)
        assert cost(good) < cost(cold)
