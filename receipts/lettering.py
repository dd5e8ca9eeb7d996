"""Turning plain text into set lines: characters to glyphs, glyphs to lines no wider than their column.

Text is only ever text: markup, formulas, bidi controls and lone surrogates have no meaning here. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from receipts.fonts import Face, Glyph, glyph, width

Tone = tuple[float, float, float]
INK: Tone = (0.11, 0.13, 0.16)
GREY: Tone = (0.38, 0.42, 0.47)
ACCENT: Tone = (0.09, 0.29, 0.45)
ALARM: Tone = (0.62, 0.11, 0.10)

# A line may not begin with closing marks nor end with opening ones. Source: GB/T 15834-2011 §5.1.
_OPEN = r"☐☑（〔【《〈「『“‘(\[{"
_CLOSE = r"，。、；：？！）〕】》〉」』”’…—·,.;:?!)\]}%％"
_WORD = r"[A-Za-z0-9](?:[A-Za-z0-9.,:/@#&=+?_'\-]*[A-Za-z0-9/])?"
_ATOM = re.compile(rf"[{_OPEN}]*(?:{_WORD}|\s|.)[{_CLOSE}]*", re.DOTALL)
_NEWLINE = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_ELLIPSIS = "…"
_LETTER = 3  # a character and its marks are remembered from paper to paper; longer words may be somebody's number
TICKED = "☑"  # always a run of its own: the tick in it is drawn


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text is set: size and leading (line distance) in points, weight, colour."""

    size: float
    leading: float
    face: Face = Face.REGULAR
    tone: Tone = INK


BODY = Style(9.2, 13.4)
STRONG = Style(9.2, 13.4, Face.BOLD)
SMALL = Style(7.8, 11.5)
LABEL = Style(8.2, 13.4, tone=GREY)
HEADING = Style(10.6, 15, Face.BOLD, ACCENT)
FINE = Style(7, 10, tone=GREY)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one line in one font."""

    font: str
    text: str
    width_pt: float


@dataclass(frozen=True, slots=True)
class Line:
    """One set line."""

    runs: tuple[Run, ...]
    width_pt: float


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not broken while it fits: a word, or a character with the marks that cling to it; width as in Glyph."""

    glyphs: tuple[Glyph, ...]
    width: float
    is_blank: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetText:
    """Text set to a width: its lines, and the characters that no font could show, as `U+21489`."""

    lines: tuple[Line, ...]
    missing: tuple[str, ...] = ()


def wrap(text: str, style: Style, width_pt: float) -> SetText:
    """Set the text in lines of at most width_pt; an empty text is one empty line."""
    missing: dict[str, None] = {}
    room = width_pt * 1000 / style.size
    lines: list[Line] = []
    for paragraph in _NEWLINE.split(text.replace("\t", "  ")):
        whole = _as_it_stands(paragraph, style, room)
        if whole is not None:
            lines.append(whole)
            continue
        lines += [_line(glyphs, style.size) for glyphs in _broken(_atoms(paragraph, style.face, missing), room)]
    return SetText(tuple(lines), tuple(missing))


def fit(text: str, style: Style, width_pt: float) -> SetText:
    """Set the text as one line, cut with … where it does not fit."""
    missing: dict[str, None] = {}
    room = width_pt * 1000 / style.size
    text = _NEWLINE.sub(" ", text)
    whole = _as_it_stands(text, style, room)
    if whole is not None:
        return SetText((whole,))
    glyphs = [one for atom in _atoms(text, style.face, missing) for one in atom.glyphs]
    if _width(glyphs) > room:
        tail = glyph(_ELLIPSIS, style.face)
        glyphs = [*_leading_part(glyphs, room - tail.width), tail]
    return SetText((_line(glyphs, style.size),), tuple(missing))


def unprintable(text: str) -> tuple[str, ...]:
    """Return the characters of a text without a glyph as U+1F600, each once. Raises FontsMissing."""
    return wrap(text, BODY, 1_000.0).missing


def _as_it_stands(text: str, style: Style, room: float) -> Line | None:
    """Return the text as one line of one run, or None where that cannot be: most texts on a paper are short."""
    taken = None if TICKED in text else width(text, style.face)
    if taken is None or taken > room:
        return None
    width_pt = taken * style.size / 1000
    return Line((Run(style.face, text, width_pt),) if text else (), width_pt)


def _atoms(paragraph: str, face: Face, missing: dict[str, None]) -> Iterator[_Atom]:
    """Yield the pieces a line may be broken between, noting characters without a glyph."""
    for piece in _ATOM.findall(paragraph):
        atom = _known(piece, face) if len(piece) <= _LETTER else _atom(piece, face)
        missing.update(dict.fromkeys(atom.missing))
        yield atom


def _atom(piece: str, face: Face) -> _Atom:
    glyphs: list[Glyph] = []
    missing = []
    for character in piece:
        shown = glyph(character, face)
        if shown.is_missing:  # its code is several characters wide and may be broken in a narrow column
            missing.append(f"U+{ord(character):04X}")
            glyphs += [glyph(part, face) for part in shown.text]
        else:
            glyphs.append(shown)
    is_blank = all(one.text in " \u3000\xa0" for one in glyphs)
    return _Atom(tuple(glyphs), _width(glyphs), is_blank, tuple(missing))


_known = lru_cache(maxsize=30_000)(_atom)


def _broken(atoms: Iterable[_Atom], room: float) -> Iterator[list[Glyph]]:
    line: list[Glyph] = []
    used = 0.0
    for atom in atoms:
        if line and used + atom.width > room and not atom.is_blank:
            yield line
            line, used = [], 0.0
        if atom.width <= room or atom.is_blank:
            line += atom.glyphs
            used += atom.width
            continue
        for one in atom.glyphs:  # wider than the column: break anywhere
            if line and used + one.width > room:
                yield line
                line, used = [], 0.0
            line.append(one)
            used += one.width
    yield line


def _leading_part(glyphs: list[Glyph], room: float) -> list[Glyph]:
    kept: list[Glyph] = []
    for one in glyphs:
        room -= one.width
        if room < 0:
            break
        kept.append(one)
    return kept


def _width(glyphs: Iterable[Glyph]) -> float:
    return sum(one.width for one in glyphs)


def _line(glyphs: list[Glyph], size: float) -> Line:
    runs = tuple(_run(font, stretch, size) for font, stretch in _stretches(glyphs))
    return Line(runs, sum(run.width_pt for run in runs))


def _stretches(glyphs: list[Glyph]) -> Iterator[tuple[str, list[Glyph]]]:
    """Yield the glyphs that can be drawn in one go; a ticked box stands alone."""
    for (font, is_ticked), group in groupby(glyphs, key=lambda one: (one.font, one.text == TICKED)):
        members = list(group)
        for stretch in [[one] for one in members] if is_ticked else [members]:
            yield font, stretch


def _run(font: str, stretch: list[Glyph], size: float) -> Run:
    return Run(font, "".join(one.text for one in stretch), _width(stretch) * size / 1000)
