"""What waits for somebody is counted for whom it waits, at the creditors he works for, and never for who asked."""

from datetime import timedelta

import pytest

from server import clock
from server.accounts.models import Creditor
from server.db import begin_write, db
from server.devices.models import Device
from server.privacy import exports
from server.privacy.models import Export
from tests.server.escalation.conftest import day, decided, played, propose

__all__ = ["day", "decided", "played", "propose"]


def waits(caller):
    answer = caller.get("/v1/inbox")
    assert answer.status_code == 200, answer.text
    return {one["kind"]: one["count"] for one in answer.json["items"]}


@pytest.fixture
def bulk(played):
    """The bank's rule made stricter: two cases are bulk already."""
    begin_write()
    bank = db.session.get_one(Creditor, played.case(0).creditor_id)
    bank.rule_overrides = {"PI-BULK": {"params": {"bulk_rows": 2}}}
    db.session.commit()
    return str(bank.id)


def ask(caller, creditor_id):
    body = {"kind": "cases", "form": "csv", "creditor_id": creditor_id, "reason": "月度核对", "fields": ["case_no"]}
    answer = caller.post("/v1/exports", json=body)
    assert answer.json["state"] == "waiting", answer.text
    return answer.json["id"]


class TestExports:
    def test_wait_for_the_second_person_and_tell_the_asker_what_became_of_them(
        self, bulk, as_lin, as_ma, as_guo, as_zhou, as_wei
    ):
        one = ask(as_lin, bulk)
        assert [waits(caller).get("export") for caller in (as_ma, as_guo, as_lin, as_zhou)] == [1, 1, None, None]
        since = as_ma.get("/v1/inbox").json["items"][0]["since"]
        assert since == as_ma.get(f"/v1/exports/{one}").json["asked_at"]
        assert waits(as_wei) == {}
        as_ma.post(f"/v1/exports/{one}/agree")
        assert (waits(as_ma), waits(as_lin)) == ({}, {"export_answered": 1})
        as_lin.post(f"/v1/exports/{one}/download")
        assert waits(as_lin) == {}

    def test_do_not_wait_for_who_asked(self, bulk, as_guo, as_ma):
        ask(as_guo, bulk)
        assert (waits(as_guo), waits(as_ma)) == ({}, {"export": 1})

    def test_refused_are_told_for_a_day(self, bulk, as_lin, as_ma):
        one = ask(as_lin, bulk)
        as_ma.post(f"/v1/exports/{one}/refuse", json={"reason": "不必要"})
        assert waits(as_lin) == {"export_answered": 1}
        begin_write()
        row = db.session.query(Export).one()
        row.decided_at -= exports.WINDOW + timedelta(minutes=1)
        db.session.commit()
        assert waits(as_lin) == {}

    def test_are_listed_for_whom_they_wait(self, bulk, as_lin, as_ma, as_guo, as_zhou):
        one, own = ask(as_lin, bulk), ask(as_guo, bulk)
        shown = [
            [row["id"] for row in caller.get("/v1/exports?for_me=true").json["items"]]
            for caller in (as_ma, as_guo, as_zhou)
        ]
        assert shown == [[own, one], [one], []]


class TestOthers:
    def test_a_lost_phone_waits_for_compliance_and_legal_until_the_notice_is_drawn(
        self, played, as_zhou, as_ma, as_hu, as_guo
    ):
        begin_write()
        device = db.session.get_one(Device, played.phone.id)
        device.last_contact_at = clock.now()
        db.session.commit()
        as_zhou.post(f"/v1/devices/{played.phone.id}/revoke", json={"is_lost": True})
        assert [waits(one).get("breach_notice") for one in (as_ma, as_hu, as_guo)] == [1, 1, None]
        shown = as_hu.get(f"/v1/devices/{played.phone.id}")
        assert (shown.status_code, shown.json["state"]) == (200, "lost")
        assert as_hu.post(f"/v1/devices/{played.phone.id}/breach-notice?form=pdf").status_code == 200
        assert (waits(as_ma), waits(as_hu)) == ({}, {})

    def test_complaints_requests_opinions_and_decisions_wait_for_who_answers_them(
        self, played, as_ma, as_hu, as_guo, as_zhou, as_tan
    ):
        case_id = str(played.case_ids[0])
        as_ma.post("/v1/complaints", json={"case_id": case_id, "channel": "phone", "text": "上门太晚"})
        asked = {"kind": "access", "words": "请提供", "received_on": clock.today().isoformat()}
        as_ma.post(f"/v1/cases/{case_id}/data-requests", json=asked)
        sent = {"case_id": str(played.case_ids[1]), "proposal": "sue", "reasons": "承诺未履行"}
        made = as_zhou.post("/v1/escalations", json=sent).json
        assert (waits(as_ma), waits(as_hu)) == ({"complaint": 1, "data_request": 1}, {"opinion": 1})
        said = {"opinion": "ready", "text": "已核对", "version": made["version"]}
        assert as_hu.post(f"/v1/escalations/{made['id']}/opinion", json=said).status_code == 200
        assert (waits(as_hu), waits(as_guo), waits(as_tan)) == ({}, {"decision": 1}, {})

    def test_is_not_for_agents_and_admins(self, played, as_fang, as_an):
        assert [one.get("/v1/inbox").status_code for one in (as_fang, as_an)] == [403, 403]
