"""Legal texts of papers: written by one, approved by another, remembered by each paper."""

import base64

import pytest

from server.cases.models import Paper
from server.db import db
from tests.receipts import reading
from tests.receipts.sample import FIRM_WORDS, seal_image

RIGHTS = "您有权核对金额并提出异议。"
FIRM = {"name": "测试律师事务所", "lawyer": "测试律", "licence_no": "16501202610000001"}
SEAL = base64.b64encode(seal_image()).decode()


def listed(caller):
    return caller.get("/v1/paper-templates").json["items"]


def draft(caller, kind="dunning_letter", clauses=None, **more):
    shipped = next((one["clauses"] for one in listed(caller) if one["kind"] == kind), {})
    return caller.post("/v1/paper-templates", json={"kind": kind, "clauses": shipped | (clauses or {})} | more)


def letter(caller, **more):
    clauses = {one.name: one.text for one in FIRM_WORDS.clauses}
    return draft(caller, "lawyers_letter", clauses, **{"law_firm": FIRM, "seal_base64": SEAL} | more)


def approve(caller, row, digest=None):
    return caller.post(f"/v1/paper-templates/{row['id']}/approve", json={"digest": digest or row["digest"]})


class TestDraftTemplate:
    def test_waits_for_approval_beside_the_one_that_ships(self, as_hu):
        row = draft(as_hu, clauses={"rights": RIGHTS}).json
        assert (row["number"], row["is_in_force"], row["approved_at"]) == (2, False, None)
        both = [(one["number"], one["is_in_force"]) for one in listed(as_hu) if one["kind"] == "dunning_letter"]
        assert both == [(1, True), (2, False)]

    @pytest.mark.parametrize("clauses", [{"rights": " "}, {"threat": "坐牢"}])
    def test_refuses_other_clauses_than_the_papers(self, as_hu, clauses):
        answer = draft(as_hu, clauses=clauses)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/clauses-differ")

    def test_refuses_what_is_no_merge_field(self, as_hu):
        clauses = {one.name: one.text for one in FIRM_WORDS.clauses} | {"demand": "{id_card}"}
        assert draft(as_hu, "lawyers_letter", clauses).json["type"] == "/problems/field-unknown"

    @pytest.mark.parametrize("seal", ["!", base64.b64encode(b"no picture").decode()])
    def test_refuses_a_seal_that_is_no_picture(self, as_hu, seal):
        assert letter(as_hu, seal_base64=seal).json["type"] == "/problems/seal-unreadable"

    def test_refuses_a_character_that_no_font_can_show(self, as_hu):
        answer = draft(as_hu, clauses={"rights": "您有权\U0001f600提出异议"})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/character-unprintable")
        assert [(one["pointer"], one["value"]) for one in answer.json["errors"]] == [("/clauses/rights", "U+1F600")]

    def test_is_legals(self, as_lin):
        assert draft(as_lin).status_code == 403


def preview(caller, kind, clauses, **more):
    return caller.post("/v1/paper-templates/preview", json={"kind": kind, "clauses": clauses} | more)


def of(caller, kind):
    return next(one["clauses"] for one in listed(caller) if one["kind"] == kind)


