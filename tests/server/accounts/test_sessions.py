"""Console sessions: their end by idleness and by age, and what keeps one alive."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server import clock
from tests.cast import PASSWORD


@pytest.fixture
def browser(app):
    """A signed-in browser: `browser.get(path, **headers)`, and the clock turned by `browser.later(minutes)`."""
    client, begin = app.test_client(), clock.now()
    home = {"base_url": "https://localhost"}
    answer = client.post("/v1/auth/session", json={"username": "lin", "password": PASSWORD}, **home)
    assert answer.status_code == 200, answer.text

    def get(path="/v1/me", **headers):
        return client.get(path, headers=headers, **home)

    def later(minutes):
        clock.shift(timedelta())
        clock.shift(begin + timedelta(minutes=minutes) - clock.now())

    client.look, client.later = get, later
    yield client
    clock.shift(timedelta())


class TestIdleness:
    def test_ends_a_session_nobody_used_for_half_an_hour(self, browser):
        browser.later(31)
        answer = browser.look()
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/session-idle")

    def test_does_not_end_one_that_is_used(self, browser):
        for minutes in (25, 50, 75):
            browser.later(minutes)
            assert browser.look().status_code == 200

    def test_is_counted_anew_once_the_servers_clock_was_put_back(self, browser):
        for minutes in (15, 25, 0):
            browser.later(minutes)
            assert browser.look().status_code == 200
        browser.later(31)
        assert browser.look().json["type"] == "/problems/session-idle"

    def test_what_a_page_asks_by_itself_is_no_use(self, browser):
        for minutes in (10, 20, 29):
            browser.later(minutes)
            assert browser.look(**{"X-Unattended": "1"}).status_code == 200
        browser.later(31)
        assert browser.look().json["type"] == "/problems/session-idle"

    def test_a_change_is_use_and_is_refused_when_idle(self, browser):
        browser.later(31)
        token = {"X-CSRF-Token": "x", "Origin": "https://localhost"}
        answer = browser.post("/v1/auth/logout", headers=token, base_url="https://localhost")
        assert answer.json["type"] == "/problems/session-idle"

    def test_is_as_long_as_the_settings_say(self, app, browser):
        app.extensions["doorstep"] = replace(app.extensions["doorstep"], session_idle_s=120)
        browser.later(3)
        assert browser.look().status_code == 401


class TestAge:
    def test_ends_a_session_after_its_hours_however_much_it_is_used(self, browser):
        for minutes in range(20, 480, 20):
            browser.later(minutes)
            assert browser.look().status_code == 200, minutes
        browser.later(481)
        answer = browser.look()
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/session-over")
