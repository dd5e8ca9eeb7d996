from datetime import date

import pytest

from server.cases.headers import PAYMENT_SYNONYMS, SYNONYMS, Field
from server.cases.mapping import (
    SUBTOTAL_LABEL,
    TOTALS_LABEL,
    BadMapping,
    FileKind,
    MissingColumns,
    Template,
    UnknownLayout,
    as_of_in,
    best_header,
    defaults_for,
    guess,
    has_essentials,
    is_sum,
    lay_out,
    lay_out_sheet,
    normal_header,
    recognised,
    template_from_json,
    title_text,
)
from server.cases.workbook import Cell, Row, Sheet, Workbook

HEADERS = ["案件序列号", "客户姓名", "证件号码", "委案金额"]


def row(number, *texts):
    return Row(number, tuple(Cell(text) for text in texts))


def book(*sheets):
    return Workbook(tuple(Sheet(name, tuple(rows)) for name, rows in sheets), "0" * 64, "xlsx")


def placement(*rows, name="明细", title="数据截至 2026年11月20日", headers=HEADERS):
    body = [row(number, *texts) for number, texts in enumerate(rows, 3)]
    return (name, [row(1, title), row(2, *headers), *body])


class TestGuess:
    def test_finds_the_header_row_below_the_titles(self):
        template = guess(book(placement(["A1", "甲", "1", "2"])))
        assert template.columns == {
            "案件序列号": Field.CASE_NO,
            "客户姓名": Field.NAME,
            "证件号码": Field.ID_NUMBER,
            "委案金额": Field.TOTAL,
        }
        assert template.yuan_per_unit == 1

    def test_sees_amounts_in_ten_thousands(self):
        assert guess(book(placement(title="单位：万元"))).yuan_per_unit == 10_000
        assert guess(book(placement(headers=[*HEADERS[:3], "委案金额（万元）"]))).yuan_per_unit == 10_000

    def test_skips_sheets_that_are_notes(self):
        assert guess(book(("说明", [row(1, "注")]), placement())).columns

    def test_guesses_a_payment_feed(self):
        sheet = ("", [row(1, "案件序列号", "入账日期", "入账金额", "摘要", "流水号")])
        template = guess(book(sheet), kind=FileKind.PAYMENTS)
        assert template.columns["入账金额"] is Field.PAID

    def test_refuses_headers_nobody_knows(self):
        with pytest.raises(UnknownLayout):
            guess(book(("x", [row(1, "甲", "乙", "丙", "丁")])))

    @pytest.mark.parametrize("file", ["bank_cards_KC-202611-03.xlsx", "trade_receivables_gb18030.csv"])
    def test_knows_every_header_of_the_shared_files(self, shared_data, file):
        from server.cases.workbook import read_workbook

        whole = read_workbook((shared_data / "portfolios" / file).read_bytes())
        template = guess(whole)
        (layout,) = lay_out(whole, template=template)
        assert len(template.columns) == len(layout.headers)


class TestTemplateFromJson:
    def test_reads_back_what_it_wrote(self):
        template = Template(FileKind.CASES, {"姓名": Field.NAME}, {"product": "信用卡"}, 10_000)
        assert template_from_json(template.as_json()) == template

    @pytest.mark.parametrize(
        "stored",
        [
            {},
            {"columns": {"姓名": "nickname"}},
            {"columns": ["姓名"]},
            {"columns": {"姓名": "name"}, "kind": "weather"},
            {"columns": {"姓名": "name"}, "yuan_per_unit": 7},
            {"columns": {"姓名": "name"}, "yuan_per_unit": "many"},
            {"columns": {"姓名": "name", "户名": "name"}},
        ],
        ids=["empty", "unknown field", "a list", "unknown kind", "odd unit", "no unit", "one field twice"],
    )
    def test_refuses_what_is_no_template(self, stored):
        with pytest.raises(BadMapping):
            template_from_json(stored)


class TestNormalHeader:
    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("委案 金额（元）", "委案金额"),
            ("违约金率(日万分之)", "违约金率"),
            ("*姓名：", "姓名"),
            ("Case_No", "caseno"),
            ("证件\n号码", "证件号码"),
        ],
    )
    def test_drops_decoration(self, text, plain):
        assert normal_header(text) == plain


class TestRecognised:
    def test_takes_the_first_of_two_equal_meanings(self):
        assert recognised(row(1, "手机", "联系电话"), SYNONYMS) == {"手机": Field.PHONE}

    def test_knows_no_field_under_two_spellings_of_another(self):
        assert len(SYNONYMS) == sum(1 for _ in SYNONYMS)
        assert SYNONYMS["地址"] is Field.HOME_ADDRESS
        assert PAYMENT_SYNONYMS["摘要"] is Field.SUMMARY


