import io
import json

import pytest
import sqlalchemy as sa
from openpyxl import Workbook, load_workbook

from server import clock, jobs
from server.audit import AuditEvent
from server.cases.api import imports
from server.cases.models import Address, Case, ImportRun, MappingTemplate, Party
from server.db import db
from server.media import store

SECOND = {"案件序列号": "A2", "客户姓名": "测试乙", "证件号码": "99364019800215898X"}
NO_ID = {"案件序列号": "A3", "证件号码": ""}
FORMULA = {"案件序列号": "A4", "客户姓名": '=HYPERLINK("http://127.0.0.1/","x")', "证件号码": "99364019800215898X"}


def count(model):
    db.session.rollback()  # what a refused request left behind is gone with its context
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


class TestReadImport:
    def test_reports_and_writes_no_case(self, desk):
        answer = desk.read(desk.placement({}, SECOND, NO_ID))
        assert answer.status_code == 201
        report = answer.json
        assert {name: report[name] for name in ("rows", "accepted", "flagged", "refused", "state")} == {
            "rows": 3, "accepted": 2, "flagged": 0, "refused": 1, "state": "dry_run",
        }  # fmt: skip
        assert report["changes"] == {"created": 2, "updated": 0, "unchanged": 0}
        assert count(Case) == 0

    def test_names_sheet_row_column_value_and_reason_of_a_fault(self, desk):
        (fault,) = desk.read(desk.placement({"首次逾期日": "2026-13-40"})).json["faults"]
        assert fault == {
            "sheet": "Sheet",
            "row": 3, "column": "F", "header": "首次逾期日", "value": "2026-13-40", "code": "bad_date",
            "severity": "refuse", "reason": "不是有效日期", "reason_en": "not a date that the calendar has",
        }  # fmt: skip

    def test_keeps_the_faults_and_the_file_sealed(self, desk):
        desk.read(desk.placement({"证件号码": "990000199001011234"}))
        run = db.session.scalars(sa.select(ImportRun)).one()
        assert "990000199001011234" not in run.faults_sealed + json.dumps(run.report)
        assert store().get(run.sealed_sha256).startswith(b"v1|")

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", "unreadable-file"),
            (b"\xd0\xcf\x11\xe0old", "unreadable-file"),
            (b"PK\x03\x04broken", "unreadable-file"),
            ("甲,乙\n1,2\n".encode(), "unknown-layout"),
        ],
        ids=["empty", "xls", "broken", "no headers"],
    )
    def test_refuses_a_file_it_cannot_read_and_keeps_nothing(self, desk, content, problem):
        answer = desk.read(content)
        assert (answer.status_code, answer.json["type"]) == (422, f"/problems/{problem}")
        assert count(ImportRun) == 0
        assert store().hashes() == []

    @pytest.mark.parametrize(
        ("form", "pointer"),
        [({"creditor_id": "x"}, "/creditor_id"), ({"as_of": "gestern"}, "/as_of"), ({"file": ""}, "/file")],
        ids=["creditor", "as_of", "file"],
    )
    def test_names_the_part_of_the_form_that_does_not_fit(self, desk, form, pointer):
        data = {"creditor_id": str(desk.creditor_id), "file": (io.BytesIO(desk.placement({})), "a.xlsx")} | form
        answer = desk.caller.post("/v1/imports", data=data, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]

    @pytest.mark.parametrize("mapping", ["{", "[]", '{"columns": {"a": "b"}}', '{"columns": {}}' + "[" * 3])
    def test_refuses_a_mapping_that_is_none(self, desk, mapping):
        answer = desk.read(desk.placement({}), mapping=mapping)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/bad-mapping")

    def test_knows_no_creditor_of_others(self, other_desk, creditors):
        other_desk.creditor_id = creditors["bank"]
        assert other_desk.read(other_desk.placement({})).status_code == 404

    @pytest.mark.parametrize("who", ["as_tan", "as_fang", "as_an"])
    def test_refuses_other_roles(self, request, who, desk):
        desk.caller = request.getfixturevalue(who)
        assert desk.read(desk.placement({})).status_code == 403

    def test_takes_the_given_as_of_day_for_a_file_that_states_none(self, desk):
        report = desk.read(desk.placement({}, title="明细"), as_of="2026-10-31").json
        assert (report["as_of"], report["as_of_source"]) == ("2026-10-31", "given")

    def test_leaves_folders_out_of_the_files_name(self, desk):
        assert desk.read(desk.placement({}), name="..\\..\\etc/passwd.xlsx").json["filename"] == "passwd.xlsx"

    def test_records_who_read_which_file(self, desk):
        run = desk.read(desk.placement({})).json
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "import.read")).one()
        assert event.subject == f"import:{run['id']}"
        assert event.facts["file_sha256"] == run["file_sha256"]

    def test_reads_a_big_file_in_a_job(self, desk, monkeypatch, in_app):
        monkeypatch.setattr(imports, "BIG_FILE_BYTES", 100)
        answer = desk.read(desk.placement({}))
        assert answer.status_code == 202
        (run,) = desk.caller.get("/v1/imports").json["items"]
        assert (run["state"], run["rows"]) == ("reading", None)
        assert desk.caller.post(f"/v1/imports/{run['id']}/commit").json["type"] == "/problems/import-not-read"
        assert jobs.drain(clock.now()) == 1
        job = desk.caller.get(answer.headers["Location"]).json
        assert (job["state"], job["result_url"]) == ("done", f"/v1/imports/{run['id']}")
        assert desk.caller.get(job["result_url"]).json["accepted"] == 1

    def test_tells_in_the_job_why_a_big_file_cannot_be_read(self, desk, monkeypatch, in_app):
        monkeypatch.setattr(imports, "BIG_FILE_BYTES", 5)
        answer = desk.read("甲,乙\n1,2\n".encode())
        jobs.drain(clock.now())
        job = desk.caller.get(answer.headers["Location"]).json
        assert (job["state"], job["error"]["type"]) == ("failed", "/problems/unknown-layout")