class TestPreviewTemplate:
    @pytest.mark.parametrize("kind", ["account_statement", "dunning_letter", "promise", "visit_receipt"])
    def test_is_the_paper_with_the_text_that_is_written_and_keeps_nothing(self, in_app, as_an, kind):
        before = listed(as_an)
        clauses = of(as_an, kind)
        name = next(iter(clauses))
        answer = preview(as_an, kind, clauses | {name: "这里是新写的条款。"})
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
        told = reading.text_of(answer.data)
        assert "这里是新写的条款。" in told
        assert "样本SPECIMEN" in told
        assert listed(as_an) == before
        assert db.session.query(Paper).count() == 0

    def test_of_a_lawyers_letter_shows_the_firm_and_what_is_not_written_yet(self, as_hu):
        clauses = {one.name: one.text for one in FIRM_WORDS.clauses}
        told = reading.text_of(preview(as_hu, "lawyers_letter", clauses, law_firm=FIRM | {"licence_no": ""}).data)
        assert FIRM["name"] in told
        assert "（未填）" in told
        assert "样本律师事务所" in reading.text_of(preview(as_hu, "lawyers_letter", clauses).data)

    def test_tells_every_fault_by_its_clause(self, as_guo):
        clauses = {one.name: one.text for one in FIRM_WORDS.clauses} | {
            "demand": "{id_card} {until} \U0001f600",
            "facts": " ",
        }
        answer = preview(as_guo, "lawyers_letter", clauses)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/clauses-differ")
        assert [(one["pointer"], one["code"], one["value"]) for one in answer.json["errors"]] == [
            ("/clauses/facts", "clauses-differ", ""),
            ("/clauses/demand", "field-unknown", "id_card"),
            ("/clauses/demand", "character-unprintable", "U+1F600"),
        ]

    @pytest.mark.parametrize("kind", ["account_statement", "dunning_letter", "promise", "visit_receipt"])
    def test_of_a_paper_that_fills_nothing_in_refuses_a_merge_field(self, as_hu, kind):
        clauses = of(as_hu, kind)
        name = next(iter(clauses))
        answer = preview(as_hu, kind, clauses | {name: "贵方欠款 {total}。"})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/field-unknown")
        assert [(one["pointer"], one["value"]) for one in answer.json["errors"]] == [(f"/clauses/{name}", "total")]

    def test_refuses_a_seal_that_is_no_picture(self, as_hu):
        clauses = {one.name: one.text for one in FIRM_WORDS.clauses}
        answer = preview(as_hu, "lawyers_letter", clauses, seal_base64=base64.b64encode(b"no").decode())
        assert answer.json["type"] == "/problems/seal-unreadable"

    def test_is_theirs_who_write_or_approve(self, as_hu, as_lin):
        assert preview(as_lin, "promise", of(as_hu, "promise")).status_code == 403


class TestApproveTemplate:
    def test_puts_it_in_force_by_its_digest(self, as_hu, as_guo):
        row = draft(as_hu, clauses={"rights": RIGHTS}).json
        assert approve(as_guo, row, "0" * 64).json["type"] == "/problems/template-moved"
        assert approve(as_guo, row).json["is_in_force"]
        assert [one["number"] for one in listed(as_hu) if one["kind"] == "dunning_letter" and one["is_in_force"]] == [2]
        assert approve(as_guo, row).json["type"] == "/problems/template-moved"

    def test_is_not_its_authors(self, as_hu):
        answer = approve(as_hu, draft(as_hu).json)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/own-template")

    @pytest.mark.parametrize(
        ("lacking", "said"),
        [({"seal_base64": ""}, ["seal"]), ({"law_firm": None}, ["name", "lawyer", "licence_no"]),
         ({"law_firm": FIRM | {"licence_no": ""}}, ["licence_no"])],
    )  # fmt: skip
    def test_refuses_a_lawyers_letter_without_firm_licence_or_seal(self, as_hu, as_guo, lacking, said):
        answer = approve(as_guo, letter(as_hu, **lacking).json)
        assert (answer.json["type"], answer.json["missing"]) == ("/problems/law-firm-missing", said)

    def test_gives_way_when_withdrawn(self, as_hu, as_guo):
        row = draft(as_hu, clauses={"rights": RIGHTS}).json
        approve(as_guo, row)
        assert not as_guo.post(f"/v1/paper-templates/{row['id']}/withdraw").json["is_in_force"]
        assert as_guo.post(f"/v1/paper-templates/{row['id']}/withdraw").status_code == 409


class TestPapers:
    def test_remember_their_template(self, desk, as_hu, as_guo):
        desk.place({}, {"案件序列号": "A2", "客户姓名": "测试乙", "证件号码": "99364019800215898X"})
        first, second = (one["id"] for one in desk.caller.get("/v1/cases").json["items"])
        desk.caller.get(f"/v1/cases/{first}/statement.pdf")
        row = draft(as_hu, "account_statement", {"answer_notice": "签字只表示核对。"}).json
        approve(as_guo, row)
        desk.caller.get(f"/v1/cases/{second}/statement.pdf")
        db.session.rollback()
        papers = db.session.query(Paper).order_by(Paper.id).all()
        assert [one.template_version for one in papers] == ["account_statement/1", "account_statement/2"]
