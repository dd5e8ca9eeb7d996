"""The second factor over HTTP: begun, confirmed, asked for at every way in, used once, taken back."""

import hashlib
import re
from datetime import timedelta

import pyotp
import pytest
import segno
from sqlalchemy import select

from server import clock
from server.accounts.models import TotpFactor
from server.accounts.totp import NoSecondFactor, qr_code, remove
from server.db import db
from tests.cast import PASSWORD

LIN = {"username": "lin", "password": PASSWORD}


@pytest.fixture
def at(monkeypatch):
    """A clock that the test moves."""
    now = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: now[0])

    def forward(**kwargs):
        now[0] += timedelta(**kwargs)
        return now[0]

    return forward


@pytest.fixture
def totp(as_lin, at):
    """Lin's app, with the factor in force and its recovery codes."""
    begun = as_lin.post("/v1/me/totp", json={"password": PASSWORD})
    assert begun.status_code == 201, begun.text
    app = pyotp.parse_uri(begun.json["otpauth_uri"])
    done = as_lin.post("/v1/me/totp/confirm", json={"otp": app.at(at())})
    assert done.status_code == 200, done.text
    app.recovery_codes = done.json["recovery_codes"]
    at(seconds=60)
    return app


def sign_in(app, **more):
    return app.test_client().post("/v1/auth/token", json=LIN | more)


def said(answer):
    return answer.json["type"].removeprefix("/problems/"), answer.json["detail"]


class TestInForce:
    def test_a_code_is_needed_beside_the_password(self, app, totp, at):
        assert said(sign_in(app)) == ("otp-needed", "send `otp`: the six digits, or a recovery code")
        assert said(sign_in(app, otp="000000")) == (
            "wrong-otp", "six digits of the app, each once, or a recovery code",
        )  # fmt: skip
        assert sign_in(app, otp=f" {totp.at(at())} ").status_code == 200

    def test_a_code_works_once(self, app, totp, at):
        code = totp.at(at())
        assert sign_in(app, otp=code).status_code == 200
        assert sign_in(app, otp=code).json["type"] == "/problems/wrong-otp"
        assert sign_in(app, otp=totp.at(at(seconds=30))).status_code == 200

    def test_an_older_code_than_the_last_used_is_none(self, app, totp, at):
        older = totp.at(at())
        assert sign_in(app, otp=totp.at(at(seconds=30))).status_code == 200
        assert sign_in(app, otp=older).json["type"] == "/problems/wrong-otp"

    @pytest.mark.parametrize(("off_s", "status"), [(-30, 200), (30, 200), (-90, 401), (90, 401)])
    def test_half_a_minute_of_a_wrong_clock_is_forgiven(self, app, totp, at, off_s, status):
        assert sign_in(app, otp=totp.at(at() + timedelta(seconds=off_s))).status_code == status

    def test_a_recovery_code_works_once(self, app, as_lin, totp):
        code = f" {totp.recovery_codes[3].lower().replace('-', ' ')}"
        assert sign_in(app, otp=code).status_code == 200
        assert sign_in(app, otp=code).json["type"] == "/problems/wrong-otp"
        assert as_lin.get("/v1/me/totp").json["recovery_left"] == 9

    def test_wrong_codes_lock_the_account_like_wrong_passwords(self, app, totp, at):
        for _ in range(5):
            sign_in(app, otp="000000")
        assert sign_in(app, otp=totp.at(at())).json["type"] == "/problems/account-locked"
        at(minutes=16)
        assert sign_in(app, otp=totp.at(at())).status_code == 200

    def test_a_wrong_password_says_nothing_of_the_factor(self, app, totp):
        answer = app.test_client().post("/v1/auth/token", json=LIN | {"password": "wrong-wrong-wrong"})
        assert answer.json["type"] == "/problems/wrong-password"

    def test_the_browsers_session_and_its_form_need_it_too(self, app, totp, at):
        client = app.test_client()
        assert client.post("/v1/auth/session", json=LIN).json["type"] == "/problems/otp-needed"
        assert client.post("/login", data=LIN).status_code == 401
        assert client.post("/login", data=LIN | {"otp": totp.at(at())}).status_code == 303

    def test_password_with_each_request_opens_nothing(self, app, sign_in, at):
        """ODK Collect sends name and password only: an agent with a factor uses the phone's app."""
        fang = sign_in("fang")
        begun = fang.post("/v1/me/totp", json={"password": PASSWORD}).json
        fang.post("/v1/me/totp/confirm", json={"otp": pyotp.TOTP(begun["secret"]).at(at())})
        assert app.test_client().get("/openrosa/formList", auth=("fang", PASSWORD)).status_code == 401