class TestCommitImport:
    def test_writes_good_and_flagged_rows(self, desk):
        run = desk.place({}, SECOND, NO_ID, FORMULA)
        assert (run["state"], run["changes"]) == ("committed", {"created": 3, "updated": 0, "unchanged": 0})
        assert sorted(db.session.scalars(sa.select(Case.case_no))) == ["A1", "A2", "A4"]

    def test_changes_nothing_when_committed_again(self, desk):
        run = desk.place({})
        again = desk.caller.post(f"/v1/imports/{run['id']}/commit")
        assert (again.status_code, again.json["changes"]) == (200, run["changes"])
        assert (count(Case), count(Party), count(Address)) == (1, 1, 1)

    def test_changes_nothing_when_the_same_file_comes_again(self, desk):
        desk.place({}, SECOND)
        version = desk.case()["version"]
        assert desk.place({}, SECOND)["changes"] == {"created": 0, "updated": 0, "unchanged": 2}
        assert (count(Case), count(Party), count(Address)) == (2, 2, 2)
        assert desk.case()["version"] == version

    def test_changes_nothing_when_a_file_without_a_day_comes_again_on_another(self, desk):
        for day in ("2026-11-20", "2026-11-27"):
            desk.commit(desk.read(desk.placement({}, title="明细"), as_of=day))
        assert desk.case()["as_of"] == "2026-11-20"

    def test_updates_from_a_corrected_file(self, desk):
        desk.place({}, NO_ID)
        corrected = {"案件序列号": "A3", "证件号码": "99364019800215898X"}
        changed = {"委案金额": "11,000.00", "本金余额": "10000", "家庭地址": "广东省深圳市福田区莲花路2号"}
        assert desk.place(changed, corrected)["changes"] == {"created": 1, "updated": 1, "unchanged": 0}
        case = desk.case()
        assert (case["placed_fen"], case["outstanding_fen"], case["version"]) == (1_100_000, 1_100_000, 2)
        assert len(case["addresses"]) == 2

    def test_keeps_a_confirmed_identity_and_a_confirmed_point(self, desk, as_zhou):
        desk.place({"证件号码": "990000199001011234"})
        case = desk.case()
        as_zhou.post(f"/v1/cases/{case['id']}/flags/clear", json={"flag": "id_unconfirmed", "reason": "已见原件"})
        point = {"lon": 114.05, "lat": 22.54, "datum": "WGS-84", "precision": "door"}
        desk.caller.post(f"/v1/addresses/{case['addresses'][0]['id']}/confirm", json={"point": point})
        desk.place({"证件号码": "990000199001011234", "利息": "901", "委案金额": "12001"})
        after = desk.case()
        assert after["interest_fen"] == 90_100
        assert after["debtor"]["id_confirmed"]
        assert after["addresses"][0]["precision"] == "door"

    def test_seals_what_is_personal(self, desk):
        desk.place({"备注": "周末在家"})
        party, address = (db.session.scalars(sa.select(model)).one() for model in (Party, Address))
        case = db.session.scalars(sa.select(Case)).one()
        for sealed in (party.id_sealed, party.phone_sealed):  # one person may stand in several cases
            assert sealed.startswith("v1|")
        for sealed in (address.text_sealed, case.contract_no_sealed, case.note_sealed):
            assert sealed.startswith(f"v2|{case.id}|")
        assert party.id_index != "999182199904220910"
        assert len(party.id_index) == 32

    def test_stores_the_template_and_uses_it_the_next_time(self, desk):
        desk.place({})
        template = db.session.scalars(sa.select(MappingTemplate)).one()
        assert template.mapping["columns"]["委案金额"] == "total"
        del (columns := dict(template.mapping["columns"]))["备注"]
        desk.caller.put(
            f"/v1/creditors/{desk.creditor_id}/mappings/cases", json={"columns": columns}, headers={"If-Match": '"v1"'}
        )
        assert "备注" not in desk.read(desk.placement({})).json["mapping"]["columns"]

    def test_raises_a_dispute_the_remark_speaks_of_and_not_again_once_lifted(self, desk, as_ma):
        desk.place({"备注": "已提出金额异议"})
        case = desk.case()
        (flag,) = case["stop_flags"]
        assert flag["kind"] == "dispute"
        lifted = as_ma.post(f"/v1/cases/{case['id']}/stops/{flag['id']}/lift", json={"reason": "金额已核对"})
        assert lifted.status_code == 200
        desk.place({"备注": "已提出金额异议", "利息": "901", "委案金额": "12001"})
        assert len(desk.case()["stop_flags"]) == 1

    def test_commits_a_big_file_in_a_job(self, desk, monkeypatch, in_app):
        monkeypatch.setattr(imports, "BIG_FILE_ROWS", 1)
        answer = desk.commit(desk.read(desk.placement({}, SECOND)))
        assert (answer.status_code, count(Case)) == (202, 0)
        jobs.drain(clock.now())
        assert count(Case) == 2
        assert desk.caller.get(answer.headers["Location"]).json["state"] == "done"

    def test_knows_no_run_of_other_creditors(self, desk, as_wei):
        run = desk.read(desk.placement({})).json
        for answer in (as_wei.get(f"/v1/imports/{run['id']}"), as_wei.post(f"/v1/imports/{run['id']}/commit"),
                       as_wei.get(f"/v1/imports/{run['id']}/faults.xlsx")):  # fmt: skip
            assert answer.status_code == 404
        assert as_wei.get("/v1/imports").json["total"] == 0


