"""Guessing: what one address may do, and what another site's page may not."""

import pytest

from tests.cast import PASSWORD

LIN = {"username": "lin", "password": PASSWORD}


def guess(app, address, username="nobody"):
    return app.test_client().post(
        "/v1/auth/token", json={"username": username, "password": "wrong-wrong-wrong"},
        environ_base={"REMOTE_ADDR": address},
    )  # fmt: skip


def right(app, address):
    return app.test_client().post("/v1/auth/token", json=LIN, environ_base={"REMOTE_ADDR": address})


class TestAddress:
    @pytest.mark.parametrize(
        ("guessing", "same", "other"),
        [("192.0.2.7", "192.0.2.7", "192.0.2.8"), ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")],
    )
    def test_waits_after_fifty_wrong_passwords_for_whatever_names(self, app, guessing, same, other):
        for number in range(50):
            assert guess(app, guessing, f"name{number}").json["type"] == "/problems/wrong-password"
        assert right(app, same).json["type"] == "/problems/address-locked"
        assert right(app, other).status_code == 200


class TestOtherSites:
    @pytest.fixture
    def browser(self, app):
        client = app.test_client()
        opened = client.post("/v1/auth/session", json=LIN, base_url="https://localhost")
        return client, {"X-CSRF-Token": opened.json["csrf_token"]}

    @pytest.mark.parametrize(
        "headers",
        [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
         {"Origin": "null", "Sec-Fetch-Site": "cross-site"}, {"Origin": "https://localhost.evil.example"}],
    )  # fmt: skip
    def test_change_nothing_even_with_cookie_and_token(self, browser, headers):
        client, token = browser
        answer = client.post("/v1/auth/logout", base_url="https://localhost", headers=token | headers)
        assert answer.json["type"] == "/problems/foreign-form"
        assert client.get("/v1/me", base_url="https://localhost").status_code == 200

    @pytest.mark.parametrize(
        "headers", [{}, {"Origin": "https://localhost", "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
    )
    def test_our_own_pages_do(self, browser, headers):
        client, token = browser
        answer = client.post("/v1/auth/logout", base_url="https://localhost", headers=token | headers)
        assert answer.status_code == 204

    @pytest.mark.parametrize("path", ["/v1/auth/session", "/login"])
    def test_cannot_sign_a_browser_in(self, app, path):
        """Whoever is signed in as somebody else tells him what he types."""
        sent = {"json": LIN} if path.startswith("/v1") else {"data": LIN}
        answer = app.test_client().post(path, headers={"Origin": "https://evil.example"}, **sent)
        assert answer.json["type"] == "/problems/foreign-form"
