"""An insertion costs what the longer route costs, and the best one is found without driving every position."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.frame import frame
from server.planning.insertion import best_insertion, insertions, least_cost, least_short
from server.planning.schedule import Call, timing
from tests.server.planning.make_problem import problem, rest, shift, stop, town, window


def tour(ready):
    return [Call(place, place.spans[0]) for place in ready.places]


class TestInsertions:
    def test_offers_every_position(self):
        ready = frame(problem(*town(3), stop("new", east_m=500)))
        *placed, new = tour(ready)
        found = insertions(ready, crew_day=0, calls=placed, place=new.place)
        assert [one.position for one in found] == [0, 1, 2, 3]

    def test_costs_what_the_longer_route_drives_more(self):
        ready = frame(problem(*town(3), stop("new", east_m=500, north_m=700)))
        *placed, new = tour(ready)
        legs = ready.legs.seconds

        def driven(calls):
            nodes = [ready.days[0].start_node, *(call.place.node for call in calls), ready.days[0].end_node]
            return sum(int(legs[here, there]) for here, there in itertools.pairwise(nodes))

        for found in insertions(ready, crew_day=0, calls=placed, place=new.place):
            longer = [*placed[: found.position], found.call, *placed[found.position :]]
            assert found.cost_s == driven(longer) - driven(placed)

    def test_costs_the_whole_way_of_a_crew_that_would_stay_at_home(self):
        """A crew that ends elsewhere drives nowhere without calls: its first costs the way to the end as well."""
        end = stop("x", east_m=5000).point
        ready = frame(problem(stop("a", east_m=2500), shifts=[shift(end=end)]))
        (found,) = insertions(ready, crew_day=0, calls=[], place=ready.places[0])
        assert found.cost_s == pytest.approx(500, abs=3)

    @given(st.integers(0, 6), st.integers(300, 6000), st.integers(-9000, 9000))
    def test_fits_exactly_when_the_longer_route_is_feasible(self, count, step_m, north_m):
        ready = frame(problem(*town(count, step_m=step_m), stop("new", north_m=north_m + 1), shifts=[shift(closes=13)]))
        *placed, new = tour(ready)
        if not timing(ready, day=ready.days[0], calls=placed).is_feasible:
            return
        for found in insertions(ready, crew_day=0, calls=placed, place=new.place):
            longer = [*placed[: found.position], found.call, *placed[found.position :]]
            fits = timing(ready, day=ready.days[0], calls=longer).is_feasible
            assert (found.short_by_s == 0) == fits


class TestBestInsertion:
    @pytest.mark.parametrize("rank", [least_short, least_cost])
    @given(st.integers(0, 10_000))
    def test_is_the_best_of_all_of_them_whatever_bounds_the_day(self, rank, seed):
        dice = random.Random(seed)
        limits = [{}, {"rest": rest()}, {"max_driving_s": 1500}, {"max_working_s": 9000, "rest": rest(11, 13)}]
        days = [shift(f"c{n}", closes=14, **dice.choice(limits)) for n in range(3)]
        new = stop("new", north_m=dice.randrange(1, 9000), windows=(window(9, 11), window(12, 14)))
        ready = frame(problem(*town(9, step_m=dice.randrange(300, 3000)), new, shifts=days))
        *placed, wanted = tour(ready)
        tours = [placed[:3], placed[3:6], placed[6:]]
        everywhere = [
            one
            for index in range(3)
            for one in insertions(ready, crew_day=index, calls=tours[index], place=wanted.place)
        ]
        best = best_insertion(ready, tours=tours, place=wanted.place, crew_days=range(3), rank=rank)
        assert rank(best) == min(rank(one) for one in everywhere)

    def test_is_none_without_a_day(self):
        ready = frame(problem(stop("a", east_m=500)))
        assert best_insertion(ready, tours=[[]], place=ready.places[0], crew_days=[], rank=least_short) is None
