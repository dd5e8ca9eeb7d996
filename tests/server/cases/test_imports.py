from collections import Counter
from datetime import date

import pytest

from server.cases.faults import Code, Verdict
from server.cases.headers import Field
from server.cases.imports import read_cases
from server.cases.mapping import guess
from server.cases.placement import AddressKind, GuaranteeKind, Hint
from server.cases.workbook import Cell, CellKind, Row, Sheet, Workbook, read_workbook
from server.planning.datum import Datum
from server.planning.precision import Precision

RECEIVED = date(2026, 11, 23)
GOOD_ID, OTHER_ID = "999182199904220910", "99364019800215898X"
BASE = {
    "案件序列号": "A1", "客户姓名": "测试甲", "证件号码": GOOD_ID, "首次逾期日": "2026-05-01", "委案金额": "12,000.00",
    "本金余额": "11000", "利息": "900", "违约金": "100", "费用": "0", "手机": "19900000000",
    "家庭地址": "广东省深圳市福田区莲花路1号",
    "备注": "",
}  # fmt: skip


def sheet(*changes, totals=None, base=BASE, title="数据截至 2026年11月20日", name="明细"):
    headers = list(base | (changes[0] if changes else {}))
    rows = [Row(1, (Cell(title),)), Row(2, tuple(Cell(header) for header in headers))]
    for number, change in enumerate(changes, 3):
        texts = base | change
        cells = [value if isinstance(value, Cell) else Cell(value) for value in (texts.get(h, "") for h in headers)]
        rows.append(Row(number, tuple(cells)))
    if totals:
        texts = [totals.get(header, "") for header in headers]
        rows.append(Row(len(rows) + 1, tuple(Cell(text) for text in ["合计", *texts[1:]])))
    return Sheet(name, tuple(rows))


def read(*changes, **kwargs):
    book = Workbook((sheet(*changes, **kwargs),), "0" * 64, "xlsx")
    return read_cases(book, template=guess(book), received_on=RECEIVED)


def only(*changes, **kwargs):
    return read(*changes, **kwargs).results[0]


class TestReadCases:
    def test_takes_a_good_row_whole(self):
        result = only({})
        assert (result.verdict, result.faults) == (Verdict.ACCEPTED, ())
        assert result.case.amounts.total_fen == 1_200_000
        assert result.case.days_past_due == 203
        assert result.case.addresses[0].kind is AddressKind.HOME

    def test_takes_the_as_of_day_from_the_title_or_else_the_given_one(self):
        assert (read({}).as_of_on, read({}).is_as_of_from_file) == (date(2026, 11, 20), True)
        silent = read({}, title="委案明细")
        assert (silent.as_of_on, silent.is_as_of_from_file) == (RECEIVED, False)

    def test_gives_the_same_intake_for_the_same_bytes(self):
        assert read({}, {"案件序列号": "A2"}) == read({}, {"案件序列号": "A2"})

    def test_finds_a_case_repeated_on_another_sheet(self):
        book = Workbook((sheet({}, name="一"), sheet({}, name="二")), "0" * 64, "xlsx")
        intake = read_cases(book, template=guess(book), received_on=RECEIVED)
        assert [result.verdict for result in intake.results] == [Verdict.ACCEPTED, Verdict.REFUSED]
        assert "一!3" in intake.results[1].faults[-1].reason_en

    def test_gives_no_case_for_a_repeated_row_and_keeps_the_first(self):
        intake = read({}, {"客户姓名": "测试乙"})
        assert [case.name for case in intake.cases] == ["测试甲"]


@pytest.fixture(scope="module")
def card_intake(shared_data):
    book = read_workbook((shared_data / "portfolios" / "bank_cards_KC-202611-03.xlsx").read_bytes())
    return read_cases(book, template=guess(book), received_on=RECEIVED)


