"""Each left-out stop gets the reason that binds, and what fits and pays is never left out."""

import pytest

from server.planning.explain import add_what_pays, drops, left_out
from server.planning.frame import frame
from server.planning.plans import DropReason
from server.planning.precision import Precision
from server.planning.schedule import Call
from tests.server.planning.make_problem import problem, shift, stop, town, window


def reason_for(one, *others, shifts=None):
    """Return the drop of the first stop when the others are on the first crew's tour."""
    ready = frame(problem(one, *others, shifts=shifts))
    tours = [[] for _ in ready.days]
    tours[0] = [Call(place, place.spans[0]) for place in ready.places[1:]]
    return next(drop for drop in drops(ready, tours=tours) if drop.stop_id == one.id)


class TestDrops:
    @pytest.mark.parametrize("precision", [Precision.DISTRICT, Precision.NONE])
    def test_says_unlocated(self, precision):
        ready = frame(problem(stop("a", precision=precision)))
        (drop,) = drops(ready, tours=[[]])
        assert (drop.reason, drop.precision, drop.crew_id) == (DropReason.UNLOCATED, precision, None)

    def test_says_skill_when_no_crew_has_it(self):
        assert reason_for(stop("a", needs=frozenset({"ug"}))).reason is DropReason.SKILL

    def test_says_pinned_when_its_crew_has_no_shift(self):
        assert reason_for(stop("a", crew_id="c9")).reason is DropReason.PINNED

    def test_says_pinned_when_its_crew_lacks_the_skill_another_has(self):
        crews = [shift("c1"), shift("c2", skills=["ug"])]
        one = stop("a", crew_id="c1", needs=frozenset({"ug"}))
        assert reason_for(one, shifts=crews).reason is DropReason.PINNED

    def test_says_window_when_none_lies_in_a_shift(self):
        assert reason_for(stop("a", windows=(window(19, 21),))).reason is DropReason.WINDOW

    def test_says_window_when_the_overlap_is_shorter_than_the_visit(self):
        one = stop("a", windows=(window(17, 21),), service_s=3700)
        assert reason_for(one).reason is DropReason.WINDOW

    def test_says_shift_when_even_alone_it_is_too_far_and_by_how_much(self):
        drop = reason_for(stop("a", east_m=160_000))
        assert drop.reason is DropReason.SHIFT
        assert drop.short_by_s == pytest.approx(2 * 16_000 + 1500 - 9 * 3600, abs=100)

    def test_says_full_when_the_others_leave_no_time(self):
        busy = [stop(f"b{n}", east_m=1000 * (n + 1), service_s=7700) for n in range(4)]
        drop = reason_for(stop("a", north_m=2000), *busy)
        assert drop.reason is DropReason.FULL
        assert drop.crew_id == "c1"
        assert 0 < drop.short_by_s < 7200

    def test_says_prize_when_the_detour_costs_more(self):
        drop = reason_for(stop("a", east_m=20_000, prize_s=600), stop("b", north_m=1000))
        assert drop.reason is DropReason.PRIZE
        assert drop.cost_s == pytest.approx(4000, rel=0.05)
        assert drop.prize_s == 600

    def test_says_prize_before_full_when_time_would_not_help(self):
        busy = [stop(f"b{n}", east_m=1000 * (n + 1), service_s=7600) for n in range(4)]
        assert reason_for(stop("a", north_m=20_000, prize_s=60), *busy).reason is DropReason.PRIZE

    def test_gives_every_stop_behind_one_door_the_reason(self):
        ready = frame(problem(stop("a", east_m=160_000), stop("b", east_m=160_000)))
        assert [drop.stop_id for drop in drops(ready, tours=[[]])] == ["a", "b"]


class TestAddWhatPays:
    def test_puts_in_what_fits_and_pays(self):
        ready = frame(problem(*town(4)))
        tours = add_what_pays(ready, tours=[[]])
        assert left_out(ready, tours=tours) == []

    @pytest.mark.parametrize(("prize_s", "missing"), [(3700, ["far"]), (4100, [])])
    def test_weighs_the_detour_against_the_prize(self, prize_s, missing):
        """Twenty kilometres there and back at ten metres a second are four thousand seconds."""
        ready = frame(problem(stop("far", east_m=20_000, prize_s=prize_s)))
        tours = add_what_pays(ready, tours=[[]])
        assert [place.stops[0].id for place in left_out(ready, tours=tours)] == missing

    def test_fills_the_empty_crew_too(self):
        stops = [stop(f"s{n}", east_m=1000 * n + 1, service_s=4 * 3600) for n in range(4)]
        ready = frame(problem(*stops, shifts=[shift("c1"), shift("c2")]))
        assert [len(tour) for tour in add_what_pays(ready, tours=[[], []])] == [2, 2]

    def test_leaves_the_given_tours_alone(self):
        ready = frame(problem(*town(2)))
        given = [[]]
        add_what_pays(ready, tours=given)
        assert given == [[]]
