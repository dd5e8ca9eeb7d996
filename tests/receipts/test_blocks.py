import re

import pytest

from receipts import blocks
from receipts.blocks import Align, Cell, Column, Field
from receipts.page import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Sheet, Title
from tests.receipts import reading, sample


@pytest.fixture
def sheet():
    return Sheet(Title("样张", "Specimen"), sample.PARTY, sample.SEAL)


COLUMNS = (Column("序号列", 1, Align.RIGHT), Column("正文列", 4), Column("尾列", 1, Align.CENTRE))


class TestTable:
    def test_runs_over_pages_with_its_head_on_each(self, sheet):
        blocks.table(sheet, COLUMNS, [(str(n), f"行{n}完", "x") for n in range(1, 201)])
        paper = sheet.finish()
        pages = reading.pages_of(paper.pdf)
        assert paper.pages == len(pages) >= 4
        assert all(text.count("正文列") == 1 for text in pages)
        assert re.findall(r"行(\d+)完", "".join(pages)) == [str(n) for n in range(1, 201)]

    def test_never_draws_below_the_foot(self, sheet):
        blocks.table(sheet, COLUMNS, [(str(n), "字" * (n % 90), "x") for n in range(200)])
        pdf = sheet.finish().pdf
        for number in range(len(reading.pages_of(pdf))):
            image = reading.picture(pdf, number, dpi=72)
            assert reading.ink_share(image, (LEFT, BOTTOM + 2, RIGHT, BOTTOM + 9)) == 0

    def test_continues_a_row_taller_than_a_page(self, sheet):
        words = "".join(f"第{n}句。" for n in range(900))
        blocks.table(sheet, COLUMNS, [("1", words, "末")])
        pages = reading.pages_of(sheet.finish().pdf)
        found = "".join(pages)
        assert len(pages) >= 2
        assert re.findall(r"(\d+)句", found) == [str(n) for n in range(900)]
        assert all("正文列" in text for text in pages)

    def test_sets_the_total_with_the_row_above_it(self, sheet):
        for rows in range(30, 50):
            sheet = Sheet(Title("样张", ""), sample.PARTY, sample.SEAL)
            blocks.table(sheet, COLUMNS, [(str(n), f"行{n}完", "") for n in range(rows)], total=("", "总计", ""))
            last = reading.pages_of(sheet.finish().pdf)[-1]
            assert "总计" in last
            assert f"行{rows - 1}完" in last

    def test_says_when_there_is_nothing(self, sheet):
        blocks.table(sheet, COLUMNS, [], empty="没有记录")
        assert "没有记录" in reading.text_of(sheet.finish().pdf)

    def test_refuses_a_row_of_another_width(self, sheet):
        with pytest.raises(ValueError, match="zip"):
            blocks.table(sheet, COLUMNS, [("1", "2")])


class TestLayRow:
    @pytest.mark.parametrize("left", [0, 5, 20, 45, 60, 90, 200])
    def test_loses_nothing_wherever_it_begins(self, sheet, left):
        sheet.y = BOTTOM - left
        words = [f"甲{n}。" for n in range(60)]
        blocks.lay_row(sheet, [Cell("标", 60, shaded=True), Cell("".join(words), WIDTH - 60)])
        found = reading.text_of(sheet.finish().pdf)
        assert re.findall(r"(\d+)。", found) == [str(n) for n in range(60)]

    def test_moves_down_by_its_height(self, sheet):
        blocks.lay_row(sheet, [Cell("一", WIDTH)])
        one = sheet.y - TOP
        blocks.lay_row(sheet, [Cell("一\n二\n三", WIDTH)])
        assert sheet.y - TOP - one == pytest.approx(one + 2 * blocks.BODY.leading)

    def test_aligns_to_the_right(self, sheet):
        blocks.lay_row(sheet, [Cell("一", WIDTH, align=Align.RIGHT)])
        image = reading.picture(sheet.finish().pdf, dpi=144)
        assert reading.ink_share(image, (LEFT + 2, TOP + 2, RIGHT - 30, TOP + 16)) == 0
        assert reading.ink_share(image, (RIGHT - 30, TOP + 2, RIGHT - 2, TOP + 16)) > 0


class TestFields:
    def test_puts_two_to_a_row_and_a_wide_one_alone(self, sheet):
        blocks.fields(
            sheet, [Field("甲", "1"), Field("乙", "2"), Field("丙", "3"), Field("丁", "4", wide=True), Field("戊", "5")]
        )
        rows = (sheet.y - TOP) / (blocks.BODY.leading + 2 * 0.9 * 72 / 25.4)
        assert rows == pytest.approx(4)
        text = reading.text_of(sheet.finish().pdf)
        assert all(part in text for part in ("甲1", "乙2", "丙3", "丁4", "戊5"))


class TestParagraph:
    def test_goes_on_on_the_next_page(self, sheet):
        blocks.paragraph(sheet, "".join(f"第{n}句。" for n in range(1200)))
        paper = sheet.finish()
        assert paper.pages >= 2
        found = reading.text_of(paper.pdf)
        assert found.count("第") == 1200 + 2 * paper.pages  # and "第 1/2 页" twice on each page
        assert all(f"第{n}句。" in found for n in range(0, 1200, 100))


class TestHeading:
    def test_is_not_left_alone_at_the_foot(self, sheet):
        sheet.y = BOTTOM - 40
        blocks.heading(sheet, "小节", "Section")
        assert sheet.y < TOP + 40
        blocks.paragraph(sheet, "正文")
        assert "小节" in reading.pages_of(sheet.finish().pdf)[1]

    def test_keeps_room_for_what_belongs_to_it(self, sheet):
        sheet.y = BOTTOM - 200
        blocks.heading(sheet, "小节", keep=250)
        assert sheet.y < TOP + 40


class TestNotice:
    def test_stays_in_one_piece(self, sheet):
        sheet.y = BOTTOM - 40
        blocks.notice(sheet, "不收取任何款项" * 12)
        assert "不收取任何款项" * 12 in reading.pages_of(sheet.finish().pdf)[1]


class TestMoney:
    def test_says_it_both_ways(self):
        assert blocks.money(5_830_000) == "¥ 58,300.00　人民币伍万捌仟叁佰元整"
