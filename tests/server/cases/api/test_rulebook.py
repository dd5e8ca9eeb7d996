"""The rules are shown with source and grade; compliance tightens them for a creditor; legal approves expired visits."""

from datetime import timedelta

import pytest

from server import clock


def rule_of(answer, rule_id):
    return next(one for one in answer.json["rules"] if one["id"] == rule_id)


class TestShowRules:
    def test_tells_source_grade_gates_and_who_set_what(self, as_lin):
        hours = rule_of(as_lin.get("/v1/rules"), "HOURS")
        assert (hours["grade"], hours["gates"]["plan"], hours["gates"]["sync"]) == ("B", "BLOCK", "RECORD")
        assert hours["source"].startswith("GB/T 45251")
        assert hours["set_by"] == []

    def test_shows_agents_too_but_no_foreign_creditors_settings(self, as_fang, as_wei, creditors):
        assert as_fang.get("/v1/rules").status_code == 200
        assert as_wei.get(f"/v1/rules?creditor_id={creditors['bank']}").status_code == 404


class TestSetRules:
    def put(self, caller, creditor_id, settings, reason="委托合同第 8 条"):
        tag = caller.get(f"/v1/creditors/{creditor_id}").headers["ETag"]
        body = {"settings": settings, "reason": reason}
        return caller.put(f"/v1/creditors/{creditor_id}/rules", json=body, headers={"If-Match": tag})

    def test_tightens_and_switches_on(self, as_ma, creditors):
        settings = {"HOURS": {"params": {"latest_min": 1200}}, "FREQ-V": {"enabled": True}}
        answer = self.put(as_ma, creditors["bank"], settings)
        assert answer.status_code == 200, answer.text
        shown = as_ma.get(f"/v1/rules?creditor_id={creditors['bank']}")
        assert rule_of(shown, "HOURS")["params"]["latest_min"] == 1200
        assert (rule_of(shown, "FREQ-V")["is_enabled"], rule_of(shown, "FREQ-V")["set_by"]) == (True, ["creditor"])
        assert not rule_of(as_ma.get(f"/v1/rules?creditor_id={creditors['supplier']}"), "FREQ-V")["is_enabled"]

    @pytest.mark.parametrize(
        "settings",
        [{"HOURS": {"params": {"latest_min": 1400}}}, {"IDENT": {"enabled": False}}, {"NOPE": {}}, {"HOURS": 5}],
    )
    def test_refuses_what_would_loosen_the_law_and_changes_nothing(self, as_ma, creditors, settings):
        answer = self.put(as_ma, creditors["bank"], settings)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/odd-rule-pack")
        assert list(answer.json["rules"]) == list(settings)
        assert as_ma.get(f"/v1/rules?creditor_id={creditors['bank']}").json["pack"] == "cn-2026.1"

    def test_is_compliances_and_the_managers(self, as_zhou, creditors):
        answer = as_zhou.put(f"/v1/creditors/{creditors['bank']}/rules", json={"settings": {}, "reason": "试试"})
        assert answer.status_code == 403


class TestLegalApprovals:
    @pytest.fixture
    def case_id(self, desk):
        assert desk.commit(desk.read(desk.placement({}))).status_code == 200
        return desk.case()["id"]

    def approve(self, caller, case_id, **body):
        return caller.post(f"/v1/cases/{case_id}/legal-approvals", json={"reason": "债务人书面要求对账"} | body)

    def test_stand_until_their_day_or_until_withdrawn(self, as_hu, case_id):
        given = self.approve(as_hu, case_id, days=30)
        assert (given.status_code, given.json["kind"]) == (201, "expired_visit")
        assert given.json["valid_until"] == (clock.today() + timedelta(days=30)).isoformat()
        path = f"/v1/cases/{case_id}/legal-approvals"
        assert [one["id"] for one in as_hu.get(path).json["items"]] == [given.json["id"]]
        gone = as_hu.post(f"{path}/{given.json['id']}/withdraw", json={"reason": "债务人反悔"})
        assert gone.json["withdrawn_at"] is not None
        again = as_hu.post(f"{path}/{given.json['id']}/withdraw", json={"reason": "再撤一次"})
        assert (again.status_code, again.json["type"]) == (409, "/problems/approval-gone")

    def test_are_legals_alone(self, as_zhou, as_guo, case_id):
        assert [self.approve(caller, case_id).status_code for caller in (as_zhou, as_guo)] == [403, 403]

    def test_need_a_reason(self, as_hu, case_id):
        assert self.approve(as_hu, case_id, reason="  ").status_code == 422
