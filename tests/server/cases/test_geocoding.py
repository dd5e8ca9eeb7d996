import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from geopy.exc import GeocoderAuthenticationFailure, GeocoderQuotaExceeded, GeocoderServiceError

from server.cases.gazetteer import Division, Gazetteer
from server.cases.geocoding import (
    AMap,
    Geocoded,
    GeocoderFailed,
    OneHostAdapter,
    UnknownGeocoder,
    find_centroid,
    make_finder,
    precision_by_amap,
    precision_by_baidu,
    precision_by_nominatim,
)
from server.planning.datum import Datum
from server.planning.precision import Precision

PLACES = Gazetteer({"": (Division("440000", "广东省", 113.0, 23.0),),
                    "44": (Division("440300", "深圳市", 114.0, 22.5),),
                    "4403": (Division("440303", "罗湖区", 114.12, 22.55),)})  # fmt: skip
ADDRESS = "广东省深圳市罗湖区经二路48号"


class Service:
    """A geocoder on this machine: answers what it is told and remembers what it was asked."""

    def __init__(self):
        self.answer, self.status, self.headers, self.asked = {}, 200, {}, []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                service.asked.append(self.path)
                self.send_response(service.status)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                body = json.dumps(service.answer).encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def query(self):
        return {key: values[0] for key, values in parse_qs(urlsplit(self.asked[-1]).query).items()}


@pytest.fixture
def service():
    running = Service()
    yield running
    running.close()


def finder(kind, service):
    return make_finder(kind, base_url=service.url, api_key="k", gazetteer=PLACES)


AMAP_FOUND = {
    "status": "1",
    "geocodes": [{"formatted_address": "经二路48号", "location": "114.1514,22.5560", "level": "门牌号"}],
}
BAIDU_FOUND = {
    "status": 0,
    "result": {"location": {"lng": 114.158, "lat": 22.562}, "precise": 1, "level": "门址", "confidence": 80},
}
NOMINATIM_FOUND = [
    {"lat": "22.5531", "lon": "114.1463", "display_name": "经二路", "place_rank": 30, "address": {"house_number": "48"}}
]


class TestMakeFinder:
    def test_asks_nobody_by_default(self):
        found = make_finder("offline", base_url="", api_key="", gazetteer=PLACES)(ADDRESS)
        assert found == Geocoded(114.12, 22.55, Datum.GCJ02, Precision.DISTRICT, "centroid")

    def test_refuses_a_geocoder_nobody_knows(self):
        with pytest.raises(UnknownGeocoder, match="got google"):
            make_finder("google", base_url="", api_key="", gazetteer=PLACES)

    def test_asks_amap_and_keeps_its_datum(self, service):
        service.answer = AMAP_FOUND
        assert finder("amap", service)(ADDRESS) == Geocoded(114.1514, 22.556, Datum.GCJ02, Precision.DOOR, "amap")
        assert service.query() == {"key": "k", "address": ADDRESS, "output": "JSON"}
        assert service.asked[-1].startswith("/v3/geocode/geo?")

    def test_asks_baidu_and_keeps_its_datum(self, service):
        service.answer = BAIDU_FOUND
        assert finder("baidu", service)(ADDRESS) == Geocoded(114.158, 22.562, Datum.BD09, Precision.DOOR, "baidu")
        assert service.asked[-1].startswith("/geocoding/v3/?")
        assert service.query()["address"] == ADDRESS

    def test_asks_nominatim_and_keeps_its_datum(self, service):
        service.answer = NOMINATIM_FOUND
        found = finder("nominatim", service)(ADDRESS)
        assert found == Geocoded(114.1463, 22.5531, Datum.WGS84, Precision.DOOR, "nominatim")
        assert service.query()["countrycodes"] == "cn"

    @pytest.mark.parametrize(
        ("kind", "answer"),
        [("amap", {"status": "1", "geocodes": []}), ("baidu", {"status": 0, "result": {}}), ("nominatim", [])],
    )
    def test_knows_no_point_where_the_service_knows_none(self, service, kind, answer):
        service.answer = answer
        assert finder(kind, service)(ADDRESS) is None


