"""Codes, enrolment, the list of phones, revoking."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from server import clock
from server.audit import AuditEvent
from server.db import begin_write, db
from server.devices.models import Device, EnrolCode
from server.visits.models import Record
from sync import chain, tlog
from sync.signature import Alg, b64url, public_key, signing_key


@pytest.fixture
def code(as_zhou, as_fang):
    return as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json["code"]


def enrol(app, code, *, seed=1, alg=Alg.ED25519, change=None, **changes):
    key = signing_key(alg, bytes([seed]) * 32).public().jwk()
    body = (
        {"code": code, "alg": alg, "public_key": key, "label": "Fang's", "app_version": "0.1.0"}
        | changes
        | (change or {})
    )
    return app.test_client().post("/v1/devices", json=body)


class TestIssueCode:
    def test_gives_a_code_for_ten_minutes(self, as_zhou, as_fang, in_app):
        answer = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id})
        assert answer.status_code == 201
        assert len(answer.json["code"].replace("-", "")) == 8
        assert answer.json["link"].endswith(f"/m/#/?code={answer.json['code']}")
        assert answer.json["qr_svg"].startswith("data:image/svg+xml")
        row = db.session.scalars(select(EnrolCode)).one()
        assert timedelta(minutes=9) < row.expires_at - clock.now() <= timedelta(minutes=10)
        assert answer.json["code"] not in row.code_hash

    @pytest.mark.parametrize("who", ["as_lin", "as_guo", "as_fang", "as_hu", "as_ma", "as_tan", "as_wei"])
    def test_is_for_supervisor_and_admin_only(self, request, as_fang, who):
        caller = request.getfixturevalue(who)
        answer = caller.post("/v1/devices/codes", json={"person_id": as_fang.person_id})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/wrong-role")

    def test_refuses_a_person_who_does_not_visit(self, as_an, as_lin):
        answer = as_an.post("/v1/devices/codes", json={"person_id": as_lin.person_id})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/not-an-agent")

    def test_refuses_somebody_unknown(self, as_an):
        assert as_an.post("/v1/devices/codes", json={"person_id": str(clock.new_id())}).status_code == 404


class TestAddDevice:
    def test_answers_what_the_phone_needs(self, app, code, in_app):
        answer = enrol(app, code)
        assert answer.status_code == 201
        assert set(answer.json) == {"device_id", "device_token", "epoch", "ack_key", "log_vkey", "server_time"}
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Doorstep-Sync"] == "1"
        assert public_key(answer.json["ack_key"], alg="Ed25519")
        assert tlog.read_vkey(answer.json["log_vkey"])
        device = db.session.scalars(select(Device)).one()
        assert (device.head_seq, device.head_hash) == (0, chain.genesis(answer.json["device_id"]))
        assert answer.json["device_token"] not in device.token_hash

    def test_takes_the_code_as_people_type_it(self, app, code):
        assert enrol(app, f" {code.lower().replace('-', ' ')} ").status_code == 201

    def test_takes_an_es256_key(self, app, code):
        assert enrol(app, code, alg=Alg.ES256).status_code == 201

    def test_uses_a_code_once(self, app, code):
        assert enrol(app, code).status_code == 201
        answer = enrol(app, code, seed=2)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/code-not-good")

    def test_repeats_its_answer_to_the_same_phone(self, app, code, in_app):
        first, again = enrol(app, code), enrol(app, code)
        assert again.json["device_id"] == first.json["device_id"]
        assert len(db.session.scalars(select(Device)).all()) == 1
        stale = {"Authorization": f"Bearer {first.json['device_token']}"}
        assert app.test_client().get("/v1/sync/head", headers=stale).status_code == 401

    def test_refuses_a_code_after_ten_minutes(self, app, code, in_app):
        begin_write()
        db.session.execute(update(EnrolCode).values(expires_at=clock.now()))
        db.session.commit()
        assert enrol(app, code).json["type"] == "/problems/code-not-good"

    def test_refuses_an_unknown_code_with_the_same_words(self, app):
        assert enrol(app, "AAAA-AAAA").json["type"] == "/problems/code-not-good"

    @pytest.mark.parametrize(
        "key",
        [{}, {"kty": "OKP", "crv": "Ed25519", "x": "AA"}, {"kty": "oct", "k": "AA"},
         {"kty": "OKP", "crv": "Ed25519", "x": b64url(bytes(32)), "d": "AA"}],
        ids=["empty", "short", "secret", "private"],
    )  # fmt: skip
    def test_refuses_a_key_it_cannot_use(self, app, code, key):
        answer = enrol(app, code, public_key=key)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/key-not-usable")
        assert enrol(app, code).status_code == 201

    @pytest.mark.parametrize("change", [{"alg": "none"}, {"label": ""}, {"label": "x" * 81}, {"extra": 1}, {"code": 5}])
    def test_refuses_another_shape(self, app, code, change):
        assert enrol(app, code, change=change).json["type"] == "/problems/malformed"

    def test_is_noted(self, app, code, in_app):
        enrol(app, code)
        actions = list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq)))
        assert [a for a in actions if a.startswith("device.")] == ["device.code_issued", "device.enrolled"]

    def test_locks_no_counter_before_the_audit(self, app, code, as_zhou, as_fang, in_app):
        """Else an enrolment and a push wait for each other in a ring on PostgreSQL."""
        enrol(app, code)
        second = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json["code"]
        said = []
        event.listen(db.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
        assert enrol(app, second, seed=2).status_code == 201
        assert any("INSERT INTO audit_event" in one for one in said)
        assert not [one for one in said if "sync_clock SET" in one]


class TestListDevices:
    def test_shows_whose_phone_it_is_and_no_secret(self, phone, as_zhou):
        [item] = as_zhou.get("/v1/devices").json["items"]
        assert (item["id"], item["person_id"], item["state"]) == (phone.device, phone.person_id, "active")
        assert "token" not in str(item)

    def test_shows_how_much_a_phone_still_holds(self, phone, as_zhou):
        phone.rows(3)
        phone.ticks[0] += timedelta(minutes=2)
        phone.client.head()
        assert as_zhou.get("/v1/devices").json["items"][0]["unsent_count"] == 3

    def test_is_closed_to_agents(self, as_fang):
        assert as_fang.get("/v1/devices").status_code == 403


class TestShowDevice:
    def test_shows_one(self, phone, as_tan):
        assert as_tan.get(f"/v1/devices/{phone.device}").json["head_seq"] == 0

    def test_does_not_know_others(self, as_tan):
        assert as_tan.get(f"/v1/devices/{clock.new_id()}").status_code == 404


class TestRevokeDevice:
    @pytest.mark.parametrize(("body", "state"), [({}, "revoked"), ({"is_lost": True}, "lost")], ids=["revoked", "lost"])
    def test_closes_the_phone(self, phone, as_zhou, body, state):
        assert as_zhou.post(f"/v1/devices/{phone.device}/revoke", json=body).json["state"] == state
        assert phone.api("GET", "/v1/sync/head").json["type"] == "/problems/device-revoked"

    def test_changes_nothing_the_second_time(self, phone, as_zhou):
        first = as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={"is_lost": True})
        assert as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={}).json == first.json

    def test_is_for_supervisor_and_admin_only(self, phone, as_fang):
        assert as_fang.post(f"/v1/devices/{phone.device}/revoke", json={}).status_code == 403


class TestAskToResend:
    def test_tells_the_phone_until_it_has_sent_again(self, phone, as_zhou):
        phone.rows(6)
        phone.client.sync()
        asked = as_zhou.post(f"/v1/devices/{phone.device}/resend", json={"from_seq": 4})
        assert (asked.status_code, asked.json["resend_from"]) == (200, 4)
        assert phone.client.head()["device"]["resend_from"] == 4
        assert phone.client.sync().pushed == 3
        assert phone.client.head()["device"]["resend_from"] is None
        assert as_zhou.get(f"/v1/devices/{phone.device}").json["head_seq"] == 6

    def test_stands_while_the_phone_pushes_something_else(self, phone, as_zhou):
        phone.rows(2)
        phone.client.sync()
        as_zhou.post(f"/v1/devices/{phone.device}/resend", json={"from_seq": 1})
        phone.push(phone.rows(1))
        assert as_zhou.get(f"/v1/devices/{phone.device}").json["resend_from"] == 1

    @pytest.mark.parametrize("from_seq", [0, -1, 4, 2**60, "one", None], ids=str)
    def test_refuses_a_place_the_chain_never_reached(self, phone, as_zhou, from_seq):
        phone.push(phone.rows(2))
        answer = as_zhou.post(f"/v1/devices/{phone.device}/resend", json={"from_seq": from_seq})
        assert answer.status_code == 422
        assert as_zhou.get(f"/v1/devices/{phone.device}").json["resend_from"] is None

    def test_is_for_supervisor_and_admin_only(self, phone, as_tan):
        assert as_tan.post(f"/v1/devices/{phone.device}/resend", json={"from_seq": 1}).status_code == 403


class TestReplaceDevice:
    @pytest.mark.parametrize(("body", "state"), [({}, "replaced"), ({"is_lost": True}, "lost")], ids=["broken", "lost"])
    def test_closes_the_old_phone_and_enrols_another_of_the_same_person(self, app, phone, as_zhou, body, state):
        answer = as_zhou.post(f"/v1/devices/{phone.device}/replace", json=body)
        assert answer.status_code == 201
        assert answer.json["person_id"] == phone.person_id
        assert as_zhou.get(f"/v1/devices/{phone.device}").json["state"] == state
        assert enrol(app, answer.json["code"], seed=9).status_code == 201

    def test_keeps_what_the_old_phone_hands_in_later_and_says_so(self, phone, as_zhou, in_app):
        rows = phone.rows(2)
        as_zhou.post(f"/v1/devices/{phone.device}/replace", json={})
        assert phone.push(rows).json == []
        assert [row.flags for row in db.session.scalars(select(Record))] == [["late"], ["late"]]

    def test_gives_a_fresh_code_when_asked_again(self, phone, as_zhou):
        first, again = (as_zhou.post(f"/v1/devices/{phone.device}/replace", json={}).json for _ in range(2))
        assert first["code"] != again["code"]
        assert as_zhou.get(f"/v1/devices/{phone.device}").json["state"] == "replaced"

    def test_is_for_supervisor_and_admin_only(self, phone, as_ma):
        assert as_ma.post(f"/v1/devices/{phone.device}/replace", json={}).status_code == 403
