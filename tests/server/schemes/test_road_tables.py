"""A scheme planned with a road service over real HTTP: cached, stated on the plan, and done without when it is down."""

from datetime import timedelta

import pytest

from server import clock
from server.config import Roads
from server.planning.datum import Datum, Point
from server.planning.roads import key_of
from server.schemes import road_tables
from server.schemes.road_cache import KEPT_FOR, RoadCache
from tests.server.planning.make_problem import BASE, problem, stop, town
from tests.server.schemes import make_scheme as make
from tests.server.schemes.road_servers import KEY, PROTOCOLS, road, serving


@pytest.fixture
def scheme(as_zhou, creditors):
    return make.compiled(as_zhou, make.accepted_list([make.case(creditors["bank"], number) for number in range(6)]))


def set_up(app, kind, served):
    settings = app.extensions["doorstep"]
    object.__setattr__(settings, "roads", Roads(kind, served.url, KEY))


@pytest.fixture(autouse=True)
def as_before(app):
    yield
    settings = app.extensions["doorstep"]
    object.__setattr__(settings, "roads", Roads())
    (settings.var_dir / "roads.db").unlink(missing_ok=True)


def in_a_row(count):
    return [stop(f"s{number}", east_m=700 * number + 700) for number in range(count)]


def distance_of(caller, scheme):
    return caller.get(f"/v1/schemes/{scheme['id']}/routes").json["parameters"]["distance"]


class TestAsked:
    def test_nobody_is_asked_by_default(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"])
        told = distance_of(as_zhou, scheme)
        assert (told["source"], told["asked"], told["fell_back"]) == ("detour", None, False)

    @pytest.mark.parametrize("kind", sorted(PROTOCOLS))
    def test_a_plan_drives_the_roads_of_the_service(self, app, as_zhou, scheme, kind):
        with serving(kind) as served:
            set_up(app, kind, served)
            make.planned(as_zhou, scheme["id"])
            asked = len(served.questions)
            assert asked
            told = distance_of(as_zhou, scheme)
            assert (told["source"], told["fell_back"], told["filled"]) == (kind, False, 0)
            assert 0 < told["mean_error_pct"] <= told["p95_error_pct"]
            table = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json
            first, second = table["routes"][0]["stops"][:2]
            points = [Point(one["point"]["lon"], one["point"]["lat"], Datum.GCJ02) for one in (first, second)]
            assert {one["point"]["datum"] for one in (first, second)} == {Datum.GCJ02}
            assert second["leg_m"] == pytest.approx(road(*points)[0], abs=3)
            make.planned(as_zhou, scheme["id"], seed=2)
            assert len(served.questions) == asked

    def test_a_trial_by_hand_reckons_with_the_same_roads_and_asks_nobody(self, app, as_zhou, scheme):
        with serving("osrm") as served:
            set_up(app, "osrm", served)
            make.planned(as_zhou, scheme["id"])
            asked = len(served.questions)
            totals = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["totals"]
            told = as_zhou.post(f"/v1/schemes/{scheme['id']}/what-if", json={"changes": []}).json
            assert told["before"]["distance_m"] == totals["distance_m"]
            assert len(served.questions) == asked

    @pytest.mark.parametrize("status", [500, 302, 200])
    def test_a_plan_is_made_without_one_that_fails(self, app, as_zhou, scheme, status):
        with serving("osrm") as served:
            set_up(app, "osrm", served)
            served.status, served.body = status, b"<html>"
            planned = make.planned(as_zhou, scheme["id"])
        assert planned["plan_version"] == 1
        told = distance_of(as_zhou, scheme)
        assert (told["source"], told["asked"], told["fell_back"]) == ("detour", "osrm", True)

    def test_asks_again_only_for_what_it_does_not_know(self, app):
        with serving("osrm") as served, app.app_context():
            set_up(app, "osrm", served)
            road_tables.asked(problem(*in_a_row(60)))
            first = len(served.questions)
            more = road_tables.asked(problem(*in_a_row(61)))
            assert first == 4
            assert len(served.questions) - first <= 3
            assert more.distance.filled == 0

    def test_does_not_ask_for_more_than_it_can_hold(self, app, monkeypatch):
        monkeypatch.setattr(road_tables, "MOST_PLACES", 5)
        with serving("osrm") as served, app.app_context():
            set_up(app, "osrm", served)
            found = road_tables.asked(problem(*town(8)))
            assert (found.roads, found.distance.fell_back, served.questions) == (None, True, [])


class TestRoadCache:
    def test_forgets_after_a_month(self, tmp_path):
        here, there = key_of(BASE), key_of(town(1)[0].point)
        now = clock.now()
        RoadCache(tmp_path / "roads.db", kind="osrm", now=now).keep([((here, there), (900, 90))])
        for later, known in ((KEPT_FOR - timedelta(minutes=1), {(here, there): (900, 90)}), (KEPT_FOR * 2, {})):
            assert RoadCache(tmp_path / "roads.db", kind="osrm", now=now + later).known([here, there]) == known
        assert RoadCache(tmp_path / "roads.db", kind="amap", now=now).known([here, there]) == {}
        RoadCache(tmp_path / "roads.db", kind="osrm", now=now + KEPT_FOR * 2).keep([])
        assert RoadCache(tmp_path / "roads.db", kind="osrm", now=now).known([here, there]) == {}

    def test_is_empty_without_a_file(self, tmp_path):
        assert RoadCache(tmp_path / "none.db", kind="osrm", now=clock.now()).known([key_of(BASE)]) == {}
