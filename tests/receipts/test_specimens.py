from datetime import UTC, datetime

import pytest

from receipts import account_statement, dunning_letter, lawyers_letter, promise, specimens, visit_receipt
from receipts.templates import Clause, Template
from tests.receipts import reading, sample

AT = datetime(2026, 12, 2, 10, 20, tzinfo=UTC)
SHIPPED = [one.TEMPLATE for one in (account_statement, dunning_letter, promise, visit_receipt)]
LETTER = Template(
    "lawyers_letter",
    2,
    tuple(Clause(name, f"文{place}{{debtor}}止") for place, name in enumerate(lawyers_letter.CLAUSES)),
)


def specimen(words, **more):
    return specimens.render(words, firm_name="测试资产管理有限公司", at=AT, **more)


@pytest.mark.parametrize("words", [*SHIPPED, LETTER], ids=lambda words: words.kind)
class TestSpecimen:
    def test_shows_every_clause(self, words):
        told = reading.text_of(specimen(words).pdf)
        for clause in words.clauses:
            assert reading.squeezed(clause.text.replace("{debtor}", "样本某")) in told

    def test_is_marked_on_every_page_and_has_no_code_to_verify(self, words):
        paper = specimen(words)
        for page in reading.pages_of(paper.pdf):
            assert "样本SPECIMEN" in page
            assert "内容均为虚构" in page
        assert reading.qr_texts(paper.pdf) == []

    def test_is_the_same_each_time_and_says_everything(self, words):
        first, again = specimen(words), specimen(words)
        assert first.pdf == again.pdf
        assert first.flags == ()


def test_a_lawyers_letter_shows_the_firm_that_is_written():
    told = reading.text_of(specimen(LETTER, firm=sample.LAW_FIRM, seal=sample.seal_image()).pdf)
    assert sample.LAW_FIRM.name in told
    assert "样本律师事务所" not in told


def test_no_other_paper_is_marked():
    paper = sample.statement()
    assert "SPECIMEN" not in reading.text_of(account_statement.render(paper).pdf)
