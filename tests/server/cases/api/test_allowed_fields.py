"""Every role asks for every personal field of a case: it is answered what the allow-list gives, no more, no less."""

import pytest
import sqlalchemy as sa

from server.accounts.roles import OFFICE
from server.audit import AuditEvent
from server.compliance import allowlist
from server.compliance.allowlist import Shown
from server.db import db
from tests.server.cases.conftest import ROW

PEOPLE = {
    "specialist": "lin", "supervisor": "zhou", "manager": "guo", "legal": "hu", "compliance": "ma", "auditor": "tan",
}  # fmt: skip
REMARK = "周末在家"
FULL = {
    "name": ROW["客户姓名"], "id_number": ROW["证件号码"], "phone": ROW["手机"], "address": ROW["家庭地址"],
    "contract_no": ROW["卡号"], "remark": REMARK,
}  # fmt: skip
ASKED_AS = {"address": "addresses"}


def seen(case):
    """Return field → what the screen of a case has of it."""
    (address,) = case["addresses"]
    return {
        "name": case["debtor"]["name"], "id_number": case["debtor"]["id_masked"],
        "phone": case["debtor"]["phone_masked"], "address": address["text_masked"], "point": address["point"],
        "contract_no": case["contract_tail"], "amount": case["outstanding_fen"], "remark": case["remark"],
        "access_note": address["access_note"],
    }  # fmt: skip


@pytest.fixture
def case(desk, as_zhou):
    desk.place({"备注": REMARK})
    made = desk.case()
    (address,) = made["addresses"]
    point = {"lon": 114.06, "lat": 22.55, "datum": "WGS-84", "precision": "door"}
    for path, told in (
        ("confirm", {"point": point, "source": "agent"}), ("risk", {"risk_level": "low", "access_note": "门禁 2#"}),
    ):  # fmt: skip
        answer = as_zhou.post(f"/v1/addresses/{address['id']}/{path}", json=told)
        assert answer.status_code == 200, answer.text
    return made["id"]


class TestScreen:
    def test_asks_every_role_of_the_office(self):
        assert set(PEOPLE) == {role.value for role in OFFICE}

    @pytest.mark.parametrize("role", PEOPLE)
    def test_shows_what_the_table_gives(self, case, sign_in, role):
        caller = sign_in(PEOPLE[role])
        answer, listed = caller.get(f"/v1/cases/{case}"), caller.get("/v1/cases")
        assert (answer.status_code, listed.status_code) == (200, 200)
        shown = seen(answer.json)
        assert {field: bool(shown[field]) for field in allowlist.fields()} == {
            field: allowlist.on_screen({role}, field) > Shown.NONE for field in allowlist.fields()
        }
        hidden = [FULL[field] for field in FULL if allowlist.on_screen({role}, field) < Shown.FULL]
        assert [one for one in hidden if one in answer.text or one in listed.text] == []

    @pytest.mark.parametrize("role", PEOPLE)
    def test_reveals_only_what_the_table_lets_be_asked_for(self, case, sign_in, role):
        caller = sign_in(PEOPLE[role])
        for field in ("id_number", "phone", "address", "contract_no"):
            body = {"fields": [ASKED_AS.get(field, field)], "reason": "核对身份"}
            answer = caller.post(f"/v1/cases/{case}/unmask", json=body)
            is_allowed = allowlist.on_screen({role}, field) >= Shown.REVEAL
            assert (FULL[field] in answer.text) is is_allowed
            if not is_allowed:
                assert answer.status_code == 403
                assert answer.json["type"] in {"/problems/field-not-allowed", "/problems/wrong-role"}
            logged = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "case.unmasked")).all()
            assert [field in str(one.facts["fields"]) for one in logged[-1:]] == ([True] if is_allowed else [])
            db.session.rollback()
