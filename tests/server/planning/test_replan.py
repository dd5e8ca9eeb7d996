"""At noon: from where the crews stand, few moves, and not a stop of a crew that cannot be reached."""

from dataclasses import replace
from datetime import timedelta

from server.planning.difference import Turn, difference
from server.planning.model import Limits, Preference
from server.planning.plans import DropReason
from server.planning.replan import MOVE_WORTH_S, Standing, replan, rest_of, spent_by
from server.planning.solve import solve
from tests.server.planning.make_problem import at, problem, rest, shift, town

QUICK = Limits(iterations=400, seed=3)
GIVEN = problem(*town(28, step_m=1600), shifts=[shift("c1"), shift("c2")])
PLAN = solve(GIVEN, limits=Limits(iterations=1000))
NOON = at(12)


def done_by(plan, moment):
    return {one.stop_id for route in plan.routes for one in route.stops if one.starts_at < moment}


def left(plan=PLAN, *, crews=None):
    """Return the problem without what is done at noon, and where each crew stands."""
    done = done_by(plan, NOON)
    standings = []
    for route in plan.routes:
        last = [one for one in route.stops if one.stop_id in done][-1]
        standings.append(Standing(route.crew_id, last.point, max(last.leaves_at, NOON)))
    stops = tuple(one for one in GIVEN.stops if one.id not in done)
    return replace(GIVEN, stops=stops, shifts=tuple(crews or GIVEN.shifts)), standings


def mended(given, standings, *, unreachable=frozenset()):
    return replan(given, plan=PLAN, at=NOON, standings=standings, unreachable=unreachable, limits=QUICK)


class TestReplan:
    def test_keeps_the_plan_when_nothing_has_happened(self):
        given, standings = left()
        after = mended(given, standings)
        assert {stop.stop_id for route in after.routes for stop in route.stops} == {stop.id for stop in given.stops}
        moved = [one for one in difference(PLAN, after).moved if one.turn is Turn.CREW]
        assert moved == []

    def test_goes_on_from_where_the_crews_stand(self):
        given, standings = left()
        for route in mended(given, standings).routes:
            standing = next(one for one in standings if one.crew_id == route.crew_id)
            assert route.start == standing.point
            assert route.departs_at >= standing.free_at

    def test_shares_out_what_a_lost_crew_leaves(self):
        """Crew two breaks down at noon: crew one takes what it can and nothing is lost without a reason."""
        given, standings = left(crews=[shift("c1")])
        after = mended(given, [one for one in standings if one.crew_id == "c1"])
        assert {route.crew_id for route in after.routes} == {"c1"}
        taken = [one for one in difference(PLAN, after).moved if one.turn is Turn.CREW]
        assert taken
        assert after.served + len(after.dropped) == len(given.stops)

    def test_never_touches_a_crew_out_of_reach(self):
        given, standings = left()
        before = next(route for route in PLAN.routes if route.crew_id == "c2")
        open_ids = {stop.id for stop in given.stops}
        after = mended(given, standings, unreachable={"c2"})
        kept = next(route for route in after.routes if route.crew_id == "c2")
        assert kept.stops == tuple(stop for stop in before.stops if stop.stop_id in open_ids)

    def test_keeps_everything_when_nobody_can_be_reached(self):
        given, standings = left()
        after = mended(given, standings, unreachable={"c1", "c2"})
        assert sorted(one.stop_id for route in after.routes for one in route.stops) == sorted(
            one.id for one in given.stops
        )
        assert after.dropped == ()

    def test_leaves_out_what_no_shift_is_left_for(self):
        given, standings = left(crews=[shift("c1", closes=12), shift("c2", closes=12)])
        after = mended(given, standings)
        assert after.routes == ()
        assert {drop.reason for drop in after.dropped} == {DropReason.SHIFT}
        assert len(after.dropped) == len(given.stops)

    def test_prices_a_move(self):
        """Without the price of a move more stops change hands, for less than it is worth."""
        given, standings = left()
        drawn = rest_of(given, plan=PLAN, at=NOON, standings=standings, unreachable=frozenset())
        holder = {stop.stop_id: route.crew_id for route in PLAN.routes for stop in route.stops}
        assert all(stop.prefers == Preference(holder[stop.id], MOVE_WORTH_S) for stop in drawn.stops)


