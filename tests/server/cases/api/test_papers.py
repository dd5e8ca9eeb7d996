"""The desk sees every paper of a case and gets each as it was issued; another creditor's is not there."""

from datetime import UTC, date, datetime

import pytest

from server.cases import dunning
from server.db import db
from server.media import store
from tests.server.schemes import make_scheme as make

AT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def letter(creditors):
    case = make.case(creditors["bank"], 3)
    paper = dunning.issue_letter(case, until_on=date(2026, 12, 18), at=AT, on=date(2026, 12, 2))
    db.session.commit()
    return paper


class TestListPapers:
    def test_lists_what_was_issued_with_where_to_get_it(self, as_lin, letter):
        (shown,) = as_lin.get(f"/v1/cases/{letter.case_id}/papers").json["items"]
        assert (shown["kind"], shown["serial"], shown["sha256"]) == ("dunning_letter", letter.serial, letter.sha256)
        assert shown["pdf"] == f"/v1/cases/{letter.case_id}/papers/{letter.serial}.pdf"
        assert "sealed" not in str(shown)

    def test_is_empty_where_nothing_was_issued(self, as_lin, creditors):
        case = make.case(creditors["bank"], 4)
        db.session.commit()
        assert as_lin.get(f"/v1/cases/{case.id}/papers").json == {"items": []}

    def test_knows_nothing_of_another_creditors_case(self, as_wei, letter):
        assert as_wei.get(f"/v1/cases/{letter.case_id}/papers").status_code == 404

    def test_is_not_for_agents(self, as_fang, letter):
        assert as_fang.get(f"/v1/cases/{letter.case_id}/papers").status_code == 403


class TestShowPaper:
    def test_answers_the_bytes_that_were_issued(self, as_hu, letter):
        answer = as_hu.get(f"/v1/cases/{letter.case_id}/papers/{letter.serial}.pdf")
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.data == store().get(letter.sha256)
        assert answer.headers["Doorstep-Serial"] == letter.serial

    def test_finds_no_paper_under_another_case(self, as_hu, letter, creditors):
        other = make.case(creditors["bank"], 5)
        db.session.commit()
        assert as_hu.get(f"/v1/cases/{other.id}/papers/{letter.serial}.pdf").status_code == 404

    def test_knows_nothing_of_another_creditors_case(self, as_wei, letter):
        assert as_wei.get(f"/v1/cases/{letter.case_id}/papers/{letter.serial}.pdf").status_code == 404

    def test_is_not_for_the_auditor_who_sees_no_names(self, as_tan, letter):
        assert as_tan.get(f"/v1/cases/{letter.case_id}/papers/{letter.serial}.pdf").status_code == 403
