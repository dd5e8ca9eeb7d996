"""Data leaves the house: by one person up to a number of cases, from there on by two, once, marked and logged."""

import csv
import io
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from server import clock, media
from server.accounts.models import Creditor, Person
from server.audit import AuditEvent
from server.db import begin_write, db
from server.escalation.models import Dossier, Escalation
from server.privacy import exports, outflow
from server.privacy.models import Export


@pytest.fixture
def few(played, monkeypatch):
    """The bank's rule made stricter: two cases are bulk already."""
    begin_write()
    bank = db.session.get_one(Creditor, played.case(0).creditor_id)
    bank.rule_overrides = {"PI-BULK": {"params": {"bulk_rows": 2}}}
    db.session.commit()
    return str(bank.id)


def ask(caller, creditor_id, **changes):
    body = {"kind": "cases", "form": "csv", "creditor_id": creditor_id, "reason": "委托方月度核对",
            "fields": ["case_no", "name", "phone", "amount"]}  # fmt: skip
    return caller.post(
        "/v1/exports", json={name: value for name, value in (body | changes).items() if value is not None}
    )


def take(caller, export):
    return caller.post(f"/v1/exports/{export['id']}/download")


def actions():
    db.session.rollback()
    rows = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action.like("export.%")).order_by(AuditEvent.seq))
    return [row.action for row in rows]


class TestSmall:
    def test_is_fetched_once_by_who_asked(self, few, played, as_zhou, as_lin):
        case = played.case(0)
        asked = ask(as_zhou, few, case_ids=[str(case.id)])
        assert asked.status_code == 201, asked.text
        export = asked.json
        assert (export["state"], export["needs_second"], export["rows"]) == ("ready", False, 1)
        assert take(as_lin, export).status_code == 404
        rows = list(csv.DictReader(io.StringIO(take(as_zhou, export).data.decode("utf-8-sig"))))
        assert [row["业务编号"] for row in rows] == [case.case_no]
        assert rows[0]["导出标识"].startswith("WF-0002")
        again = take(as_zhou, export)
        assert (again.status_code, again.json["type"], again.json["state"]) == (
            409,
            "/problems/export-not-ready",
            "taken",
        )
        assert actions() == ["export.asked", "export.taken"]


class TestBulk:
    def test_waits_for_another_person_of_the_right_role(self, few, as_zhou, as_lin, as_guo, as_hu):
        export = ask(as_zhou, few).json
        assert (export["state"], export["needs_second"], export["rows"]) == ("waiting", True, 4)
        assert take(as_zhou, export).json["type"] == "/problems/export-not-ready"
        for caller in (as_zhou, as_lin, as_hu):
            assert caller.post(f"/v1/exports/{export['id']}/agree").json["type"] == "/problems/wrong-role"
        agreed = as_guo.post(f"/v1/exports/{export['id']}/agree")
        assert agreed.status_code == 200, agreed.text
        assert agreed.json["state"] == "ready"
        assert {one["rule_id"]: one["finding"] for one in agreed.json["compliance"]}["PI-BULK"] == "kept"
        assert take(as_guo, export).json["type"] == "/problems/not-your-export"
        content = take(as_zhou, export).data.decode("utf-8-sig")
        assert "WF-0002 同意 WF-0004" in content
        assert actions() == ["export.asked", "export.agreed", "export.taken"]

    def test_is_not_agreed_to_by_who_asked(self, few, as_guo, as_ma):
        export = ask(as_guo, few, fields=["case_no", "name"]).json
        own = as_guo.post(f"/v1/exports/{export['id']}/agree")
        assert (own.status_code, own.json["type"]) == (403, "/problems/own-export")
        assert as_ma.post(f"/v1/exports/{export['id']}/agree").status_code == 200
        assert as_ma.post(f"/v1/exports/{export['id']}/agree").json["type"] == "/problems/export-not-waiting"

    def test_refused_with_a_reason_is_not_fetched(self, few, as_zhou, as_ma):
        export = ask(as_zhou, few).json
        refused = as_ma.post(f"/v1/exports/{export['id']}/refuse", json={"reason": "不需要电话"})
        assert (refused.json["state"], refused.json["decision_reason"]) == ("refused", "不需要电话")
        assert take(as_zhou, export).json["state"] == "refused"
        assert actions() == ["export.asked", "export.refused"]

    def test_expires_after_a_day(self, few, as_zhou, as_ma):
        export = ask(as_zhou, few).json
        as_ma.post(f"/v1/exports/{export['id']}/agree")
        begin_write()
        row = db.session.get_one(Export, UUID(export["id"]))
        row.decided_at -= exports.WINDOW
        db.session.commit()
        assert take(as_zhou, export).json["state"] == "expired"

    def test_lists_ones_own_and_for_who_oversees_all(self, few, as_zhou, as_lin, as_ma, as_tan, as_wei):
        export = ask(as_zhou, few).json
        ids = {
            name: [one["id"] for one in caller.get("/v1/exports").json["items"]]
            for name, caller in (("zhou", as_zhou), ("lin", as_lin), ("ma", as_ma), ("tan", as_tan), ("wei", as_wei))
        }
        assert ids == {"zhou": [export["id"]], "lin": [], "ma": [export["id"]], "tan": [export["id"]], "wei": []}


