"""The tables of an XLSForm, read from Markdown or from an .xlsx, each cell with its place. Pure.

A Markdown workbook is one table: a row whose first cell is filled begins a sheet (`| survey | | |`), the next is its
header, the others its rows, with the first cell empty.
"""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

from field_forms.archives import refuse_hostile_xml

MAX_BYTES = 2 * 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024
MAX_ROWS = 1000
MAX_COLUMNS = 60
_SPLIT = re.compile(r"(?<!\\)\|")
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, ParseError, DefusedXmlException,
    KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, RuntimeError,
)  # fmt: skip


class OddCell(ValueError):
    """A cell of the workbook cannot be compiled; the message begins with its place, as `survey!D12 (relevant)`."""

    def __init__(self, place: str, problem: str) -> None:
        """Keep the place apart from the problem, for whoever shows both."""
        super().__init__(f"{place}: {problem}")
        self.place, self.problem = place, problem


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: its cells that are not empty, by column, and where each stands."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    letters: Mapping[str, str]
    line: int = 0  # of the Markdown text; 0 in a workbook

    def get(self, column: str) -> str:
        """Return a cell's text, empty when there is none."""
        return self.cells.get(column, "")

    def fault(self, column: str, problem: str) -> OddCell:
        """Return the complaint about one of this row's cells."""
        at = f"{self.sheet}!{self.letters.get(column, '')}{self.number}"
        line = f", line {self.line}" if self.line else ""
        return OddCell(f"{at} ({column}{line})", problem)


Sheets = Mapping[str, Sequence[Row]]


def read(source: bytes) -> Sheets:
    """Return the sheets of a workbook, Markdown or .xlsx, told apart by their first bytes. Raises OddCell."""
    if len(source) > MAX_BYTES:
        raise OddCell("workbook", f"expected at most {MAX_BYTES} bytes, got {len(source)}")
    if source.startswith(b"PK"):
        return _from_xlsx(source)
    try:
        return from_markdown(source.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise OddCell("workbook", "expected an .xlsx or Markdown in UTF-8") from fault


def from_markdown(text: str) -> Sheets:
    """Return the sheets of a Markdown workbook. Raises OddCell."""
    found: dict[str, list[tuple[int, list[str]]]] = {}
    sheet = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip().startswith("|") or set(line) <= set("|-: "):
            continue
        first, *cells = [cell.strip().replace("\\|", "|") for cell in _SPLIT.split(line.strip())[1:-1]]
        if first:
            if first in found:
                raise OddCell(f"{first}, line {number}", "this sheet stands twice")
            sheet = first
            found[sheet] = []
        elif not sheet:
            raise OddCell(f"line {number}", "a row stands before the name of its sheet")
        else:
            found[sheet].append((number, cells))
    return {name: list(_rows(name, rows, is_text=True)) for name, rows in found.items()}


def _from_xlsx(source: bytes) -> Sheets:
    from openpyxl import load_workbook  # noqa: PLC0415  # 13 MiB that a phone's calls never need
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        _refuse_bomb(source)
        book = load_workbook(io.BytesIO(source), read_only=True, data_only=True, keep_links=False)
        found = {}
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS)
            cells = [(0, [_text(value) for value in row]) for row in rows]
            found[sheet.title] = list(_rows(sheet.title, cells, is_text=False))
    except OddCell:
        raise
    except (*_UNREADABLE, InvalidFileException) as fault:
        raise OddCell("workbook", f"not a readable .xlsx: {type(fault).__name__}") from fault
    return found


def _refuse_bomb(source: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        if sum(one.file_size for one in archive.infolist()) > MAX_UNPACKED:
            raise OddCell("workbook", f"expected at most {MAX_UNPACKED} bytes when unpacked")
        refuse_hostile_xml(archive)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _letter(index: int) -> str:
    """Return the letter of a column from 0; a sheet has fewer than 26 times 26."""
    before, last = divmod(index, 26)
    return (chr(ord("A") + before - 1) if before else "") + chr(ord("A") + last)


def _rows(sheet: str, lines: Sequence[tuple[int, Sequence[str]]], *, is_text: bool) -> Iterator[Row]:
    """Yield a sheet's rows under its header; rows are counted as a spreadsheet counts them."""
    if not lines:
        return
    if len(lines) > MAX_ROWS + 1:
        raise OddCell(sheet, f"expected at most {MAX_ROWS} rows")
    header = lines[0][1]
    letters = {name: _letter(at + is_text) for at, name in enumerate(header) if name}
    if len(letters) != len([name for name in header if name]):
        raise OddCell(f"{sheet}!1", "a column stands twice")
    for number, (line, cells) in enumerate(lines[1:], start=2):
        if len(cells) > len(header) and any(cells[len(header) :]):
            raise OddCell(f"{sheet}!{number}", "more cells than the header has columns")
        filled = {name: cell for name, cell in zip(header, cells, strict=False) if name and cell}
        if filled:
            yield Row(sheet, number, filled, letters, line)
