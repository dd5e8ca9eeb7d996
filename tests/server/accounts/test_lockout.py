"""Guessing: what one address may do, and what another site's page may not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.accounts import lockout, origin
from server.accounts.lockout import AddressLocked
from server.accounts.models import AddressFailure, Person
from server.db import db
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


class TestCount:
    """An address is locked at its fiftieth wrong password of a quarter of an hour, for a quarter of an hour."""

    ADDRESS = "192.0.2.7"

    def wrong(self, times, at):
        for _ in range(times):
            lockout.count(None, self.ADDRESS, at=at)

    def test_locks_at_the_fiftieth_and_opens_to_the_moment(self, in_app):
        at = clock.now().replace(microsecond=0)
        self.wrong(49, at)
        lockout.require_open_address(self.ADDRESS, at=at)
        self.wrong(1, at)
        until = at + timedelta(minutes=15)
        with pytest.raises(AddressLocked, match=f"^until {until:%Y-%m-%dT%H:%M:%SZ}$"):
            lockout.require_open_address(self.ADDRESS, at=until - timedelta(seconds=1))
        lockout.require_open_address(self.ADDRESS, at=until)
        lockout.require_open_address(None, at=at)

    def test_begins_anew_after_a_lock(self, in_app):
        at = clock.now()
        self.wrong(50, at)
        later = at + timedelta(minutes=15)
        self.wrong(49, later)
        lockout.require_open_address(self.ADDRESS, at=later)
        self.wrong(1, later)
        with pytest.raises(AddressLocked):
            lockout.require_open_address(self.ADDRESS, at=later)

    @pytest.mark.parametrize(("after", "is_locked"), [(timedelta(minutes=15), True), (timedelta(seconds=901), False)])
    def test_counts_within_a_quarter_of_an_hour(self, in_app, after, is_locked):
        at = clock.now()
        self.wrong(49, at)
        self.wrong(1, at + after)
        row = db.session.scalars(select(AddressFailure)).one()
        assert (row.locked_until is not None) is is_locked
        assert row.failed == (0 if is_locked else 1)

    @pytest.mark.parametrize(("after", "rows"), [(timedelta(days=1), 2), (timedelta(days=1, seconds=1), 1)])
    def test_forgets_an_address_after_a_day(self, in_app, after, rows):
        at = clock.now()
        lockout.count(None, "192.0.2.8", at=at)
        lockout.count(None, self.ADDRESS, at=at + after)
        assert len(db.session.scalars(select(AddressFailure)).all()) == rows

    def test_locks_an_account_at_the_fifth_and_opens_it_to_the_moment(self, in_app):
        at = clock.now().replace(microsecond=0)
        lin = db.session.scalars(select(Person).where(Person.username == "lin")).one()
        for number in range(5):
            assert (lin.failed_logins, lin.locked_until) == (number, None)
            lockout.count(lin, self.ADDRESS, at=at)
        until = at + timedelta(minutes=15)
        assert (lin.failed_logins, lin.locked_until) == (0, until)
        with pytest.raises(lockout.AccountLocked, match=f"^until {until:%Y-%m-%dT%H:%M:%SZ}$"):
            lockout.lock(lin, at=until - timedelta(seconds=1))
        lockout.lock(lin, at=until)

    def test_counts_both_for_an_account_and_keeps_it_although_the_request_is_refused(self, in_app):
        lin = db.session.scalars(select(Person).where(Person.username == "lin")).one()
        lockout.count(lin, self.ADDRESS, at=clock.now())
        db.session.rollback()
        row = db.session.scalars(select(AddressFailure)).one()
        assert (row.address_index, row.failed, lin.failed_logins) == (lockout.index_of(self.ADDRESS), 1, 1)

    @pytest.mark.parametrize(
        ("address", "owner"),
        [("192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::/64"), ("2001:db8:0:0:ffff::", "2001:db8::/64"),
         ("unix:", "unix:"), ("", ""), (None, "")],
    )  # fmt: skip
    def test_keeps_an_address_as_a_blind_index_of_its_owner(self, in_app, address, owner):
        assert lockout.index_of(address) == in_app.extensions["doorstep"].vault.blind_index("address", owner)


class TestSameSite:
    """What `Sec-Fetch-Site` and `Origin` have to say, and what the refusal tells of them."""

    def ask(self, app, host="doorstep.example", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with app.test_request_context(base_url=f"https://{host}", headers=named):
            origin.require_same_site()

    def refusal(self, app, **headers):
        with pytest.raises(origin.ForeignForm) as refused:
            self.ask(app, **headers)
        return refused.value.detail

    def test_names_the_site_in_twenty_characters_and_the_origin_in_a_hundred(self, app):
        assert self.refusal(app, Sec_Fetch_Site="a" * 19 + "bc") == "the browser says it is " + "a" * 19 + "b"
        far = "https://" + "a" * 91 + "bc"
        assert self.refusal(app, Origin=far) == f"the origin is {far[:100]}"

    def test_takes_the_host_asked_and_the_public_address(self, app):
        app.extensions["doorstep"] = replace(app.extensions["doorstep"], public_url="https://public.example:8443/x")
        for ours in ("https://doorstep.example", "https://public.example:8443", "null", ""):
            self.ask(app, Origin=ours)
        for theirs in ("https://public.example", "https://doorstep.example:1", "doorstep.example"):
            assert self.refusal(app, Origin=theirs) == f"the origin is {theirs}"


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
