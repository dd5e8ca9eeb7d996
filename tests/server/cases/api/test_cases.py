import pypdfium2
import pytest
import sqlalchemy as sa

from server.audit import AuditEvent
from server.cases import timeline
from server.cases.models import Paper
from server.db import db

SECOND = {"案件序列号": "A2", "客户姓名": "测试乙", "证件号码": "99364019800215898X"}
TRADE = {"案件序列号": "T1"}


def actions(name):
    return list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == name)))


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


class TestListCases:
    def test_masks_what_is_personal(self, desk):
        desk.place({})
        (row,) = desk.caller.get("/v1/cases").json["items"]
        assert (row["debtor"]["id_masked"], row["debtor"]["phone_masked"]) == ("**************0910", "199****0000")
        assert "999182199904220910" not in desk.caller.get("/v1/cases").text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", {"A1", "A2"}),
            ("?q=A2", {"A2"}),
            ("?q=测试甲", {"A1"}),
            ("?q=%25", set()),
            ("?state=phone", {"A1", "A2"}),
            ("?state=settled", set()),
            ("?min_fen=1200001", set()),
            ("?min_days=1", {"A1", "A2"}),
            ("?min_days=9999", set()),
            ("?id_number=99364019800215898x", {"A2"}),
            ("?flag=id_unconfirmed", set()),
            ("?flag=complained_before", {"A2"}),
            ("?district=福田区", {"A1", "A2"}),
            ("?district=南山区", set()),
        ],
    )
    def test_finds_by_each_filter(self, desk, query, found):
        desk.place({}, SECOND | {"备注": "曾投诉，慎访"})
        assert {row["case_no"] for row in desk.caller.get(f"/v1/cases{query}").json["items"]} == found

    def test_pages_by_cursor(self, desk):
        desk.place({}, SECOND)
        first = desk.caller.get("/v1/cases?limit=1").json
        second = desk.caller.get(f"/v1/cases?limit=1&cursor={first['next_cursor']}").json
        assert {first["items"][0]["case_no"], second["items"][0]["case_no"]} == {"A1", "A2"}
        assert (first["total"], second["next_cursor"]) == (2, None)

    def test_shows_only_the_callers_creditors(self, desk, as_wei):
        desk.place({})
        assert as_wei.get("/v1/cases").json["total"] == 0

    def test_refuses_agents(self, as_fang):
        assert as_fang.get("/v1/cases").status_code == 403


class TestShowCase:
    def test_shows_amounts_places_and_flags(self, desk):
        desk.place({"备注": "周末在家"})
        case = desk.case()
        assert (case["principal_fen"], case["penalty_fen"], case["remark"]) == (1_100_000, 10_000, "周末在家")
        (address,) = case["addresses"]
        assert (address["district"], address["precision"], address["is_routable"]) == ("福田区", "district", False)
        assert (address["source"], address["point"]["datum"]) == ("centroid", "GCJ-02")
        assert address["text_masked"] == "广东省深圳市福田区****"

    def test_is_not_found_by_whoever_works_for_another_creditor(self, desk, as_wei):
        desk.place({})
        case_id = desk.case()["id"]
        for path in ("", "/timeline", "/limitation", "/statement.pdf"):
            assert as_wei.get(f"/v1/cases/{case_id}{path}").status_code == 404
        assert as_wei.post(f"/v1/cases/{case_id}/stops", json={"kind": "other", "reason": "试试"}).status_code == 404

    def test_names_the_same_person_at_another_creditor_without_merging(self, desk, other_desk, creditors):
        desk.place({})
        other_desk.place(TRADE)
        (same,) = desk.case()["same_person"]
        assert (same["case_no"], same["creditor_id"]) == ("T1", str(creditors["supplier"]))
        assert other_desk.case("T1")["same_person"] == []
        assert desk.case()["debtor"]["id"] != other_desk.case("T1")["debtor"]["id"]


