"""A dispatcher tries things: the figures are those of the changed plan, and what does not fit says by how much."""

from dataclasses import replace

import pytest

from server.planning.difference import Turn
from server.planning.model import Limits
from server.planning.solve import solve
from server.planning.whatif import Change, LockedStop, NoSuchPlace, Wish, ask
from tests.server.planning.make_problem import DAY, problem, shift, stop, town

GIVEN = problem(*town(8, step_m=2000), stop("far", east_m=20_000, prize_s=60), shifts=[shift("c1"), shift("c2")])
PLAN = solve(GIVEN, limits=Limits(iterations=300))


def asked(*changes):
    return ask(GIVEN, plan=PLAN, changes=changes)


def held(plan):
    return {stop.stop_id: route.crew_id for route in plan.routes for stop in route.stops}


class TestAsk:
    def test_changes_nothing_when_nothing_is_asked(self):
        answer = asked()
        assert answer.plan.routes == PLAN.routes
        assert (answer.difference.moved, answer.overruns) == ((), ())

    def test_removes_a_stop_and_its_driving(self):
        answer = asked(Change(Wish.REMOVE, stop_id="s6"))
        assert "s6" not in held(answer.plan)
        assert answer.difference.after.driving_s < answer.difference.before.driving_s
        assert [one.stop_id for one in answer.difference.moved if one.turn is Turn.DROPPED] == ["s6"]

    def test_explains_what_it_removes_and_keeps_the_reasons_known(self):
        answer = asked(Change(Wish.REMOVE, stop_id="s6"))
        reasons = {drop.stop_id: drop for drop in answer.plan.dropped}
        assert reasons.keys() == {"far", "s6"}
        assert reasons["far"] is PLAN.dropped[0]
        assert reasons["s6"].anyway.over_s == 0

    def test_adds_what_was_left_out_at_its_price(self):
        price = next(drop.anyway for drop in PLAN.dropped if drop.stop_id == "far")
        answer = asked(Change(Wish.ADD, stop_id="far"))
        assert held(answer.plan)["far"] == price.crew_id
        assert answer.difference.after.driving_s - answer.difference.before.driving_s == price.cost_s

    def test_moves_to_a_crew_and_a_position(self):
        other = "c2" if held(PLAN)["s0"] == "c1" else "c1"
        answer = asked(Change(Wish.MOVE, stop_id="s0", crew_id=other, position=1))
        route = next(one for one in answer.plan.routes if one.crew_id == other)
        assert route.stops[0].stop_id == "s0"
        assert {one.stop_id: one.turn for one in answer.difference.moved}["s0"] is Turn.CREW

    def test_says_by_how_much_a_day_is_over(self):
        stops = [stop(f"s{n}", east_m=60 * (n + 1), service_s=5 * 3600) for n in range(2)]
        given = problem(*stops, shifts=[shift("c1"), shift("c2")])
        plan = solve(given, limits=Limits(iterations=100))
        crew = held(plan)["s0"]
        answer = ask(given, plan=plan, changes=[Change(Wish.MOVE, stop_id="s1", crew_id=crew)])
        (overrun,) = answer.overruns
        assert (overrun.crew_id, overrun.on) == (crew, DAY)
        assert overrun.over_s == pytest.approx(3600, abs=60)

    def test_hands_a_whole_day_over(self):
        plan_c1 = [stop_id for stop_id, crew in held(PLAN).items() if crew == "c1"]
        giver, taker = ("c1", "c2") if plan_c1 else ("c2", "c1")
        answer = asked(Change(Wish.HAND_OVER, from_crew_id=giver, crew_id=taker, on=DAY))
        assert set(held(answer.plan).values()) == {taker}
        assert answer.difference.after.served == answer.difference.before.served

    def test_names_a_crew_that_may_not_take_what_it_was_given(self):
        pinned = replace(GIVEN.stops[0], crew_id=held(PLAN)["s0"])
        given = replace(GIVEN, stops=(pinned, *GIVEN.stops[1:]))
        other = "c2" if held(PLAN)["s0"] == "c1" else "c1"
        answer = ask(given, plan=PLAN, changes=[Change(Wish.MOVE, stop_id="s0", crew_id=other)])
        assert [(one.crew_id, one.over_s) for one in answer.overruns] == [(other, 0)]

    def test_keeps_what_is_locked(self):
        lock = Change(Wish.LOCK, stop_id="s0")
        with pytest.raises(LockedStop):
            asked(lock, Change(Wish.REMOVE, stop_id="s0"))
        crew = held(PLAN)["s0"]
        other = "c2" if crew == "c1" else "c1"
        with pytest.raises(LockedStop):
            asked(lock, Change(Wish.HAND_OVER, from_crew_id=crew, crew_id=other, on=DAY))

    @pytest.mark.parametrize(
        "change",
        [
            Change(Wish.REMOVE, stop_id="nobody"),
            Change(Wish.REMOVE, stop_id="far"),
            Change(Wish.LOCK, stop_id="far"),
            Change(Wish.ADD, stop_id="s0"),
            Change(Wish.MOVE, stop_id="s0", crew_id="c9"),
            Change(Wish.MOVE, stop_id="s0", position=99),
            Change(Wish.HAND_OVER, from_crew_id="c1", crew_id="c1", on=DAY),
        ],
    )
    def test_refuses_what_the_plan_does_not_have(self, change):
        with pytest.raises(NoSuchPlace):
            asked(change)
