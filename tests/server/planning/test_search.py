"""The search gives every crew only what it may take, stops when told, and says how far it is."""

import itertools

import pytest

from server.planning.explain import left_out
from server.planning.frame import frame
from server.planning.manner import manner
from server.planning.model import Limits, Window
from server.planning.schedule import timing
from server.planning.search import search
from tests.server.planning.make_problem import at, problem, shift, stop, town, window


def ids(tour):
    return [one.id for call in tour for one in call.place.stops]


class TestSearch:
    def test_serves_a_small_town(self):
        ready = frame(problem(*town(8)))
        found = search(ready, limits=Limits(iterations=50))
        assert left_out(ready, tours=found.tours) == []
        assert (found.iterations, found.stopped_early) == (50, False)

    def test_gives_feasible_tours_only(self):
        ready = frame(problem(*town(40, step_m=2500), shifts=[shift("c1"), shift("c2", closes=13)]))
        found = search(ready, limits=Limits(iterations=200))
        for day, tour in zip(ready.days, found.tours, strict=True):
            assert timing(ready, day=day, calls=tour).is_feasible

    def test_uses_one_span_of_a_place_at_most(self):
        hours = (window(9, 10), window(11, 12), window(15, 17))
        ready = frame(problem(*(stop(f"s{n}", east_m=900 * n + 9, windows=hours) for n in range(5))))
        served = ids(search(ready, limits=Limits(iterations=200)).tours[0])
        assert sorted(served) == sorted(set(served)) == ["s0", "s1", "s2", "s3", "s4"]

    def test_keeps_skills_and_pins(self):
        crews = [shift("c1"), shift("c2", skills=["ug"]), shift("c3")]
        stops = [
            *town(6),
            *(stop(f"u{n}", east_m=700 * n + 70, needs=frozenset({"ug"})) for n in range(3)),
            *(stop(f"p{n}", north_m=800 * n + 80, crew_id="c3") for n in range(3)),
        ]
        ready = frame(problem(*stops, shifts=crews))
        one, two, three = (ids(tour) for tour in search(ready, limits=Limits(iterations=300)).tours)
        assert not {"u0", "u1", "u2"} & {*one, *three}
        assert not {"p0", "p1", "p2"} & {*one, *two}
        assert {"u0", "u1", "u2"} <= set(two)
        assert {"p0", "p1", "p2"} <= set(three)

    def test_goes_far_for_a_must(self):
        far = stop("far", east_m=40_000, prize_s=1, must_visit=True)
        ready = frame(problem(*town(3), far))
        assert "far" in ids(search(ready, limits=Limits(iterations=100)).tours[0])

    def test_counts_the_whole_visit_into_the_window(self):
        """After the near one the far one could begin in its hours but not end in them: only the dearer is made."""
        near = stop("near", east_m=600, windows=(window(9, 10),), service_s=3000, prize_s=5000)
        far = stop("far", east_m=1200, windows=(Window(at(9, 30), at(10, 30)),), service_s=3000, prize_s=9000)
        found = search(frame(problem(near, far)), limits=Limits(iterations=100))
        assert ids(found.tours[0]) == ["far"]

    def test_does_without_clients(self):
        ready = frame(problem(stop("a", windows=(window(20, 22),))))
        assert search(ready, limits=Limits(iterations=10)).tours == [[]]

    def test_stops_at_once_when_told_and_keeps_what_is_lawful(self):
        ready = frame(problem(*town(30, step_m=3000)))
        found = search(ready, limits=Limits(iterations=10_000), should_stop=lambda: True)
        assert (found.stopped_early, found.iterations) == (True, 0)
        assert timing(ready, day=ready.days[0], calls=found.tours[0]).is_feasible

    def test_stops_in_the_middle(self):
        asked = itertools.count()
        found = search(
            frame(problem(*town(6))), limits=Limits(iterations=10_000), should_stop=lambda: next(asked) >= 25
        )
        assert (found.stopped_early, found.iterations) == (True, 25)

    def test_keeps_to_its_budget(self):
        ticks = itertools.count()
        limits = Limits(iterations=10_000, budget_s=40)
        found = search(frame(problem(*town(6))), limits=limits, stopwatch=lambda: float(next(ticks)))
        assert found.stopped_early
        assert found.iterations < 45

    def test_tells_how_far_it_is(self):
        told = []
        ready = frame(problem(*town(5), stop("s9", north_m=900)))
        search(ready, limits=Limits(iterations=200), progress=lambda *said: told.append(said))
        fractions = [fraction for fraction, _, _ in told]
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0
        assert len(told) == pytest.approx(100, abs=1)
        assert {served for _, _, served in told} == {6}
        assert told[-1][1] <= told[0][1]

    def test_tells_it_by_the_clock_when_that_ends_the_search(self):
        told, ticks = [], itertools.count()
        search(
            frame(problem(*town(6))),
            limits=Limits(iterations=1_000_000, budget_s=400),
            stopwatch=lambda: float(next(ticks)),
            progress=lambda *said: told.append(said[0]),
        )
        assert told == sorted(told)
        assert len(told) > 50
        assert told[-1] > 0.95


class TestManner:
    @pytest.mark.parametrize(("budget_s", "history"), [(None, 100), (0.5, 100), (9.99, 100), (10.0, 300), (110.0, 300)])
    def test_long_searches_look_farther_back(self, budget_s, history):
        assert manner(budget_s, stops=100).ils.history_length == history

    def test_begins_again_from_the_best_when_nothing_better_comes(self):
        assert {manner(budget_s, stops=9).ils.num_iters_no_improvement for budget_s in (None, 60.0)} == {10_000}
