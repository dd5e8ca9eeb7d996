import pytest

from receipts import account_statement, dunning_letter, promise, visit_receipt
from receipts.templates import Clause, NoSuchClause, Template, UnknownField, digest, fill, strange_fields
from tests.receipts import reading, sample

SHIPPED = {
    "account_statement": ("answer_notice", account_statement, sample.statement),
    "dunning_letter": ("rights", dunning_letter, sample.letter),
    "promise": ("breach", promise, sample.written_promise),
    "visit_receipt": ("cash_notice", visit_receipt, sample.receipt),
}


class TestTemplate:
    def test_gives_its_clauses_and_its_version(self):
        template = Template("promise", 2, (Clause("breach", "甲"),))
        assert (template.text("breach"), template.version) == ("甲", "promise/2")

    def test_has_no_clause_it_was_not_given(self):
        with pytest.raises(NoSuchClause, match="promise/1 has no clause rights"):
            promise.TEMPLATE.text("rights")

    @pytest.mark.parametrize("kind", SHIPPED)
    def test_is_what_the_paper_prints(self, kind):
        name, module, facts = SHIPPED[kind]
        shipped = module.TEMPLATE
        assert (shipped.kind, shipped.number) == (kind, 1)
        words = Template(kind, 2, tuple(Clause(one.name, f"改{one.name}") for one in shipped.clauses))
        ours, theirs = module.render(facts()), module.render(facts(words=words))
        assert reading.squeezed(f"改{name}") in reading.text_of(theirs.pdf)
        assert reading.squeezed(shipped.text(name)) not in reading.text_of(theirs.pdf)
        assert ours.fingerprint != theirs.fingerprint


class TestDigest:
    def test_changes_with_every_part(self):
        same = digest("promise", {"a": "1", "b": "2"})
        assert digest("promise", {"b": "2", "a": "1"}) == same
        others = [
            digest("x", {"a": "1", "b": "2"}),
            digest("promise", {"a": "1"}),
            digest("promise", {"a": "1", "b": "2"}, more=1),
        ]
        assert same not in others


class TestFill:
    def test_fills_in_what_is_asked_for(self):
        assert fill("欠 {total}，{total}", {"total": "1 元"}) == "欠 1 元，1 元"

    def test_refuses_a_field_nobody_knows(self):
        with pytest.raises(UnknownField, match="expected one of total, got x"):
            fill("{x}", {"total": "1"})

    def test_finds_what_is_no_merge_field(self):
        assert strange_fields("{debtor} {phone} {}") == ["phone", ""]

    def test_finds_every_field_where_a_paper_has_none(self):
        assert strange_fields("{debtor} 欠款", ()) == ["debtor"]

    @pytest.mark.parametrize(("text", "found"), [("{total", ["{"]), ("total} 元", ["}"]), ("｛total｝", ["｛", "｝"])])
    def test_finds_a_brace_that_would_be_printed(self, text, found):
        assert strange_fields(text) == found
