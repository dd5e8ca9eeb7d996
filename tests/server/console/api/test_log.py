"""The log as a stranger reads it over HTTP: statically, cacheable, and as the format says."""

import pytest

from server import clock, config, jobs
from server.console.api import log
from sync import tiles, tlog
from sync.tiles import Tree


@pytest.fixture
def grown(in_app, as_zhou, as_fang):
    """A log with the leaves that a few enrolments leave behind."""
    for _ in range(3):
        as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id})
    jobs.run_chores(clock.now())


@pytest.fixture
def anybody(app):
    return app.test_client()


def newest(client):
    origin, key = tlog.read_vkey(client.get("/log/vkey").text)
    return tlog.read_checkpoint(client.get("/log/checkpoint").text, origin=origin, key=key)


class TestCheckpoint:
    def test_is_signed_by_the_key_that_is_told(self, grown, anybody):
        told = newest(anybody)
        assert (told.origin, told.size) == ("127.0.0.1:8000/log", 1)
        assert tlog.read_vkey(anybody.get("/log/vkey").text)[1] == config.current().log_key.public_key()

    def test_is_not_cached_and_plain_text(self, grown, anybody):
        answer = anybody.get("/log/checkpoint")
        assert (answer.headers["Cache-Control"], answer.headers["Content-Type"]) == (
            "no-cache", "text/plain; charset=utf-8",
        )  # fmt: skip


class TestTile:
    def test_gives_a_stranger_all_it_takes_to_recompute_the_root(self, grown, anybody):
        told = newest(anybody)
        entries = list(tiles.read_bundle(anybody.get(f"/log/tile/entries/000.p/{told.size}").data))
        hashes = anybody.get(f"/log/tile/0/000.p/{told.size}").data
        assert tlog.root_of([tlog.leaf_hash(one) for one in entries]) == told.root
        assert Tree(lambda _l, _i: hashes).root(told.size) == told.root

    def test_is_cached_for_ever(self, grown, anybody):
        answer = anybody.get("/log/tile/0/000.p/1")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Type"] == "application/octet-stream"

    @pytest.mark.parametrize("path", ["0/000", "0/000.p/2", "0/001.p/1", "entries/000", "8/000.p/1", "0/0", "x"])
    def test_is_404_where_there_is_none(self, grown, anybody, path):
        answer = anybody.get(f"/log/tile/{path}")
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/no-such-tile")

    def test_tells_no_personal_data(self, grown, anybody, as_fang):
        data = anybody.get("/log/tile/entries/000.p/1").data
        assert "方外访".encode() not in data
        assert as_fang.person_id.encode() not in data


class TestProof:
    def test_leads_to_the_newest_checkpoint(self, grown, anybody):
        proof = tlog.read_proof(anybody.get("/log/proof/0").text)
        told = newest(anybody)
        entry = next(tiles.read_bundle(anybody.get(f"/log/tile/entries/000.p/{told.size}").data))
        assert tlog.includes(entry, index=0, proof=proof.hashes, size=told.size, root=told.root)

    def test_is_404_beyond_the_log(self, grown, anybody):
        assert anybody.get("/log/proof/1").status_code == 404


class TestThrottle:
    def test_refuses_who_asks_too_often(self, grown, anybody, monkeypatch):
        monkeypatch.setattr(log, "MOST", 2)
        assert [anybody.get("/log/vkey").status_code for _ in range(3)] == [200, 200, 429]
