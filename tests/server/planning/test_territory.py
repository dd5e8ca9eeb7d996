"""A large plan in pieces: every stop in one territory, claims kept, borders repaired, the best so far kept."""

from dataclasses import replace

import pytest

from server.planning import planner
from server.planning.model import Limits, Preference
from server.planning.neighbours import Neighbourhoods
from server.planning.planner import plan
from server.planning.solve import NoShift
from server.planning.territory import territories
from server.planning.warm import held_by
from tests.server.planning.make_problem import problem, shift, stop, town
from tests.server.planning.test_brute_force import check_lawful

CREWS = ["c1", "c2", "c3", "c4"]
SMALL = Limits(iterations=60, seed=3)


@pytest.fixture
def cut_small(monkeypatch):
    """Let a town of forty stops count as a large one, in territories of twelve."""
    monkeypatch.setattr(planner, "LARGE_STOPS", 30)
    monkeypatch.setattr(planner, "TERRITORY_STOPS", 12)


def large(count=40, *, crews=CREWS, **changes):
    return problem(*town(count, step_m=700), shifts=[shift(crew, **changes) for crew in crews])


def ids(parts):
    return [sorted(one.id for one in part.stops) for part in parts]


def home_of(parts, stop_id):
    return next({one.crew_id for one in part.shifts} for part in parts if any(s.id == stop_id for s in part.stops))


class TestTerritories:
    def test_hold_every_stop_and_shift_once(self):
        given = large()
        parts = territories(given, held={}, most=12)
        assert len(parts) == 4
        assert sorted(one for part in ids(parts) for one in part) == sorted(one.id for one in given.stops)
        assert sorted(one.key for part in parts for one in part.shifts) == sorted(one.key for one in given.shifts)
        assert all(5 <= len(part.stops) <= 15 for part in parts)

    def test_lie_apart(self):
        west = [stop(f"w{n}", east_m=-20_000 - 90 * n) for n in range(10)]
        east = [stop(f"e{n}", east_m=20_000 + 90 * n) for n in range(10)]
        parts = territories(problem(*west, *east, shifts=[shift("c1"), shift("c2")]), held={}, most=12)
        assert ids(parts) == [sorted(one.id for one in west), sorted(one.id for one in east)]

    def test_send_a_pinned_a_known_and_a_held_stop_to_its_crew(self):
        given = large()
        for changes, held in (
            ({"crew_id": "c4"}, {}),
            ({"prefers": Preference("c4", 600)}, {}),
            ({}, {given.shifts[3].key: ["s0"]}),
        ):
            stops = (replace(given.stops[0], **changes), *given.stops[1:])
            parts = territories(replace(given, stops=stops), held=held, most=12)
            assert "c4" in home_of(parts, "s0"), changes

    def test_send_a_stop_where_somebody_has_its_skill(self):
        given = large()
        shifts = tuple(replace(one, skills=frozenset({"ug"} if one.crew_id == "c2" else ())) for one in given.shifts)
        stops = tuple(replace(one, needs=frozenset({"ug"})) for one in given.stops[::9]) + given.stops[1::9]
        parts = territories(replace(given, stops=stops, shifts=shifts), held={}, most=4)
        assert len(parts) > 1
        assert all(home_of(parts, one.id) == {"c2"} for one in given.stops[::9])


class TestNeighbourhoods:
    def test_share_no_crew_and_offer_each_waiting_stop_once(self):
        given = large(60, crews=[f"c{n}" for n in range(8)])
        state = Neighbourhoods(given, held={one.key: [f"s{n}"] for n, one in enumerate(given.shifts)})
        pieces = state.batch(SMALL)
        assert len(pieces) == 2
        crews = [one.crew_id for piece in pieces for one in piece.problem.shifts]
        offered = [one.id for piece in pieces for one in piece.problem.stops]
        assert len(crews) == len(set(crews)) == 8
        assert len(offered) == len(set(offered))
        assert pieces[0].limits.seed != pieces[1].limits.seed

    def test_are_others_in_every_round(self):
        given = large(60, crews=[f"c{n}" for n in range(8)])
        state = Neighbourhoods(given, held={one.key: [f"s{n}"] for n, one in enumerate(given.shifts)})
        rounds = {tuple(frozenset(s.crew_id for s in one.problem.shifts) for one in state.batch(SMALL)) for _ in "123"}
        assert len(rounds) > 1


@pytest.mark.usefixtures("cut_small")
class TestPlan:
    def test_is_lawful_and_holds_every_stop(self):
        given = large(crews=["c1", "c2", "c3"], closes=13)
        found = plan(given, limits=SMALL)
        check_lawful(found, given)
        assert found.search.territories == 4 - 1
        assert 0 < found.served < 40
        assert [one.crew_id for one in found.routes] == ["c1", "c2", "c3"]

    def test_repairs_borders(self, monkeypatch):
        """The border cuts a village in two, so that both crews drive there: a round gives it to one of them."""
        west = [stop(f"w{n}", east_m=-9000 - 90 * n, service_s=900) for n in range(22)]
        east = [stop(f"e{n}", east_m=9000 + 90 * n, service_s=900) for n in range(10)]
        given = problem(*west, *east, shifts=[shift("c1"), shift("c2")])
        repaired = plan(given, limits=SMALL)
        monkeypatch.setattr(planner, "ROUNDS", 0)
        assert cost(repaired) < cost(plan(given, limits=SMALL)) - 900

    def test_is_the_same_in_one_process_and_in_two(self):
        given = large(closes=14)
        assert plan(given, limits=SMALL, processes=2) == plan(given, limits=SMALL)

    def test_begins_from_the_plan_in_force(self):
        given = large(closes=14)
        before = plan(given, limits=Limits(iterations=400, seed=3))
        after = plan(given, limits=Limits(iterations=1, seed=9), plan_in_force=before)
        assert cost(after) <= cost(before)

    def test_keeps_what_was_held_when_it_is_cancelled_at_once(self):
        given = large(closes=14)
        before = plan(given, limits=SMALL)
        after = plan(given, limits=SMALL, plan_in_force=before, should_stop=lambda: True)
        assert after.search.stopped_early
        assert held_by(after) == held_by(before)

    def test_keeps_to_a_time_budget_and_tells_how_far_it_is(self):
        told = []
        found = plan(
            large(closes=14),
            limits=Limits(iterations=10**6, seed=3, budget_s=1.5),
            progress=lambda *one: told.append(one),
        )
        assert found.search.stopped_early
        assert [one[0] for one in told] == sorted(one[0] for one in told)
        assert told[-1][2] > told[0][2]


class TestStarts:
    def test_take_the_best_of_several_seeds(self):
        given = large(24, crews=["c1", "c2"], closes=12)
        limits = Limits(iterations=5, seed=1)
        each = [cost(plan(given, limits=replace(limits, seed=1 + number))) for number in range(4)]
        several = plan(given, limits=limits, starts=4)
        assert cost(several) == min(each) < max(each)
        assert several.search.starts == 4

    def test_needs_a_shift(self):
        with pytest.raises(NoShift):
            plan(replace(large(2), shifts=()), limits=SMALL)


def cost(found):
    return found.driving_s + sum(one.prize_s for one in found.dropped)
