"""Adding a version of a field form from an XLSForm, and putting it in use from a day."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from field_forms import definitions, sheets, xlsform
from field_forms.definitions import newest
from field_forms.lawful import faults
from server.db import db
from server.schemes import documents, forms
from server.transparency.tables import log_leaf

VISIT = (Path(definitions.__file__).parent / "forms" / "visit.md").read_text(encoding="utf-8")
NEXT = VISIT.replace("2026120201", "2026120901").replace("不超过200字", "最多200字")
UNLAWFUL = [
    ("| third_party | 无关第三人", "| stranger | 无关第三人", "met: stranger is no person"),
    ("${met} = 'debtor' or ${met} = 'co_debtor' or ${met} = 'guarantor' |", "${met} != '' |", "reveals_debt: the debt"),
    ("| amount_fen |", "| received_fen |", "received_fen: no question may ask for money"),
    ("| amount_fen |", "| money_fen |", "money_fen: no question may ask for money"),
    ("| 确认债务金额 |", "| 实收金额 |", "confirmed_fen: no question may ask for money"),
    ("| 9 | 见第三人-未透露 |", "| 19 | 见第三人-未透露 |", "outcome: 19 is no outcome code"),
    ("to pay | debtor co_debtor guarantor |", "to pay | debtor third_party |", "outcome: 1 is offered after meeting"),
    ("| await_promise | 等待承诺到期 | wait for the promise to fall due |  | 1 |",
     "| await_promise | 等待承诺到期 | wait for the promise to fall due |  | 1 4 |",
     "next_step: await_promise is offered after outcome 4"),
]  # fmt: skip


@pytest.fixture
def add(as_an):
    return lambda text, query="": as_an.post(f"/v1/forms{query}", data=text.encode())


class TestAdd:
    def test_a_dry_run_tells_and_keeps_nothing(self, add, as_an):
        told = add(NEXT, "?dry_run=true")
        assert (told.status_code, told.json["version"], told.json["is_new"]) == (200, "2026120901", True)
        assert "met" in told.json["questions"]
        assert "2026120901" not in {one["version"] for one in as_an.get("/v1/forms").json["items"]}

    def test_keeps_a_version_and_the_same_again_changes_nothing(self, add, as_an):
        first, second = add(NEXT), add(NEXT)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json["digest"] == second.json["digest"]
        listed = {one["version"]: one["is_in_use"] for one in as_an.get("/v1/forms").json["items"]}
        assert listed == {"2026120101": False, "2026120201": True, "2026120901": False}
        assert b'version="2026120901"' in as_an.get("/v1/forms/visit/2026120901.xml").data

    def test_an_added_version_has_one_leaf_in_the_log_and_a_refused_one_none(self, add, in_app):
        made = add(NEXT)
        add(NEXT)
        add(NEXT.replace("最多200字", "至多200字"))
        held = db.session.execute(select(log_leaf.c.ref, log_leaf.c.hash).where(log_leaf.c.kind == "form")).all()
        assert held == [("form:visit@2026120901", made.json["digest"].removeprefix("sha256:"))]

    def test_a_version_never_changes(self, add):
        add(NEXT)
        for text in (NEXT.replace("最多200字", "至多200字"), VISIT.replace("不超过200字", "最多200字")):
            answer = add(text)
            assert (answer.status_code, answer.json["type"]) == (409, "/problems/form-published")

    def test_names_the_cell(self, add):
        answer = add(NEXT.replace("| date | due_on", "| datetime | due_on"))
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/odd-form")
        assert answer.json["place"].startswith("survey!B")
        assert "datetime is not supported" in answer.json["problem"]

    @pytest.mark.parametrize(("before", "after", "fault"), UNLAWFUL, ids=lambda text: text[-24:])
    def test_refuses_what_may_not_be_used_at_the_door(self, add, before, after, fault):
        assert before in NEXT
        answer = add(
            NEXT.replace(before, after).replace(
                "${amount_fen}", f"${{{after[2:-2]}}}" if "_fen" in after else "${amount_fen}"
            )
        )
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/unlawful-form")
        assert any(one.startswith(fault) for one in answer.json["faults"])

    def test_refuses_papers_for_a_third_party(self):
        text = NEXT.replace(
            "| begin_group | papers | 文件 | Papers |  | ${met} =",
            "| begin_group | papers | 文件 | Papers |  | ${met} = 'third_party' or ${met} =",
        )
        assert text != NEXT
        found = faults(xlsform.compile_form(sheets.read(text.encode())))
        assert "delivered: is asked of a third party" in found

    def test_only_an_admin_adds(self, as_zhou):
        assert as_zhou.post("/v1/forms", data=NEXT.encode()).status_code == 403
        assert as_zhou.get("/v1/forms").status_code == 200


class TestActivation:
    def test_puts_a_version_in_use_from_a_day_on(self, add, as_an, app):
        add(NEXT)
        answer = as_an.post("/v1/forms/visit/2026120901/activation", json={"active_on": "2026-12-09"})
        assert (answer.status_code, answer.json["active_on"]) == (200, ["2026-12-09"])
        with app.app_context():
            versions = [forms.in_use(on=date(2026, 12, day)).version for day in (8, 9, 30)]
            assert versions == ["2026120201", "2026120901", "2026120901"]
            assert set(documents.forms(None, ["visit-2026120901", "visit-2026120101"])) == {
                "visit-2026120901",
                "visit-2026120101",
            }

    def test_goes_back_to_the_shipped_one(self, add, as_an, app):
        add(NEXT)
        for version in ("2026120901", newest("visit").version):
            as_an.post(f"/v1/forms/visit/{version}/activation", json={"active_on": "2026-12-09"})
        with app.app_context():
            assert forms.in_use(on=date(2026, 12, 9)).digest == newest("visit").digest

    def test_knows_no_other(self, as_an):
        answer = as_an.post("/v1/forms/visit/2099010101/activation", json={"active_on": "2026-12-09"})
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/no-such-form")


class TestShippedForm:
    def test_is_lawful(self):
        assert all(faults(form) == () for form in definitions.shipped().values())
