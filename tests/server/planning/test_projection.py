"""Points fall where they belong on the drawing, and markers step aside for each other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.datum import Point
from server.planning.projection import Box, fit, round_length_m, spread

BOX = Box(left=20, top=70, width=800, height=500)
HERE = [Point(lon=87.5, lat=43.7), Point(lon=87.7, lat=43.9), Point(lon=87.6, lat=43.8)]
PIXELS = st.tuples(st.floats(0, 800), st.floats(0, 500))


class TestFit:
    def test_shows_every_point_inside_the_margin(self):
        project = fit(HERE, box=BOX, margin_px=50)
        for point in HERE:
            x, y = project(point)
            assert 69.9 <= x <= 770.1
            assert 119.9 <= y <= 520.1

    def test_puts_north_up_and_east_right(self):
        project = fit(HERE, box=BOX, margin_px=50)
        (west_x, south_y), (east_x, north_y) = project(HERE[0]), project(HERE[1])
        assert west_x < east_x
        assert north_y < south_y

    def test_is_true_to_scale(self):
        project = fit(HERE, box=BOX, margin_px=50)
        (_, south_y), (_, north_y) = project(HERE[0]), project(HERE[1])
        assert (south_y - north_y) * project.m_per_px == pytest.approx(22_239, rel=0.01)

    def test_shows_the_surroundings_of_a_lonely_stop(self):
        project = fit(HERE[:1], box=BOX, margin_px=50)
        assert project(HERE[0]) == (420, 320)
        assert project.m_per_px >= 1.0

    def test_does_without_points(self):
        assert fit([], box=BOX, margin_px=50).m_per_px > 0


class TestRoundLength:
    @pytest.mark.parametrize(
        ("longest", "rounded"), [(1, 1), (9, 5), (10, 10), (199, 100), (2000, 2000), (4999, 2000), (0.2, 1)]
    )
    def test_is_one_two_or_five_times_a_power_of_ten(self, longest, rounded):
        assert round_length_m(longest) == rounded

    @given(st.floats(1, 1e7))
    def test_is_never_longer_and_never_less_than_two_fifths(self, longest):
        assert int(longest) * 0.4 <= round_length_m(longest) <= longest


class TestSpread:
    def test_parts_markers_on_one_spot(self):
        spots = spread([(100, 100)] * 4, apart_px=20, farthest_px=80)
        gaps = [math.dist(one, other) for n, one in enumerate(spots) for other in spots[n + 1 :]]
        assert min(gaps) >= 19

    def test_leaves_free_markers_alone(self):
        assert spread([(10, 10), (200, 200)], apart_px=20, farthest_px=80) == [(10, 10), (200, 200)]

    @given(st.lists(PIXELS, max_size=25))
    def test_never_moves_a_marker_farther_than_allowed(self, anchors):
        for anchor, spot in zip(anchors, spread(anchors, apart_px=22, farthest_px=40), strict=True):
            assert math.dist(anchor, spot) <= 40.2

    def test_does_without_markers(self):
        assert spread([], apart_px=20, farthest_px=80) == []
