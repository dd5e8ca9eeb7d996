"""Earliest and latest starts bound each other, and an insertion costs what the longer route costs."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.frame import frame
from server.planning.schedule import Call, insertions, timing
from tests.server.planning.make_problem import problem, shift, stop, town, window


def tour(ready):
    return [Call(place, place.spans[0]) for place in ready.places]


class TestTiming:
    def test_drives_ten_metres_a_second_and_serves(self):
        ready = frame(problem(stop("a", east_m=3000), stop("b", east_m=6000)))
        times = timing(ready, day=ready.days[0], calls=tour(ready))
        assert times.arrivals == pytest.approx((300, 2100), abs=3)
        assert times.earliest == times.arrivals
        assert times.returns_s == pytest.approx(300 + 1500 + 300 + 1500 + 600, abs=5)
        assert times.is_feasible

    def test_waits_until_the_window_opens(self):
        ready = frame(problem(stop("a", east_m=3000, windows=(window(11, 12),))))
        times = timing(ready, day=ready.days[0], calls=tour(ready))
        assert times.arrivals[0] == pytest.approx(300, abs=2)
        assert times.earliest == (7200,)
        assert times.latest == (10_800 - 1500,)

    def test_says_how_late_the_worst_is(self):
        ready = frame(problem(stop("a", east_m=36_000, windows=(window(9, 10),))))
        times = timing(ready, day=ready.days[0], calls=tour(ready))
        assert not times.is_feasible
        assert times.late_s == pytest.approx(3600 + 1500 - 3600, abs=20)

    def test_counts_the_way_home(self):
        ready = frame(problem(stop("a", east_m=36_000), shifts=[shift(opens=9, closes=11)]))
        times = timing(ready, day=ready.days[0], calls=tour(ready))
        assert times.late_s == pytest.approx(3600 + 1500 + 3600 - 7200, abs=20)

    def test_is_fine_with_an_empty_route(self):
        ready = frame(problem(stop("a")))
        assert timing(ready, day=ready.days[0], calls=[]).is_feasible

    @given(st.integers(1, 8), st.integers(200, 4000))
    def test_never_starts_later_than_it_may_on_a_feasible_route(self, count, step_m):
        ready = frame(problem(*town(count, step_m=step_m)))
        times = timing(ready, day=ready.days[0], calls=tour(ready))
        assert times.is_feasible == all(early <= late for early, late in zip(times.earliest, times.latest, strict=True))


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