class TestSetting:
    def test_is_not_in_force_before_a_first_code(self, app, as_lin):
        begun = as_lin.post("/v1/me/totp", json={"password": PASSWORD})
        assert begun.headers["Cache-Control"] == "no-store"
        wrong = as_lin.post("/v1/me/totp/confirm", json={"otp": "000000"})
        assert said(wrong) == ("wrong-otp", "look at the clock of the phone")
        assert sign_in(app).status_code == 200
        told = as_lin.get("/v1/me").json["second_factor"]
        assert told == {"has_totp": False, "passkeys": 0, "needs_step_up": False, "is_owed": False}

    def test_the_password_is_asked_again(self, as_lin):
        answer = as_lin.post("/v1/me/totp", json={"password": "wrong-wrong-wrong"})
        assert answer.json["type"] == "/problems/wrong-password"

    def test_cannot_be_exchanged_while_in_force(self, as_lin, totp):
        for path, body in (("", {"password": PASSWORD}), ("/confirm", {"otp": "000000"})):
            assert said(as_lin.post(f"/v1/me/totp{path}", json=body)) == ("second-factor-on", "take it back first")

    def test_needs_a_beginning(self, as_lin):
        answer = as_lin.post("/v1/me/totp/confirm", json={"otp": "000000"})
        assert said(answer) == ("no-second-factor", "begin one first")

    def test_is_named_for_the_person_and_shown_as_a_picture(self, as_lin):
        begun = as_lin.post("/v1/me/totp", json={"password": PASSWORD}).json
        app = pyotp.parse_uri(begun["otpauth_uri"])
        assert (app.name, app.issuer, app.interval, app.digits) == ("lin", "Doorstep 外访通", 30, 6)
        assert qr_code("x") == segno.make("x", error="m", micro=False).svg_data_uri(scale=4, light="#fff")

    def test_begun_anew_has_another_secret(self, as_lin, at):
        first, second = (as_lin.post("/v1/me/totp", json={"password": PASSWORD}).json["secret"] for _ in range(2))
        assert first != second
        old = as_lin.post("/v1/me/totp/confirm", json={"otp": pyotp.TOTP(first).at(at())})
        assert old.json["type"] == "/problems/wrong-otp"
        assert as_lin.post("/v1/me/totp/confirm", json={"otp": pyotp.TOTP(second).at(at())}).status_code == 200

    def test_is_taken_back_with_a_code_only(self, app, as_lin, totp, at):
        assert as_lin.post("/v1/me/totp/remove", json={"otp": "000000"}).json["type"] == "/problems/wrong-otp"
        assert as_lin.post("/v1/me/totp/remove", json={"otp": totp.at(at())}).status_code == 204
        assert sign_in(app).status_code == 200

    def test_the_admin_helps_who_lost_his_phone(self, app, as_lin, as_an, as_guo, totp):
        path = f"/v1/people/{as_lin.person_id}/second-factor/reset"
        assert as_guo.post(path).status_code == 403
        assert as_an.post(path).status_code == 204
        assert as_lin.get("/v1/me").status_code == 401, "his sessions end"
        assert sign_in(app).status_code == 200

    def test_the_secret_lies_sealed_and_recovery_codes_as_hashes(self, in_app, totp):
        row = db.session.scalars(select(TotpFactor)).one()
        assert len(set(totp.recovery_codes)) == 10
        assert all(re.fullmatch("([A-Z2-7]{4}-){3}[A-Z2-7]{4}", one) for one in totp.recovery_codes)
        assert totp.secret not in row.secret_sealed
        assert row.secret_sealed.startswith("v1|")
        assert not set(totp.recovery_codes) & set(row.recovery_hashes)

    def test_the_secret_opens_at_its_place_and_the_hashes_are_of_the_bare_codes(self, in_app, totp):
        row = db.session.scalars(select(TotpFactor)).one()
        vault = in_app.extensions["doorstep"].vault
        assert vault.unseal(row.secret_sealed, at=f"totp_factor|secret_sealed|{row.id}") == totp.secret
        bare = [one.replace("-", "") for one in totp.recovery_codes]
        assert row.recovery_hashes == [hashlib.sha256(one.encode()).hexdigest() for one in bare]

    def test_none_is_nothing_to_take_back(self, in_app):
        with pytest.raises(NoSecondFactor, match="^there is none$"):
            remove(clock.new_id())
