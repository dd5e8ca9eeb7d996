import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sync.phone.transport import Answer, HttpTransport, Line, NoNetwork, NotOurServer, Refused

FINE = Answer(200, {"doorstep-sync": "1"}, b"{}")


class Script:
    """A transport that answers as told."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def send(self, method, path, *, headers, body):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def call(*answers, naps=None, tries=6, expected=()):
    naps = [] if naps is None else naps
    line = Line(Script(*answers), sleep=naps.append, jitter=lambda: 0.5, tries=tries)
    return line.call("GET", "/x", headers={}, expected=expected)


class TestCall:
    def test_gives_a_marked_answer(self):
        assert call(FINE) is FINE

    @pytest.mark.parametrize("status", [423, 429, 500, 502, 503, 504])
    def test_tries_again_when_the_server_is_busy_or_broken(self, status):
        naps = []
        assert call(Answer(status, {}, b""), Answer(status, {}, b""), FINE, naps=naps) is FINE
        assert naps == [1.0, 2.0]

    def test_waits_as_long_as_it_is_told(self):
        naps = []
        call(Answer(503, {"retry-after": "17"}, b""), FINE, naps=naps)
        assert naps == [17.0]

    @pytest.mark.parametrize("told", ["Wed, 02 Dec 2026 01:30:00 GMT", "-5", "1e9", ""])
    def test_waits_its_own_time_when_told_nonsense(self, told):
        naps = []
        call(Answer(503, {"retry-after": told}, b""), FINE, naps=naps)
        assert naps == [1.0]

    def test_does_not_wait_for_ever(self):
        naps = []
        call(Answer(429, {"retry-after": "999999999"}, b""), FINE, naps=naps)
        assert naps == [300.0]

    def test_gives_up_after_its_tries(self):
        naps = []
        with pytest.raises(NoNetwork, match="^lost 2$"):
            call(*(NoNetwork(f"lost {n}") for n in range(3)), naps=naps, tries=3)
        assert len(naps) == 2

    @pytest.mark.parametrize(
        "answer",
        [Answer(200, {}, b"<html>login</html>"), Answer(200, {"doorstep-sync": "0"}, b"{}"), Answer(302, {}, b""),
         Answer(204, {}, b""), Answer(403, {"content-type": "text/html"}, b"no"), Answer(304, {}, b"")],
        ids=["page", "other mark", "redirect", "empty", "foreign refusal", "foreign 304"],
    )  # fmt: skip
    def test_is_not_taken_in_by_a_captive_portal(self, answer):
        with pytest.raises(NotOurServer):
            call(answer)

    def test_passes_a_refusal_on(self):
        problem = Answer(410, {"content-type": "application/problem+json"}, b'{"type":"/problems/x","epoch":"e"}')
        with pytest.raises(Refused, match="410 /problems/x") as refusal:
            call(problem)
        assert refusal.value.problem["epoch"] == "e"

    def test_passes_a_refusal_without_body_on(self):
        with pytest.raises(Refused) as refusal:
            call(Answer(404, {"content-type": "application/problem+json"}, b""))
        assert refusal.value.problem == {}


class TestJson:
    def test_refuses_what_is_not_json(self):
        with pytest.raises(NotOurServer, match="^the answer is not JSON$"):
            Answer(200, {}, b"<html>").json()


class Echo(BaseHTTPRequestHandler):
    """Answers with the body it got, marked; redirects from /away."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Doorstep-Sync", "1")
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class TestHttpTransport:
    @pytest.fixture
    def address(self):
        server = HTTPServer(("127.0.0.1", 0), Echo)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()

    def test_sends_and_gives_back(self, address):
        transport = HttpTransport(address)
        answer = transport.send("POST", "/x", headers={"A": "b"}, body=b"hello")
        assert (answer.status, answer.headers["doorstep-sync"], answer.body) == (200, "1", b"hello")
        transport.session.close()

    def test_follows_no_redirect(self, address):
        transport = HttpTransport(address)
        assert transport.send("POST", "/away", headers={}, body=b"").status == 302
        transport.session.close()

    @pytest.mark.parametrize(
        "after", ["HTTP/1.1 204 No Content\r\nDoorstep-Sync: 1\r\nUpload-Offset: 1", "HTTP/1.1 200 O"]
    )
    def test_believes_no_answer_that_broke_off_in_its_headers(self, after):
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def cut():
                talk, _ = listener.accept()
                with talk:
                    talk.recv(1000)
                    talk.sendall(b"HTTP/1.1 204 No Content\r\nDoorstep-Sync: 1\r\nUplo")

            thread = threading.Thread(target=cut)
            thread.start()
            transport = HttpTransport(f"http://127.0.0.1:{listener.getsockname()[1]}")
            with pytest.raises(NoNetwork):
                transport.send("HEAD", "/x", headers={}, body=b"")
            thread.join()
            transport.session.close()

    def test_says_when_nobody_is_there(self):
        transport = HttpTransport("http://127.0.0.1:9")
        with pytest.raises(NoNetwork):
            transport.send("GET", "/x", headers={}, body=b"")
        transport.session.close()
