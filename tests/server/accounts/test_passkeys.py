"""Passkeys with a real browser: Chromium's own virtual authenticator makes and uses them, our API judges."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.accounts.models import Passkey
from server.cases.models import StopFlag
from server.db import db
from tests.browser import Page
from tests.cast import PASSWORD

CREATE = """navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(%s)})
  .then((made) => JSON.stringify(made.toJSON()))"""
GET = """navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(%s)})
  .then((made) => JSON.stringify(made.toJSON()))"""


@pytest.fixture
def browser(app, live_server):
    """A page of ours in Chromium with an authenticator in it; `.ask(script, options)` answers the credential."""
    url = live_server.url.replace("127.0.0.1", "localhost")
    app.extensions["doorstep"] = replace(app.extensions["doorstep"], public_url=url)
    page = Page()
    try:
        page.call("WebAuthn.enable")
        page.authenticator = page.call(
            "WebAuthn.addVirtualAuthenticator",
            options={"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                     "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True},
        )["authenticatorId"]  # fmt: skip
        page.open(url + "/login")
        page.ask = lambda script, options: json.loads(page.run(script % json.dumps(options)))
        yield page
    finally:
        page.kill()


def register(caller, browser, name="郭总的电脑"):
    options = caller.post("/v1/me/passkeys/options", json={"password": PASSWORD})
    assert options.status_code == 200, options.text
    made = browser.ask(CREATE, options.json)
    return caller.post("/v1/me/passkeys", json={"credential": made, "name": name})


def prove(caller, browser):
    answer = browser.ask(GET, caller.post("/v1/me/step-up/options").json)
    return caller.post("/v1/me/step-up", json={"credential": answer}), answer


@pytest.fixture
def asks_deletion(as_ma, creditors, in_app):
    """A deletion that waits for the general manager: the shortest of his decisions."""
    from tests.server.schemes import make_scheme as make

    case = make.case(creditors["bank"], 1)
    case.state = "settled"
    db.session.add(
        StopFlag(id=clock.new_id(), case_id=case.id, kind="settled", raised_at=clock.now() - timedelta(days=1830))
    )
    db.session.commit()
    answer = as_ma.post(f"/v1/cases/{case.id}/deletions", json={"ground": "retention", "reason": "保存期限届满"})
    assert answer.status_code == 201, answer.text
    return f"/v1/deletions/{answer.json['id']}/carry-out"


class TestDecision:
    def test_needs_the_passkey_of_who_has_one_each_time_anew(
        self, browser, as_guo, sign_in, asks_deletion, monkeypatch, in_app
    ):
        registered = register(as_guo, browser)
        assert registered.status_code == 201, registered.text
        assert as_guo.get("/v1/me").json["second_factor"]["needs_step_up"] is True
        assert as_guo.post(asks_deletion).json["type"] == "/problems/step-up-needed"

        proved, answer = prove(as_guo, browser)
        assert proved.status_code == 200, proved.text
        assert as_guo.post("/v1/me/step-up", json={"credential": answer}).json["type"] == "/problems/passkey-refused"

        assert sign_in("guo").post(asks_deletion).json["type"] == "/problems/step-up-needed", "another session"
        real = clock.now
        with monkeypatch.context() as later:
            later.setattr(clock, "now", lambda: real() + timedelta(minutes=6))
            assert as_guo.post(asks_deletion).json["type"] == "/problems/step-up-needed", "too long ago"
        done = as_guo.post(asks_deletion)
        assert done.status_code == 200, done.text

    def test_goes_without_for_who_has_none_unless_the_settings_ask(self, app, as_guo, asks_deletion):
        plain = app.extensions["doorstep"]
        app.extensions["doorstep"] = replace(plain, passkey_required=True)
        assert as_guo.post(asks_deletion).json["type"] == "/problems/step-up-needed"
        app.extensions["doorstep"] = plain
        assert as_guo.post(asks_deletion).status_code == 200


class TestForeignAnswers:
    def test_are_refused(self, app, browser, as_guo, as_zhou):
        assert register(as_guo, browser).status_code == 201
        options = as_guo.post("/v1/me/step-up/options").json
        told = browser.ask(GET, options)
        assert as_zhou.post("/v1/me/step-up", json={"credential": told}).json["type"] == "/problems/passkey-refused"
        broken = json.loads(json.dumps(told))
        signature = broken["response"]["signature"]
        broken["response"]["signature"] = signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]
        assert as_guo.post("/v1/me/step-up", json={"credential": broken}).json["type"] == "/problems/passkey-refused"

    def test_of_another_address_are_refused(self, app, browser, as_guo):
        assert register(as_guo, browser).status_code == 201
        told = browser.ask(GET, as_guo.post("/v1/me/step-up/options").json)
        ours = app.extensions["doorstep"]
        app.extensions["doorstep"] = replace(ours, public_url="http://localhost:1")
        assert as_guo.post("/v1/me/step-up", json={"credential": told}).json["type"] == "/problems/passkey-refused"

    @pytest.mark.parametrize("credential", [{}, {"id": "x"}, {"id": 7, "response": []}])
    def test_that_are_none_are_refused(self, as_guo, credential):
        as_guo.post("/v1/me/passkeys/options", json={"password": PASSWORD})
        answer = as_guo.post("/v1/me/passkeys", json={"credential": credential, "name": "x"})
        assert answer.json["type"] == "/problems/passkey-refused"
        assert as_guo.post("/v1/me/step-up", json={"credential": credential}).status_code == 422


class TestOwnList:
    def test_shows_and_takes_back_after_a_proof_only(self, browser, as_guo, as_zhou, in_app):
        passkey_id = register(as_guo, browser).json["id"]
        assert [one["name"] for one in as_guo.get("/v1/me/passkeys").json["items"]] == ["郭总的电脑"]
        assert as_zhou.get("/v1/me/passkeys").json["items"] == []
        path = f"/v1/me/passkeys/{passkey_id}"
        assert as_zhou.delete(path).status_code == 404
        assert as_guo.delete(path).json["type"] == "/problems/step-up-needed"
        assert prove(as_guo, browser)[0].status_code == 200
        assert as_guo.delete(path).status_code == 204
        assert db.session.scalars(select(Passkey)).all() == []
