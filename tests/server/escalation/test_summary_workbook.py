from dataclasses import replace
from io import BytesIO

from openpyxl import load_workbook

from server.escalation import summary_workbook
from server.escalation.summary import collate
from tests.server.escalation.make_summary import full_day, scheme, stop, visit


def book_of(facts):
    return load_workbook(BytesIO(summary_workbook.write(collate(facts))))


def rows(sheet):
    return list(sheet.iter_rows(min_row=2, values_only=True))


class TestWrite:
    def test_has_four_sheets(self):
        assert [sheet.title.split()[0] for sheet in book_of(full_day())] == ["数据", "对应编号", "逐户明细", "信誉极差"]

    def test_gives_every_figure_as_a_number(self):
        found = {row[1]: row[2] for row in rows(book_of(full_day())["数据 figures"])}
        assert (found["planned"], found["promises"], found["unsynced_items"]) == (8, 1, 5)
        assert found["met_rate"] == "60.0%"

    def test_leads_every_figure_to_its_ids(self):
        facts = full_day()
        listed = rows(book_of(facts)["对应编号 records"])
        for code, figure in collate(facts).figures.items():
            assert [row[3] for row in listed if row[0] == code] == [str(ref.id) for ref in figure.refs]

    def test_never_writes_a_formula(self):
        evil = replace(stop(1, visit(1, 3)), case_no="=1+1", debtor_name="@SUM(A1)", crew="+cmd|' /C calc'!A0")
        book = book_of(scheme(evil))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        line = rows(book["逐户明细 lines"])[0]
        assert line[:3] == ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0")

    def test_drops_characters_no_workbook_can_hold(self):
        assert rows(book_of(scheme(stop(1, debtor_name="测\x00试\x1b")))["逐户明细 lines"])[0][1] == "测试"

    def test_prints_the_rule_under_the_very_poor(self):
        found = rows(book_of(full_day())["信誉极差 very poor credit"])
        assert found[0][0] == "WH-2"
        assert found[-1][:2] == ("规则", "credit-1")
