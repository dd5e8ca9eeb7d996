import shutil

import pytest

from receipts import fonts
from receipts.fonts import Face, FontsMissing, Typefaces, choose, glyph, typefaces


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
