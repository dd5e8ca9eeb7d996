from datetime import date

import pytest

from server.cases.faults import SEVERITY, Code, Severity, Verdict, verdict_of
from server.cases.headers import Field
from server.cases.mapping import Layout
from server.cases.rows import MARKUP, RowReader
from server.cases.workbook import Cell, CellKind, Row


def reader(*cells, **kwargs):
    fields = [Field.NAME, Field.TOTAL, Field.OVERDUE_ON]
    columns = {field: index for index, field in enumerate(fields)}
    layout = Layout("明细", 3, columns, {0: "姓名", 1: "金额", 2: "逾期日"}, (), None, None, None)
    found = tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells)
    return RowReader(layout, Row(7, found), **kwargs)


class TestRowReader:
    @pytest.mark.parametrize("text", ["", " ", "-", "无", "NULL", "N/A", "nan"])
    def test_takes_words_for_nothing_as_nothing(self, text):
        assert reader(text).text(Field.NAME) == ""

    def test_is_empty_for_a_column_the_file_lacks_or_a_short_row(self):
        assert reader("甲").text(Field.PHONE) == ""
        assert reader("甲").text(Field.OVERDUE_ON) == ""

    def test_notes_an_amount_it_cannot_read_but_not_an_empty_one(self):
        row = reader("甲", "许多")
        assert row.amount_fen(Field.TOTAL) is None
        (fault,) = row.faults
        assert (fault.sheet, fault.row, fault.column, fault.header, fault.value, fault.code) == (
            "明细", 7, "B", "金额", "许多", Code.BAD_AMOUNT,
        )  # fmt: skip
        empty = reader("甲", "")
        assert empty.amount_fen(Field.TOTAL) is None
        assert empty.faults == []

    def test_takes_no_negative_debt(self):
        row = reader("甲", "-5")
        assert row.debt_fen(Field.TOTAL) is None
        assert row.faults[0].reason == "金额不能为负数"
        assert reader("甲", "-5").amount_fen(Field.TOTAL) == -500

    def test_reads_days_by_the_files_own_calendar(self):
        assert reader("甲", "", "46329").day(Field.OVERDUE_ON) == date(2026, 11, 3)
        assert reader("甲", "", "46329", is_1904=True).day(Field.OVERDUE_ON) == date(2030, 11, 4)

    def test_addresses_a_missing_column_by_its_row_alone(self):
        row = reader("甲")
        row.note(Field.PHONE, code=Code.BAD_PHONE, reason="甲", reason_en="a")
        assert (row.faults[0].row, row.faults[0].column, row.faults[0].value) == (7, "", "")

    def test_notes_each_cell_that_might_run(self):
        row = reader(Cell("=1+1", CellKind.FORMULA), "<img src=x>", "2026-01-01")
        row.note_active_text()
        assert [fault.column for fault in row.faults] == ["A", "B"]


class TestMarkup:
    @pytest.mark.parametrize("text", ["<b>x", "< script", "</p>", "<!--", "&#x41;", "JavaScript:alert(1)", "<?php"])
    def test_sees_what_a_browser_might_run(self, text):
        assert MARKUP.search(text)

    @pytest.mark.parametrize("text", ["3<5", "<50 天", "A & B", "李<张", "a@b.cn"])
    def test_leaves_plain_text_alone(self, text):
        assert not MARKUP.search(text)


class TestVerdictOf:
    def test_is_the_gravest(self):
        row = reader("甲")
        assert verdict_of(row.faults) is Verdict.ACCEPTED
        row.note(Field.NAME, code=Code.DAYS_DIFFER, reason="", reason_en="")
        assert verdict_of(row.faults) is Verdict.ACCEPTED
        row.note(Field.NAME, code=Code.NO_ADDRESS, reason="", reason_en="")
        assert verdict_of(row.faults) is Verdict.FLAGGED
        row.note(Field.NAME, code=Code.MISSING_ID, reason="", reason_en="")
        assert verdict_of(row.faults) is Verdict.REFUSED


class TestSeverity:
    def test_is_decided_for_every_code(self):
        assert set(SEVERITY) == set(Code)
        assert set(SEVERITY.values()) == set(Severity)
