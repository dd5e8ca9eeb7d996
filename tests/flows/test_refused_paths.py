"""What the cast may not do, step by step through the day; nothing changes when they try."""

import pytest

from sync.phone.transport import Refused


class TestOwnWork:
    def test_nobody_reviews_the_list_they_wrote(self, as_zhou, files, take_in):
        take_in("supplier", files.supplier)
        found = as_zhou.post("/v1/visit-lists/screen", json={}).json["candidates"]
        drafted = as_zhou.post("/v1/visit-lists", json={"title": "t", "case_ids": [found[0]["case_id"]]}).json
        as_zhou.post(f"/v1/visit-lists/{drafted['id']}/submit", json={})
        answer = as_zhou.post(
            f"/v1/visit-lists/{drafted['id']}/review",
            json={"lines": [{"line_id": drafted["lines"][0]["id"], "decision": "accept", "reason": ""}]},
        )
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/own-list")

    def test_nobody_reviews_the_scheme_they_compiled(self, as_zhou, planned):
        as_zhou.post(f"/v1/schemes/{planned}/submit", json={})
        answer = as_zhou.post(f"/v1/schemes/{planned}/review", json={"decision": "approve"})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/own-scheme")
        assert as_zhou.get(f"/v1/schemes/{planned}").json["state"] != "reviewed"


class TestStaleDigest:
    def test_a_change_after_the_manager_looked_is_refused_with_what_changed(self, as_zhou, as_sun, as_guo, planned):
        seen = as_zhou.get(f"/v1/schemes/{planned}").json["digest"]
        tag = as_zhou.get(f"/v1/schemes/{planned}").headers["ETag"]
        changed = as_zhou.patch(
            f"/v1/schemes/{planned}", json={"risk_notes": "新增：三楼有犬"}, headers={"If-Match": tag}
        )
        assert changed.status_code == 200, changed.text
        as_zhou.post(f"/v1/schemes/{planned}/submit", json={})
        as_sun.post(f"/v1/schemes/{planned}/review", json={"decision": "approve"})
        answer = as_guo.post(f"/v1/schemes/{planned}/sign-off", json={"digest": seen, "decision": "approve"})
        assert answer.status_code == 412
        assert any("risk_notes" in one["pointer"] for one in answer.json["changes"])

    def test_a_material_change_after_sign_off_needs_another(self, as_zhou, as_sun, as_guo, planned):
        digest = as_zhou.post(f"/v1/schemes/{planned}/submit", json={}).json["digest"]
        as_sun.post(f"/v1/schemes/{planned}/review", json={"decision": "approve"})
        as_guo.post(f"/v1/schemes/{planned}/sign-off", json={"digest": digest, "decision": "approve"})
        shown = as_zhou.get(f"/v1/schemes/{planned}")
        dates = [shown.json["dates"][0][:-2] + "28"] if not shown.json["dates"][0].endswith("28") else ["2099-01-05"]
        changed = as_zhou.patch(
            f"/v1/schemes/{planned}",
            json={"materials": ["account_statement", "lawyers_letter"]},
            headers={"If-Match": shown.headers["ETag"]},
        )
        assert changed.status_code == 200, (changed.text, dates)
        refused = as_zhou.post(f"/v1/schemes/{planned}/dispatch", json={})
        assert refused.status_code == 409, refused.text


class TestWrongRole:
    def test_the_specialist_signs_nothing_off(self, as_lin, planned):
        answer = as_lin.post(f"/v1/schemes/{planned}/sign-off", json={"digest": "0" * 64, "decision": "approve"})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/wrong-role")

    def test_an_agent_reads_no_case_and_no_audit_log(self, as_fang):
        assert as_fang.get("/v1/cases").status_code == 403
        assert as_fang.get("/v1/audit").status_code == 403

    def test_nobody_gets_in_without_a_token(self, app):
        for path in ("/v1/cases", "/v1/schemes", "/v1/visits", "/v1/escalations", "/v1/me"):
            answer = app.test_client().get(path)
            assert answer.status_code == 401, path
            assert "Bearer" in answer.headers["WWW-Authenticate"]


class TestUnknownDevice:
    def test_a_phone_nobody_enrolled_gets_nothing(self, app, dispatched):
        client = app.test_client()
        assert client.get("/v1/sync/head", headers={"Authorization": "Bearer nonsense"}).status_code == 401
        assert client.post("/v1/sync/records/push", json=[]).status_code == 401

    def test_an_office_token_is_no_phone(self, as_zhou, dispatched):
        assert as_zhou.get("/v1/sync/stops/pull?seq=0&limit=10").status_code in {401, 403}

    def test_a_revoked_phone_is_refused_at_its_next_call(self, as_zhou, fangs_phone):
        device = fangs_phone.store.get("device")
        tag = as_zhou.get(f"/v1/devices/{device}").headers.get("ETag")
        answer = as_zhou.post(f"/v1/devices/{device}/revoke", json={}, headers={"If-Match": tag} if tag else {})
        assert answer.status_code == 200, answer.text
        with pytest.raises(Refused) as refusal:
            fangs_phone.sync()
        assert refusal.value.status in {401, 403}


class TestForeignCreditor:
    def test_another_creditors_case_does_not_exist(self, as_lin, as_wei, files, take_in):
        take_in("bank", files.bank)
        case_id = as_lin.get("/v1/cases").json["items"][0]["id"]
        for path in ("", "/timeline", "/limitation", "/statement.pdf"):
            answer = as_wei.get(f"/v1/cases/{case_id}{path}")
            assert answer.status_code == 404, (path, answer.text)
        assert as_wei.get("/v1/cases").json["items"] == []

    def test_nor_can_it_be_listed(self, as_lin, as_wei, files, take_in):
        take_in("bank", files.bank)
        case_id = as_lin.get("/v1/cases").json["items"][0]["id"]
        answer = as_wei.post("/v1/visit-lists", json={"title": "t", "case_ids": [case_id]})
        assert answer.status_code == 404