class TestShowImport:
    def test_shows_the_report_as_the_dry_run_gave_it(self, desk, as_tan):
        read = desk.read(desk.placement({}, NO_ID))
        assert as_tan.get(read.headers["Location"]).json == read.json

    def test_is_no_payment_import(self, desk):
        run = desk.read(desk.placement({})).json
        assert desk.caller.get(f"/v1/payments/imports/{run['id']}").status_code == 404


class TestShowFaults:
    def test_holds_the_faulty_rows_as_text_with_their_reasons(self, desk):
        run = desk.read(desk.placement({}, NO_ID, FORMULA)).json
        answer = desk.caller.get(f"/v1/imports/{run['id']}/faults.xlsx")
        sheet = load_workbook(io.BytesIO(answer.data)).active
        rows = list(sheet.iter_rows(values_only=True))
        assert [row[0] for row in rows[2:]] == ["A3", "A4"]
        assert "缺少证件号码" in rows[2][-4]
        assert "the ID number is missing" in rows[2][-3]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}

    def test_can_be_corrected_and_sent_again(self, desk):
        run = desk.place({}, NO_ID)
        faults = desk.caller.get(f"/v1/imports/{run['id']}/faults.xlsx").data
        book = load_workbook(io.BytesIO(faults))
        book.active["D3"] = "99364019800215898X"
        out = io.BytesIO()
        book.save(out)
        answer = desk.read(out.getvalue())
        assert (answer.json["rows"], answer.json["accepted"], answer.json["as_of"]) == (1, 1, "2026-11-20")
        assert desk.commit(answer).json["changes"]["created"] == 1

    def test_is_empty_but_for_its_headers_when_nothing_is_wrong(self, desk):
        run = desk.read(desk.placement({})).json
        answer = desk.caller.get(f"/v1/imports/{run['id']}/faults.xlsx")
        assert load_workbook(io.BytesIO(answer.data)).active.max_row == 2


class TestWorkbookWithoutHarm:
    def test_serves_a_formula_as_text_everywhere(self, desk):
        desk.place(FORMULA)
        case = desk.case("A4")
        assert case["debtor"]["name"].startswith("=HYPERLINK")
        assert case["flags"] == ["active_text"]
        out = io.BytesIO()
        Workbook().save(out)
        assert desk.read(out.getvalue()).status_code == 422
