"""A phone fetches each paper once, believes its hash alone, and keeps none whose visit left."""

import hashlib

import pytest

from sync.feed import Checkpoint, Page
from sync.phone import papers
from sync.phone.transport import NoNetwork, NotOurServer, Refused

from .conftest import MARKED, Answer

CONTENT = b"%PDF one"


@pytest.fixture
def held(store):
    """Two papers named by their documents, their bytes not here."""
    named = [{"id": f"p{n}", "sha256": hashlib.sha256(CONTENT + bytes([n])).hexdigest()} for n in range(2)]
    store.take_page("papers", Page(tuple(named), Checkpoint(2, "e")))
    return store


class Line:
    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def __call__(self, method, path, *, headers, **_more):
        self.asked.append((method, path))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Answer(200, MARKED, answer)


class TestFetchAll:
    def test_fetches_what_is_named_and_not_here(self, held):
        line = Line(CONTENT + b"\x00", CONTENT + b"\x01")
        assert papers.fetch_all(held, line) == 2
        assert held.paper("p1") == CONTENT + b"\x01"
        assert line.asked == [("GET", "/v1/sync/papers/p0/pdf"), ("GET", "/v1/sync/papers/p1/pdf")]
        assert papers.fetch_all(held, line) == 0

    def test_keeps_no_bytes_of_another_hash(self, held):
        with pytest.raises(NotOurServer):
            papers.fetch_all(held, Line(b"<html>"))
        assert held.paper("p0") is None

    def test_goes_on_behind_a_paper_it_may_not_have(self, held):
        assert papers.fetch_all(held, Line(Refused(404, {}), CONTENT + b"\x01")) == 1
        assert held.papers_missing()[0][0] == "p0"

    def test_keeps_what_came_before_the_line_broke(self, held):
        with pytest.raises(NoNetwork):
            papers.fetch_all(held, Line(CONTENT + b"\x00", NoNetwork("down")))
        assert [one for one, _ in held.papers_missing()] == ["p1"]


class TestStore:
    def test_drops_the_bytes_with_the_document(self, held):
        papers.fetch_all(held, Line(CONTENT + b"\x00", CONTENT + b"\x01"))
        held.take_page("papers", Page(({"id": "p0", "_deleted": True},), Checkpoint(3, "e")))
        assert (held.paper("p0"), held.paper("p1")) == (None, CONTENT + b"\x01")

    def test_forgets_all_of_them_when_wiped(self, held):
        papers.fetch_all(held, Line(CONTENT + b"\x00", CONTENT + b"\x01"))
        held.forget_documents()
        assert (held.paper("p0"), held.paper("p1")) == (None, None)
