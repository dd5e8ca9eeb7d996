# ruff: noqa: DTZ001 - a spreadsheet knows no time zones
import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from server.cases import workbook
from server.cases.workbook import (
    Cell,
    CellKind,
    OversizeFile,
    Row,
    UnreadableFile,
    as_cell,
    clean,
    column_letter,
    decode,
    delimiter_of,
    gather,
    kind_of_text,
    number_text,
    read_csv,
    read_workbook,
    read_xlsx,
    refuse_bomb,
    xlsx_rows,
)


def xlsx(*rows, title="明细", more=()):
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, lines in more:
        extra = book.create_sheet(name)
        for line in lines:
            extra.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


class TestReadWorkbook:
    def test_reads_by_content_and_not_by_name(self):
        assert read_workbook(xlsx(["a"])).encoding == "xlsx"
        assert read_workbook(b"a,b\n1,2\n").encoding == "utf-8-sig"

    def test_refuses_an_empty_file(self):
        with pytest.raises(UnreadableFile, match="^the file is empty$"):
            read_workbook(b" \n\t")

    def test_refuses_an_old_or_locked_spreadsheet_and_says_what_to_do(self):
        with pytest.raises(UnreadableFile, match="save it as .xlsx without a password"):
            read_workbook(b"\xd0\xcf\x11\xe0" + b"\x00" * 100)

    def test_refuses_one_byte_too_many(self, monkeypatch):
        monkeypatch.setattr(workbook, "MAX_FILE_BYTES", 8)
        assert read_workbook(b"a,b\n1,2\n").sheets
        with pytest.raises(OversizeFile, match="^9 bytes, 8 allowed$") as refusal:
            read_workbook(b"a,b\n1,22\n")
        assert refusal.value.facts == {"limit_bytes": 8}

    def test_names_the_file_by_its_hash(self):
        one, two = read_workbook(b"a,b\n"), read_workbook(b"a,c\n")
        assert one.sha256 == read_workbook(b"a,b\n").sha256 != two.sha256