class TestSharedCardFile:
    def test_has_the_expected_rows(self, card_intake):
        counts = [card_intake.count(verdict) for verdict in (Verdict.ACCEPTED, Verdict.FLAGGED, Verdict.REFUSED)]
        assert (len(card_intake.results), *counts) == (247, 240, 3, 4)

    def test_finds_exactly_the_faults_made_on_purpose(self, card_intake):
        assert [(fault.row, fault.column, fault.code) for fault in card_intake.faults] == [
            (244, "D", Code.MISSING_ID),
            (245, "D", Code.ID_UNCONFIRMED),
            (246, "J", Code.PARTS_DIFFER),
            (247, "H", Code.BAD_DATE),
            (248, "R", Code.NO_ADDRESS),
            (249, "B", Code.ACTIVE_TEXT),
            (249, "R", Code.ACTIVE_TEXT),
            (250, "A", Code.DUPLICATE_CASE),
        ]

    def test_agrees_with_the_files_own_totals_to_the_fen(self, card_intake):
        totals = {
            total.field: (total.file_fen, total.difference_fen, total.agrees_with) for total in card_intake.totals
        }
        assert totals == {
            Field.TOTAL: (2_206_441_900, 0, "accepted"),
            Field.PRINCIPAL: (2_021_953_552, 0, "accepted"),
            Field.INTEREST: (153_643_045, 0, "accepted"),
            Field.PENALTY: (30_329_303, 0, "accepted"),
            Field.FEES: (516_000, 0, "accepted"),
        }

    def test_counts_days_as_the_file_does(self, card_intake):
        assert not [fault for fault in card_intake.faults if fault.code is Code.DAYS_DIFFER]

    def test_keeps_formula_and_markup_as_text(self, card_intake):
        flagged = next(case for case in card_intake.cases if case.case_no == "KC20261190006")
        assert flagged.name.startswith("=HYPERLINK")
        assert "<b>坂田</b>" in flagged.addresses[0].text

    def test_reads_what_the_remarks_hint_at(self, card_intake):
        hints = Counter(hint for case in card_intake.cases for hint in case.hints)
        assert hints == {Hint.COMPLAINT: 40, Hint.DISPUTE: 30}


@pytest.fixture(scope="module")
def trade_intake(shared_data):
    book = read_workbook((shared_data / "portfolios" / "trade_receivables_gb18030.csv").read_bytes())
    return read_cases(book, template=guess(book), received_on=RECEIVED)


class TestSharedTradeFile:
    def test_has_sixty_rows_without_a_fault(self, trade_intake):
        assert (len(trade_intake.results), trade_intake.count(Verdict.ACCEPTED), trade_intake.faults) == (60, 60, ())

    def test_reads_points_with_their_datum(self, trade_intake):
        point = trade_intake.cases[0].addresses[0].point
        assert (point.lon, point.lat, point.datum, point.precision) == (
            114.097891,
            22.567579,
            Datum.GCJ02,
            Precision.BUILDING,
        )
        assert all(case.addresses[0].point for case in trade_intake.cases)

    def test_reads_guarantors(self, trade_intake):
        bound = [case for case in trade_intake.cases if case.guarantors]
        assert len(bound) == 15
        assert {case.guarantors[0].kind for case in bound} == {GuaranteeKind.JOINT}

    def test_keeps_contract_minus_paid_equal_to_owed(self, trade_intake):
        for case in trade_intake.cases:
            amounts = case.amounts
            assert amounts.contract_amount_fen - amounts.paid_before_fen == amounts.total_fen == amounts.principal_fen

    def test_keeps_rare_characters(self, trade_intake):
        assert {"䶮桂", "张明𬱖"} <= {case.name for case in trade_intake.cases}

    def test_says_that_the_file_has_no_totals(self, trade_intake):
        assert {total.file_fen for total in trade_intake.totals} == {None}


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"案件序列号": ""}, Code.MISSING_CASE_NO),
            ({"客户姓名": " "}, Code.MISSING_NAME),
            ({"证件号码": ""}, Code.MISSING_ID),
            ({"证件号码": "无"}, Code.MISSING_ID),
            ({"委案金额": ""}, Code.MISSING_AMOUNT),
            ({"委案金额": "一万二"}, Code.BAD_AMOUNT),
            ({"委案金额": "12000.005"}, Code.BAD_AMOUNT),
            ({"利息": "-900"}, Code.BAD_AMOUNT),
            ({"委案金额": Cell("=SUM(F3:I3)", CellKind.FORMULA)}, Code.BAD_AMOUNT),
            ({"委案金额": "12,000.01"}, Code.PARTS_DIFFER),
            ({"首次逾期日": "2026-13-40"}, Code.BAD_DATE),
            ({"首次逾期日": ""}, Code.MISSING_DATE),
            ({"最后还款日": "2026-02-30"}, Code.BAD_DATE),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_refuses_a_row_and_names_the_fault(self, change, code):
        result = only(change)
        assert (result.verdict, result.case) == (Verdict.REFUSED, None)
        assert code in {fault.code for fault in result.faults}

    def test_refuses_a_balance_that_does_not_follow(self):
        base = {key: value for key, value in BASE.items() if key not in {"本金余额", "利息", "违约金", "费用"}}
        change = {"合同金额": "20000", "已付金额": "8000"}
        assert only(change, base=base).verdict is Verdict.ACCEPTED
        refused = only(change | {"已付金额": "8000.01"}, base=base)
        assert [fault.code for fault in refused.faults] == [Code.BALANCE_DIFFERS]
        assert "11,999.99" in refused.faults[0].reason

    def test_refuses_foreign_money(self):
        assert [fault.code for fault in only({}, title="币种：美元").faults] == [Code.CURRENCY]

    def test_names_every_fault_of_a_row_and_not_only_the_first(self):
        codes = {fault.code for fault in only({"客户姓名": "", "证件号码": "", "家庭地址": ""}).faults}
        assert codes == {Code.MISSING_NAME, Code.MISSING_ID, Code.NO_ADDRESS}

    def test_gives_address_value_and_words_for_each_fault(self):
        (fault,) = only({"首次逾期日": "2026-13-40"}).faults
        assert (fault.sheet, fault.row, fault.column, fault.header, fault.value) == (
            "明细",
            3,
            "D",
            "首次逾期日",
            "2026-13-40",
        )
        assert fault.reason == "不是有效日期"
        assert fault.reason_en == "not a date that the calendar has"


