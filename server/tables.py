"""A list as somebody sees it, written as a file for a spreadsheet. Pure: columns and cells in, bytes out.

What begins like a formula stays text in both kinds of file, whoever typed it (OWASP, CSV injection).
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MOST_CHARS = 32_000
FEN_A_YUAN = 100
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NARROW, WIDE = 14, 40
ILLEGAL = re.compile(r"[\000-\010]|[\013-\014]|[\016-\037]")
"""What no cell may hold. Source: openpyxl's ILLEGAL_CHARACTERS_RE."""

Cell = str | int | float | None


class ColumnKind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"  # integer fen, written as yuan


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading and what its cells are."""

    title: str
    kind: ColumnKind


def as_csv(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file that every spreadsheet reads as UTF-8."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([guarded(column.title) for column in columns])
    for row in rows:
        writer.writerow([csv_text(column.kind, cell) for column, cell in zip(columns, row, strict=True)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def csv_text(kind: ColumnKind, cell: Cell) -> str:
    """Return a cell as text: yuan with two decimals, a number bare, text that no spreadsheet takes for a formula."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(cell)
    return f"{cell / FEN_A_YUAN:.2f}" if kind is ColumnKind.MONEY else str(cell)


def guarded(text: str) -> str:
    """Put an apostrophe before a text that begins like a formula."""
    kept = ILLEGAL.sub("", text)[:MOST_CHARS]
    return f"'{kept}" if kept.lstrip(" ").startswith(STARTS_FORMULA) or kept.startswith(STARTS_FORMULA) else kept


def as_xlsx(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, mark: str = "") -> bytes:
    """Return a workbook of one sheet: numbers as numbers, everything else as plain text; its properties name `mark`."""
    from openpyxl import Workbook  # noqa: PLC0415  # 13 MiB that a phone's calls never need
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook(write_only=True)
    if mark:
        book.properties.creator = book.properties.description = mark
    sheet: Any = book.create_sheet(sheet_name(title))
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns, 1):
        width = WIDE if column.kind is ColumnKind.TEXT else NARROW
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.append([head_cell(sheet, column.title) for column in columns])
    for row in rows:
        sheet.append([xlsx_cell(sheet, column.kind, cell) for column, cell in zip(columns, row, strict=True)])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_name(title: str) -> str:
    """Return a title as a name that a sheet may have."""
    kept = "".join(char for char in ILLEGAL.sub("", title) if char not in "[]:*?/\\'")
    return kept.strip()[:31] or "Doorstep"


def head_cell(sheet: "WriteOnlyWorksheet", title: str) -> Any:
    """Return the heading of a column."""
    from openpyxl.styles import Font  # noqa: PLC0415

    cell = text_cell(sheet, title)
    cell.font = Font(bold=True)
    return cell


def xlsx_cell(sheet: "WriteOnlyWorksheet", kind: ColumnKind, cell: Cell) -> Any:
    """Return a number as a number (fen as yuan) and text as text."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    if isinstance(cell, str):
        return text_cell(sheet, cell)
    if cell is None or kind is not ColumnKind.MONEY:
        return WriteOnlyCell(sheet, cell)
    money = WriteOnlyCell(sheet, cell / FEN_A_YUAN)
    money.number_format = "#,##0.00"
    return money


def text_cell(sheet: "WriteOnlyWorksheet", text: str) -> Any:
    """Return a cell that is a string whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    cell = WriteOnlyCell(sheet, ILLEGAL.sub("", text)[:MOST_CHARS])
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