class TestFindOutside:
    @pytest.mark.parametrize(
        ("kind", "answer"),
        [
            ("amap", {"status": "0", "infocode": "10001", "info": "INVALID_USER_KEY"}),
            ("amap", ["not", "an", "object"]),
            ("baidu", {"status": 211}),
            ("baidu", {"status": 0, "result": {"location": {}}}),
            ("nominatim", [{"lat": "x", "lon": "y"}]),
        ],
        ids=["refused key", "a list", "wrong signature", "no location", "no figures"],
    )
    def test_fails_plainly_whatever_the_service_answers(self, service, kind, answer):
        service.answer = answer
        with pytest.raises(GeocoderFailed) as refusal:
            finder(kind, service)(ADDRESS)
        assert ADDRESS not in refusal.value.detail

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_fails_plainly_when_the_service_is_down(self, service, status):
        service.status = status
        with pytest.raises(GeocoderFailed):
            finder("amap", service)(ADDRESS)

    def test_fails_plainly_when_nobody_listens(self):
        silent = make_finder("amap", base_url="http://127.0.0.1:9", api_key="k", gazetteer=PLACES)
        with pytest.raises(GeocoderFailed):
            silent(ADDRESS)


class TestOneHostAdapter:
    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_follows_no_redirect(self, service, status):
        elsewhere = Service()
        try:
            service.status, service.headers = status, {"Location": f"{elsewhere.url}/steal"}
            with pytest.raises(GeocoderFailed):
                finder("amap", service)(ADDRESS)
            assert elsewhere.asked == []
        finally:
            elsewhere.close()

    def test_speaks_to_no_other_host(self, service):
        adapter = OneHostAdapter(host="127.0.0.1:9", proxies=None, ssl_context=None)
        with pytest.raises(GeocoderServiceError, match="only 127.0.0.1:9 may be asked"):
            adapter.get_json(f"{service.url}/x", timeout=1, headers={})
        assert service.asked == []

    def test_uses_no_proxy_of_the_environment(self, service, monkeypatch):
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        service.answer = AMAP_FOUND
        assert finder("amap", service)(ADDRESS) is not None


class TestAMap:
    def test_lists_all_it_found_when_asked(self, service):
        service.answer = AMAP_FOUND | {"geocodes": AMAP_FOUND["geocodes"] * 2}
        amap = AMap("k", domain=urlsplit(service.url).netloc, scheme="http", user_agent="test")
        assert len(amap.geocode(ADDRESS, exactly_one=False)) == 2

    @pytest.mark.parametrize(
        ("code", "error"),
        [("10001", GeocoderAuthenticationFailure), ("10003", GeocoderQuotaExceeded), ("20000", GeocoderServiceError)],
    )
    def test_names_what_went_wrong_in_geopys_words(self, service, code, error):
        service.answer = {"status": "0", "infocode": code, "info": "x"}
        amap = AMap("k", domain=urlsplit(service.url).netloc, scheme="http", user_agent="test")
        with pytest.raises(error, match=code):
            amap.geocode(ADDRESS)


class TestFindCentroid:
    def test_knows_nothing_of_an_address_without_a_district(self):
        assert find_centroid("某处", gazetteer=PLACES) is None
        assert find_centroid("广东省深圳市", gazetteer=PLACES) is None


class TestPrecisionByAmap:
    @pytest.mark.parametrize(
        ("level", "precision"),
        [("门牌号", Precision.DOOR), ("兴趣点", Precision.BUILDING), ("道路", Precision.STREET),
         ("村庄", Precision.VILLAGE), ("区县", Precision.DISTRICT), ("省", Precision.NONE), ("", Precision.NONE)],
    )  # fmt: skip
    def test_never_says_more_than_the_level_does(self, level, precision):
        assert precision_by_amap({"level": level}) is precision


class TestPrecisionByBaidu:
    @pytest.mark.parametrize(
        ("raw", "precision"),
        [
            ({"level": "门址", "precise": 1}, Precision.DOOR),
            ({"level": "门址", "precise": 0}, Precision.STREET),
            ({"level": "商务大厦", "precise": 1}, Precision.BUILDING),
            ({"level": "商务大厦"}, Precision.STREET),
            ({"level": "区县", "precise": 0}, Precision.DISTRICT),
            ({}, Precision.NONE),
        ],
    )
    def test_trusts_a_door_only_when_precise(self, raw, precision):
        assert precision_by_baidu(raw) is precision


class TestPrecisionByNominatim:
    @pytest.mark.parametrize(
        ("raw", "precision"),
        [
            ({"place_rank": 30, "address": {"house_number": "48"}}, Precision.DOOR),
            ({"place_rank": 30}, Precision.BUILDING),
            ({"place_rank": 26}, Precision.STREET),
            ({"place_rank": 20}, Precision.VILLAGE),
            ({"place_rank": 16}, Precision.DISTRICT),
            ({"place_rank": 8}, Precision.NONE),
            ({}, Precision.NONE),
        ],
    )
    def test_goes_by_the_rank(self, raw, precision):
        assert precision_by_nominatim(raw) is precision
