"""A creditor's file, XLSX or CSV, as plain text cells that keep their addresses. Pure: bytes in, values out.

Formulas are never evaluated and markup is never interpreted: a cell is text, and the kind says what the file called
it. Limits stop a file that would unpack into more than a placement can hold.
"""

import csv
import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

from field_forms.archives import refuse_hostile_xml
from server.errors import Invalid

MAX_FILE_BYTES = 24 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_PARTS = 2_000
MAX_ROWS = 200_000
MAX_COLUMNS = 256
MAX_CELLS = 3_000_000
MAX_CELL_CHARS = 4_000
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
ZIP_MAGIC = b"PK\x03\x04"
DELIMITERS = ",;\t|"
SNIFFED_ROWS = 20
LETTERS = 26
FORMULAS = frozenset({"ArrayFormula", "DataTableFormula"})  # of openpyxl, which is loaded when a file is read

Flaws = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, ParseError, DefusedXmlException,
    KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError, RuntimeError,
)  # fmt: skip


class UnreadableFile(Invalid):
    """The file cannot be read as a table."""


class OversizeFile(Invalid):
    """The file holds more than one import may."""


class CellKind(StrEnum):
    """What the file said a cell is; the text is kept in every case."""

    TEXT = "text"
    NUMBER = "number"  # a spreadsheet number, written as its shortest decimal
    DATE = "date"  # a spreadsheet date, written YYYY-MM-DD
    FORMULA = "formula"  # never evaluated: the text is the formula itself


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text without control characters, and what the file called it."""

    text: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty. number counts from 1 as a spreadsheet program shows it."""

    number: int
    cells: tuple[Cell, ...]

    def text(self, index: int) -> str:
        """Return the trimmed text of a column counted from 0, empty beyond the end."""
        return self.cells[index].text.strip() if index < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, empty rows left out. A CSV file is one sheet with an empty name."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A whole file. is_1904 says that serial dates count from 1904."""

    sheets: tuple[Sheet, ...]
    sha256: str
    encoding: str
    is_1904: bool = False


def column_letter(index: int) -> str:
    """Return `A` for column 0, `AA` for column 26: the name a spreadsheet program shows."""
    before, last = divmod(index, LETTERS)
    return (column_letter(before - 1) if before else "") + chr(ord("A") + last)


def read_workbook(content: bytes) -> Workbook:
    """Read a file by what it holds, whatever it is called.

    Raises UnreadableFile or OversizeFile.
    """
    if len(content) > MAX_FILE_BYTES:
        raise OversizeFile(f"{len(content)} bytes, {MAX_FILE_BYTES} allowed", limit_bytes=MAX_FILE_BYTES)
    if not content.strip():
        raise UnreadableFile("the file is empty")
    if content.startswith(OLE_MAGIC):
        raise UnreadableFile("an old .xls file or one with a password: save it as .xlsx without a password")
    return read_xlsx(content) if content.startswith(ZIP_MAGIC) else read_csv(content)