class TestFlags:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"证件号码": "990000199001011234"}, Code.ID_UNCONFIRMED),
            ({"家庭地址": ""}, Code.NO_ADDRESS),
            ({"手机": "12345"}, Code.BAD_PHONE),
            ({"客户姓名": Cell("=1+1", CellKind.FORMULA)}, Code.ACTIVE_TEXT),
            ({"备注": "<script>alert(1)</script>"}, Code.ACTIVE_TEXT),
            ({"首次逾期日": "2026-12-01"}, Code.DATES_OUT_OF_ORDER),
            ({"保证人": "乙", "保证人证件": "1"}, Code.GUARANTOR_ID_UNCONFIRMED),
            ({"经度": "22.5", "纬度": "114.0", "坐标系": "GCJ-02"}, Code.BAD_POINT),
            ({"经度": "114.0", "纬度": "22.5", "坐标系": ""}, Code.BAD_POINT),
            ({"委案日期": "2026-11-03", "预计退案日": "2026-11-02"}, Code.DATES_OUT_OF_ORDER),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_takes_a_row_with_its_flag(self, change, code):
        result = only(change)
        assert result.verdict is Verdict.FLAGGED
        assert [fault.code for fault in result.faults] == [code]
        assert result.case is not None

    def test_does_not_use_a_point_that_is_none(self):
        assert only({"经度": "114.0", "纬度": "22.5", "坐标系": "北京54"}).case.addresses[0].point is None

    def test_keeps_an_unconfirmed_identity_unconfirmed(self):
        assert only({}).case.is_identity_confirmed
        assert not only({"证件号码": "990000199001011234"}).case.is_identity_confirmed

    def test_believes_a_passport_as_it_stands(self):
        result = only({"证件类型": "护照", "证件号码": "E1234567"})
        assert (result.verdict, result.case.id_number) == (Verdict.ACCEPTED, "E1234567")


class TestNotes:
    def test_uses_our_days_when_the_files_do_not_follow(self):
        result = only({"逾期天数": "500"})
        assert result.verdict is Verdict.ACCEPTED
        assert [fault.code for fault in result.faults] == [Code.DAYS_DIFFER]
        assert result.case.days_past_due == 203

    def test_counts_from_the_agreed_day_where_there_is_one(self):
        base = {key: value for key, value in BASE.items() if key != "首次逾期日"} | {"约定付款日": "2026.05.01"}
        case = only({}, base=base).case
        assert (case.due_on, case.overdue_on, case.days_past_due) == (date(2026, 5, 1), date(2026, 5, 2), 203)


class TestTotals:
    def test_names_the_sum_that_the_file_agrees_with(self):
        rows = ({}, {"案件序列号": "A2", "证件号码": "990000199001011234"}, {"案件序列号": "A3", "客户姓名": ""})
        for stated, agrees in (("12,000.00", "accepted"), ("24,000", "taken"), ("36000", "all"), ("1", None)):
            intake = read(*rows, totals={"委案金额": stated})
            total = next(one for one in intake.totals if one.field is Field.TOTAL)
            assert total.agrees_with == agrees
            assert total.difference_fen == total.file_fen - 1_200_000

    def test_cannot_compare_a_formula(self):
        intake = read({}, totals={"委案金额": "=SUM(E3:E3)"})
        assert intake.totals[0].file_fen is None
        assert intake.totals[0].difference_fen is None

    def test_counts_in_ten_thousands_where_the_file_does(self):
        change = {"委案金额": "1.2", "本金余额": "1.1", "利息": "0.09", "违约金": "0.01"}
        intake = read(change, title="单位：万元", totals={"委案金额": "1.2"})
        assert intake.results[0].case.amounts.total_fen == 1_200_000
        assert intake.totals[0].agrees_with == "accepted"
