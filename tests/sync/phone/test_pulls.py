"""A sweep brings every collection in few calls, and a line that breaks costs the page it broke in."""

import json

import pytest

from sync.feed import PULLED, Checkpoint, Page
from sync.phone import pulls
from sync.phone.transport import NoNetwork, NotOurServer

from .conftest import MARKED, Answer

FEED = [(n, ("stops", "cards", "acks")[n % 3], {"id": f"d{n}"}) for n in range(1, 8)]


class Server:
    """The feed above, in pages; `breaks_at` is the number of the call that finds no network."""

    def __init__(self, feed=FEED, breaks_at=None, answer=None):
        self.feed, self.breaks_at, self.answer, self.asked = feed, breaks_at, answer, []

    def __call__(self, _method, path, *, headers, **_more):
        asked = dict(pair.split("=") for pair in path.partition("?")[2].split("&"))
        self.asked.append((path.partition("?")[0], int(asked["seq"])))
        if len(self.asked) == self.breaks_at:
            raise NoNetwork("down")
        page = [one for one in self.feed if one[0] > int(asked["seq"])][: int(asked["limit"])]
        seq = page[-1][0] if page else int(asked["seq"])
        told = {"changes": [{"coll": coll, "document": document} for _, coll, document in page],
                "checkpoint": {"seq": seq, "epoch": "e"}}  # fmt: skip
        return Answer(200, MARKED, json.dumps(told if self.answer is None else self.answer).encode())


@pytest.fixture
def heeded():
    return []


@pytest.fixture
def sweep(store, heeded):
    def run(server, colls=PULLED, limit=3):
        return pulls.sweep(store, server, colls, limit=limit, heed=lambda coll, page: heeded.append((coll, len(page))))

    return run


def held(store):
    return sorted(one for coll in PULLED for one in store.documents(coll))


class TestSweep:
    def test_brings_everything_page_by_page(self, store, sweep):
        server = Server()
        assert sweep(server) == 7
        assert held(store) == [f"d{n}" for n in range(1, 8)]
        assert server.asked == [("/v1/sync/pull", 0), ("/v1/sync/pull", 3), ("/v1/sync/pull", 6)]
        assert {store.checkpoint(coll) for coll in PULLED} == {Checkpoint(7, "e")}

    def test_goes_on_from_the_page_it_kept(self, store, sweep):
        with pytest.raises(NoNetwork):
            sweep(Server(breaks_at=2))
        assert held(store) == ["d1", "d2", "d3"]
        server = Server()
        assert sweep(server) == 4
        assert server.asked[0] == ("/v1/sync/pull", 3)

    def test_shows_each_page_before_it_asks_for_the_next(self, store, sweep, heeded):
        with pytest.raises(NoNetwork):
            sweep(Server(breaks_at=2))
        assert ("acks", 1) in heeded

    def test_begins_where_the_one_with_news_stands_furthest_back(self, store, sweep):
        for coll, seq in (("stops", 6), ("cards", 4), ("acks", 5)):
            store.take_page(coll, Page((), Checkpoint(seq, "e")))
        server = Server()
        assert sweep(server, colls=["stops", "cards", "acks"]) == 3
        assert server.asked == [("/v1/sync/pull", 4), ("/v1/sync/pull", 7)]

    def test_never_steps_back(self, store, sweep):
        store.take_page("messages", Page((), Checkpoint(40, "e")))
        sweep(Server(), colls=["stops", "cards", "acks"])
        assert store.checkpoint("messages").seq == 40

    def test_leaves_out_a_collection_it_does_not_know(self, store, sweep):
        assert sweep(Server([(1, "weather", {"id": "w"}), (2, "stops", {"id": "s"})])) == 2
        assert held(store) == ["s"]

    @pytest.mark.parametrize(
        "answer",
        [[], {}, {"changes": [{}], "checkpoint": {"seq": 1, "epoch": ""}}, {"changes": []},
         {"changes": [{"coll": "stops", "document": {}}], "checkpoint": {"seq": 1, "epoch": ""}}],
        ids=str,
    )  # fmt: skip
    def test_keeps_nothing_of_an_answer_that_is_none(self, store, sweep, answer):
        with pytest.raises(NotOurServer):
            sweep(Server(answer=answer))
        assert held(store) == []
