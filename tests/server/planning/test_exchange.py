"""A left-out visit takes another's seat when that one can go elsewhere, or is worth less; nothing else is changed."""

import pytest

from server.planning import exchange
from server.planning.exchange import improved
from server.planning.explain import add_what_pays, left_out
from server.planning.frame import frame
from server.planning.model import Preference
from server.planning.piece import cost_s
from server.planning.schedule import Call, timing
from tests.server.planning.make_problem import problem, shift, stop

TWO = [shift("c1", closes=11, skills=["ug"]), shift("c2", closes=11)]
HOUR_AND_A_HALF = 5400


def ready_with(*stops, shifts, tours):
    """Return a frame and its tours, named by stops."""
    ready = frame(problem(*stops, shifts=shifts))
    places = {place.stops[0].id: place for place in ready.places}
    return ready, [[Call(places[name], places[name].spans[0]) for name in names] for names in tours]


def names(tours):
    return [[call.place.stops[0].id for call in tour] for tour in tours]


@pytest.fixture
def full():
    """One crew can take both visits but has time for one, the other stays at home: driving there costs something."""
    anyone = stop("anyone", east_m=900, service_s=HOUR_AND_A_HALF)
    ours = stop("ours", north_m=900, service_s=HOUR_AND_A_HALF, needs=frozenset({"ug"}))
    return ready_with(anyone, ours, shifts=TWO, tours=[["anyone"], []])


class TestImproved:
    def test_moves_a_visit_to_a_crew_at_home_so_that_another_fits(self, full):
        ready, tours = full
        assert left_out(ready, tours=add_what_pays(ready, tours=tours)) != []
        found = improved(ready, tours=tours)
        assert names(found) == [["ours"], ["anyone"]]
        assert all(timing(ready, day=day, calls=tour).is_feasible for day, tour in zip(ready.days, found, strict=True))

    def test_leaves_the_given_tours_alone(self, full):
        ready, tours = full
        improved(ready, tours=tours)
        assert names(tours) == [["anyone"], []]

    def test_leaves_out_what_is_worth_less(self):
        cheap = stop("cheap", east_m=900, service_s=HOUR_AND_A_HALF, prize_s=1000)
        dear = stop("dear", east_m=950, service_s=HOUR_AND_A_HALF, prize_s=3000)
        ready, tours = ready_with(cheap, dear, shifts=TWO[:1], tours=[["cheap"]])
        assert names(improved(ready, tours=tours)) == [["dear"]]

    def test_takes_nobody_from_the_crew_that_is_known_for_less_than_that_is_worth(self):
        known = stop("known", east_m=900, service_s=HOUR_AND_A_HALF, prize_s=3000, prefers=Preference("c1", 900))
        dear = stop("dear", east_m=900, north_m=50, service_s=HOUR_AND_A_HALF, prize_s=3500)
        ready, tours = ready_with(known, dear, shifts=TWO[:1], tours=[["known"]])
        assert names(improved(ready, tours=tours)) == [["known"]]

    def test_takes_nobody_whose_visit_another_one_waits_for(self):
        first = stop("first", east_m=900, service_s=HOUR_AND_A_HALF, prize_s=100)
        then = stop("then", east_m=900, north_m=90, service_s=600, after=frozenset({"first"}))
        dear = stop("dear", east_m=950, service_s=HOUR_AND_A_HALF, prize_s=2000)
        ready, tours = ready_with(first, then, dear, shifts=TWO[:1], tours=[["first", "then"]])
        assert names(improved(ready, tours=tours)) == [["first", "then"]]

    def test_costs_no_more_than_before(self):
        stops = [
            stop(f"s{n}", east_m=700 * n, north_m=400 * (n % 3), service_s=3000, prize_s=900 * n) for n in range(9)
        ]
        ready, tours = ready_with(*stops, shifts=TWO, tours=[["s0", "s1"], ["s2"]])
        before, found = add_what_pays(ready, tours=tours), improved(ready, tours=tours)
        assert cost_s(ready, tours=found) < cost_s(ready, tours=before)

    def test_ends_after_so_many_tries(self, full, monkeypatch):
        ready, tours = full
        monkeypatch.setattr(exchange, "MOST_TRIED", 0)
        assert names(improved(ready, tours=tours)) == [["anyone"], []]