class TestRestOf:
    def test_leaves_out_shifts_that_are_over(self):
        given = replace(GIVEN, shifts=(shift("c1", closes=11), shift("c2")))
        drawn = rest_of(given, plan=PLAN, at=NOON, standings=[], unreachable=frozenset())
        assert [(one.crew_id, one.hours.opens_at) for one in drawn.shifts] == [("c2", NOON)]

    def test_leaves_the_days_to_come_alone(self):
        tomorrow = shift("c1", day=NOON.date() + timedelta(days=1))
        given = replace(GIVEN, shifts=(*GIVEN.shifts, tomorrow))
        drawn = rest_of(given, plan=PLAN, at=NOON, standings=[], unreachable=frozenset())
        assert tomorrow in drawn.shifts

    def test_still_owes_a_rest_that_was_not_taken(self):
        given = problem(*town(20, step_m=1600), shifts=[shift("c1", rest=rest())])
        plan = solve(given, limits=QUICK)
        for moment, owes in [(at(12), True), (at(13, 30), False)]:
            (drawn,) = rest_of(given, plan=plan, at=moment, standings=[], unreachable=frozenset()).shifts
            assert (drawn.rest is not None) == owes

    def test_counts_what_was_driven_and_worked(self):
        given = problem(*town(20, step_m=1600), shifts=[shift("c1", max_driving_s=9000, max_working_s=30_000)])
        plan = solve(given, limits=QUICK)
        (drawn,) = rest_of(given, plan=plan, at=NOON, standings=[], unreachable=frozenset()).shifts
        assert drawn.max_working_s == 30_000 - (NOON - plan.routes[0].departs_at).total_seconds()
        assert 0 < drawn.max_driving_s < 9000


class TestSpentBy:
    """Planned again at noon and once more an hour later: the morning counts both times."""

    GIVEN = problem(*town(28, step_m=1600), shifts=[shift("c1", max_driving_s=9000, max_working_s=30_000, rest=rest())])

    @staticmethod
    def again(given, *, plan, moment, spent):
        told = {"plan": plan, "at": moment, "standings": [], "unreachable": frozenset(), "spent": spent}
        return replan(given, limits=QUICK, **told), spent_by(given, **told), rest_of(given, **told)

    def test_goes_on_counting_after_a_second_time(self):
        morning = solve(self.GIVEN, limits=QUICK)
        noon, spent, first = self.again(self.GIVEN, plan=morning, moment=NOON, spent={})
        _, _, second = self.again(self.GIVEN, plan=noon, moment=at(13), spent=spent)
        assert first.shifts[0].max_working_s == 30_000 - (NOON - morning.routes[0].departs_at).total_seconds()
        worked = (at(13) - noon.routes[0].departs_at).total_seconds()
        assert second.shifts[0].max_working_s == first.shifts[0].max_working_s - worked
        assert second.shifts[0].max_driving_s <= first.shifts[0].max_driving_s

    def test_owes_no_second_rest(self):
        morning = solve(self.GIVEN, limits=QUICK)
        taken = morning.routes[0].rest.closes_at
        plan, spent, first = self.again(self.GIVEN, plan=morning, moment=taken, spent={})
        assert first.shifts[0].rest is None
        _, _, second = self.again(self.GIVEN, plan=plan, moment=taken + timedelta(minutes=10), spent=spent)
        assert second.shifts[0].rest is None

    def test_leaves_what_a_crew_out_of_reach_has_used_up(self):
        told = {"plan": PLAN, "at": NOON, "standings": [], "unreachable": {"c1"}, "spent": {}}
        assert {crew_id for crew_id, _ in spent_by(GIVEN, **told)} == {"c2"}
