"""The fonts every paper is set in: Noto Sans SC, Regular and Bold, plus an optional font for rare characters.

The files are fetched by `make setup` into `receipts/fonts/` and carried in the wheel. A character no font can show is
never printed as an empty box: it is printed as its code, 〔U+21489〕, and reported.
Pure: reads the font files, nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

FOLDER = Path(__file__).with_name("fonts")
_RARE_FILE = "rare.ttf"
BOXES = "☐☑"
_SQUARE = ord("□")
_BOX_STRETCH = 1.18  # a little air between a tick box and its label
_BLOCK = 100  # a CMap block holds at most this many entries. Source: Adobe Technical Note 5014 §1.3


class Face(StrEnum):
    """The two weights papers are set in; the value is also the font's name inside the PDF."""

    REGULAR = "NotoSansSC-Regular"
    BOLD = "NotoSansSC-Bold"


class FontsMissing(RuntimeError):
    """The print fonts are not on disk, or are not TrueType fonts."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as it will be printed: font name, the text to draw, width in thousandths of the size."""

    font: str
    text: str
    width: float
    is_missing: bool = False


class _Outlines:
    """The table of outlines, of which only what is asked for is copied: the whole one has ten megabytes."""

    def __init__(self, font: bytes, begin: int) -> None:
        self._font, self._begin = font, begin

    def __getitem__(self, part: slice) -> bytes:
        return self._font[self._begin + part.start : self._begin + part.stop]


def _outlines(face: Any) -> _Outlines:
    return _Outlines(face._ttf_data, face.get_table_pos("glyf")[0])  # noqa: SLF001  # reportlab copies it each time


class Typeface(TTFont):
    """A TrueType font whose text comes back out of the PDF as it went in, beyond the BMP too.

    reportlab 5.1 writes `<2CC56>` for 𬱖 in its ToUnicode table, where the format wants UTF-16BE, so a search for the
    debtor's name would fail. Only the table is replaced; the glyphs are reportlab's. Source: ISO 32000-1 §9.10.3.
    ☐ and ☑ borrow the glyph of □, so that a tick box is one character for whoever reads the text.
    """

    def __init__(self, name: str, file: str) -> None:
        super().__init__(name, file)
        face: Any = self.face
        whole = face.get_table
        face.get_table = lambda tag: _outlines(face) if tag == "glyf" else whole(tag)
        for box in BOXES:
            if _SQUARE in self.face.charToGlyph and ord(box) not in self.face.charToGlyph:
                self.face.charToGlyph[ord(box)] = self.face.charToGlyph[_SQUARE]
                self.face.charWidths[ord(box)] = self.face.charWidths[_SQUARE] * _BOX_STRETCH

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's name
        """Write the font's objects into the document, then correct each subset's ToUnicode table."""
        state = self.state[doc]
        prefix, subsets = state.internalName, [tuple(subset) for subset in state.subsets]
        super().addObjects(doc)
        written = doc.idToObject["BasicFonts"].dict
        for number, subset in enumerate(subsets):
            table = written[f"{prefix}+{number}"].ToUnicode
            doc.idToObject[table.name].content = to_unicode(f"{self.fontName}-{number}", subset)


@dataclass(frozen=True, slots=True)
class Typefaces:
    """The registered fonts: one per weight, and the rare font when there is one."""

    regular: Typeface
    bold: Typeface
    rare: Typeface | None = None

    def of(self, face: Face) -> Typeface:
        """Return the font of that weight."""
        return self.bold if face is Face.BOLD else self.regular


def to_unicode(name: str, subset: Sequence[int]) -> str:
    """Write the ToUnicode CMap of one subset: the code in the page on the left, UTF-16BE on the right."""
    pairs = [f"<{code:02X}> <{_utf16(point)}>" for code, point in enumerate(subset) if point]
    blocks = [pairs[at : at + _BLOCK] for at in range(0, len(pairs), _BLOCK)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


def _utf16(point: int) -> str:
    return chr(point).encode("utf-16-be").hex().upper()


def _load(name: str, file: Path) -> Typeface:
    try:
        font = Typeface(name, str(file))
    except (OSError, TTFError) as error:
        raise FontsMissing(
            f"no usable font at {file.name} in {file.parent.name}/: run `make setup` ({error})"
        ) from error
    pdfmetrics.registerFont(font)
    return font


@cache
def typefaces(folder: Path = FOLDER) -> Typefaces:
    """Load and register the fonts once per process; `rare.ttf` beside them is used when it is there.

    Raises FontsMissing.
    """
    rare = folder / _RARE_FILE
    return Typefaces(
        regular=_load(Face.REGULAR, folder / f"{Face.REGULAR}.ttf"),
        bold=_load(Face.BOLD, folder / f"{Face.BOLD}.ttf"),
        rare=_load("Rare", rare) if rare.is_file() else None,
    )


@lru_cache(maxsize=30_000)
def glyph(character: str, face: Face) -> Glyph:
    """Return how one character is printed in that weight. Raises FontsMissing."""
    return choose(character, face, typefaces())


def choose(character: str, face: Face, fonts: Typefaces) -> Glyph:
    """Pick the font that can show the character; failing that, spell its code as 〔U+21489〕."""
    main = fonts.of(face)
    if ord(character) in main.face.charToGlyph:
        return Glyph(main.fontName, character, _width(main, character))
    if fonts.rare and ord(character) in fonts.rare.face.charToGlyph and character.isprintable():
        return Glyph(fonts.rare.fontName, character, _width(fonts.rare, character))
    code = f"〔U+{ord(character):04X}〕"
    return Glyph(main.fontName, code, sum(_width(main, part) for part in code), is_missing=True)


def _width(font: Typeface, character: str) -> float:
    return float(font.face.getCharWidth(ord(character)))
