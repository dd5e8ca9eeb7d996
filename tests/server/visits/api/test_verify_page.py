"""The verification page in a real browser: it hashes a PDF itself, reads the QR's fragment, and asks nobody else."""

import pytest
from sqlalchemy import select

from server import media
from server.cases.models import Paper
from server.db import db
from tests.browser import Page

SHOWN = "[...document.querySelectorAll('{} [data-says]')].filter(one => !one.hidden).map(one => one.dataset.says)"


@pytest.fixture
def paper(kept_visit, as_zhou):
    as_zhou.get(f"/v1/visits/{kept_visit.visit_id}/receipt.pdf")
    return db.session.scalars(select(Paper)).one()


@pytest.fixture(scope="module")
def page():
    made = Page()
    yield made
    made.kill()


@pytest.fixture
def url(paper, live_server):
    return f"{live_server.url}/verify/{paper.serial}"


class TestVerifyPage:
    def test_knows_the_file_that_was_issued_and_one_changed_by_a_byte(self, paper, page, url, tmp_path):
        page.open(url)
        issued = media.store().get(paper.sha256)
        for content, words in ((issued, "same hash"), (issued[:-1] + b" ", "other other hash")):
            file = tmp_path / f"{len(words)}.pdf"
            file.write_bytes(content)
            page.choose("#file", file)
            page.wait(f"({SHOWN.format('#verdict')}).join(' ') === '{words}'")

    def test_tells_whether_the_qr_codes_fingerprint_is_the_one_on_file(self, paper, page, url):
        page.open(f"{url}#f={paper.fingerprint[:12]}&n=3&r=ab")
        assert page.run(SHOWN.format("#printed")) == ["same"]
        page.open("about:blank")
        page.open(f"{url}#f=000000000000")
        assert page.run(SHOWN.format("#printed")) == ["other"]

    def test_asks_nobody_else_and_runs_nothing_else(self, page, url):
        page.requests.clear()
        page.open(url)
        asked = {one for one in page.requests if not one.startswith("data:")}
        host = url.partition("/verify/")[0]
        assert asked == {url, f"{host}/static/pages.css", f"{host}/static/verify.js"}
        page.run(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
        )
        assert page.run("window.ran === undefined")
        assert page.run("fetch('/healthz').then(() => 'sent', () => 'refused')") == "refused"
