"""Who calls, function by function: passwords, locks, what a token is worth and to the moment how long."""

import hashlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import g
from sqlalchemy import select

from server import clock, config
from server.accounts import auth, lockout, totp
from server.accounts.models import AddressFailure, Person, Token, TokenKind
from server.accounts.roles import Role
from server.db import db
from server.errors import Malformed, NotSignedIn
from tests.cast import PASSWORD

ADDRESS = "192.0.2.7"
WRONG = "wrong-wrong-wrong"


@pytest.fixture
def asked(app):
    """A request from `ADDRESS`, begun."""
    with app.test_request_context(environ_base={"REMOTE_ADDR": ADDRESS}):
        yield app
        db.session.remove()


def person(username="lin"):
    return db.session.scalars(select(Person).where(Person.username == username)).one()


def counted():
    """Return how many wrong tries each address has, by its blind index."""
    return {one.address_index: one.failed for one in db.session.scalars(select(AddressFailure))}


def said(refused):
    return refused.value.kebab(), refused.value.detail


class TestPassword:
    def test_of_nine_characters_is_too_short_and_of_ten_is_hashed(self, asked):
        with pytest.raises(Malformed, match="^at least 10 characters$") as refused:
            auth.hash_password("x" * 9)
        assert refused.value.facts == {"errors": [{"pointer": "/password", "detail": "密码至少 10 位"}]}
        settings = config.current()
        kept = auth.hash_password("x" * 10)
        assert f"$m={settings.argon2_memory_kib},t={settings.argon2_time_cost},p=4$" in kept
        assert auth.hasher(64, 2).verify(kept, "x" * 10)

    def test_fits_no_hash_that_is_none(self, asked):
        person().password_hash = "no hash"
        db.session.commit()
        with pytest.raises(auth.WrongPassword):
            auth.sign_in("lin", PASSWORD, at=clock.now())


class TestSignIn:
    def test_names_who_tried_and_forgives_what_was_wrong_before(self, asked):
        at, lin = clock.now(), person()
        lin.failed_logins, lin.locked_until = 4, at
        db.session.commit()
        found = auth.sign_in("lin", PASSWORD, at=at)
        assert (found.username, found.failed_logins, found.locked_until) == ("lin", 0, None)
        assert g.tried_id == lin.id

    def test_counts_a_wrong_password_for_the_account_and_the_address(self, asked):
        with pytest.raises(auth.WrongPassword, match="^check the user name and the password$"):
            auth.sign_in("lin", WRONG, at=clock.now())
        assert person().failed_logins == 1
        assert counted() == {lockout.index_of(ADDRESS): 1}

    @pytest.mark.parametrize("username", ["nobody", "lin"])
    def test_refuses_an_unknown_or_closed_account_alike_and_counts_the_address(self, asked, username):
        person().is_active = False
        db.session.commit()
        with pytest.raises(auth.WrongPassword, match="^check the user name and the password$"):
            auth.sign_in(username, PASSWORD, at=clock.now())
        assert person().failed_logins == 0
        assert counted() == {lockout.index_of(ADDRESS): 1}
        assert g.tried_id == (person().id if username == "lin" else None)

    def test_counts_a_wrong_code_for_account_and_address_and_a_missing_one_for_none(self, asked):
        at, lin = clock.now(), person()
        totp.begin(lin)
        totp.factor_of(lin.id).confirmed_at = at
        db.session.commit()
        with pytest.raises(totp.OtpNeeded):
            auth.sign_in("lin", PASSWORD, at=at)
        db.session.rollback()
        assert counted() == {}
        with pytest.raises(totp.WrongOtp):
            auth.sign_in("lin", PASSWORD, at=at, otp="no code")
        assert (person().failed_logins, counted()) == (1, {lockout.index_of(ADDRESS): 1})

    @pytest.mark.parametrize("again", [auth.check_again, auth.check_code_again])
    def test_asked_again_waits_while_the_account_is_locked_and_no_longer(self, asked, again):
        until, lin = clock.now().replace(microsecond=0), person()
        lin.locked_until = until
        db.session.commit()
        with pytest.raises(lockout.AccountLocked, match=f"^until {until:%Y-%m-%dT%H:%M:%SZ}$"):
            again(lin, PASSWORD, at=until - timedelta(seconds=1))
        assert again(lin, PASSWORD, at=until) is lin

    def test_asked_again_counts_what_is_wrong(self, asked):
        at, lin = clock.now(), person()
        with pytest.raises(auth.WrongPassword, match="^check the user name and the password$"):
            auth.check_again(lin, WRONG, at=at)
        totp.begin(lin)
        totp.factor_of(lin.id).confirmed_at = at
        with pytest.raises(totp.WrongOtp):
            auth.check_code_again(lin, "no code", at=at)
        assert (person().failed_logins, counted()) == (2, {lockout.index_of(ADDRESS): 2})


class TestIssue:
    @pytest.mark.parametrize("kind", list(TokenKind))
    def test_lasts_as_the_settings_say_of_its_kind(self, in_app, kind):
        at, family, settings = clock.now(), clock.new_id(), config.current()
        life_s = {
            TokenKind.ACCESS: settings.access_token_s, TokenKind.REFRESH: settings.refresh_token_s,
            TokenKind.SESSION: settings.session_s, TokenKind.CALENDAR: 180 * 86400,
        }[kind]  # fmt: skip
        secret = auth.issue(person().id, kind, at=at, family=family, csrf="c")
        db.session.flush()
        (row,) = db.session.scalars(select(Token).where(Token.family == family))
        assert (row.person_id, row.kind, row.expires_at) == (person().id, kind, at + timedelta(seconds=life_s))
        assert row.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
        assert (len(secret), row.csrf, row.device) == (43, "c", "")

    @pytest.mark.parametrize(("headers", "device"), [({}, ""), ({"User-Agent": "curl/8"}, "curl")])
    def test_is_called_after_what_asked_for_it(self, app, headers, device):
        with app.test_request_context(headers=headers):
            family = clock.new_id()
            auth.issue(person().id, TokenKind.ACCESS, at=clock.now(), family=family)
            db.session.flush()
            assert db.session.scalars(select(Token).where(Token.family == family)).one().device == device
            db.session.remove()


