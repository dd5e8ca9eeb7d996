"""A lawyer's letter goes out with the name and seal of its firm, and stays out once its text was withdrawn."""

import pytest

from server.cases.models import Paper
from server.db import db
from server.media import store
from tests.receipts import reading
from tests.server.cases.api.test_templates import approve, letter, listed
from tests.server.schemes import make_scheme as make


@pytest.fixture
def cases(creditors):
    return [make.case(creditors["bank"], number) for number in range(2)]


@pytest.fixture
def with_lawyer(as_zhou, as_sun, as_guo, as_hu, cases):
    """A signed scheme whose first customer gets a lawyer's letter, of a firm whose text the manager approved."""
    approve(as_guo, letter(as_hu).json)
    stops = [{"case_id": str(cases[0].id), "materials": ["account_statement", "lawyers_letter"]}]
    scheme = make.compiled(as_zhou, make.accepted_list(cases), stops=stops)
    make.planned(as_zhou, scheme["id"], iterations=20)
    make.submitted(as_zhou, scheme["id"])
    return make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))


class TestLawyersLetter:
    def test_goes_out_with_its_firms_name_and_seal(self, as_zhou, with_lawyer):
        sent = as_zhou.post(f"/v1/schemes/{with_lawyer['id']}/dispatch")
        assert (sent.status_code, sent.json["papers"]) == (200, 3), sent.text
        paper = db.session.query(Paper).filter_by(kind="lawyers_letter").one()
        assert (paper.serial[:2], paper.template_version) == ("LS", "lawyers_letter/2")
        found = reading.text_of(store().get(paper.sha256))
        assert "测试律师事务所" in found
        assert "尚欠¥58,300.00人民币伍万捌仟叁佰元整" in found

    def test_stays_out_when_the_text_was_withdrawn(self, as_zhou, as_guo, with_lawyer):
        (row,) = [one for one in listed(as_guo) if one["kind"] == "lawyers_letter"]
        as_guo.post(f"/v1/paper-templates/{row['id']}/withdraw")
        refused = as_zhou.post(f"/v1/schemes/{with_lawyer['id']}/dispatch")
        assert (refused.status_code, refused.json["rules"]) == (409, ["LETTER"])
