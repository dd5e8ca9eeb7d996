"""The desk console as a browser gets it: one page for every place in it, its files, the strict policy."""

import re

import pytest

from server.console.api import desk


@pytest.fixture
def get(app):
    client = app.test_client()
    return lambda address: client.get(address, buffered=True)


class TestStart:
    def test_loads_only_its_own_files(self, get):
        sources = re.findall(r'(?:src|href)="([^"]+)"', get("/console/").text)
        assert sources
        assert all(source.startswith("/console/") for source in sources)
        assert all(get(source).status_code == 200 for source in sources)

    @pytest.mark.parametrize("place", ["cases", "schemes/0193a0b1-0000-7000-8000-000000000001/map", "nothing"])
    def test_is_the_same_page_for_every_place(self, get, place):
        assert get(f"/console/{place}").text == get("/console/").text

    def test_is_asked_for_anew_and_runs_nothing_from_elsewhere(self, get):
        page = get("/console/")
        assert page.headers["Cache-Control"] == "no-cache"
        policy = page.headers["Content-Security-Policy"]
        assert policy == desk.CSP
        assert "unsafe" not in policy
        assert "http" not in policy

    def test_is_found_without_its_last_slash(self, get):
        assert get("/console").headers["Location"] == "/console/"

    def test_says_so_when_it_was_not_built(self, get, tmp_path, monkeypatch):
        monkeypatch.setattr(desk, "BUILT", tmp_path)
        answer = get("/console/")
        assert answer.status_code == 404
        assert answer.json["type"] == "/problems/app-not-built"


class TestAsset:
    def test_is_kept_for_ever(self, get):
        script = re.search(r'/console/assets/[^"]+\.js', get("/console/").text).group()
        assert "immutable" in get(script).headers["Cache-Control"]

    @pytest.mark.parametrize("name", ["..%2findex.html", "..%2f..%2fapp.py", "nothing.js"])
    def test_is_no_way_out_of_its_folder(self, get, name):
        assert get(f"/console/assets/{name}").status_code == 404