class TestLiveToken:
    def test_is_live_until_its_moment_unless_revoked_or_of_another_kind(self, in_app):
        at = clock.now()
        secret = auth.issue(person().id, TokenKind.ACCESS, at=at, family=clock.new_id())
        db.session.flush()
        ends = at + timedelta(seconds=config.current().access_token_s)
        found = auth.live_token(secret, TokenKind.ACCESS, at=ends - timedelta(microseconds=1))
        assert found.person_id == person().id
        said_each = []
        for given, kind, when in (("x", TokenKind.ACCESS, at), (secret, TokenKind.REFRESH, at),
                                  (secret, TokenKind.ACCESS, ends)):  # fmt: skip
            with pytest.raises(NotSignedIn) as refused:
                auth.live_token(given, kind, at=when)
            said_each.append(said(refused))
        found.revoked_at = at
        with pytest.raises(NotSignedIn) as refused:
            auth.live_token(secret, TokenKind.ACCESS, at=at)
        assert {*said_each, said(refused)} == {("not-signed-in", "the token is unknown, expired or revoked")}


class TestIdentify:
    def close(self, username):
        person(username).is_active = False
        db.session.commit()
        db.session.remove()

    def test_refuses_the_token_of_a_closed_account(self, app, as_lin):
        with app.app_context():
            self.close("lin")
        answer = as_lin.get("/v1/me")
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/not-signed-in")
        assert answer.json["detail"] == "the account is closed"

    def test_takes_the_csrf_token_as_header_or_form_field_and_no_other(self, app):
        client, home = app.test_client(), {"base_url": "https://localhost"}
        csrf = client.post("/v1/auth/session", json={"username": "lin", "password": PASSWORD}, **home).json[
            "csrf_token"
        ]
        other = client.post("/logout", data={"csrf": csrf + "x"}, **home)
        assert (other.status_code, other.json["type"]) == (403, "/problems/csrf-missing")
        assert client.post("/logout", data={"crsf": csrf}, **home).status_code == 403
        assert client.post("/logout", data={"csrf": csrf}, **home).status_code == 303


class TestCallBy:
    """The owner of a calendar's secret is its caller."""

    def by(self, username, needs=Role.LEGAL):
        token = SimpleNamespace(id=clock.new_id(), person_id=person(username).id)
        auth.call_by(token, needs=needs)
        return token.id

    def test_lets_who_has_the_role_see_what_he_may(self, asked):
        token_id = self.by("hu")
        assert (g.person_id, g.token_id) == (person("hu").id, token_id)
        assert auth.current_person().username == "hu"
        self.by("wei", needs=Role.SPECIALIST)
        assert g.sees == person("wei").creditor_ids[0]

    def test_refuses_another_role_and_names_the_right(self, asked):
        with pytest.raises(auth.WrongRole, match="^needs legal$") as refused:
            self.by("lin")
        assert refused.value.facts == {"needs": [Role.LEGAL]}

    @pytest.mark.parametrize("is_known", [True, False])
    def test_refuses_who_is_gone(self, asked, is_known):
        person("hu").is_active = False
        gone = SimpleNamespace(id=clock.new_id(), person_id=person("hu").id if is_known else clock.new_id())
        with pytest.raises(NotSignedIn, match="^the account is closed$"):
            auth.call_by(gone, needs=Role.LEGAL)

    def test_nobody_is_signed_in_before(self, asked):
        with pytest.raises(NotSignedIn, match="^nobody is signed in$"):
            auth.current_person()
        g.person_id = clock.new_id()
        with pytest.raises(NotSignedIn, match="^nobody is signed in$"):
            auth.current_person()


class TestBasic:
    def listed(self, app, **more):
        return app.test_client().get("/openrosa/formList", **more)

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}])
    def test_is_asked_for(self, app, headers):
        answer = self.listed(app, headers=headers)
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/basic-needed")
        assert answer.json["detail"] == "send the user name and the password of an agent"
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="doorstep", charset="UTF-8"'

    def test_passes_on_why_a_password_is_refused_and_which_right_is_missing(self, app):
        assert self.listed(app, auth=("fang", WRONG)).json["detail"] == "check the user name and the password"
        answer = self.listed(app, auth=("lin", PASSWORD))
        assert (answer.status_code, answer.json["detail"], answer.json["needs"]) == (403, "needs agent", ["agent"])
        assert self.listed(app, auth=("fang", PASSWORD)).status_code == 200


def test_marks_say_who_may_call(app):
    """The route tests read them."""

    @auth.allow(Role.LEGAL, Role.ADMIN, keeps_answer=False, before_owed=True)
    def one():
        """Nothing."""

    @auth.allow(Role.AGENT)
    def other():
        """Nothing."""

    told = [(view.allowed, view.honours_key, view.before_owed) for view in (one, other)]
    assert told == [({Role.LEGAL, Role.ADMIN}, False, True), ({Role.AGENT}, True, False)]
    assert auth.allow_basic(Role.AGENT)(other).allowed == {Role.AGENT}
    assert auth.public("why")(lambda: None).public == "why"
