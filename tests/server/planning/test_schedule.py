"""Earliest and latest starts bound each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.frame import frame
from server.planning.schedule import Call, timing
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
