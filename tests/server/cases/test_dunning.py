"""The dunning letter is issued whole or not at all; the same facts are the same letter, other facts another one."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pypdfium2
import pytest

from server import clock
from server.accounts.models import Creditor
from server.cases import dunning, papers
from server.cases.models import Case, CaseParty, ImportRun, Paper, Party, PaymentFact
from server.config import Firm
from server.db import db
from server.errors import Refusal
from server.media import store
from tests.server.schemes import make_scheme as make

AT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
TODAY, UNTIL = date(2026, 12, 2), date(2026, 12, 18)
AS_OF = date(2026, 11, 30)


@pytest.fixture
def case(creditors):
    row = make.case(creditors["bank"], 7)
    row.as_of, row.overdue_on = AS_OF, date(2025, 9, 1)
    db.session.flush()
    return row


def issue(case, **changes):
    return dunning.issue_letter(case, **({"until_on": UNTIL, "at": AT, "on": TODAY} | changes))


def text_of(paper):
    document = pypdfium2.PdfDocument(store().get(paper.sha256))
    pages = "".join(document[number].get_textpage().get_text_bounded() for number in range(len(document)))
    return re.sub(r"\s", "", pages)


def pay(case, fen, *, kind="payment"):
    run = ImportRun(
        id=clock.new_id(), creditor_id=case.creditor_id, kind="payments", filename="x", file_sha256="0" * 64,
        mapping={}, report={}, sealed_sha256="0" * 64, received_on=TODAY, imported_by_id=make.person_id("lin"),
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    db.session.add(
        PaymentFact(
            id=clock.new_id(),
            creditor_id=case.creditor_id,
            case_id=case.id,
            case_no=case.case_no,
            booked_on=date(2026, 12, 1),
            amount_fen=fen,
            kind=kind,
            reference=str(clock.new_id()),
            import_run_id=run.id,
        )
    )
    db.session.flush()


class TestIssueLetter:
    def test_states_creditor_contract_amount_day_deadline_and_authorisation(self, case):
        text = text_of(issue(case))
        for expected in (
            "某商业银行信用卡中心",
            "400-000-0001",
            "合同编号尾号0007",
            "逾期起始日2025年9月1日",
            "58,300.00",
            "截至2026年11月30日",
            "请于2026年12月18日前",
            "授权编号WT-2026-001",
            "收款账号6200000000000000",
            "可致电400-000-0000",
            "测试催收服务有限公司",
        ):
            assert expected in text

    def test_leaves_no_row_empty_for_what_the_creditor_did_not_tell(self, case):
        text = text_of(issue(case))
        assert "签订日期" not in text
        assert "条款摘要" not in text

    def test_files_it_under_its_own_serial_case_and_version(self, case):
        paper = issue(case)
        assert paper.serial.startswith("CK-20261202-0001-")
        assert (paper.kind, paper.case_id, paper.subject_id) == ("dunning_letter", case.id, case.id)
        assert (paper.version, paper.template_version) == (case.version, "dunning_letter/1")
        assert paper.flags == []
        assert store().get(paper.sha256).startswith(b"%PDF")

    def test_returns_the_letter_that_already_says_the_same(self, case):
        first = issue(case)
        db.session.flush()
        assert issue(case, at=AT + timedelta(hours=3)) is first

    @pytest.mark.parametrize("what", ["deadline", "payment", "account"])
    def test_issues_another_when_what_it_says_has_changed(self, case, what):
        first = issue(case)
        db.session.flush()
        changes = {}
        if what == "deadline":
            changes = {"until_on": UNTIL + timedelta(days=1)}
        elif what == "payment":
            pay(case, 830_000)
        else:
            db.session.get(Creditor, case.creditor_id).payee_account = "别行 6211 0000 0000 0000"
        again = issue(case, **changes)
        assert again.serial != first.serial
        assert db.session.query(Paper).count() == 2

    def test_asks_for_what_is_left_after_the_creditors_feed(self, case):
        pay(case, 830_000)
        text = text_of(issue(case))
        assert "¥50,000.00" in text
        assert "截至2026年12月1日" in text

    def test_speaks_of_a_guarantor_only_where_there_is_one(self, case):
        assert "保证人" not in text_of(issue(case))
        party = Party(id=clock.new_id(), creditor_id=case.creditor_id, name="保人")
        case.others.append(CaseParty(id=clock.new_id(), role="guarantor", party=party))
        db.session.flush()
        assert "保证人" in text_of(issue(case))

    def test_gives_the_same_bytes_for_the_same_facts(self, case):
        paper = issue(case)
        facts = dunning.letter_facts(case, serial=paper.serial, until_on=UNTIL, at=AT)
        assert sha256(dunning.dunning_letter.render(facts).pdf).hexdigest() == paper.unsealed_sha256
        assert papers.find_paper(dunning.KIND, subject_id=case.id, version=case.version) is paper


LOST = {
    "creditor_contact": lambda _, creditor: setattr(creditor, "contact", " "),
    "commission_no": lambda _, creditor: setattr(creditor, "commission_no", ""),
    "payee_account": lambda _, creditor: setattr(creditor, "payee_account", "只有银行名"),
    "contract_no": lambda case, _: setattr(case, "contract_no_sealed", None),
    "as_of": lambda case, _: setattr(case, "as_of", None),
    "amount": lambda case, _: setattr(case, "principal_fen", 0),
}


def without(case, fact):
    LOST[fact](case, db.session.get(Creditor, case.creditor_id))
    db.session.flush()


FACTS = [one for one in dunning.MISSING if one != "firm"]
assert set(FACTS) == set(LOST)


class TestMissingFacts:
    def test_finds_nothing_where_all_is_known(self, case):
        assert dunning.missing_facts(case) == []

    @pytest.mark.parametrize("fact", FACTS)
    def test_names_each_fact_that_is_missing(self, case, fact):
        without(case, fact)
        assert dunning.missing_facts(case) == [fact]

    @pytest.mark.parametrize("member", ["name", "complaint_phone"])
    def test_names_a_firm_that_was_never_set_up(self, app, case, member):
        known = {"name": "某机构", "complaint_phone": "400-000-0000"}
        del known[member]
        settings = app.extensions["doorstep"]
        app.extensions["doorstep"] = replace(settings, firm=Firm(**known))
        assert dunning.missing_facts(case) == ["firm"]

    def test_says_that_nothing_is_owed_on_a_settled_case(self, case):
        pay(case, 1, kind="settlement")
        assert dunning.missing_facts(case) == ["amount"]


class TestRequireFacts:
    @pytest.mark.parametrize("fact", FACTS)
    def test_refuses_a_half_empty_letter_and_prints_nothing(self, case, fact):
        without(case, fact)
        with pytest.raises(dunning.LetterFactsMissing) as refused:
            issue(case)
        (entry,) = refused.value.facts["cases"]
        assert entry == {
            "case_id": str(case.id),
            "case_no": "WH2026-000007",
            "missing": [{"code": fact, "text": dunning.MISSING[fact]}],
        }
        assert dunning.MISSING[fact]["zh"] in refused.value.detail
        assert dunning.MISSING[fact]["en"] in refused.value.detail
        assert db.session.query(Paper).count() == 0
        assert isinstance(refused.value, Refusal)

    def test_names_every_case_at_once(self, creditors):
        rows = [make.case(creditors["bank"], number) for number in range(3)]
        for row in rows[:2]:
            row.contract_no_sealed = None
        with pytest.raises(dunning.LetterFactsMissing) as refused:
            dunning.require_facts(rows)
        assert [one["case_no"] for one in refused.value.facts["cases"]] == ["WH2026-000000", "WH2026-000001"]
        assert isinstance(rows[2], Case)
