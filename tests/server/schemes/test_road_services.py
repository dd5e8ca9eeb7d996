"""Each road service asked over real HTTP in its own datum, and every way in which it can fail."""

import pytest

from server.planning.datum import Datum, Point, convert
from server.schemes import road_services
from server.schemes.road_services import NO_ROAD, RoadsFailed, UnknownRoads, make_service
from tests.server.schemes.road_servers import KEY, PROTOCOLS, road, serving

POINTS = [Point(114.05 + 0.01 * number, 22.54 + 0.007 * (number % 3)) for number in range(4)]


@pytest.fixture(params=sorted(PROTOCOLS))
def kind(request):
    return request.param


@pytest.fixture
def served(kind):
    with serving(kind) as one:
        yield one


def service_of(kind, served):
    return make_service(kind, base_url=served.url, key=KEY)


def block_of(service):
    return POINTS[: service.block[0]], POINTS[: service.block[1]]


class TestLegs:
    def test_are_the_roads_of_the_points_in_their_order(self, kind, served):
        service = service_of(kind, served)
        sources, targets = block_of(service)
        for row, here in zip(service.legs(sources, targets), sources, strict=True):
            for (metres, seconds), there in zip(row, targets, strict=True):
                wanted_m, wanted_s = road(here, there)
                assert metres == pytest.approx(wanted_m, abs=1.5)
                assert seconds == pytest.approx(wanted_s, abs=1.5)

    @pytest.mark.parametrize("datum", list(Datum))
    def test_are_the_same_whatever_datum_the_points_came_in(self, kind, served, datum):
        service = service_of(kind, served)
        sources, targets = block_of(service)
        other = service.legs([convert(one, to=datum) for one in sources], [convert(one, to=datum) for one in targets])
        for own, theirs in zip(service.legs(sources, targets), other, strict=True):
            assert own == [pytest.approx(leg, abs=1) for leg in theirs]

    def test_fill_a_whole_block_of_the_services_limit(self, kind, served):
        service = service_of(kind, served)
        many = [Point(114.0 + 0.001 * number, 22.5) for number in range(100)]
        tall, wide = service.block
        legs = service.legs(many[:tall], many[:wide])
        assert (len(legs), {len(row) for row in legs}) == (tall, {wide})

    @pytest.mark.parametrize("kind", ["osrm", "valhalla", "amap"])
    def test_say_where_there_is_no_road(self, kind, served):
        service = service_of(kind, served)
        served.no_road = {(1, 0), (0, 3)} if kind != "osrm" else {(1, 4)}
        sources, targets = (POINTS[:4], POINTS[:1]) if kind == "amap" else (POINTS, POINTS)
        legs = service.legs(sources, targets)
        assert legs[1][0] == NO_ROAD
        assert legs[2][0] != NO_ROAD


class TestFailures:
    def failing(self, kind, served):
        service = service_of(kind, served)
        with pytest.raises(RoadsFailed) as failure:
            service.legs(*block_of(service))
        return str(failure.value)

    @pytest.mark.parametrize("status", [301, 403, 429, 500, 503])
    def test_refuses_another_status(self, kind, served, status):
        served.status = status
        assert str(status) in self.failing(kind, served)

    def test_follows_no_redirect(self, kind, served):
        with serving(kind) as elsewhere:
            served.location = f"{elsewhere.url}/"
            assert self.failing(kind, served) == "answered 302"
            assert elsewhere.questions == []

    def test_reads_no_more_than_it_must(self, kind, served, monkeypatch):
        monkeypatch.setattr(road_services, "MOST_BYTES", 1000)
        served.body = b'{"code": "Ok", "x": "' + b"a" * 5000 + b'"}'
        assert "1000 bytes" in self.failing(kind, served)

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"<html>", b"[]", b"null", b"{}", b'{"code":"Ok","status":"1"}',
            b'{"code":"Ok","durations":[[1]],"distances":[[1,2]]}',
            b'{"code":"Ok","durations":[["x"]],"distances":[["y"]]}',
            b'{"status":0,"result":[{}]}',
            b'{"status":"1","results":[{"origin_id":"9","distance":"1","duration":"1"}]}',
            b'{"sources_to_targets":[[{"distance":1}]]}', b'{"sources_to_targets":[[]]}',
        ],
    )  # fmt: skip
    def test_refuses_what_is_no_matrix(self, kind, served, body):
        served.body = body
        self.failing(kind, served)

    def test_refuses_drives_that_no_earth_holds(self):
        with serving("osrm") as served:
            served.body = b'{"code":"Ok","durations":[[-1]],"distances":[[1e300]]}'
            with pytest.raises(RoadsFailed):
                service_of("osrm", served).legs(POINTS[:1], POINTS[:1])

    def test_says_when_nobody_listens(self, kind):
        with serving(kind) as gone:
            pass
        assert self.failing(kind, gone) == "ConnectionError"

    def test_gives_up_on_one_that_does_not_answer(self, kind, served, monkeypatch):
        monkeypatch.setattr(road_services, "READ_S", 0.01)
        monkeypatch.setitem(PROTOCOLS, kind, lambda *_: __import__("time").sleep(0.3) or (200, {}))
        assert self.failing(kind, served) in {"ReadTimeout", "ConnectionError"}

    @pytest.mark.parametrize("kind", ["amap", "baidu"])
    def test_names_the_services_own_code_and_not_the_key(self, kind, served):
        service = make_service(kind, base_url=served.url, key="wrong-key")
        with pytest.raises(RoadsFailed, match="10001" if kind == "amap" else "240") as failure:
            service.legs(*block_of(service))
        assert "wrong-key" not in str(failure.value)
        assert "wrong-key" not in repr(service)

    def test_takes_no_proxy_from_the_environment(self, kind, served, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        service = service_of(kind, served)
        assert service.legs(*block_of(service))


class TestMakeService:
    @pytest.mark.parametrize(
        ("kind", "url"),
        [
            ("google", "http://a"), ("osrm", ""), ("osrm", "file:///etc/passwd"), ("osrm", "ftp://a"),
            ("valhalla", "http://"), ("osrm", "http://a/?x="), ("osrm", "http://a/#x"),
        ],
    )  # fmt: skip
    def test_refuses_what_it_cannot_ask(self, kind, url):
        with pytest.raises(UnknownRoads):
            make_service(kind, base_url=url, key="")

    @pytest.mark.parametrize("kind", ["amap", "baidu"])
    def test_knows_the_public_address_of_those_that_have_one(self, kind):
        assert make_service(kind, base_url="", key=KEY).kind == kind
