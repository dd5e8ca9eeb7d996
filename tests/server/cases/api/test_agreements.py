"""The rules asked at screening, and exceptions that the role a rule names agrees to."""

import pytest

from server import clock
from server.cases import gates
from server.compliance.rulepack import Gate

OVERDUE = {"首次逾期日": "2019-01-10"}


def agree(caller, case_id, **changes):
    body = {"gate": "print", "rule_id": "TRUTH", "reason": "引用判决书原文"} | changes
    return caller.post(f"/v1/cases/{case_id}/agreements", json=body)


class TestScreening:
    def test_says_what_the_rules_say_with_their_pack(self, desk):
        desk.place({})
        (one,) = desk.caller.post("/v1/visit-lists/screen", json={}).json["candidates"]
        said = {rule["rule_id"]: rule["finding"] for rule in one["compliance"]}
        assert said["FREEZE"] == said["LIM-EXPIRED"] == "kept"
        assert {rule["gate"] for rule in one["compliance"]} == {"screening"}
        assert all(rule["pack"].startswith("cn-") and rule["pack_digest"] for rule in one["compliance"])

    def test_keeps_it_with_the_line_of_a_list(self, desk):
        desk.place({})
        case_id = desk.case()["id"]
        made = desk.caller.post("/v1/visit-lists", json={"title": "名单", "case_ids": [case_id]})
        (line,) = made.json["lines"]
        assert {rule["rule_id"] for rule in line["compliance"]} >= {"FREEZE", "LIM-EXPIRED", "LIM-SOON"}

    def test_lets_legal_put_an_expired_debt_on_a_list(self, desk, as_hu):
        desk.place(OVERDUE)
        case_id = desk.case()["id"]
        body = {"title": "名单", "case_ids": [case_id]}
        assert desk.caller.post("/v1/visit-lists", json=body).json["type"] == "/problems/not-eligible"
        assert as_hu.post(f"/v1/cases/{case_id}/legal-approvals", json={"reason": "债务人主动约谈"}).status_code == 201
        made = desk.caller.post("/v1/visit-lists", json=body)
        assert made.status_code == 201, made.text
        assert desk.caller.post(f"/v1/visit-lists/{made.json['id']}/submit").status_code == 200


class TestGiveAgreement:
    @pytest.fixture
    def case_id(self, desk):
        desk.place({})
        return desk.case()["id"]

    def test_is_the_named_roles_and_is_logged(self, case_id, as_ma, as_zhou, as_tan):
        refused = agree(as_zhou, case_id)
        assert (refused.status_code, refused.json["type"]) == (403, "/problems/not-your-rule")
        assert refused.json["needs"] == "compliance"
        made = agree(as_ma, case_id)
        assert made.status_code == 201, made.text
        assert made.json["pack"].startswith("cn-")
        (listed,) = as_tan.get(f"/v1/cases/{case_id}/agreements").json["items"]
        assert listed == made.json

    @pytest.mark.parametrize(
        "changes",
        [{"rule_id": "PI-NEED"}, {"rule_id": "CASH"}, {"rule_id": "NO-SUCH"}, {"gate": "screening"},
         {"gate": "export", "rule_id": "PI-BULK"}],
    )  # fmt: skip
    def test_is_refused_where_nobody_may_agree(self, case_id, as_ma, changes):
        answer = agree(as_ma, case_id, **changes)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-overridable")

    def test_counts_for_its_case_its_rule_and_its_days(self, case_id, as_ma, desk, creditors):
        made = agree(as_ma, case_id, days=0).json
        facts = {"text": {"body": "不还就坐牢"}}
        today = clock.today()

        def against(**changes):
            told = {"creditor_id": creditors["bank"], "case_id": case_uuid, "on": today} | changes
            return [one.rule_id for one in gates.ask(Gate.PRINT, facts, **told).against]

        from uuid import UUID

        case_uuid = UUID(case_id)
        assert against() == []
        assert against(case_id=None) == ["TRUTH"]
        assert against(on=today.replace(year=today.year + 1)) == ["TRUTH"]
        kept = gates.ask(Gate.PRINT, facts, creditor_id=creditors["bank"], case_id=case_uuid, on=today).as_json()
        assert [one.get("agreement_id") for one in kept if one["rule_id"] == "TRUTH"] == [made["id"]]
