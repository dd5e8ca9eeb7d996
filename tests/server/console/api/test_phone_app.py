"""The phone's app as a browser gets it: every file, under the strict policy, cached exactly as long as it may be."""

import re

import pytest

from server.console.api import phone


class Browser:
    """A reader of files who closes what was opened for him."""

    def __init__(self, app):
        self.client = app.test_client()

    def get(self, address):
        return self.client.get(address, buffered=True)


@pytest.fixture
def browser(app):
    return Browser(app)


class TestStart:
    def test_loads_only_its_own_files(self, browser):
        page = browser.get("/m/")
        assert page.status_code == 200
        sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert sources
        assert all(browser.get(source).status_code == 200 for source in sources)
        assert all(source.startswith("/m/") for source in sources)

    def test_is_asked_for_anew_and_runs_nothing_from_elsewhere(self, browser):
        page = browser.get("/m/")
        assert page.headers["Cache-Control"] == "no-cache"
        policy = page.headers["Content-Security-Policy"]
        assert policy == phone.CSP
        assert "unsafe" not in policy
        assert "http" not in policy

    def test_is_found_without_its_last_slash(self, browser):
        assert browser.get("/m").headers["Location"] == "/m/"

    def test_says_so_when_it_was_not_built(self, browser, tmp_path, monkeypatch):
        monkeypatch.setattr(phone, "BUILT", tmp_path)
        answer = browser.get("/m/")
        assert answer.status_code == 404
        assert answer.json["type"] == "/problems/app-not-built"


class TestAsset:
    def test_is_kept_for_ever(self, browser):
        script = re.search(r'/m/assets/[^"]+\.js', browser.get("/m/").text).group()
        assert "immutable" in browser.get(script).headers["Cache-Control"]

    @pytest.mark.parametrize("name", ["..%2findex.html", "..%2f..%2fapp.py", "nothing.js"])
    def test_is_no_way_out_of_its_folder(self, browser, name):
        assert browser.get(f"/m/assets/{name}").status_code == 404


class TestPiece:
    def test_the_service_worker_is_never_kept_by_the_browser(self, browser):
        worker = browser.get("/m/sw.js")
        assert worker.headers["Cache-Control"] == "no-cache"
        assert worker.mimetype == "text/javascript"
        assert "__SHELL__" not in worker.text
        listed = re.search(r"SHELL = \[(.*)\]", worker.text).group(1).replace('"', "").split(",")
        assert all(browser.get(f"/m/{name}").status_code == 200 for name in listed if name != "./")

    def test_the_manifest_makes_it_installable(self, browser):
        manifest = browser.get("/m/manifest.webmanifest")
        assert manifest.mimetype == "application/manifest+json"
        assert manifest.get_json(force=True)["display"] == "standalone"

    def test_knows_no_other_names(self, browser):
        assert browser.get("/m/nothing").status_code == 404