class TestContent:
    def test_gives_each_role_its_fields_and_refuses_the_others(self, few, played, as_guo, as_hu):
        one = [str(played.case(0).id)]
        refused = ask(as_guo, few, case_ids=one)
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/gate-closed")
        assert [rule["rule_id"] for rule in refused.json["rules"]] == ["PI-NEED"]
        masked = take(as_guo, ask(as_guo, few, case_ids=one, fields=["id_number", "address"]).json).text
        full = take(as_hu, ask(as_hu, few, case_ids=one, fields=["id_number", "address"]).json).text
        assert "**" in masked
        assert "**" not in full

    def test_is_a_workbook_of_text_in_which_nothing_runs(self, few, played, as_zhou):
        played.case(0).debtor.name = "=1+1"
        db.session.commit()
        export = ask(as_zhou, few, form="xlsx", case_ids=[str(played.case(0).id)]).json
        book = load_workbook(io.BytesIO(take(as_zhou, export).data))
        cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        assert "WF-0002" in book.properties.creator
        export = ask(as_zhou, few, case_ids=[str(played.case(0).id)]).json
        assert "'=1+1" in take(as_zhou, export).data.decode("utf-8-sig")
        played.case(0).debtor.name = " ＝1+1"  # full width, behind a blank: some spreadsheets take that too
        db.session.commit()
        export = ask(as_zhou, few, case_ids=[str(played.case(0).id)]).json
        assert "' ＝1+1" in take(as_zhou, export).data.decode("utf-8-sig")

    @pytest.mark.parametrize(
        "changes",
        [{"form": "zip"}, {"fields": None}, {"kind": "dossiers", "form": "zip"}, {"kind": "summary", "form": "xlsx"}],
    )
    def test_refuses_what_does_not_go_together(self, few, as_zhou, changes):
        assert ask(as_zhou, few, **changes).json["type"] == "/problems/unfit-export"

    def test_refuses_nothing_and_another_creditors_cases(self, few, as_zhou, as_wei, creditors):
        assert ask(as_zhou, few, state="settled").json["type"] == "/problems/nothing-to-export"
        assert ask(as_wei, few).status_code == 404


