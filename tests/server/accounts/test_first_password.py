"""A first password is made by the server, shown once, soon over, and opens nothing but the choice of another."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from server import clock
from server.accounts import first_password
from server.accounts.models import Person
from server.accounts.roles import Role
from server.audit import AuditEvent
from server.db import db
from tests.cast import PASSWORD, Caller

OWN = "瓦片-teapot-orbit-7"
NEW = {"username": "new.one", "name": "新人", "staff_no": "WF-9", "roles": ["specialist"]}


@pytest.fixture
def given(as_an):
    """A new specialist's first password, as the administrator is told it."""
    added = as_an.post("/v1/people", json=NEW).json
    assert (added["can_sign_in"], added["password_until"]) == (False, None)
    return as_an.post(f"/v1/people/{added['id']}/first-password")


@pytest.fixture
def enter(app):
    """Sign a name in with a password and return who calls, or the problem told."""

    def entered(password, name="new.one", **more):
        answer = app.test_client().post("/v1/auth/token", json={"username": name, "password": password} | more)
        token = answer.json.get("access_token")
        return Caller(app.test_client(), token, "") if token else answer.json["type"]

    return entered


@pytest.fixture
def later():
    yield clock.shift
    clock.shift(timedelta())


class TestGive:
    def test_makes_one_that_is_told_once_and_kept_by_no_browser(self, given, as_an):
        assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", given.json["first_password"])
        assert given.headers["Cache-Control"] == "no-store"
        person = as_an.get("/v1/people?limit=200").text
        assert given.json["first_password"] not in person
        assert given.json["until"] in person

    def test_never_makes_the_same_and_lets_nothing_be_mistaken(self, app, in_app):
        people = [Person(id=clock.new_id(), username="x", version=1) for _ in range(50)]
        made = {first_password.give(person, by=None, at=clock.now()) for person in people}
        assert len(made) == 50
        assert not set("".join(made)) & set("il1o0")

    def test_is_in_the_audit_log_without_the_password(self, given, in_app):
        row = db.session.scalar(select(AuditEvent).where(AuditEvent.action == "person.first_password_given"))
        assert row is not None
        assert given.json["first_password"] not in str(row.facts)

    def test_voids_the_password_before_and_every_session(self, as_an, as_lin, enter):
        told = as_an.post(f"/v1/people/{as_lin.person_id}/first-password").json["first_password"]
        assert as_lin.get("/v1/me").status_code == 401
        assert enter(PASSWORD, "lin") == "/problems/wrong-password"
        assert enter(told, "lin").get("/v1/me").status_code == 200

    def test_opens_a_locked_account_and_leaves_the_second_factor(self, as_an, as_lin, enter):
        secret = as_lin.post("/v1/me/totp", json={"password": PASSWORD}).json["secret"]
        as_lin.post("/v1/me/totp/confirm", json={"otp": pyotp.TOTP(secret).now()})
        for _ in range(6):
            enter("wrong-wrong-wrong", "lin")
        assert enter(PASSWORD, "lin") == "/problems/account-locked"
        told = as_an.post(f"/v1/people/{as_lin.person_id}/first-password").json["first_password"]
        assert enter(told, "lin") == "/problems/otp-needed"

    def test_is_for_an_administrator_and_for_others_only(self, as_an, as_zhou):
        path = f"/v1/people/{as_an.person_id}/first-password"
        assert as_an.post(path).json["type"] == "/problems/own-first-password"
        assert as_zhou.post(path).json["type"] == "/problems/wrong-role"

    @pytest.mark.parametrize("method", ["post", "patch"])
    def test_nobody_types_one_for_another(self, as_an, as_lin, method):
        path = "/v1/people" if method == "post" else f"/v1/people/{as_lin.person_id}"
        body = NEW if method == "post" else {}
        answer = getattr(as_an, method)(path, json=body | {"password": OWN}, headers={"If-Match": "*"})
        assert answer.json["errors"][0]["pointer"] == "/password"


class TestWhoHasOne:
    def test_does_nothing_before_choosing_another(self, app, given, enter):
        caller = enter(given.json["first_password"])
        assert caller.get("/v1/me").json["owes_password"] is True
        refused = 0
        for rule in app.url_map.iter_rules():
            view = app.view_functions[rule.endpoint]
            is_open = getattr(view, "before_owed", False)
            if "GET" not in rule.methods or rule.arguments or is_open or not getattr(view, "allowed", frozenset()):
                continue
            if Role.SPECIALIST in view.allowed and (answer := caller.get(rule.rule)).status_code != 401:
                assert answer.json["type"] == "/problems/own-password-owed", rule
                refused += 1
        assert refused > 15

    def test_goes_on_at_once_with_one_of_his_own(self, given, enter):
        first = given.json["first_password"]
        caller = enter(first)
        answer = caller.post("/v1/me/password", json={"password": first, "new_password": first})
        assert answer.json["type"] == "/problems/same-password"
        assert caller.post("/v1/me/password", json={"password": first, "new_password": OWN}).status_code == 204
        assert caller.get("/v1/me").json["owes_password"] is False
        assert caller.get("/v1/cases").status_code == 200
        assert enter(first) == "/problems/wrong-password"
        assert enter(OWN).get("/v1/cases").status_code == 200

    @pytest.mark.parametrize(("hours", "is_good"), [(71.9, True), (72.1, False)])
    def test_has_three_days(self, given, enter, later, hours, is_good):
        later(timedelta(hours=hours))
        told = enter(given.json["first_password"])
        assert isinstance(told, Caller) if is_good else told == "/problems/first-password-over"

    def test_is_told_that_it_is_over_only_when_it_is_right(self, given, enter, later):
        later(timedelta(hours=80))
        assert enter("wrong-wrong-wrong") == "/problems/wrong-password"

    def test_a_person_without_one_is_nobody(self, as_an, enter):
        as_an.post("/v1/people", json=NEW)
        for password in (" ", "argon2", OWN):
            assert enter(password) == "/problems/wrong-password"

    def test_is_led_from_the_plain_page_to_the_console(self, app, given):
        browser, home = app.test_client(), {"base_url": "https://localhost"}
        form = {"username": "new.one", "password": given.json["first_password"]}
        assert browser.post("/login", data=form, **home).status_code == 303
        assert browser.get("/", **home).headers["Location"] == "/console/"
