"""Every kind of paper against the allow-list and the rules at `print`, from the very facts it prints."""

from dataclasses import replace
from datetime import date

import pytest

from receipts import (
    account_statement,
    breach_notice,
    deletion_certificate,
    dunning_letter,
    evidence_index,
    lawyers_letter,
    promise,
    visit_receipt,
    visit_scheme,
    visit_summary,
)
from receipts.visit_receipt import WhoMet
from server.cases import print_gate
from server.cases.gates import GateClosed
from server.compliance import allowlist
from server.compliance.allowlist import Shown
from tests.receipts import sample
from tests.receipts.reading import text_of

ON = date(2026, 12, 2)
PAPERS = {
    "account_statement": (account_statement.render, sample.statement),
    "dunning_letter": (dunning_letter.render, sample.letter),
    "lawyers_letter": (lawyers_letter.render, sample.lawyers_letter),
    "visit_receipt": (visit_receipt.render, sample.receipt),
    "promise": (promise.render, sample.written_promise),
    "evidence_index": (evidence_index.render, sample.index),
    "visit_scheme": (visit_scheme.render, sample.scheme),
    "visit_summary": (visit_summary.render, sample.summary),
    "deletion_certificate": (deletion_certificate.render, sample.certificate),
    "breach_notice": (breach_notice.render, sample.notice),
}


def facts_of(kind, **changes):
    """Return a paper's sample with no more of the party than the server puts there."""
    facts = replace(PAPERS[kind][1](), **changes)
    for name in ("debtor", "addressee"):
        party = getattr(facts, name, None)
        if party is not None and kind not in {"promise", "evidence_index"}:
            facts = replace(facts, **{name: replace(party, phone="", address="")})
    return facts


def ask(kind, facts):
    return print_gate.ask(kind, facts, creditor_id=None, case_id=None, on=ON)


def against(kind, facts):
    return [one.rule_id for one in ask(kind, facts).against]


@pytest.mark.usefixtures("in_app")
class TestEveryPaper:
    @pytest.mark.parametrize("kind", PAPERS)
    def test_may_be_issued_as_it_is(self, kind):
        ruling = ask(kind, facts_of(kind))
        assert [one.rule_id for one in ruling.require().results if one.rule_id == "PI-NEED"] == ["PI-NEED"]
        assert {one["gate"] for one in ruling.as_json()} == {"print"}
        assert all(one["pack"] and one["pack_digest"] for one in ruling.as_json())

    @pytest.mark.parametrize("kind", PAPERS)
    def test_prints_a_field_as_far_as_the_table_gives_it(self, kind):
        facts = facts_of(kind)
        told, text = set(print_gate.facts_of(kind, facts)["export"]["fields"]), text_of(PAPERS[kind][0](facts).pdf)
        for field in allowlist.fields():
            level = allowlist.on_paper(kind, field)
            assert level is Shown.FULL or field not in told
            assert level >= Shown.MASKED or f"{field}:masked" not in told
        debt = getattr(facts, "debt", None)
        assert debt is None or debt.contract_no not in text

    @pytest.mark.parametrize("kind", ["account_statement", "promise", "visit_receipt"])
    def test_is_stopped_by_a_field_the_table_does_not_give(self, kind):
        facts = facts_of(kind)
        assert against(kind, replace(facts, debtor=replace(facts.debtor, phone="13800000000"))) == ["PI-NEED"]

    def test_is_stopped_when_its_kind_is_not_on_the_table(self):
        assert "PI-NEED" in against("unheard_of", facts_of("account_statement"))


@pytest.mark.usefixtures("in_app")
class TestWords:
    @pytest.mark.parametrize(
        ("words", "rule"),
        [("否则坐牢", "TRUTH"), ("可申请分期", ""), ("可以以贷还贷", "BORROW"), ("让父母还", "INDUCE")],
    )
    def test_of_the_office_are_looked_through(self, words, rule):
        facts = facts_of("dunning_letter", reason=words)
        assert against("dunning_letter", facts) == ([rule] if rule else [])
        if rule:
            with pytest.raises(GateClosed) as closed:
                ask("dunning_letter", facts).require()
            (named,) = closed.value.facts["rules"]
            assert (named["rule_id"], named["override_role"], named["grade"]) == (rule, "compliance", "B")

    def test_said_at_the_door_are_printed_as_they_are(self):
        assert against("visit_receipt", facts_of("visit_receipt", agreement="称“不还就坐牢”系误解")) == []
        assert against("promise", facts_of("promise", service_address="坐牢路 1 号")) == []


@pytest.mark.usefixtures("in_app")
class TestReader:
    def test_a_third_person_is_shown_no_amount(self):
        facts = facts_of("visit_receipt", met=WhoMet.THIRD_PARTY)
        assert against("visit_receipt", facts) == ["PARTY"]
        assert against("visit_receipt", replace(facts, debt=None)) == []

    def test_a_lawyers_letter_needs_its_seal(self):
        assert against("lawyers_letter", facts_of("lawyers_letter", seal_image=b"")) == ["LETTER"]

    def test_a_receipt_carries_the_notice_on_personal_information(self):
        text = text_of(visit_receipt.render(sample.receipt()).pdf)
        assert "个人信息处理告知" in text
        assert "privacy_notice" in print_gate.facts_of("visit_receipt", sample.receipt())["paper"]["parts"]
