"""The approval sheet as it is handed out: sealed once it was signed off, the present content otherwise."""

import hashlib

import pytest
from sqlalchemy import select

from server.accounts.models import Person
from server.cases.models import Paper
from server.db import db
from tests.server.schemes import make_scheme as make


@pytest.fixture
def cases(creditors):
    return [make.case(creditors["bank"], number) for number in range(2)]


@pytest.fixture
def signed(as_zhou, as_sun, as_guo, cases):
    scheme = make.compiled(as_zhou, make.accepted_list(cases))
    make.planned(as_zhou, scheme["id"], iterations=20)
    make.submitted(as_zhou, scheme["id"])
    return make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))


class TestSchemePdf:
    def test_gives_the_sheet_of_the_present_content(self, as_zhou, as_guo, signed):
        answer = as_guo.get(f"/v1/schemes/{signed['id']}/scheme.pdf")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.data.startswith(b"%PDF")
        assert signed["serial"] in answer.headers["Content-Disposition"]

    def test_is_the_sealed_one_that_was_filed_at_sign_off(self, as_guo, signed):
        given = as_guo.get(f"/v1/schemes/{signed['id']}/scheme.pdf").data
        filed = db.session.scalars(select(Paper).where(Paper.serial == signed["serial"])).one()
        assert hashlib.sha256(given).hexdigest() == filed.sha256
        assert filed.seal_level

    def test_is_not_the_sealed_one_once_the_scheme_was_changed(self, as_zhou, signed):
        scheme = as_zhou.get(f"/v1/schemes/{signed['id']}").json
        db.session.get(Person, make.person_id("an")).role_names = ["agent"]
        db.session.get(Person, make.person_id("an")).qualified_until = make.DAY
        db.session.commit()
        changed = make.patched(as_zhou, scheme, crews=[make.crew(members=("fang", "an"), id=scheme["crews"][0]["id"])])
        assert changed.status_code == 200, changed.text
        given = as_zhou.get(f"/v1/schemes/{signed['id']}/scheme.pdf").data
        filed = db.session.scalars(select(Paper).where(Paper.serial == signed["serial"])).one()
        assert hashlib.sha256(given).hexdigest() != filed.sha256

    def test_gives_the_same_bytes_twice(self, as_guo, signed):
        path = f"/v1/schemes/{signed['id']}/scheme.pdf"
        assert as_guo.get(path).data == as_guo.get(path).data

    def test_can_be_printed_before_there_is_a_plan(self, as_zhou, cases):
        scheme = make.compiled(as_zhou, make.accepted_list(cases))
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}/scheme.pdf").status_code == 200