def read_xlsx(content: bytes) -> Workbook:
    """Read every sheet of an XLSX file. Raises UnreadableFile or OversizeFile."""
    from openpyxl import load_workbook  # noqa: PLC0415  # 13 MiB that a phone's calls never need
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        refuse_bomb(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            sheets = []
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                sheets.append(Sheet(sheet.title, gather(xlsx_rows(sheet.iter_rows(values_only=True)))))
            is_1904 = book.epoch.year == 1904  # noqa: PLR2004
        finally:
            book.close()
    except (*Flaws, InvalidFileException) as flaw:
        raise UnreadableFile(f"not a readable XLSX file ({type(flaw).__name__})") from flaw
    return Workbook(tuple(sheets), hashlib.sha256(content).hexdigest(), "xlsx", is_1904)


def refuse_bomb(content: bytes) -> None:
    """Look at the directory of the archive before anything is unpacked, then at the XML before anything reads it.

    Raises OversizeFile or HostileXml.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES:
            raise OversizeFile(
                f"unpacks to {unpacked} bytes in {len(parts)} parts, {MAX_UNPACKED_BYTES} in {MAX_PARTS} allowed",
                limit_bytes=MAX_UNPACKED_BYTES,
            )
        refuse_hostile_xml(archive)


def xlsx_rows(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Cell, ...]]:
    """Turn openpyxl's values into cells."""
    for row in rows:
        yield tuple(as_cell(value) for value in row)


def as_cell(value: object) -> Cell:
    """Return what one spreadsheet value says, as text."""
    if type(value).__name__ in FORMULAS:
        return Cell(clean(str(getattr(value, "text", None) or "=")), CellKind.FORMULA)
    if isinstance(value, bool) or value is None:
        return Cell("" if value is None else str(value).upper())
    if isinstance(value, int | float):
        return Cell(str(value) if isinstance(value, int) else number_text(value), CellKind.NUMBER)
    if isinstance(value, date):
        has_time = isinstance(value, datetime) and value.time() > time.min
        return Cell(value.isoformat() if has_time else value.isoformat()[:10], CellKind.DATE)
    text = clean(str(value))
    return Cell(text, CellKind.FORMULA if text.startswith("=") and len(text) > 1 else CellKind.TEXT)


def number_text(value: float) -> str:
    """Write a spreadsheet number as people read it: 12 digits of an account never turn into 1.2e+11."""
    if value.is_integer() and abs(value) < 1e17:  # noqa: PLR2004
        return str(int(value))
    return repr(value)


def clean(text: str) -> str:
    """Drop control characters that neither a database nor a page can hold, and cut a cell at MAX_CELL_CHARS."""
    kept = "".join(char for char in text if char in "\n\t" or (char >= " " and char not in "\x7f\ufeff\ufffe\uffff"))
    return kept[:MAX_CELL_CHARS]


def gather(rows: Iterable[tuple[Cell, ...]]) -> tuple[Row, ...]:
    """Give every row its number, leave out the empty ones and stop at the limits. Raises OversizeFile."""
    kept: list[Row] = []
    cells = 0
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
            raise OversizeFile(
                f"more than {MAX_ROWS} rows, {MAX_COLUMNS} columns or {MAX_CELLS} cells", limit_rows=MAX_ROWS
            )
        if any(cell.text.strip() for cell in row):
            kept.append(Row(number, row))
            cells += len(row)
    return tuple(kept)


def read_csv(content: bytes) -> Workbook:
    """Read a delimited text file in UTF-8, UTF-16 with a mark, or GB18030. Raises UnreadableFile or OversizeFile."""
    text, encoding = decode(content)
    if "\x00" in text:
        raise UnreadableFile("neither a spreadsheet nor a text file: it holds NUL bytes")
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=False)
        rows = gather(tuple(Cell(clean(value), kind_of_text(value)) for value in record) for record in reader)
    except csv.Error as flaw:
        raise UnreadableFile(f"not a readable CSV file: {flaw}") from flaw
    return Workbook((Sheet("", rows),), hashlib.sha256(content).hexdigest(), encoding)


def kind_of_text(value: str) -> CellKind:
    """Say whether a spreadsheet program would run this text as a formula.

    Source: OWASP, "CSV Injection": cells that begin with = + - or @. A signed number or a dash before words is text.
    """
    text = value.strip()
    is_formula = (text.startswith("=") and len(text) > 1) or (text[:1] in {"+", "-", "@"} and set(text) & set("(|!="))
    return CellKind.FORMULA if is_formula else CellKind.TEXT


def decode(content: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding. Raises UnreadableFile."""
    candidates = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("the text is neither UTF-8 nor GB18030")


def delimiter_of(text: str) -> str:
    """Return the delimiter that cuts the first rows into the most equal columns."""
    head = io.StringIO("\n".join(text.splitlines()[:SNIFFED_ROWS]))
    best, best_score = ",", 0
    for delimiter in DELIMITERS:
        head.seek(0)
        widths = [len(row) for row in csv.reader(head, delimiter=delimiter) if row]
        score = max((width * widths.count(width) for width in set(widths) if width > 1), default=0)
        if score > best_score:
            best, best_score = delimiter, score
    return best