class TestUnmask:
    def test_shows_what_was_asked_for_and_records_why(self, desk):
        desk.place({})
        case = desk.case()
        body = {"fields": ["id_number", "phone", "addresses", "contract_no"], "reason": "核对身份"}
        values = desk.caller.post(f"/v1/cases/{case['id']}/unmask", json=body).json
        assert (values["id_number"], values["phone"]) == ("999182199904220910", "19900000000")
        assert values["addresses"][0]["text"] == "广东省深圳市福田区莲花路1号"
        assert values["contract_no"] == "6224348946616853"
        (event,) = actions("case.unmasked")
        assert event.facts == {"fields": ["addresses", "contract_no", "id_number", "phone"], "reason": "核对身份"}

    def test_refuses_silence_and_auditors(self, desk, as_tan):
        desk.place({})
        path = f"/v1/cases/{desk.case()['id']}/unmask"
        assert desk.caller.post(path, json={"fields": ["phone"], "reason": ""}).status_code == 422
        assert as_tan.post(path, json={"fields": ["phone"], "reason": "审计"}).status_code == 403
        assert actions("case.unmasked") == []


class TestShowTimeline:
    def test_tells_in_order_what_happened(self, desk):
        desk.place({})
        case = desk.case()
        desk.pay(("A1", "2026-12-01", "5.00", "还款", "L1"))
        desk.caller.post(f"/v1/cases/{case['id']}/stops", json={"kind": "special", "reason": "客户住院"})
        items = desk.caller.get(f"/v1/cases/{case['id']}/timeline").json["items"]
        assert {"overdue", "imported", "payment", "stop_raised", "stop.raised"} <= {item["kind"] for item in items}
        assert [item["at"] for item in items] == sorted(item["at"] for item in items)
        assert "客户住院" not in str(items)

    def test_asks_later_slices(self, desk, monkeypatch):
        desk.place({})
        monkeypatch.setattr(timeline, "_tellers", [])
        entry = timeline.Entry(timeline.start_of(timeline.date(2026, 1, 1)), "visit", "外访", "visit", "visit:1", {})
        timeline.tells(lambda _case_id: [entry])
        items = desk.caller.get(f"/v1/cases/{desk.case()['id']}/timeline").json["items"]
        assert "visit:1" in {item["subject"] for item in items}


class TestShowLimitation:
    def test_counts_from_the_day_before_the_first_overdue(self, desk):
        desk.place({})
        clock = desk.caller.get(f"/v1/cases/{desk.case()['id']}/limitation").json
        assert (clock["start_on"], clock["expires_on"], clock["is_expired"]) == ("2025-09-10", "2028-09-11", False)
        assert clock["missing_proof"] == ["signed_demand_or_agreement"]

    def test_starts_anew_at_a_payment(self, desk):
        desk.place({})
        desk.pay(("A1", "2026-12-01", "5.00", "还款", "L1"))
        clock = desk.caller.get(f"/v1/cases/{desk.case()['id']}/limitation").json
        assert (clock["expires_on"], clock["grade"]) == ("2029-12-03", "B")
        assert clock["events"][0]["kind"] == "part_payment"


class TestShowStatement:
    def test_issues_a_paper_once_for_each_version(self, desk):
        desk.place({})
        path = f"/v1/cases/{desk.case()['id']}/statement.pdf"
        first, again = desk.caller.get(path), desk.caller.get(path)
        assert first.data.startswith(b"%PDF")
        assert (first.data, first.headers["Doorstep-Serial"]) == (again.data, again.headers["Doorstep-Serial"])
        (logged,) = actions("paper.issued")
        assert logged.subject == f"paper:{first.headers['Doorstep-Serial']}"  # where its verification looks for it
        told = desk.caller.get(path.replace("statement.pdf", "timeline")).json["items"]
        assert [one["subject"] for one in told if one["kind"] == "paper_issued"] == [logged.subject]
        desk.pay(("A1", "2026-12-01", "500.00", "还款", "L1"))
        second = desk.caller.get(path)
        assert second.headers["Doorstep-Serial"] != first.headers["Doorstep-Serial"]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Paper)) == 2

    def test_says_what_is_owed_after_the_payments(self, desk):
        desk.place({})
        desk.pay(("A1", "2026-12-01", "500.00", "还款", "L1"))
        text = text_of(desk.caller.get(f"/v1/cases/{desk.case()['id']}/statement.pdf").data)
        assert "11,500.00" in text
        assert "6853" in text
        assert "6224348946616853" not in text
        assert "999182199904220910" not in text

    def test_prints_a_formula_as_text(self, desk):
        desk.place({"客户姓名": "=1+1"})
        assert "=1+1" in text_of(desk.caller.get(f"/v1/cases/{desk.case()['id']}/statement.pdf").data)


