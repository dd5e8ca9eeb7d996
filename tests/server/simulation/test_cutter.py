"""The line that breaks, in front of a server that says back what it was told."""

import socket
import socketserver
import threading
from contextlib import closing, suppress
from random import Random

import pytest

from server.simulation.cutter import CLEAR, THIRD_ANSWER_LOST, Cutter, Weather
from tests import live


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        with suppress(OSError):
            while line := self.rfile.readline():
                self.server.heard.append(line)
                self.wfile.write(b"heard " + line)


@pytest.fixture
def echo():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads, server.heard = True, []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def cutter(echo):
    """Stand before the echo in some weather."""
    made = []

    def stand(weather, seed=1):
        made.append(Cutter(echo.server_address[1], weather=weather, rng=Random(seed)))
        return made[-1]

    yield stand
    for one in made:
        one.close()


def ask(cutter, text, line=None):
    """Send one line, on a connection of its own unless given; return what came back before the end."""
    own = line or socket.create_connection(("127.0.0.1", cutter.port), timeout=10)
    with closing(own) if line is None else suppress(OSError):
        own.sendall(text + b"\n")
        got = b""
        while not got.endswith(b"\n") and (piece := own.recv(4096)):
            got += piece
        return got


def asked(cutter, text):
    with suppress(OSError):
        return ask(cutter, text)
    return b""


class TestCutter:
    def test_passes_everything_unchanged_when_the_sky_is_clear(self, cutter, echo):
        text = bytes(range(33, 127)) * 5000
        assert ask(cutter(CLEAR), text) == b"heard " + text + b"\n"
        assert echo.heard == [text + b"\n"]

    def test_loses_every_third_answer_after_the_server_heard_the_request(self, cutter, echo):
        line = cutter(THIRD_ANSWER_LOST)
        answers = [asked(line, b"%d" % n) for n in range(1, 10)]
        assert [n for n, got in enumerate(answers, start=1) if not got] == [3, 6, 9]
        assert echo.heard == [b"%d\n" % n for n in range(1, 10)]
        assert (line.counts["answers"], line.counts["cut"]) == (9, 3)

    def test_counts_the_answers_of_a_connection_that_stays_open(self, cutter, echo):
        line = cutter(THIRD_ANSWER_LOST)
        with closing(socket.create_connection(("127.0.0.1", line.port), timeout=10)) as held:
            assert ask(line, b"1", held) == b"heard 1\n"
            assert ask(line, b"2", held) == b"heard 2\n"
            assert not ask(line, b"3", held)
        assert echo.heard == [b"1\n", b"2\n", b"3\n"]

    def test_cuts_a_request_after_the_bytes_drawn(self, cutter, echo):
        line = cutter(Weather(cut=1, first_byte=1000, last_byte=1000, answer_lost=0))
        assert not asked(line, b"x" * 5000)
        assert b"\n" not in b"".join(echo.heard)
        assert line.counts["cut"] == 1

    def test_draws_the_same_weather_from_the_same_seed(self, cutter):
        def fates(seed):
            line = cutter(Weather(cut=0.3), seed)
            return [bool(asked(line, b"x" * 70_000)) for _ in range(20)]

        assert fates(5) == fates(5)
        assert len(set(fates(5))) == 2

    def test_may_change_its_weather_while_it_runs(self, cutter):
        line = cutter(Weather(lose_every=1))
        assert not asked(line, b"a")
        line.weather = CLEAR
        assert asked(line, b"b") == b"heard b\n"

    def test_ends_the_call_when_the_server_is_down(self):
        with Cutter(live.free_port(), weather=CLEAR, rng=Random(1)) as line:
            assert not asked(line, b"a")
            assert line.counts["unreachable"] == 1

    def test_cuts_what_is_open_when_it_closes(self, cutter):
        line = cutter(CLEAR)
        with closing(socket.create_connection(("127.0.0.1", line.port), timeout=10)) as held:
            assert ask(line, b"1", held) == b"heard 1\n"
            line.close()
            with suppress(ConnectionResetError):
                assert not held.recv(10)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", line.port), timeout=10)
