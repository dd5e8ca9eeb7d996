"""The GeoJSON keeps to RFC 7946 and leads back to every stop."""

import pytest

from server.planning.datum import Datum, Point, convert
from server.planning.geojson import feature_collection, position
from server.planning.model import Limits
from server.planning.solve import solve
from tests.server.planning.make_problem import problem, shift, stop, town

URUMQI = Point(lon=87.6177, lat=43.7928)


@pytest.fixture(scope="module")
def plan():
    stops = [*town(6), stop("far", east_m=200_000), stop("lost", point=None)]
    return solve(problem(*stops, shifts=[shift("c1"), shift("c2")]), limits=Limits(iterations=40))


@pytest.fixture(scope="module")
def features(plan):
    return feature_collection(plan)["features"]


def of_kind(features, kind):
    return [one for one in features if one["properties"]["kind"] == kind]


class TestFeatureCollection:
    def test_has_a_line_through_all_stops_of_a_route(self, plan, features):
        for route, line in zip(plan.routes, of_kind(features, "route"), strict=True):
            assert line["geometry"]["type"] == "LineString"
            assert len(line["geometry"]["coordinates"]) == len(route.stops) + 2
            assert line["properties"]["distance_m"] == route.distance_m

    def test_has_a_point_for_every_stop_with_its_times(self, plan, features):
        points = of_kind(features, "stop")
        assert sorted(one["properties"]["stop_id"] for one in points) == [f"s{n}" for n in range(6)]
        assert all(one["properties"]["arrives_at"].endswith("+00:00") for one in points)

    def test_marks_what_was_left_out_and_has_a_place(self, features):
        (dropped,) = of_kind(features, "dropped")
        assert dropped["properties"]["stop_id"] == "far"
        assert dropped["properties"]["reason"] in {"shift", "prize"}

    def test_puts_longitude_first_in_wgs84(self):
        assert position(URUMQI) == [87.6177, 43.7928]
        assert position(convert(URUMQI, to=Datum.BD09)) == pytest.approx([87.6177, 43.7928], abs=1e-6)

    def test_has_a_box_round_everything_and_no_crs(self, plan):
        collection = feature_collection(plan)
        west, south, east, north = collection["bbox"]
        assert west < east
        assert south < north
        assert "crs" not in collection

    def test_colours_each_crew_once(self, features):
        colours = {one["properties"]["crew_id"]: one["properties"]["stroke"] for one in of_kind(features, "route")}
        assert len(set(colours.values())) == len(colours)

    def test_is_empty_without_a_route(self):
        empty = solve(problem(stop("a", point=None)), limits=Limits(iterations=5))
        assert feature_collection(empty) == {"type": "FeatureCollection", "features": []}
