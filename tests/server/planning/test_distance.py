"""Distances agree with the geodesic, and every second of driving follows from the stated model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.datum import Datum, Point, convert
from server.planning.distance import (
    CITY,
    DETOUR_MODELS,
    DetourModel,
    OddDetour,
    geodesic_m,
    haversine_m,
    leg_m,
    matrix,
)

URUMQI = Point(lon=87.6177, lat=43.7928)
CHANGJI = Point(lon=87.3082, lat=44.0111)
MODEL = DetourModel(region="test", factor=1.5, speed_km_h=36.0, parking_s=100, source="invented")
TOWNS = st.builds(lambda east, north: Point(lon=87.0 + east, lat=43.5 + north), st.floats(0, 1), st.floats(0, 1))


class TestDetourModel:
    def test_adds_parking_to_a_drive(self):
        assert MODEL.driving_s(360.0) == 136

    def test_takes_no_time_to_stand_still(self):
        assert MODEL.driving_s(0.0) == 0

    @pytest.mark.parametrize("change", [{"factor": 0.99}, {"speed_km_h": 0.0}, {"parking_s": -1}])
    def test_refuses_what_no_road_has(self, change):
        given = {"region": "x", "factor": 1.2, "speed_km_h": 30.0, "parking_s": 0, "source": "x"}
        with pytest.raises(OddDetour, match="factor >= 1"):
            DetourModel(**(given | change))

    def test_is_kept_by_region(self):
        assert DETOUR_MODELS["city"] is CITY
        assert all(model.source for model in DETOUR_MODELS.values())


class TestHaversine:
    @given(st.lists(TOWNS, min_size=2, max_size=6))
    def test_stays_within_a_third_of_a_percent_of_the_geodesic(self, towns):
        metres = haversine_m(towns)
        for row, here in enumerate(towns):
            for column, there in enumerate(towns):
                assert metres[row, column] == pytest.approx(geodesic_m(here, there), rel=0.0034, abs=0.01)

    def test_reads_every_datum(self):
        mixed = [convert(URUMQI, to=Datum.GCJ02), convert(CHANGJI, to=Datum.BD09)]
        assert haversine_m(mixed)[0, 1] == pytest.approx(haversine_m([URUMQI, CHANGJI])[0, 1], abs=0.1)

    def test_is_silent_about_no_points(self):
        assert haversine_m([]).shape == (0, 0)


class TestMatrix:
    def test_is_symmetric_with_zeros_on_the_diagonal(self):
        legs = matrix([URUMQI, CHANGJI, Point(lon=87.7, lat=43.9)], model=MODEL)
        assert (legs.metres == legs.metres.T).all()
        assert (np.diag(legs.metres) == 0).all()
        assert (np.diag(legs.seconds) == 0).all()

    def test_multiplies_by_the_detour_and_adds_parking(self):
        legs = matrix([URUMQI, CHANGJI], model=MODEL)
        straight = haversine_m([URUMQI, CHANGJI])[0, 1]
        assert legs.metres[0, 1] == pytest.approx(straight * 1.5, abs=0.5)
        assert legs.seconds[0, 1] == pytest.approx(straight * 1.5 / 10 + 100, abs=1)

    def test_parks_once_for_two_doors_of_one_building(self):
        legs = matrix([URUMQI, Point(lon=URUMQI.lon, lat=URUMQI.lat)], model=MODEL)
        assert legs.seconds[0, 1] == 0

    def test_holds_whole_numbers(self):
        legs = matrix([URUMQI, CHANGJI], model=MODEL)
        assert legs.metres.dtype == legs.seconds.dtype == np.int64


class TestLeg:
    def test_is_the_geodesic_times_the_factor(self):
        assert leg_m(URUMQI, CHANGJI, model=MODEL) == round(geodesic_m(URUMQI, CHANGJI) * 1.5)

    def test_measures_a_known_distance(self):
        """One degree of latitude at 43.5 N is 111.1 km on the ellipsoid."""
        assert geodesic_m(Point(lon=87.0, lat=43.0), Point(lon=87.0, lat=44.0)) == pytest.approx(111_105, abs=15)