class TestReadXlsx:
    def test_keeps_sheets_row_numbers_and_leaves_empty_rows_out(self):
        content = xlsx(["标题"], [], ["a", None, "c"], more=[("说明", [["注"]])])
        book = read_xlsx(content)
        assert [sheet.name for sheet in book.sheets] == ["明细", "说明"]
        assert [row.number for row in book.sheets[0].rows] == [1, 3]
        assert [cell.text for cell in book.sheets[0].rows[1].cells] == ["a", "", "c"]

    def test_never_evaluates_a_formula(self):
        book = read_xlsx(xlsx(["=1+1", '=HYPERLINK("http://127.0.0.1/","x")']))
        cells = book.sheets[0].rows[0].cells
        assert cells[0] == Cell("=1+1", CellKind.FORMULA)
        assert cells[1].text == '=HYPERLINK("http://127.0.0.1/","x")'

    def test_reads_numbers_and_dates_as_the_file_calls_them(self):
        cells = read_xlsx(xlsx([8745.15, 30, datetime(2026, 11, 3), True])).sheets[0].rows[0].cells
        assert [cell.text for cell in cells] == ["8745.15", "30", "2026-11-03", "TRUE"]
        assert [cell.kind for cell in cells][:3] == [CellKind.NUMBER, CellKind.NUMBER, CellKind.DATE]

    def test_reads_past_a_wrong_dimension(self):
        content = xlsx(["a", "b"], ["1", "2"])
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        sheet = parts["xl/worksheets/sheet1.xml"].replace(b'ref="A1:B2"', b'ref="A1:A1"')
        assert sheet != parts["xl/worksheets/sheet1.xml"]
        parts["xl/worksheets/sheet1.xml"] = sheet
        assert len(read_xlsx(zipped(**parts)).sheets[0].rows[0].cells) == 2

    @pytest.mark.parametrize("way", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
    def test_refuses_a_file_whose_packing_is_broken(self, way):
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx(["合同号"]))) as made, zipfile.ZipFile(packed, "w", way) as archive:
            for name in made.namelist():
                archive.writestr(name, made.read(name))
            part = archive.getinfo("xl/workbook.xml")
        content = bytearray(packed.getvalue())
        begins = part.header_offset + 30 + len(part.filename)
        content[begins + 9 : begins + 60] = b"\xff" * 51
        with pytest.raises(UnreadableFile):
            read_xlsx(bytes(content))

    def test_refuses_what_only_looks_like_a_zip(self):
        with pytest.raises(UnreadableFile, match="BadZipFile"):
            read_xlsx(b"PK\x03\x04 and then nothing")

    def test_refuses_a_zip_that_is_no_spreadsheet(self):
        with pytest.raises(UnreadableFile):
            read_xlsx(zipped(**{"hello.txt": "hi"}))

    def test_refuses_entities_in_the_xml(self):
        content = xlsx(["a"])
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts["xl/workbook.xml"] = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + (
            parts["xl/workbook.xml"].partition(b"?>")[2] or parts["xl/workbook.xml"]
        ).replace(b"sheets", b"sheets", 1)
        with pytest.raises(UnreadableFile):
            read_xlsx(zipped(**parts))

    def test_reads_every_cut_of_a_file_or_refuses_it(self):
        content = xlsx(["a", "b"], ["1", "2"])
        for end in range(4, len(content), max(len(content) // 60, 1)):
            with pytest.raises((UnreadableFile, OversizeFile)):
                read_xlsx(content[:end])


class TestRefuseBomb:
    def test_refuses_a_small_file_that_unpacks_into_a_big_one(self, monkeypatch):
        monkeypatch.setattr(workbook, "MAX_UNPACKED_BYTES", 10_000)
        bomb = zipped(**{"xl/workbook.xml": b"0" * 10_001})
        assert len(bomb) < 1000
        with pytest.raises(OversizeFile, match="^unpacks to 10001 bytes"):
            read_workbook(bomb)

    def test_refuses_too_many_parts(self, monkeypatch):
        monkeypatch.setattr(workbook, "MAX_PARTS", 2)
        refuse_bomb(zipped(a="1", b="2"))
        with pytest.raises(OversizeFile):
            refuse_bomb(zipped(a="1", b="2", c="3"))


class TestAsCell:
    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (None, Cell("")),
            (False, Cell("FALSE")),
            (12, Cell("12", CellKind.NUMBER)),
            (0.1, Cell("0.1", CellKind.NUMBER)),
            (date(2026, 1, 2), Cell("2026-01-02", CellKind.DATE)),
            (datetime(2026, 1, 2, 3, 4), Cell("2026-01-02T03:04:00", CellKind.DATE)),
            ("=", Cell("=")),
            ("=A1", Cell("=A1", CellKind.FORMULA)),
            ("a\x00b\x1fc", Cell("abc")),
        ],
        ids=["none", "bool", "int", "float", "date", "moment", "lone sign", "formula", "controls"],
    )
    def test_says_what_the_value_is(self, value, cell):
        assert as_cell(value) == cell

    def test_keeps_the_text_of_an_array_formula(self):
        assert as_cell(ArrayFormula("A1:A2", "=SUM(B1:B2)")) == Cell("=SUM(B1:B2)", CellKind.FORMULA)


class TestXlsxRows:
    def test_turns_every_value_into_a_cell(self):
        assert list(xlsx_rows([["a", 1]])) == [(Cell("a"), Cell("1", CellKind.NUMBER))]


class TestNumberText:
    @pytest.mark.parametrize(
        ("value", "text"), [(123456789012.0, "123456789012"), (8745.15, "8745.15"), (1e20, "1e+20"), (-3.0, "-3")]
    )
    def test_writes_numbers_as_people_do(self, value, text):
        assert number_text(value) == text


