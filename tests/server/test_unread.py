"""A refusal reaches who is still sending: the body is read to its end before the connection closes."""

import socket
from urllib.parse import urlsplit

import pytest

from server.unread import ReadsToTheEnd

SENT = 8 * 1024 * 1024


class Body:
    """A body of so many bytes; counts what is read of it."""

    def __init__(self, size):
        self.left = size

    def read(self, most):
        given = min(most, self.left)
        self.left -= given
        return b"x" * given


def refuse(_environ, start_response):
    start_response("401 Unauthorized", [])
    return [b"no"]


def left_of(size, *, told, most):
    """Return how much of a body is unread after a refusal."""
    body = Body(size)
    answer = ReadsToTheEnd(refuse, most=most)({"wsgi.input": body, "CONTENT_LENGTH": told}, lambda *_: None)
    assert b"".join(answer) == b"no"
    if hasattr(answer, "close"):
        answer.close()
    return body.left


class TestReadsToTheEnd:
    def test_reads_what_the_view_left(self):
        assert left_of(1_000_000, told="1000000", most=1_000_000) == 0

    @pytest.mark.parametrize("told", ["1000001", "", "-5", "x"])
    def test_leaves_what_is_too_long_or_of_no_known_length(self, told):
        assert left_of(1_000_001, told=told, most=1_000_000) == 1_000_001

    def test_forgives_a_body_that_is_gone(self):
        class Gone:
            def read(self, _most):
                raise ConnectionResetError

        answer = ReadsToTheEnd(refuse, most=100)({"wsgi.input": Gone(), "CONTENT_LENGTH": "5"}, lambda *_: None)
        answer.close()

    def test_a_sender_who_reads_only_after_sending_hears_the_refusal(self, live_server):
        address = urlsplit(live_server.url)
        for _ in range(5):
            with socket.create_connection((address.hostname, address.port), timeout=30) as line:
                head = f"POST /v1/files HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {SENT}\r\n\r\n"
                line.sendall(head.encode())
                line.sendall(b"x" * SENT)
                assert line.recv(12) == b"HTTP/1.1 401"