class TestBestHeader:
    def test_needs_three_known_headers(self):
        assert best_header(Sheet("x", (row(1, "姓名", "手机"),)), SYNONYMS) is None
        assert best_header(Sheet("x", (row(1, "姓名", "手机", "卡号"),)), SYNONYMS).number == 1
        assert best_header(Sheet("x", ()), SYNONYMS) is None


class TestDefaultsFor:
    @pytest.mark.parametrize(
        ("columns", "product"),
        [({"卡号": Field.CARD_NO}, "信用卡"), ({"合同金额": Field.CONTRACT_AMOUNT}, "货款"), ({}, "消费贷")],
    )
    def test_names_the_product(self, columns, product):
        assert defaults_for(columns) == {"product": product}


class TestLayOut:
    def test_finds_rows_totals_and_the_as_of_day(self):
        whole = book(placement(["A1", "甲", "1", "2"], ["合计", "", "", "2"]))
        (layout,) = lay_out(whole, template=guess(whole))
        assert [one.number for one in layout.rows] == [3]
        assert layout.totals_row.text(3) == "2"
        assert layout.as_of_on == date(2026, 11, 20)
        assert layout.currency is None

    def test_follows_columns_that_moved(self):
        template = guess(book(placement()))
        (layout,) = lay_out(book(placement(["9", "A1"], headers=list(reversed(HEADERS)))), template=template)
        assert layout.columns[Field.TOTAL] == 0

    def test_reads_every_sheet_with_the_headers(self):
        whole = book(placement(["A1"], name="一"), placement(["A2"], name="二"), ("说明", [row(1, "注")]))
        assert [layout.sheet for layout in lay_out(whole, template=guess(whole))] == ["一", "二"]

    def test_leaves_subtotals_out(self):
        whole = book(placement(["A1", "甲", "1", "2"], ["小计", "", "", "2"], ["A2", "乙", "1", "3"]))
        (layout,) = lay_out(whole, template=guess(whole))
        assert [one.text(0) for one in layout.rows] == ["A1", "A2"]
        assert layout.totals_row is None

    def test_sees_a_foreign_currency(self):
        whole = book(placement(title="币种：美元"))
        assert lay_out(whole, template=guess(whole))[0].currency == "美元"
        assert lay_out(book(placement(title="币种：人民币（元）")), template=guess(whole))[0].currency is None

    def test_names_what_is_missing(self):
        template = guess(book(placement()))
        with pytest.raises(MissingColumns) as refusal:
            lay_out(book(("x", [row(1, "案件序列号", "客户姓名")])), template=template)
        assert "委案金额" in refusal.value.facts["expected"]


class TestLayOutSheet:
    def test_is_nothing_for_an_empty_sheet(self):
        assert lay_out_sheet(Sheet("x", ()), wanted=SYNONYMS, template=guess(book(placement()))) is None


class TestHasEssentials:
    def test_needs_a_number_a_name_and_an_amount(self):
        assert has_essentials({Field.CONTRACT_NO: 0, Field.NAME: 1, Field.TOTAL: 2}, kind=FileKind.CASES)
        assert not has_essentials({Field.NAME: 1, Field.TOTAL: 2}, kind=FileKind.CASES)
        assert not has_essentials({Field.CASE_NO: 0, Field.PAID: 1}, kind=FileKind.PAYMENTS)


class TestIsSum:
    @pytest.mark.parametrize("text", ["合计", "合 计：", "总计", "本页合计", "Total", "GRAND TOTAL"])
    def test_knows_totals(self, text):
        assert is_sum(row(1, "", text, "5"), TOTALS_LABEL)

    @pytest.mark.parametrize("text", ["合计科技公司", "A1", ""])
    def test_is_not_fooled_by_names(self, text):
        assert not is_sum(row(1, text, "合计"), TOTALS_LABEL) or text == ""

    def test_tells_subtotals_apart(self):
        assert is_sum(row(1, "小计"), SUBTOTAL_LABEL)
        assert not is_sum(row(1, "小计"), TOTALS_LABEL)


class TestTitleText:
    def test_is_all_above_the_header(self):
        assert title_text(Sheet("x", (row(1, "甲"), row(2, "乙"), row(3, "丙"))), 3) == "甲\n乙"


class TestAsOfIn:
    @pytest.mark.parametrize(
        "title", ["数据截至 2026年11月20日", "截止日期：2026-11-20", "欠款截至2026/11/20（含）", "截至：20261120"]
    )
    def test_reads_the_day(self, title):
        assert as_of_in(title) == date(2026, 11, 20)

    def test_finds_none_where_none_is_said(self):
        assert as_of_in("批次 2026年11月") is None
