"""Servers that speak the documented protocols of road services over real HTTP, for an invented flat country.

A road is `BENT` times the way along the two axes, driven at ten metres a second. Each server reads the question as the
public documentation has it, in the service's own datum, and refuses what the real one would refuse.
"""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from server.planning.datum import Datum, Point, to_wgs84

BENT, METRES_PER_DEGREE = 1.25, 111_195.0
KEY = "test-key"


@dataclass
class Served:
    """What was asked, and what to answer instead."""

    url: str = ""
    questions: list = field(default_factory=list)
    status: int = 200
    body: bytes | None = None
    location: str | None = None
    silent_s: float = 0.0
    no_road: set = field(default_factory=set)


def road(here, there):
    """Return metres and seconds between two points given in any datum."""
    here, there = to_wgs84(here), to_wgs84(there)
    along = abs(here.lon - there.lon) * 0.72 + abs(here.lat - there.lat)
    metres = along * METRES_PER_DEGREE * BENT
    return metres, metres / 10.0


def osrm(served, path, query, _body):
    service, version, profile, places = path.strip("/").split("/")
    if (service, version, profile) != ("table", "v1", "driving"):
        return 400, {"code": "InvalidUrl"}
    points = [Point(*(float(one) for one in pair.split(","))) for pair in places.split(";")]
    if len(points) > 100:
        return 400, {"code": "TooBig"}
    sources, targets = ([int(one) for one in query[name][0].split(";")] for name in ("sources", "destinations"))
    assert set(query["annotations"][0].split(",")) == {"duration", "distance"}
    table = [[None if (a, b) in served.no_road else road(points[a], points[b]) for b in targets] for a in sources]
    told = {name: [[one and round(one[part], 1) for one in row] for row in table]
            for part, name in enumerate(("distances", "durations"))}  # fmt: skip
    return 200, {"code": "Ok", "sources": [{}] * len(sources), "destinations": [{}] * len(targets), **told}


def valhalla(served, path, _query, body):
    if path != "/sources_to_targets" or body["costing"] != "auto":
        return 404, {"error_code": 106, "error": "Try any of: ..."}
    sources, targets = ([Point(one["lon"], one["lat"]) for one in body[name]] for name in ("sources", "targets"))
    if len(sources) * len(targets) > 2500:
        return 400, {"error_code": 150, "error": "Exceeded max locations"}
    rows = [
        [
            {"from_index": a, "to_index": b, "distance": None if (a, b) in served.no_road else round(legs[0] / 1000, 3),
             "time": None if (a, b) in served.no_road else round(legs[1])}
            for b, there in enumerate(targets) for legs in [road(here, there)]
        ]
        for a, here in enumerate(sources)
    ]  # fmt: skip
    return 200, {"units": body["units"], "sources_to_targets": rows}


def amap(served, path, query, _body):
    if path != "/v3/distance" or query["key"] != [KEY]:
        return 200, {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}
    origins = query["origins"][0].split("|")
    if len(origins) > 100 or query["type"] != ["1"]:
        return 200, {"status": "0", "info": "INVALID_PARAMS", "infocode": "20000"}
    place = lambda text: Point(*(float(one) for one in text.split(",")), datum=Datum.GCJ02)  # noqa: E731
    results = []
    for number, origin in enumerate(origins, start=1):
        metres, seconds = road(place(origin), place(query["destination"][0]))
        told = {"origin_id": str(number), "dest_id": "1"}
        bad = {"info": "NO_ROADS_NEARBY", "code": "2"}
        good = {"distance": str(round(metres)), "duration": str(round(seconds))}
        results.append(told | (bad if (number - 1, 0) in served.no_road else good))
    return 200, {"status": "1", "info": "OK", "infocode": "10000", "results": results}


def baidu(_served, path, query, _body):
    if path != "/routematrix/v2/driving" or query["ak"] != [KEY] or query["coord_type"] != ["bd09ll"]:
        return 200, {"status": 240, "message": "APP 服务被禁用"}
    place = lambda text: Point(*reversed([float(one) for one in text.split(",")]), datum=Datum.BD09)  # noqa: E731
    origins, targets = ([place(one) for one in query[name][0].split("|")] for name in ("origins", "destinations"))
    if len(origins) * len(targets) > 50:
        return 200, {"status": 2, "message": "请求参数错误"}
    legs = [road(here, there) for here in origins for there in targets]
    result = [
        {
            "distance": {"text": f"{metres / 1000:.1f}公里", "value": round(metres)},
            "duration": {"text": f"{seconds / 60:.0f}分钟", "value": round(seconds)},
        }
        for metres, seconds in legs
    ]
    return 200, {"status": 0, "result": result, "message": "成功"}


PROTOCOLS = {"osrm": osrm, "valhalla": valhalla, "amap": amap, "baidu": baidu}


@contextmanager
def serving(kind):
    """Serve one protocol on a free port of this machine; yields what was asked and may be told to fail."""
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer(None)

        def do_POST(self):
            self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def answer(self, body):
            asked = urlsplit(self.path)
            served.questions.append(self.path)
            if served.location:
                self.send_response(302)
                self.send_header("Location", served.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, told = PROTOCOLS[kind](served, asked.path, parse_qs(asked.query), body)
            content = json.dumps(told, ensure_ascii=False).encode() if served.body is None else served.body
            self.send_response(status if served.status == 200 else served.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
