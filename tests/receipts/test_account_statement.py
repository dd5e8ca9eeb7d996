from dataclasses import replace
from datetime import date, timedelta

import pytest

from receipts.account_statement import ANSWER_NOTICE, RepaymentFacts, StatementAnswer, render
from receipts.facts import ObjectionFacts
from tests.receipts import reading, sample


def text(facts) -> str:
    return reading.text_of(render(facts).pdf)


class TestRender:
    def test_says_everything_the_procedure_asks_for(self):
        found = text(sample.statement())
        for expected in (
            "委托方测试银行股份有限公司",
            "受托机构测试资产管理有限公司",
            "债务人冯兰𬱖",
            "证件尾号0717",
            "产品信用卡",
            "合同/账号尾号2345",
            "截至日期2026年11月30日",
            "期初欠款¥72,300.00人民币柒万贰仟叁佰元整(2026年1月31日)",
            "2026-02-151,000.00壹仟元整50.00200.00750.00",
            "合计2,011.11贰仟零壹拾壹元壹角壹分100.00400.001,511.11",
            "本金58,300.00伍万捌仟叁佰元整",
            "利息4,120.55",
            "罚息1,966.20",
            "违约金0.00零元整",
            "费用0.00",
            "合计64,386.75陆万肆仟叁佰捌拾陆元柒角伍分",
            "按合同约定日利率万分之五",
            "委托方文件KC-202611-03，2026-11-30",
            "异议途径可致电0991-0000000，地址人民路1号，请于收到之日起15日内提出",
            "收款账号6500100020003000111(仅限委托方账户",
            "☐无异议☐部分异议：",
            reading.squeezed(ANSWER_NOTICE),
            "债务人签字冯兰𬱖",
            "见证人",
        ):
            assert expected in found

    @pytest.mark.parametrize(
        ("answer", "boxes"),
        [
            (StatementAnswer.AGREED, "☑无异议☐部分异议"),
            (StatementAnswer.OBJECTS, "☐无异议☑部分异议"),
            (StatementAnswer.OPEN, "☐无异议☐部分异议"),
        ],
    )
    def test_ticks_the_answer(self, answer, boxes):
        assert boxes in text(sample.statement(answer=answer))

    def test_prints_the_objection_in_the_debtors_words(self):
        found = text(sample.statement(answer=StatementAnswer.OBJECTS, objection_text="10 月的 500 元没有计入"))
        assert "☑部分异议：10月的500元没有计入" in found

    def test_repeats_the_total_where_it_is_signed(self):
        for rows in range(0, 40, 3):
            repayments = tuple(RepaymentFacts(date(2026, 1, 1) + timedelta(days=row), 100) for row in range(rows))
            pages = reading.pages_of(render(sample.statement(repayments=repayments)).pdf)
            (signed,) = [page for page in pages if "债务人签字" in page]
            assert "截至2026年11月30日，欠款合计¥64,386.75" in signed

    def test_never_prints_a_whole_contract_number(self):
        assert "6222000011112345" not in text(sample.statement())

    def test_prints_no_account_but_the_creditors(self):
        assert "不要向任何个人账户转账" in text(sample.statement(payee=None))

    def test_says_when_the_file_has_no_repayments(self):
        found = text(sample.statement(repayments=(), opening_fen=None))
        assert "委托方文件中没有还款记录" in found
        assert "期初欠款¥" not in found

    def test_names_the_last_day_to_object_where_there_is_one(self):
        objection = ObjectionFacts("0991-0000000", until_on=date(2026, 12, 31), days=15)
        assert "请于2026年12月31日前提出" in text(sample.statement(objection=objection))

    def test_prints_a_credit_balance(self):
        debt = replace(sample.DEBT, principal_fen=-100, interest_fen=0, penalty_fen=0)
        assert "合计-1.00负壹元整" in text(sample.statement(debt=debt))

    def test_prints_two_hundred_repayments(self):
        repayments = tuple(RepaymentFacts(date(2020, 1, 1) + timedelta(days=row), 100 + row) for row in range(200))
        paper = render(sample.statement(repayments=repayments))
        found = reading.text_of(paper.pdf)
        assert all(one.paid_on.isoformat() in found for one in repayments)
        assert paper.pages >= 5
        assert all("金额大写" in page for page in reading.pages_of(paper.pdf)[:4])

    def test_takes_hostile_text_as_text(self):
        hostile = "<b>=1+1</b>\u202e\ud800"
        facts = sample.statement(
            debtor=replace(sample.PARTY, name=hostile),
            interest_note=hostile,
            source_note=hostile * 200,
            objection_text=hostile,
        )
        paper = render(facts)
        assert paper.flags == ("missing-glyph U+202E", "missing-glyph U+D800")
        assert "债务人<b>=1+1</b>〔U+202E〕〔U+D800〕" in reading.text_of(paper.pdf)
