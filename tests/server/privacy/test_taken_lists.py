"""The list of cases as somebody sees it is an export of them: counted with the others, marked, bulk from a number."""

import csv
import io

import pytest
import sqlalchemy as sa

from server import clock
from server.accounts.models import Creditor, IdempotencyKey
from server.cases import keyring
from server.console.taken_lists import LISTS
from server.db import begin_write, db
from server.privacy.models import Export
from tests.server.escalation.make_day import add_case
from tests.server.privacy.test_exports import ask

KEY = {"Idempotency-Key": "the list"}


@pytest.fixture
def few(played):
    """The bank's rule made stricter: three cases are bulk already."""
    begin_write()
    bank = db.session.get_one(Creditor, played.case(0).creditor_id)
    bank.rule_overrides = {"PI-BULK": {"params": {"bulk_rows": 3}}}
    db.session.commit()
    return str(bank.id)


def seen(case_ids, **changes):
    rows = [[str(one)[-4:], 100] for one in case_ids]
    columns = [{"title": "案号"}, {"title": "欠款", "kind": "money"}]
    told = {"name": "cases", "title": "案件", "format": "csv", "columns": columns, "rows": rows}
    return told | {"case_ids": [str(one) for one in case_ids]} | changes


def exported():
    db.session.rollback()
    return list(db.session.scalars(sa.select(Export).order_by(Export.id)))


class TestListOfCases:
    def test_is_an_export_marked_in_every_row_and_logged(self, few, played, as_zhou, as_tan):
        answer = as_zhou.post("/v1/tables", json=seen(played.case_ids[:2]))
        assert answer.status_code == 200, answer.text
        rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert {row["导出标识"][:7] for row in rows} == {"WF-0002"}
        (row,) = exported()
        assert (row.rows, row.needs_second, row.sha256 != "", row.taken_at is not None) == (2, False, True, True)
        actions = [one["action"] for one in as_tan.get("/v1/audit?limit=10").json["items"]]
        assert {"export.taken", "list.exported"} <= set(actions)

    def test_counts_with_the_files_of_the_day(self, few, played, as_zhou):
        assert as_zhou.post("/v1/tables", json=seen(played.case_ids[:2])).status_code == 200
        assert ask(as_zhou, few, case_ids=[str(played.case_ids[2])]).json["needs_second"] is True
        refused = as_zhou.post("/v1/tables", json=seen(played.case_ids[1:3]))
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/gate-closed")
        assert [rule["rule_id"] for rule in refused.json["rules"]] == ["PI-BULK"]
        assert refused.json["rules"][0]["source"]
        assert as_zhou.post("/v1/tables", json=seen(played.case_ids[:1])).status_code == 200  # taken out today already

    def test_of_several_creditors_is_counted_as_a_whole(self, few, played, as_guo, creditors):
        begin_write()
        other = add_case(creditors["supplier"], "SUP-1")
        db.session.commit()
        assert as_guo.post("/v1/tables", json=seen([*played.case_ids[:2], other.id])).status_code == 409
        assert exported() == []
        assert as_guo.post("/v1/tables", json=seen([played.case_ids[0], other.id])).status_code == 200
        assert {row.creditor_id for row in exported()} == {played.case(0).creditor_id, creditors["supplier"]}

    def test_names_the_case_of_each_row(self, few, played, as_zhou, as_wei):
        told = seen(played.case_ids[:2])
        refused = as_zhou.post("/v1/tables", json=told | {"case_ids": told["case_ids"][:1]})
        assert (refused.status_code, refused.json["type"]) == (422, "/problems/cases-unnamed")
        assert as_wei.post("/v1/tables", json=told).status_code == 404
        assert as_zhou.post("/v1/tables", json=seen([])).json["type"] == "/problems/nothing-to-export"

    def test_leaves_out_of_the_count_what_was_deleted(self, few, played, as_zhou):
        begin_write()
        keyring.destroy(played.case_ids[0], at=clock.now())
        db.session.commit()
        assert as_zhou.post("/v1/tables", json=seen(played.case_ids[:3])).status_code == 200
        assert [row.rows for row in exported()] == [2]

    def test_is_not_for_who_may_export_nothing(self, few, played, as_tan):
        refused = as_tan.post("/v1/tables", json=seen(played.case_ids[:1]))
        assert [rule["rule_id"] for rule in refused.json["rules"]] == ["PI-NEED"]

    def test_is_the_only_list_that_holds_debtors(self):
        assert [name for name, is_personal in LISTS.items() if is_personal] == ["cases"]


class TestAnswersWithPersonalData:
    def test_are_kept_nowhere_under_a_key(self, few, played, as_zhou, as_ma):
        """A list, an export's file, what was unmasked, what is held of a person."""
        case_id = str(played.case_ids[0])
        export = ask(as_zhou, few, case_ids=[case_id]).json
        asked = as_ma.post(
            f"/v1/cases/{case_id}/data-requests",
            json={"kind": "access", "words": "请提供", "received_on": clock.today().isoformat()},
        )
        told = [
            as_zhou.post("/v1/tables", json=seen([case_id]), headers=KEY),
            as_zhou.post(f"/v1/exports/{export['id']}/download", headers=KEY),
            as_zhou.post(f"/v1/cases/{case_id}/unmask", json={"fields": ["phone"], "reason": "核对"}, headers=KEY),
            as_ma.post(f"/v1/data-requests/{asked.json['id']}/held", headers=KEY),
        ]
        assert [one.status_code for one in told] == [200] * 4
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(IdempotencyKey)) == 0


class TestTerms:
    def test_say_what_a_role_may_take_and_how_near_bulk_is(self, few, played, as_zhou, as_hu, as_guo, as_tan, as_wei):
        as_zhou.post("/v1/tables", json=seen(played.case_ids[:2]))
        told = as_zhou.get(f"/v1/exports/terms?creditor_id={few}").json
        assert (told["bulk_rows"], told["cases_today"], told["kinds"]) == (3, 2, ["cases", "summary"])
        assert (told["fields"]["phone"], told["fields"]["id_number"], told["fields"]["state"]) == (
            "full",
            "masked",
            "full",
        )
        assert as_zhou.get("/v1/exports/terms").json["bulk_rows"] == 25
        assert "phone" not in as_guo.get("/v1/exports/terms").json["fields"]
        assert as_hu.get("/v1/exports/terms").json["kinds"] == ["cases", "summary", "dossiers"]
        assert as_tan.get("/v1/exports/terms").status_code == 403
        assert as_wei.get(f"/v1/exports/terms?creditor_id={few}").status_code == 404


class TestList:
    def test_names_who_asked_and_who_agreed_and_what_waits(self, few, as_zhou, as_guo):
        export = ask(as_zhou, few).json
        assert [one["id"] for one in as_guo.get("/v1/exports?waiting=true").json["items"]] == [export["id"]]
        as_guo.post(f"/v1/exports/{export['id']}/agree")
        (row,) = as_guo.get("/v1/exports").json["items"]
        assert (row["asked_by_name"], row["decided_by_name"]) == ("周主管", "郭总")
        assert as_guo.get("/v1/exports?waiting=true").json["items"] == []
