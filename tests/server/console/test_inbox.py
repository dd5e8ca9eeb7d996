"""What waits for somebody is counted for whom it waits, at the creditors he works for, and never for who asked."""

from datetime import timedelta
from uuid import UUID

import pytest

from server import clock
from server.accounts.models import Creditor, Person
from server.cases.models import VisitList
from server.db import begin_write, db
from server.devices.models import Device
from server.privacy import exports
from server.privacy.models import Export
from tests.server.escalation.conftest import beginning, day, decided, played, propose
from tests.server.schemes import make_scheme as make

__all__ = ["beginning", "day", "decided", "played", "propose"]


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


class TestListsAndSchemes:
    @pytest.fixture
    def submitted(self, creditors):
        """A list of both creditors that Lin sent to the supervisors."""
        cases = [make.case(creditors["bank"], 1), make.case(creditors["supplier"], 2)]
        made = make.accepted_list(cases, decisions=dict.fromkeys(range(2), "pending"))
        row = db.session.get_one(VisitList, UUID(made))
        row.state, row.submitted_at = "submitted", clock.now()
        db.session.commit()
        return made

    def test_a_list_waits_for_the_supervisors_until_it_is_decided(self, submitted, as_zhou, as_sun, as_lin, as_guo):
        assert [waits(one) for one in (as_zhou, as_sun, as_lin, as_guo)] == [
            {"visit_list": 1}, {"visit_list": 1}, {}, {},
        ]  # fmt: skip
        lines = as_zhou.get(f"/v1/visit-lists/{submitted}").json["lines"]
        body = {"lines": [{"line_id": one["id"], "decision": "accept", "reason": ""} for one in lines]}
        assert as_zhou.post(f"/v1/visit-lists/{submitted}/review", json=body).status_code == 200
        assert (waits(as_zhou), waits(as_sun)) == ({}, {})

    def test_a_scheme_waits_for_another_supervisor_and_then_for_the_manager(
        self, creditors, as_zhou, as_sun, as_ma, as_guo
    ):
        lists = make.accepted_list([make.case(creditors["bank"], number) for number in range(3)])
        scheme = make.planned(as_zhou, make.compiled(as_zhou, lists)["id"])
        assert waits(as_sun) == {}
        assert as_zhou.post(f"/v1/schemes/{scheme['id']}/submit").status_code == 200
        assert [waits(one).get("scheme_review") for one in (as_zhou, as_sun, as_ma, as_guo)] == [None, 1, 1, None]
        body = {"decision": "approve", "reason": "", "digest": None}
        assert as_sun.post(f"/v1/schemes/{scheme['id']}/review", json=body).status_code == 200
        assert [waits(one) for one in (as_zhou, as_sun, as_guo)] == [{}, {}, {"scheme_sign_off": 1}]

    def test_a_scheme_waits_for_whoever_signs_for_the_manager_unless_it_is_his_own(
        self, creditors, as_zhou, as_sun, as_hu, as_guo
    ):
        lists = make.accepted_list([make.case(creditors["bank"], number) for number in range(3)])
        scheme = make.planned(as_zhou, make.compiled(as_zhou, lists)["id"])
        as_zhou.post(f"/v1/schemes/{scheme['id']}/submit")
        as_sun.post(f"/v1/schemes/{scheme['id']}/review", json={"decision": "approve", "reason": "", "digest": None})
        assert waits(as_hu) == {}
        for one in (as_zhou, as_sun, as_hu):
            lent = {"holder_id": one.person_id, "from_on": clock.today().isoformat(),
                    "until_on": clock.today().isoformat(), "most_cost_fen": 1, "reason": ""}  # fmt: skip
            assert as_guo.post("/v1/delegations", json=lent).status_code == 201
        assert [waits(one).get("scheme_sign_off") for one in (as_zhou, as_sun, as_hu, as_guo)] == [None, None, 1, 1]

    def test_of_creditors_somebody_does_not_work_for_wait_for_others(self, submitted, creditors, as_sun, as_zhou):
        begin_write()
        sun = db.session.get_one(Person, UUID(as_sun.person_id))
        sun.creditor_ids = [str(creditors["supplier"])]
        db.session.commit()
        assert (waits(as_sun), waits(as_zhou)) == ({}, {"visit_list": 1})
