"""The blocks papers are built from: headings, paragraphs, notices, rows of cells, tables and fields.

Every block takes the sheet and leaves its `y` below itself; what does not fit goes on on the next page. Pure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reportlab.lib.units import mm

from receipts import amounts
from receipts.lettering import ACCENT, ALARM, BODY, HEADING, LABEL, SMALL, STRONG, Line, Style
from receipts.marks import Box
from receipts.page import LEFT, RIGHT, SHADE, TOP, WIDTH, Sheet

_PAD_X, _PAD_Y = 2 * mm, 0.9 * mm
_LABEL_WIDTH = 25 * mm
_FEW_LINES = 3  # a row is begun at a page's foot only when this many of its lines fit there


class Align(StrEnum):
    """Where text stands in its cell."""

    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row."""

    text: str
    width: float
    style: Style = BODY
    align: Align = Align.LEFT
    shaded: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; shares are relative widths."""

    name: str
    share: float
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Field:
    """A label and what is filled in; a wide field takes a whole row."""

    label: str
    value: str
    wide: bool = False


def heading(sheet: Sheet, chinese: str, english: str = "", *, keep: float = 18 * mm) -> None:
    """Begin a section; a new page is begun unless `keep` points more fit below the heading."""
    sheet.need(HEADING.leading + 4 * mm + keep)
    if sheet.y > TOP:
        sheet.y += 2.7 * mm
    sheet.fill(Box(LEFT, sheet.y + 2.2, 2.4, HEADING.leading - 4.4), ACCENT)
    (name,) = sheet.fit(chinese, HEADING, WIDTH - 8)
    sheet.line(name, HEADING, LEFT + 7, sheet.y)
    if english:
        sheet.lines(sheet.fit(english, LABEL, 80 * mm), LABEL, LEFT + 13 + name.width_pt, sheet.y + 1)
    sheet.y += HEADING.leading + 1.2 * mm


def paragraph(sheet: Sheet, text: str, style: Style = BODY) -> None:
    """Set running text over the full width, from page to page where needed."""
    for line in sheet.set(text, style, WIDTH):
        sheet.need(style.leading)
        sheet.line(line, style, LEFT, sheet.y)
        sheet.y += style.leading
    sheet.y += 1.2 * mm


def notice(sheet: Sheet, text: str) -> None:
    """Set a sentence nobody may overlook, in a red frame, kept together."""
    style = Style(STRONG.size + 0.6, STRONG.leading + 1, STRONG.face, ALARM)
    lines = sheet.set(text, style, WIDTH - 8 * mm)
    height = len(lines) * style.leading + 4 * mm
    sheet.need(height + 5 * mm)
    sheet.y += 2.6 * mm
    sheet.frame(Box(LEFT, sheet.y, WIDTH, height), ALARM, 0.9)
    sheet.lines(lines, style, LEFT + 4 * mm, sheet.y + 2 * mm)
    sheet.y += height + 1.4 * mm


def fields(sheet: Sheet, entries: Sequence[Field]) -> None:
    """Lay labels and values out as a ruled form, two to a row."""
    row: list[Field] = []
    for entry in entries:
        if row and (entry.wide or len(row) == 2):  # noqa: PLR2004 - two to a row
            _field_row(sheet, row)
            row = []
        row.append(entry)
        if entry.wide:
            _field_row(sheet, row)
            row = []
    if row:
        _field_row(sheet, row)


def _field_row(sheet: Sheet, row: Sequence[Field]) -> None:
    width = WIDTH / len(row)
    cells: list[Cell] = []
    for entry in row:
        cells.append(Cell(entry.label, _LABEL_WIDTH, LABEL, shaded=True))
        cells.append(Cell(entry.value, width - _LABEL_WIDTH))
    lay_row(sheet, cells)


def table(
    sheet: Sheet,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    empty: str = "无",
    total: Sequence[str] = (),
) -> None:
    """Lay out a table whose head is repeated on every page it runs to; without rows it says so.

    `total` is a last row, set bold: the sum of those above it.
    """
    whole = sum(column.share for column in columns)
    widths = [WIDTH * column.share / whole for column in columns]
    head_style = Style(SMALL.size, SMALL.leading, STRONG.face)
    head = [
        Cell(column.name, width, head_style, column.align, shaded=True)
        for column, width in zip(columns, widths, strict=True)
    ]

    def repeat_head() -> None:
        lay_row(sheet, head)

    two_rows = 2 * (SMALL.leading + 2 * _PAD_Y)
    sheet.need(two_rows)
    repeat_head()
    styled = [*((row, SMALL) for row in rows), *([(total, head_style)] if total else [])]
    for number, (row, style) in enumerate(styled):
        if total and number == len(rows) - 1 and sheet.room < two_rows:
            sheet.new_page()  # the total is not left alone on the next page
            repeat_head()
        cells = [
            Cell(text, width, style, column.align) for text, column, width in zip(row, columns, widths, strict=True)
        ]
        lay_row(sheet, cells, on_break=repeat_head)
    if not rows:
        lay_row(sheet, [Cell(empty, WIDTH, SMALL, Align.CENTRE)])


def lay_row(sheet: Sheet, cells: Sequence[Cell], *, on_break: Callable[[], None] | None = None) -> None:
    """Lay out one row of cells; a row taller than the page is continued on the next, nothing is cut."""
    remaining = [sheet.set(cell.text, cell.style, cell.width - 2 * _PAD_X) for cell in cells]
    while True:
        tallest = max(len(lines) * cell.style.leading for cell, lines in zip(cells, remaining, strict=True))
        if tallest + 2 * _PAD_Y <= sheet.room:
            _draw_row(sheet, cells, remaining, tallest + 2 * _PAD_Y)
            return
        leading = max(cell.style.leading for cell in cells)
        fitting = int((sheet.room - 2 * _PAD_Y) // leading)
        if fitting >= _FEW_LINES and tallest > (_FEW_LINES + 2) * leading:
            _draw_row(sheet, cells, [lines[:fitting] for lines in remaining], fitting * leading + 2 * _PAD_Y)
            remaining = [lines[fitting:] for lines in remaining]
        sheet.new_page()
        if on_break:
            on_break()


def _draw_row(sheet: Sheet, cells: Sequence[Cell], texts: Sequence[tuple[Line, ...]], height: float) -> None:
    x, top, foot = LEFT, sheet.y, sheet.y + height
    edges = [(LEFT, top, RIGHT, top), (LEFT, foot, RIGHT, foot), (RIGHT, top, RIGHT, foot)]
    for cell, lines in zip(cells, texts, strict=True):
        if cell.shaded:
            sheet.fill(Box(x, top, cell.width, height), SHADE)
        edges.append((x, top, x, foot))
        leading = cell.style.leading
        placed = [(line, _text_x(cell, line, x), top + _PAD_Y + row * leading) for row, line in enumerate(lines)]
        sheet.placed(placed, cell.style)
        x += cell.width
    sheet.rules(edges)
    sheet.y = foot


def _text_x(cell: Cell, line: Line, x: float) -> float:
    match cell.align:
        case Align.LEFT:
            return x + _PAD_X
        case Align.RIGHT:
            return x + cell.width - _PAD_X - line.width_pt
        case Align.CENTRE:
            return x + (cell.width - line.width_pt) / 2


def money(amount_fen: int) -> str:
    """Word an amount as both figures and capitals (小写+大写)."""
    return f"¥ {amounts.yuan(amount_fen)}　人民币{amounts.capitals(amount_fen)}"