class TestClean:
    def test_keeps_line_breaks_and_rare_characters(self):
        assert clean("甲\n乙\t䶮𬱖") == "甲\n乙\t䶮𬱖"

    def test_cuts_a_cell_that_is_a_book(self, monkeypatch):
        monkeypatch.setattr(workbook, "MAX_CELL_CHARS", 3)
        assert clean("abcd") == "abc"


class TestGather:
    def test_numbers_rows_from_one_and_drops_the_empty(self):
        rows = gather([(Cell("a"),), (Cell(" "),), (Cell("b"),)])
        assert [(row.number, row.text(0)) for row in rows] == [(1, "a"), (3, "b")]

    @pytest.mark.parametrize(("limit", "value"), [("MAX_ROWS", 1), ("MAX_COLUMNS", 1), ("MAX_CELLS", 1)])
    def test_stops_at_each_limit(self, monkeypatch, limit, value):
        rows = [(Cell("a"), Cell("b")), (Cell("c"), Cell("d"))]
        assert len(gather(rows)) == 2
        monkeypatch.setattr(workbook, limit, value)
        with pytest.raises(OversizeFile):
            gather(rows)

    def test_stops_at_rows_that_are_all_empty_too(self, monkeypatch):
        monkeypatch.setattr(workbook, "MAX_ROWS", 3)
        with pytest.raises(OversizeFile):
            gather([(Cell(""),)] * 4)


class TestReadCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_reads_every_usual_encoding(self, encoding):
        book = read_csv("合同编号,姓名\nHT-1,李𬱖\n".encode(encoding))
        assert [cell.text for cell in book.sheets[0].rows[1].cells] == ["HT-1", "李𬱖"]
        assert book.sheets[0].rows[0].cells[0].text == "合同编号"

    def test_keeps_delimiters_and_line_breaks_inside_quotes(self):
        rows = read_csv('a,b\n"福华一路111号,招商证券\n大厦",2\nc,d\n'.encode()).sheets[0].rows
        assert rows[1].cells[0].text == "福华一路111号,招商证券\n大厦"
        assert [row.number for row in rows] == [1, 2, 3]

    def test_refuses_binary_content(self):
        with pytest.raises(UnreadableFile, match="NUL"):
            read_csv(b"a,b\n\x00,2\n")

    def test_refuses_a_field_beyond_all_measure(self):
        with pytest.raises(UnreadableFile, match="field larger"):
            read_csv(b'a,b\n"' + b"x" * 200_000 + b'",2\n')


class TestKindOfText:
    @pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(1)", "+SUM(A1)", "-1+cmd|'/c'!A0", "@SUM(1)", " =A1"])
    def test_knows_what_a_spreadsheet_would_run(self, text):
        assert kind_of_text(text) is CellKind.FORMULA

    @pytest.mark.parametrize("text", ["", "=", "-", "-20.00", "+86 199 0000 0000", "- 周末在家", "@老板", "a=b"])
    def test_leaves_numbers_and_words_alone(self, text):
        assert kind_of_text(text) is CellKind.TEXT


class TestDecode:
    def test_refuses_bytes_of_no_encoding(self):
        with pytest.raises(UnreadableFile, match="neither UTF-8 nor GB18030"):
            decode(b"\xff\xff\xff\xff")


class TestDelimiterOf:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_finds_the_one_that_cuts_evenly(self, delimiter):
        text = "\n".join(delimiter.join(row) for row in [["a", "b", "c"], ["1,5", "2", "3"], ["4", "5;6", "7"]])
        assert delimiter_of(text.replace("1,5", "15") if delimiter == "," else text) == delimiter

    def test_falls_back_to_the_comma(self):
        assert delimiter_of("alone\nalone") == ","


class TestColumnLetter:
    def test_counts_like_a_spreadsheet(self):
        assert [column_letter(index) for index in (0, 25, 26)] == ["A", "Z", "AA"]


class TestRow:
    def test_is_empty_beyond_its_end(self):
        row = Row(1, (Cell(" a "),))
        assert (row.text(0), row.text(5)) == ("a", "")
