import io
from datetime import date

from openpyxl import load_workbook

from server.cases.faults import Code, Fault
from server.cases.imports import read_cases
from server.cases.mapping import FileKind, guess
from server.cases.payments import read_payments
from server.cases.reports import counts_of, fault_json, faults_json, faults_xlsx, feed_report, intake_report
from server.cases.workbook import Cell, Row, Sheet, Workbook

HEADERS = ["案件序列号", "客户姓名", "证件号码", "首次逾期日", "委案金额", "家庭地址"]
GOOD = ["A1", "测试甲", "999182199904220910", "2026-05-01", "120.00", "广东省深圳市福田区莲花路1号"]
DAY = date(2026, 11, 20)


def book(*rows, headers=HEADERS):
    lines = [Row(number, tuple(Cell(text) for text in texts)) for number, texts in enumerate([headers, *rows], 1)]
    return Workbook((Sheet("明细/一", tuple(lines)),), "0" * 64, "xlsx")


def intake_of(whole):
    return read_cases(whole, template=guess(whole), received_on=DAY)


def fault(code):
    return Fault("s", 1, "A", "h", "v", code, "因", "why")


class TestFaultJson:
    def test_has_the_members_of_the_contract(self):
        assert {"sheet", "row", "column", "value", "reason"} <= set(fault_json(fault(Code.NO_ADDRESS)))
        assert fault_json(fault(Code.NO_ADDRESS))["severity"] == "flag"


class TestFaultsJson:
    def test_lists_notes_last_and_stops_somewhere(self, monkeypatch):
        found = [fault(Code.DAYS_DIFFER), fault(Code.MISSING_ID)]
        assert [one["code"] for one in faults_json(found)] == ["missing_id", "days_differ"]
        monkeypatch.setattr("server.cases.reports.MAX_LISTED_FAULTS", 1)
        assert len(faults_json(found)) == 1


class TestIntakeReport:
    def test_holds_counts_and_totals_but_no_cell(self):
        report = intake_report(intake_of(book(GOOD, ["", *GOOD[1:]])), encoding="xlsx")
        assert [report[name] for name in ("rows", "accepted", "flagged", "refused")] == [2, 1, 0, 1]
        assert (report["as_of"], report["as_of_source"], report["has_totals_row"]) == ("2026-11-20", "given", False)
        assert report["totals"]["total"]["ours_fen"] == 12_000
        assert "测试甲" not in str(report)


class TestFeedReport:
    def test_sums_by_kind(self):
        rows = [["A1", "2026-12-01", "5.00", "还款", "1"], ["A1", "2026-12-02", "-1.00", "冲正", "2"]]
        whole = book(*rows, headers=["案件序列号", "入账日期", "入账金额", "摘要", "流水号"])
        template = guess(whole, kind=FileKind.PAYMENTS)
        feed = read_payments(whole, template=template, known_case_nos={"A1"}, known={})
        assert feed_report(feed, encoding="csv")["totals"] == {
            "payment": {"count": 1, "amount_fen": 500},
            "reversal": {"count": 1, "amount_fen": -100},
        }
        assert counts_of(feed)["rows"] == 2


class TestFaultsXlsx:
    def test_holds_text_only_and_quotes_what_would_run(self):
        whole = book(GOOD, ["A2", "=cmd()", "", *GOOD[3:]])
        read = intake_of(whole)
        file = load_workbook(io.BytesIO(faults_xlsx(whole, template=guess(whole), read=read)))
        (sheet,) = file.worksheets
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        assert all(cell.quotePrefix for cell in cells)
        assert sheet["B3"].value == "=cmd()"

    def test_is_read_again_by_the_same_template(self):
        whole = book(GOOD, ["A2", "测试乙", "", *GOOD[3:]])
        content = faults_xlsx(whole, template=guess(whole), read=intake_of(whole))
        from server.cases.workbook import read_workbook

        again = read_cases(read_workbook(content), template=guess(whole), received_on=date(2030, 1, 1))
        assert (again.as_of_on, [result.case_no for result in again.results]) == (DAY, ["A2"])