class TestRaiseStop:
    def test_keeps_the_case_off_the_lists(self, desk):
        desk.place({})
        case = desk.case()
        raised = desk.caller.post(f"/v1/cases/{case['id']}/stops", json={"kind": "complaint", "reason": "来电投诉"})
        assert raised.status_code == 201
        (excluded,) = desk.caller.post("/v1/visit-lists/screen", json={}).json["excluded"]
        assert [one["code"] for one in excluded["exclusions"]] == ["complaint"]

    def test_counts_a_wish_not_to_be_contacted_at_every_creditor(self, desk, other_desk):
        desk.place({})
        other_desk.place(TRADE)
        path = f"/v1/cases/{desk.case()['id']}/stops"
        desk.caller.post(path, json={"kind": "do_not_contact", "reason": "本人拒绝"})
        assert other_desk.case("T1")["debtor"]["do_not_contact"]
        assert [flag["kind"] for flag in other_desk.case("T1")["stop_flags"]] == ["do_not_contact"]

    def test_carries_a_refusal_of_contact_to_whoever_has_the_same_telephone(self, desk):
        desk.place({}, {"案件序列号": "A2", "证件号码": "999182198801010012", "客户姓名": "测试乙"})
        desk.place({"案件序列号": "A3", "证件号码": "999182198801010012", "手机": "19911111111"})
        path = f"/v1/cases/{desk.case('A1')['id']}/stops"
        assert desk.caller.post(path, json={"kind": "do_not_contact", "reason": "本人拒绝"}).status_code == 201
        kinds = {no: [flag["kind"] for flag in desk.case(no)["stop_flags"]] for no in ("A1", "A2", "A3")}
        assert kinds == {"A1": ["do_not_contact"], "A2": ["do_not_contact"], "A3": []}

    @pytest.mark.parametrize(
        ("body", "status"), [({"kind": "other", "reason": ""}, 422), ({"kind": "whim", "reason": "随便"}, 422)]
    )
    def test_refuses_silence_and_unknown_kinds(self, desk, body, status):
        desk.place({})
        assert desk.caller.post(f"/v1/cases/{desk.case()['id']}/stops", json=body).status_code == status
        assert desk.case()["stop_flags"] == []


class TestLiftStop:
    @pytest.fixture
    def flag(self, desk):
        desk.place({})
        path = f"/v1/cases/{desk.case()['id']}/stops"
        made = desk.caller.post(path, json={"kind": "complaint", "reason": "来电投诉"}).json
        return f"{path}/{made['id']}/lift"

    def test_is_compliances_for_a_complaint(self, desk, as_ma, as_zhou, flag):
        refused = as_zhou.post(flag, json={"reason": "已答复"})
        assert (refused.status_code, refused.json["type"]) == (403, "/problems/wrong-lifter")
        assert as_ma.post(flag, json={"reason": "已答复"}).json["lifted_at"]
        assert as_ma.post(flag, json={"reason": "已答复"}).json["type"] == "/problems/stop-not-raised"
        assert desk.caller.post("/v1/visit-lists/screen", json={}).json["eligible"] == 1

    def test_knows_only_flags_of_the_case(self, desk, as_ma, flag):
        assert (
            as_ma.post(flag.replace("/lift", "")[:-12] + "000000000000/lift", json={"reason": "x"}).status_code == 404
        )


class TestClearFlag:
    def test_confirms_an_identity_so_that_the_case_may_be_visited(self, desk, as_zhou):
        desk.place({"证件号码": "990000199001011234"})
        case = desk.case()
        assert desk.caller.post("/v1/visit-lists/screen", json={}).json["eligible"] == 0
        path = f"/v1/cases/{case['id']}/flags/clear"
        cleared = as_zhou.post(path, json={"flag": "id_unconfirmed", "reason": "已见身份证原件"}).json
        assert (cleared["flags"], cleared["debtor"]["id_confirmed"]) == ([], True)
        assert desk.caller.post("/v1/visit-lists/screen", json={}).json["eligible"] == 1
        again = as_zhou.post(path, json={"flag": "id_unconfirmed", "reason": "已见身份证原件"})
        assert (again.status_code, again.json["type"]) == (409, "/problems/flag-absent")

    def test_is_not_the_specialists_to_do(self, desk):
        desk.place({"证件号码": "990000199001011234"})
        path = f"/v1/cases/{desk.case()['id']}/flags/clear"
        assert desk.caller.post(path, json={"flag": "id_unconfirmed", "reason": "看着像"}).status_code == 403
