"""A second factor that a role owes: until it is set up, nothing else is done."""

from dataclasses import replace
from types import SimpleNamespace

import pyotp
import pytest
from sqlalchemy import select

from server import config
from server.accounts import auth
from server.accounts.models import Person
from server.accounts.owed import SecondFactorOwed
from server.accounts.roles import Role
from server.app import create_app
from server.config import FACTOR_ROLES, HalfConfigured
from server.db import db
from tests.cast import PASSWORD

SIGN_IN = {"username": "guo", "password": PASSWORD}
HOME = {"base_url": "https://localhost"}


@pytest.fixture
def strict(app):
    """The application with the roles of the default owing a factor."""
    app.extensions["doorstep"] = replace(
        app.extensions["doorstep"], second_factor_roles=frozenset({"manager", "admin", "compliance", "legal"})
    )
    return app


def set_up(caller):
    secret = caller.post("/v1/me/totp", json={"password": PASSWORD}).json["secret"]
    assert caller.post("/v1/me/totp/confirm", json={"otp": pyotp.TOTP(secret).now()}).status_code == 200


class TestWhoOwesOne:
    @pytest.mark.parametrize("name", ["guo", "an", "ma", "hu"])
    def test_may_do_nothing_else(self, strict, sign_in, name):
        caller = sign_in(name)
        assert caller.get("/v1/me").json["second_factor"]["is_owed"] is True
        open_views = 0
        for rule in strict.url_map.iter_rules():
            view = strict.view_functions[rule.endpoint]
            if "GET" not in rule.methods or rule.arguments or not getattr(view, "allowed", frozenset()) & set(Role):
                continue
            answer = caller.get(rule.rule)
            if getattr(view, "before_owed", False):
                open_views += 1
                assert answer.status_code == 200, rule
            elif answer.status_code != 401:  # what takes no bearer token
                assert answer.status_code == 403, rule
                assert answer.json["type"] in {"/problems/second-factor-owed", "/problems/wrong-role"}, rule
        assert open_views >= 3

    def test_cannot_write_either(self, strict, as_an):
        answer = as_an.post("/v1/people", json={})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/second-factor-owed")
        assert answer.json["detail"] == "POST /v1/me/totp"

    def test_opens_neither_a_calendar_nor_a_form_by_password(self, strict, sign_in):
        strict.extensions["doorstep"] = replace(
            strict.extensions["doorstep"], second_factor_roles=frozenset({"agent", "legal"})
        )
        answer = strict.test_client().get("/openrosa/formList", auth=("fang", PASSWORD))
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/second-factor-owed")
        with strict.test_request_context():
            hu = db.session.scalars(select(Person).where(Person.username == "hu")).one()
            with pytest.raises(SecondFactorOwed, match="^POST /v1/me/totp$"):
                auth.call_by(SimpleNamespace(id=hu.id, person_id=hu.id), needs=Role.LEGAL)

    def test_may_set_it_up_and_then_everything(self, strict, as_guo):
        set_up(as_guo)
        assert as_guo.get("/v1/me").json["second_factor"] | {"passkeys": 0} == {
            "has_totp": True, "passkeys": 0, "needs_step_up": False, "is_owed": False,
        }  # fmt: skip
        assert as_guo.get("/v1/cases").status_code == 200
        answer = strict.test_client().post("/v1/auth/token", json=SIGN_IN)
        assert answer.json["type"] == "/problems/otp-needed", "from now on a code is asked for"

    def test_cannot_take_it_back_and_go_on(self, strict, as_guo, monkeypatch):
        set_up(as_guo)
        monkeypatch.setattr("server.accounts.totp._is_code", lambda *_, **__: True)
        assert as_guo.post("/v1/me/totp/remove", json={"otp": "000000"}).status_code == 204
        assert as_guo.get("/v1/cases").json["type"] == "/problems/second-factor-owed"

    def test_is_led_from_the_plain_page_to_the_console(self, strict):
        browser = strict.test_client()
        assert browser.post("/login", data=SIGN_IN, **HOME).status_code == 303
        answer = browser.get("/", **HOME)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")


class TestWhoOwesNone:
    @pytest.mark.parametrize("name", ["lin", "zhou", "tan", "fang"])
    def test_goes_on(self, strict, sign_in, name):
        caller = sign_in(name)
        assert caller.get("/v1/me").json["second_factor"]["is_owed"] is False
        assert caller.get("/v1/me/passkeys").status_code == 200


class TestSetting:
    def test_is_on_for_people_of_weight_unless_it_says_otherwise(self, app, monkeypatch):
        monkeypatch.delenv("DOORSTEP_SECOND_FACTOR_ROLES", raising=False)
        assert config.load(app.extensions["doorstep"].var_dir).second_factor_roles == {
            Role.MANAGER, Role.ADMIN, Role.COMPLIANCE, Role.LEGAL,
        }  # fmt: skip
        monkeypatch.setenv("DOORSTEP_SECOND_FACTOR_ROLES", "")
        assert config.load(app.extensions["doorstep"].var_dir).second_factor_roles == frozenset()
        assert FACTOR_ROLES

    def test_a_role_that_does_not_exist_is_a_slip(self, app):
        slip = frozenset({"manger", "manager", "admn"})
        with pytest.raises(HalfConfigured, match="^DOORSTEP_SECOND_FACTOR_ROLES: no such role as admn, manger$"):
            create_app(replace(app.extensions["doorstep"], second_factor_roles=slip))
