"""Points survive the way through any datum and back within half a metre, and are not shifted outside the mainland."""

import json
import math
from pathlib import Path

import pytest
from geopy.distance import geodesic
from hypothesis import assume, given
from hypothesis import strategies as st

from server.planning.border import is_in_mainland
from server.planning.datum import Datum, OffTheMap, Point, convert, to_wgs84

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
SHIFTED = [Datum.GCJ02, Datum.BD09]
ABROAD = {"Hong Kong": (114.17, 22.28), "Macau": (113.5439, 22.1987), "Taipei": (121.56, 25.03), "Oslo": (10.75, 59.91)}


def metres(one, other):
    return geodesic((one.lat, one.lon), (other.lat, other.lon)).m


class TestConvert:
    def test_agrees_with_the_published_figures_for_gcj02(self):
        there = convert(Point(lon=116.404, lat=39.915), to=Datum.GCJ02)
        assert (there.lon, there.lat) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
        assert there.datum is Datum.GCJ02

    def test_agrees_with_the_published_figures_for_bd09(self):
        there = convert(Point(lon=116.404, lat=39.915, datum=Datum.GCJ02), to=Datum.BD09)
        assert (there.lon, there.lat) == pytest.approx((116.41036949371029, 39.92133699351022), abs=1e-9)

    @pytest.mark.parametrize("datum", list(Datum))
    def test_leaves_a_point_in_its_own_datum_alone(self, datum):
        point = Point(lon=87.6, lat=43.8, datum=datum)
        assert convert(point, to=datum) is point

    @pytest.mark.parametrize("place", ABROAD)
    @pytest.mark.parametrize("datum", SHIFTED)
    def test_does_not_shift_points_outside_the_mainland(self, place, datum):
        lon, lat = ABROAD[place]
        there = convert(Point(lon=lon, lat=lat), to=datum)
        assert (there.lon, there.lat, there.datum) == (lon, lat, datum)
        back = to_wgs84(there)
        assert (back.lon, back.lat) == (lon, lat)

    @pytest.mark.parametrize(("datum", "least", "most"), [(Datum.GCJ02, 50, 800), (Datum.BD09, 300, 2000)])
    def test_shifts_mainland_points_by_hundreds_of_metres(self, datum, least, most):
        here = Point(lon=87.6177, lat=43.7928)
        there = convert(here, to=datum)
        assert least < metres(here, there) < most

    @given(st.floats(75.5, 133.0), st.floats(20.0, 52.5), st.sampled_from(SHIFTED))
    def test_brings_mainland_points_back_within_a_centimetre(self, lon, lat, datum):
        around = [(lon + east, lat + north) for east in (-0.03, 0.0, 0.03) for north in (-0.03, 0.0, 0.03)]
        assume(all(is_in_mainland(lon_wgs84=east, lat_wgs84=north) for east, north in around))
        here = Point(lon=lon, lat=lat)
        assert metres(here, to_wgs84(convert(here, to=datum))) < 0.01

    @given(st.floats(75.5, 133.0), st.floats(20.0, 52.5))
    def test_agrees_between_the_two_shifted_datums(self, lon, lat):
        assume(is_in_mainland(lon_wgs84=lon, lat_wgs84=lat))
        direct = convert(Point(lon=lon, lat=lat), to=Datum.BD09)
        through = convert(convert(Point(lon=lon, lat=lat), to=Datum.GCJ02), to=Datum.BD09)
        assert metres(direct, through) < 0.5

    def test_reads_a_shifted_point_at_the_edge_as_a_mainland_one(self):
        """Futian lies on the border river: its GCJ-02 point falls into Hong Kong, and must come back."""
        here = Point(lon=114.0665, lat=22.5185)
        there = convert(here, to=Datum.GCJ02)
        assert not is_in_mainland(lon_wgs84=there.lon, lat_wgs84=there.lat)
        assert metres(here, to_wgs84(there)) < 0.01


class TestPoint:
    @pytest.mark.parametrize(("lon", "lat"), [(181.0, 0.0), (0.0, 90.5), (math.nan, 0.0), (0.0, math.inf)])
    def test_refuses_what_is_no_place_on_earth(self, lon, lat):
        with pytest.raises(OffTheMap, match="longitude within ±180"):
            Point(lon=lon, lat=lat)

    def test_catches_swapped_members_of_a_mainland_point(self):
        with pytest.raises(OffTheMap) as refusal:
            Point(lon=43.8, lat=187.6)
        assert refusal.value.facts == {"lon": "43.8", "lat": "187.6"}


class TestVectors:
    @pytest.mark.parametrize(("member", "datum"), [("gcj02", Datum.GCJ02), ("bd09", Datum.BD09)])
    def test_agree_with_the_phone(self, member, datum):
        for one in json.loads((VECTORS / "datum.json").read_text(encoding="utf-8"))["cases"]:
            point = convert(Point(*one["wgs84"]), to=datum)
            assert [point.lon, point.lat] == pytest.approx(one[member], abs=1e-9)
