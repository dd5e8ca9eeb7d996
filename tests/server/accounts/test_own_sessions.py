"""Where one is signed in: seen, one ended, all others ended, and an admin who ends somebody's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from server import audit, clock
from server.accounts import sessions
from server.db import db
from tests.cast import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0"  # noqa: E501
HOME = {"base_url": "https://localhost"}
SIGN_IN = {"username": "lin", "password": PASSWORD}


@pytest.fixture
def browse(app):
    """Sign Lin in with a browser of this name; return a caller of (method, path, json)."""

    def browser(agent, name="lin"):
        client = app.test_client()
        answer = client.post(
            "/v1/auth/session", json=SIGN_IN | {"username": name}, headers={"User-Agent": agent}, **HOME
        )
        csrf = {"X-CSRF-Token": answer.json["csrf_token"]}
        return lambda method, path, json=None: client.open(path, method=method, json=json, headers=csrf, **HOME)

    return browser


def listed(call):
    return call("GET", "/v1/me/sessions").json["items"]


def is_alive(call):
    return call("GET", "/v1/me").status_code == 200


class TestList:
    def test_names_browser_and_system_of_each_and_which_is_this(self, browse):
        first, second = browse(FIREFOX), browse(EDGE)
        found = listed(second)
        assert [(one["device"], one["kind"], one["is_this"]) for one in found] == [
            ("Edge · Windows", "browser", True), ("Firefox · Linux", "browser", False),
        ]  # fmt: skip
        assert [one["id"] for one in listed(first)] == [one["id"] for one in found]

    def test_shows_a_program_with_its_two_tokens_once(self, app, browse):
        browser = browse(FIREFOX)
        app.test_client().post("/v1/auth/token", json=SIGN_IN, headers={"User-Agent": "curl/8.1"})
        assert [(one["kind"], one["device"]) for one in listed(browser)] == [
            ("program", "curl"), ("browser", "Firefox · Linux"),
        ]  # fmt: skip

    def test_shows_nobody_elses_and_none_that_is_over(self, app, browse):
        lin, idle, left = browse(FIREFOX), browse(EDGE), browse(EDGE)
        browse(EDGE, "sun")
        left("POST", "/v1/auth/logout")
        assert len(listed(lin)) == 2
        app.extensions["doorstep"] = replace(app.extensions["doorstep"], session_idle_s=600)
        try:
            clock.shift(timedelta(minutes=9))
            assert is_alive(lin)
            clock.shift(timedelta(minutes=15))
            assert [one["is_this"] for one in listed(lin)] == [True]
            assert not is_alive(idle)
        finally:
            clock.shift(timedelta())

    @pytest.mark.parametrize(
        ("said", "known"),
        [("", ""), ("Mozilla/5.0 (iPhone) Version/18 Mobile Safari/604.1", "Safari · iPhone"), ("x" * 500, "x" * 30)],
    )
    def test_calls_a_device_what_it_says_and_no_longer(self, said, known):
        assert sessions.device_of(said) == known


class TestEnd:
    def test_ends_the_one_named_and_no_other(self, browse):
        lin, lost = browse(FIREFOX), browse(EDGE)
        other = next(one["id"] for one in listed(lin) if not one["is_this"])
        assert lin("POST", f"/v1/me/sessions/{other}/end", {"password": PASSWORD}).status_code == 204
        assert (is_alive(lin), is_alive(lost)) == (True, False)
        assert lin("POST", f"/v1/me/sessions/{other}/end", {"password": PASSWORD}).status_code == 404

    def test_ends_every_other_and_keeps_this_one(self, app, browse):
        lin, others = browse(FIREFOX), [browse(EDGE), browse(EDGE)]
        token = app.test_client().post("/v1/auth/token", json=SIGN_IN).json["access_token"]
        sun = browse(EDGE, "sun")
        assert lin("POST", "/v1/me/sessions/end-others", {"password": PASSWORD}).status_code == 204
        assert is_alive(lin)
        assert is_alive(sun)
        assert not any(is_alive(one) for one in others)
        bearer = {"Authorization": f"Bearer {token}"}
        assert app.test_client().get("/v1/me", headers=bearer).status_code == 401

    @pytest.mark.parametrize("path", ["{other}/end", "end-others"])
    def test_needs_the_password_again(self, browse, path):
        lin, other = browse(FIREFOX), browse(EDGE)
        path = "/v1/me/sessions/" + path.format(other=listed(other)[0]["id"])
        answer = lin("POST", path, {"password": "not-the-password"})
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/wrong-password")
        assert is_alive(other)

    def test_ends_nobody_elses(self, browse):
        lin, sun = browse(FIREFOX), browse(EDGE, "sun")
        theirs = listed(sun)[0]["id"]
        assert lin("POST", f"/v1/me/sessions/{theirs}/end", {"password": PASSWORD}).status_code == 404
        assert is_alive(sun)


class TestAdmin:
    def test_ends_every_session_of_a_person_and_it_is_in_the_audit_log(self, browse, as_an, as_lin, in_app):
        browsers = [browse(FIREFOX), browse(EDGE)]
        assert as_an.post(f"/v1/people/{as_lin.person_id}/sessions/end").status_code == 204
        assert not any(is_alive(one) for one in browsers)
        assert as_lin.get("/v1/me").status_code == 401
        row = db.session.scalars(
            select(audit.AuditEvent).where(audit.AuditEvent.action == "account.sessions_ended")
        ).one()
        assert (str(row.actor_id), row.subject) == (as_an.person_id, f"person:{as_lin.person_id}")
        assert is_alive(browse(FIREFOX)), "he may sign in again"

    def test_is_nobody_elses_right(self, as_zhou, as_lin):
        assert as_zhou.post(f"/v1/people/{as_lin.person_id}/sessions/end").status_code == 403
        assert as_lin.get("/v1/me").status_code == 200
