"""The fonts every paper is set in: Noto Sans SC, Regular and Bold, plus an optional font for rare characters.

The files are fetched by `make setup` into `receipts/fonts/` and carried in the wheel. A character no font can show is
never printed as an empty box: it is printed as its code, 〔U+21489〕, and reported.
Pure: reads the font files, nothing else.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError

from receipts.embedding import Typeface

FOLDER = Path(__file__).with_name("fonts")
_RARE_FILE = "rare.ttf"


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


@dataclass(frozen=True, slots=True)
class Typefaces:
    """The registered fonts: one per weight, and the rare font when there is one."""

    regular: Typeface
    bold: Typeface
    rare: Typeface | None = None

    def of(self, face: Face) -> Typeface:
        """Return the font of that weight."""
        return self.bold if face is Face.BOLD else self.regular


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


def width(text: str, face: Face) -> float | None:
    """Return the width of the text in thousandths of the size, or None where that weight lacks a character of it.

    Raises FontsMissing.
    """
    widths = typefaces().of(face).face.charWidths
    try:
        return float(sum(map(widths.__getitem__, map(ord, text))))
    except KeyError:
        return None


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