class TestDay:
    """The cases of a person and a day are counted together: what is cut into slices is still bulk."""

    def test_asks_for_another_person_when_the_slices_add_up(self, few, played, as_zhou, as_lin, as_guo):
        first, again, second, third = (
            ask(as_zhou, few, case_ids=[str(played.case(number).id)]).json for number in (0, 0, 1, 0)
        )
        assert [one["needs_second"] for one in (first, again, second, third)] == [False, False, True, False]
        assert take(as_zhou, second).json["type"] == "/problems/export-not-ready"
        assert ask(as_lin, few, case_ids=[str(played.case(1).id)]).json["needs_second"] is False
        as_guo.post(f"/v1/exports/{second['id']}/agree")
        assert take(as_zhou, second).status_code == 200

    def test_begins_anew_the_next_day(self, few, played, as_zhou):
        first = ask(as_zhou, few, case_ids=[str(played.case(0).id)]).json
        begin_write()
        db.session.get_one(Export, UUID(first["id"])).asked_at -= timedelta(days=1)
        db.session.commit()
        assert ask(as_zhou, few, case_ids=[str(played.case(1).id)]).json["needs_second"] is False

    def test_counts_the_days_workbook_and_the_dossiers_that_were_fetched(self, few, played, as_zhou, as_hu):
        assert as_zhou.get(f"/v1/schemes/{played.scheme_id}/summary.xlsx").status_code == 200
        assert ask(as_zhou, few, case_ids=[str(played.case(0).id)]).json["needs_second"] is True
        begin_write()
        kept = make_dossier(played.case(0))
        db.session.commit()
        fetched = as_hu.get(f"/v1/dossiers/{kept}.zip")
        assert fetched.data == b"a dossier"
        fetched.close()
        assert ask(as_hu, few, case_ids=[str(played.case(1).id)]).json["needs_second"] is True


def make_dossier(case):
    """Add the row of a dossier with a file of its own; return its id."""
    legal = db.session.scalars(sa.select(Person).where(Person.username == "hu")).one()
    asked = Escalation(
        id=clock.new_id(), case_id=case.id, creditor_id=case.creditor_id, state="decided", proposal="sue", reasons="",
        proposer_id=legal.id,
    )  # fmt: skip
    db.session.add(asked)
    db.session.flush()
    row = Dossier(
        id=clock.new_id(), case_id=case.id, creditor_id=case.creditor_id, sha256=media.store().put(b"a dossier"),
        size=9, escalation_id=asked.id, built_by_id=legal.id, report={}, built_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    return row.id


class TestFixedContent:
    def test_of_a_dossier_is_for_legal_and_compliance(self, few, played, as_zhou, as_guo, as_hu, as_ma):
        begin_write()
        make_dossier(played.case(0))
        db.session.commit()
        body = {"kind": "dossiers", "form": "zip", "case_ids": [str(played.case(0).id)], "fields": None}
        for caller in (as_zhou, as_guo):
            refused = ask(caller, few, **body)
            assert [rule["rule_id"] for rule in refused.json["rules"]] == ["PI-NEED"]
        for caller in (as_hu, as_ma):
            with zipfile.ZipFile(io.BytesIO(take(caller, ask(caller, few, **body).json).data)) as archive:
                assert archive.read(archive.namelist()[0]) == b"a dossier"
                assert "WF-" in archive.comment.decode()


class TestSummary:
    def test_of_many_cases_goes_by_two_people(self, played, as_zhou):
        body = {"kind": "summary", "form": "xlsx", "scheme_id": str(played.scheme_id), "reason": "周例会"}
        export = as_zhou.post("/v1/exports", json=body)
        assert (export.status_code, export.json["rows"], export.json["state"]) == (201, 4, "ready")
        book = load_workbook(io.BytesIO(take(as_zhou, export.json).data))
        assert "导出标识 WF-0002" in str(list(book.worksheets[0].iter_rows(values_only=True))[-1])

    def test_is_refused_as_a_plain_download_when_it_is_bulk(self, app, played, as_zhou, as_tan, monkeypatch):
        monkeypatch.setattr(outflow, "alone", lambda _person, *, on: {clock.new_id() for _ in range(21)})
        refused = as_zhou.get(f"/v1/schemes/{played.scheme_id}/summary.xlsx")
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/gate-closed")
        assert [rule["rule_id"] for rule in refused.json["rules"]] == ["PI-BULK"]
        assert actions() == []
        assert as_tan.get(f"/v1/schemes/{played.scheme_id}/summary.xlsx").status_code == 403
