"""Rows set aside, in the hands of the supervisor: listed, looked at, judged again, dismissed, opened again."""

import json
from uuid import UUID

import pytest
from sqlalchemy import func, select

from server import clock
from server.audit import AuditEvent
from server.db import begin_write, db
from server.devices.models import Device, Quarantine
from server.visits.models import Record
from sync.signature import Alg, signing_key

URL = "/v1/devices/quarantine"


def with_key(phone, jwk):
    """Let the office hold another key of this phone: what a mistake in its table would do."""
    begin_write()
    device = db.session.get(Device, UUID(phone.device))
    before, device.public_key = device.public_key, jwk
    db.session.commit()
    return before


@pytest.fixture
def mistaken(phone, in_app):
    """A good record that was set aside as forged by our own mistake, and the mistake mended."""
    right = with_key(phone, signing_key(Alg.ED25519, bytes(32)).public().jwk())
    [row] = phone.rows(1)
    phone.push([row])
    with_key(phone, right)
    return row["newDocumentState"]


@pytest.fixture
def hopeless(phone, in_app):
    """A row nobody can read as a record."""
    phone.push([{"newDocumentState": {"note": "张三欠款"}}])
    return db.session.scalars(select(Quarantine)).one()


def only(as_whom, **query):
    [row] = as_whom.get(URL, query_string=query).json["items"]
    return row


class TestListQuarantine:
    def test_shows_the_reason_without_the_content(self, hopeless, as_ma):
        answer = as_ma.get(URL)
        assert answer.json["items"][0]["reason"] == "seal_missing"
        assert "张三" not in answer.text

    def test_filters(self, mistaken, phone, as_zhou):
        phone.push([{"newDocumentState": 5}])
        assert only(as_zhou, reason="signature_fails")["doc_id"] == mistaken["id"]
        assert len(as_zhou.get(URL, query_string={"device_id": phone.device, "state": "open"}).json["items"]) == 2
        assert as_zhou.get(URL, query_string={"device_id": str(clock.new_id())}).json["items"] == []

    @pytest.mark.parametrize("query", [{"state": "gone"}, {"device_id": "x"}, {"color": "red"}], ids=str)
    def test_refuses_a_filter_it_does_not_know(self, as_zhou, query):
        assert as_zhou.get(URL, query_string=query).status_code == 422


class TestShowQuarantined:
    def test_shows_the_row_as_it_came_and_notes_who_looked(self, hopeless, as_zhou):
        assert as_zhou.get(f"{URL}/{hopeless.id}").json["document"] == {"note": "张三欠款"}
        [event] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "quarantine.read"))
        assert str(event.actor_id) == as_zhou.person_id
        assert "张三" not in json.dumps(event.facts, ensure_ascii=False)

    @pytest.mark.parametrize("who", ["as_an", "as_tan", "as_fang", "as_lin"])
    def test_is_for_supervisor_and_compliance_only(self, request, hopeless, who):
        assert request.getfixturevalue(who).get(f"{URL}/{hopeless.id}").status_code == 403

    def test_does_not_know_others(self, as_zhou):
        assert as_zhou.get(f"{URL}/{clock.new_id()}").status_code == 404


class TestReplay:
    def test_keeps_the_record_and_tells_its_phone(self, mistaken, phone, as_zhou):
        row = only(as_zhou)
        answer = as_zhou.post(f"{URL}/{row['id']}/replay")
        assert (answer.status_code, answer.json["state"], answer.json["verdict"]) == (200, "taken", "new")
        assert [str(one.id) for one in db.session.scalars(select(Record))] == [mistaken["id"]]
        phone.client.sync()
        assert (phone.store.count("accepted"), phone.store.unsent()) == (1, 0)

    def test_changes_nothing_the_second_time(self, mistaken, as_zhou):
        row = only(as_zhou)
        for _ in range(2):
            assert as_zhou.post(f"{URL}/{row['id']}/replay").json["state"] == "taken"
        assert db.session.scalar(select(func.count()).select_from(Record)) == 1

    def test_leaves_what_still_cannot_be_taken(self, hopeless, as_zhou):
        answer = as_zhou.post(f"{URL}/{hopeless.id}/replay")
        assert (answer.json["state"], answer.json["reason"]) == ("open", "seal_missing")
        assert answer.json["replayed_at"] is not None
        assert db.session.scalar(select(func.count()).select_from(Quarantine)) == 1

    def test_refuses_a_row_only_its_phone_can_write(self, phone, as_zhou):
        phone.push([{"newDocumentState": {"id": ""}}], coll="settings")
        answer = as_zhou.post(f"{URL}/{only(as_zhou)['id']}/replay")
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-replayable")

    def test_is_not_for_the_agent(self, mistaken, as_fang):
        row = db.session.scalars(select(Quarantine)).one()
        assert as_fang.post(f"{URL}/{row.id}/replay").status_code == 403


class TestDismiss:
    def test_keeps_the_row_with_the_reason_and_can_be_taken_back(self, hopeless, as_zhou):
        url = f"{URL}/{hopeless.id}"
        told = as_zhou.post(f"{url}/dismiss", json={"reason": "测试数据"}).json
        assert (told["state"], told["dismiss_reason"], told["dismissed_by_id"]) == (
            "dismissed", "测试数据", as_zhou.person_id,
        )  # fmt: skip
        assert as_zhou.post(f"{url}/replay").json["type"] == "/problems/not-replayable"
        assert as_zhou.get(url).json["document"] == {"note": "张三欠款"}
        assert as_zhou.post(f"{url}/reopen").json["state"] == "open"
        assert only(as_zhou, state="open")["dismissed_at"] is None

    def test_counts_once_however_often_it_is_said(self, hopeless, as_zhou):
        for _ in range(2):
            as_zhou.post(f"{URL}/{hopeless.id}/dismiss", json={"reason": "测试数据"})
        noted = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "quarantine.dismissed")
        assert db.session.scalar(noted) == 1

    def test_refuses_a_row_that_was_kept_after_all(self, mistaken, as_zhou):
        row = only(as_zhou)
        as_zhou.post(f"{URL}/{row['id']}/replay")
        answer = as_zhou.post(f"{URL}/{row['id']}/dismiss", json={"reason": "测试数据"})
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-dismissed")

    @pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 201}, {"reason": 5}], ids=str)
    def test_demands_a_reason(self, hopeless, as_zhou, body):
        assert as_zhou.post(f"{URL}/{hopeless.id}/dismiss", json=body).status_code == 422
