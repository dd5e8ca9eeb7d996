import re
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from receipts.fonts import Face, glyph
from receipts.lettering import BODY, SMALL, TICKED, fit, wrap

TEXTS = st.text(st.characters(codec=None) | st.sampled_from("王小明，。（）abc 12,.、\n\t☑\ud800"), max_size=120)


def plain(done):
    return ["".join(run.text for run in line.runs) for line in done.lines]


def shown(text: str) -> str:
    return "".join(glyph(character, Face.REGULAR).text for character in text)


class TestWrap:
    @settings(max_examples=150, deadline=None)
    @given(TEXTS, st.integers(15, 400))
    def test_loses_nothing(self, text, width):
        one_line = re.sub(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", "", text.replace("\t", "  "))
        assert "".join(plain(wrap(text, BODY, width))) == shown(one_line)

    @settings(max_examples=150, deadline=None)
    @given(TEXTS, st.integers(15, 400))
    def test_keeps_to_the_width(self, text, width):
        for line in wrap(text, BODY, width).lines:
            visible = "".join(run.text for run in line.runs).rstrip(" \u3000\xa0")
            assert sum(glyph(character, Face.REGULAR).width for character in visible) * BODY.size / 1000 <= width + 1e-6

    def test_breaks_chinese_anywhere(self):
        assert plain(wrap("一二三四五六", BODY, BODY.size * 2.1)) == ["一二", "三四", "五六"]

    def test_begins_no_line_with_a_closing_mark_and_ends_none_with_an_opening_one(self):
        lines = plain(wrap("一二三，四五（六）七八九。", BODY, BODY.size * 3.1))
        assert lines == ["一二", "三，四", "五", "（六）", "七八", "九。"]

    def test_keeps_amounts_and_serials_whole(self):
        lines = plain(wrap("合计人民币 58,300.00 元编号 HZ-20261202-0007-7 号", BODY, 110))
        assert any("58,300.00" in line for line in lines)
        assert any("HZ-20261202-0007-7" in line for line in lines)

    def test_breaks_a_word_wider_than_the_column(self):
        lines = plain(wrap("a" * 100, BODY, 100))
        assert len(lines) > 4
        assert "".join(lines) == "a" * 100

    def test_keeps_a_box_with_its_label(self):
        for width in range(30, 120, 3):
            assert not [
                line
                for line in plain(wrap("☑受托身份　☐录音录像　☑不收现金", BODY, width))
                if line.endswith(("☑", "☐"))
            ]

    def test_breaks_at_every_kind_of_line_end(self):
        assert plain(wrap("a\nb\r\nc\rd\u2028e\x0bf", BODY, 100)) == list("abcdef")

    def test_sets_an_empty_text_as_one_empty_line(self):
        done = wrap("", BODY, 100)
        assert plain(done) == [""]
        assert done.lines[0].width_pt == 0

    def test_names_each_missing_character_once(self):
        assert wrap("王\u202e小\ud800明\u202e", BODY, 300).missing == ("U+202E", "U+D800")

    def test_gives_a_ticked_box_a_run_of_its_own(self):
        (line,) = wrap("a☑☑b", BODY, 300).lines
        assert [run.text for run in line.runs] == ["a", TICKED, TICKED, "b"]

    def test_does_work_in_proportion_to_the_text(self):
        """Counted in calls, not timed: a collection of garbage in a full process outlasts the work itself."""

        def calls(count: int) -> int:
            made = 0

            def count_one(_frame, event, _argument):
                nonlocal made
                made += event in {"call", "c_call"}

            before = sys.getprofile()
            sys.setprofile(count_one)
            try:
                wrap("王小明abc，" * count, SMALL, 200)
            finally:
                sys.setprofile(before)
            return made

        assert calls(4000) < 11 * calls(400)


class TestFit:
    @settings(max_examples=100, deadline=None)
    @given(TEXTS, st.integers(30, 300))
    def test_is_one_line_within_the_width(self, text, width):
        (line,) = fit(text, BODY, width).lines
        assert line.width_pt <= width + 1e-6

    def test_marks_what_was_cut(self):
        assert plain(fit("一二三四五六", BODY, BODY.size * 4.5)) == ["一二三…"]
        assert plain(fit("一二三", BODY, BODY.size * 4.5)) == ["一二三"]

    def test_puts_a_space_for_a_line_end(self):
        assert plain(fit("a\nb", BODY, 100)) == ["a b"]
