"""What is counted on the wire is what went over it."""

import http.server
import threading

import pytest

from bench import wire
from bench.wire import CountingTransport, Trip

BODY = b"answer" * 100


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_told):
        pass


@pytest.fixture
def url():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class TestRelay:
    def test_counts_headers_and_bodies_both_ways(self, url):
        with wire.relay(url) as relay:
            transport = CountingTransport(relay)
            answers = [transport.send("POST", "/v1/x?a=1", headers={"A": "b"}, body=b"z" * 1000) for _ in range(2)]
            transport.close()
        assert [one.body for one in answers] == [BODY, BODY]
        assert [trip.path for trip in transport.trips] == ["/v1/x", "/v1/x"]
        for trip in transport.trips:
            assert 1_100 < trip.up < 1_500
            assert 600 < trip.down < 1_000
        assert relay.up == sum(trip.up for trip in transport.trips)
        assert relay.down == sum(trip.down for trip in transport.trips)


class TestKb:
    def test_adds_both_ways(self):
        assert wire.kb([Trip("GET", "/", 400, 600), Trip("GET", "/", 100, 900)]) == 2.0
