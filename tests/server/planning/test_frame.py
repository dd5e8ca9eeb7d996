"""Same-door stops become one place, and what is no door never becomes one."""

from datetime import timedelta

import pytest

from server.planning.frame import MUST_VISIT_PRIZE_S, frame
from server.planning.precision import Precision
from tests.server.planning.make_problem import DAY, at, problem, shift, stop, window


def names(ready):
    return [[one.id for one in place.stops] for place in ready.places]


class TestFrame:
    def test_counts_seconds_from_the_first_shift(self):
        tomorrow = DAY + timedelta(days=1)
        ready = frame(problem(stop("a"), shifts=[shift("c2", day=tomorrow), shift("c1", opens=10)]))
        assert ready.origin_at == at(10)
        assert [(day.opens_s, day.closes_s) for day in ready.days] == [(82_800, 115_200), (0, 28_800)]
        assert ready.at(3600) == at(11)

    def test_merges_the_stops_of_one_door(self):
        ready = frame(problem(stop("a", east_m=900), stop("b", east_m=900), stop("c", east_m=1800)))
        assert names(ready) == [["a", "b"], ["c"]]
        assert ready.places[0].service_s == 3000
        assert ready.places[0].prize_s == 7200

    def test_merges_by_the_key_of_the_building(self):
        ready = frame(problem(stop("a", place_key="b1"), stop("b", east_m=12, place_key="b1")))
        assert names(ready) == [["a", "b"]]

    def test_keeps_different_buildings_apart(self):
        assert names(frame(problem(stop("a"), stop("b", east_m=12)))) == [["a"], ["b"]]

    def test_keeps_vague_points_apart(self):
        ready = frame(problem(stop("a", precision=Precision.STREET), stop("b", precision=Precision.STREET)))
        assert names(ready) == [["a"], ["b"]]

    def test_keeps_stops_of_different_crews_apart(self):
        assert names(frame(problem(stop("a", crew_id="c1"), stop("b")))) == [["a"], ["b"]]

    def test_keeps_apart_what_no_common_window_holds(self):
        ready = frame(problem(stop("a", windows=(window(9, 11),)), stop("b", windows=(window(14, 16),))))
        assert names(ready) == [["a"], ["b"]]

    def test_keeps_apart_what_is_too_long_for_the_common_window(self):
        short = (window(9, 10),)
        ready = frame(problem(*(stop(name, windows=short) for name in "abc")))
        assert names(ready) == [["a", "b"], ["c"]]

    def test_joins_the_windows_of_one_door(self):
        ready = frame(problem(stop("a", windows=(window(9, 12), window(14, 17))), stop("b", windows=(window(10, 16),))))
        assert ready.places[0].spans == ((3600, 10_800), (18_000, 25_200))

    def test_gives_a_stop_without_windows_the_whole_time(self):
        assert frame(problem(stop("a"))).places[0].spans == ((0, 32_400),)

    def test_drops_a_window_shorter_than_the_visit(self):
        ready = frame(problem(stop("a", windows=(window(9, 10), window(13, 16)), service_s=5400)))
        assert ready.places[0].spans == ((14_400, 25_200),)

    @pytest.mark.parametrize("precision", [Precision.DISTRICT, Precision.NONE])
    def test_sets_centroids_apart(self, precision):
        ready = frame(problem(stop("a", precision=precision), stop("b")))
        assert names(ready) == [["b"]]
        assert [one.id for one in ready.unlocated] == ["a"]

    def test_sets_stops_without_a_point_apart(self):
        assert [one.id for one in frame(problem(stop("a", point=None))).unlocated] == ["a"]

    def test_routes_centroids_only_when_asked_and_never_what_has_no_point(self):
        ready = frame(
            problem(
                stop("a", precision=Precision.DISTRICT),
                stop("b", precision=Precision.NONE),
                stop("c", precision=Precision.DISTRICT, point=None),
                route_centroids=True,
            )
        )
        assert names(ready) == [["a"]]
        assert [one.id for one in ready.unlocated] == ["b", "c"]

    def test_joins_needs_and_makes_a_must_worth_any_drive(self):
        ready = frame(problem(stop("a", needs=frozenset({"ug"})), stop("b", must_visit=True)))
        assert ready.places[0].needs == {"ug"}
        assert ready.places[0].prize_s == 3600 + MUST_VISIT_PRIZE_S
