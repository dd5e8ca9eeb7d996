"""Lists written as spreadsheet files: numbers stay numbers, no text is ever taken for a formula."""

import csv
import io

import pytest
from openpyxl import load_workbook

from server.tables import Column, ColumnKind, as_csv, as_xlsx, sheet_name

COLUMNS = [Column("案号", ColumnKind.TEXT), Column("欠款", ColumnKind.MONEY), Column("天数", ColumnKind.NUMBER)]
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"]


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def read_xlsx(content):
    return list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows())


class TestAsCsv:
    def test_writes_yuan_and_bare_numbers(self):
        assert read_csv(as_csv(COLUMNS, [["甲", 5_830_005, 431], [None, None, None], ["乙", -100, -1]])) == [
            ["案号", "欠款", "天数"], ["甲", "58300.05", "431"], ["", "", ""], ["乙", "-1.00", "-1"],
        ]  # fmt: skip

    @pytest.mark.parametrize("text", DANGEROUS)
    def test_guards_what_begins_like_a_formula(self, text):
        [_, [cell, *_]] = read_csv(as_csv(COLUMNS, [[text, 0, 0]]))
        assert cell.startswith("'")
        assert cell[1:] == text

    def test_guards_the_headings_too(self):
        assert read_csv(as_csv([Column("=1", ColumnKind.TEXT)], []))[0] == ["'=1"]

    def test_says_that_it_is_utf_8(self):
        assert as_csv(COLUMNS, []).startswith(b"\xef\xbb\xbf")


class TestAsXlsx:
    def test_writes_yuan_as_numbers(self):
        [_, row] = read_xlsx(as_xlsx("案件", COLUMNS, [["甲", 5_830_005, 431]]))
        assert [cell.value for cell in row] == ["甲", 58300.05, 431]
        assert row[1].number_format == "#,##0.00"

    @pytest.mark.parametrize("text", DANGEROUS)
    def test_keeps_text_that_looks_like_a_formula_text(self, text):
        [_, [cell, *_]] = read_xlsx(as_xlsx("案件", COLUMNS, [[text, 0, 0]]))
        assert cell.data_type == "s"
        assert cell.value == text

    def test_drops_what_a_workbook_cannot_hold(self):
        [_, [cell, *_]] = read_xlsx(as_xlsx("案件", COLUMNS, [["a\x01b", 0, 0]]))
        assert cell.value == "ab"


class TestSheetName:
    @pytest.mark.parametrize(("title", "name"), [("案件", "案件"), ("a/b:c*[d]", "abcd"), ("?", "Doorstep")])
    def test_leaves_out_what_a_sheet_may_not_be_called(self, title, name):
        assert sheet_name(title) == name

    def test_is_never_too_long(self):
        assert len(sheet_name("长" * 80)) == 31
