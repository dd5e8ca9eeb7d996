"""Which column of a creditor's file means what: a template (映射模板) that is guessed once, stored and edited.

Pure. A template names headers, not positions, so a creditor may move columns without anybody noticing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from server.cases import values
from server.cases.headers import PAYMENT_SYNONYMS, SYNONYMS, Field
from server.cases.workbook import Row, Sheet, Workbook
from server.errors import Invalid

HEADER_SEARCH_ROWS = 40
LEAST_KNOWN_HEADERS = 3
TOTALS_LABEL = re.compile(r"(本页|本表|全部)?(合计|总计|共计|总额|累计)|grand\s*total|total|sum", re.IGNORECASE)
SUBTOTAL_LABEL = re.compile(r"(本页)?小计|subtotal", re.IGNORECASE)
LABEL_COLUMNS = 4
AS_OF = re.compile(r"(?:数据|账务|欠款|统计)?截[至止]\s*(?:日期|时间|日)?\s*[:：]?\s*([0-9０-９年月日./\-]{8,12})")
TEN_THOUSAND_YUAN = re.compile(r"单位\s*[:：]\s*(人民币)?万元|[(（]万元[)）]")
FOREIGN_CURRENCY = re.compile(r"币种\s*[:：]\s*(?!人民币|CNY|RMB)(\S{1,12})")


class FileKind(StrEnum):
    """What a file brings."""

    CASES = "cases"
    PAYMENTS = "payments"


class UnknownLayout(Invalid):
    """No header row was recognised in the file."""


class MissingColumns(Invalid):
    """The file lacks columns that the mapping template needs."""


class BadMapping(Invalid):
    """The mapping template is not one."""


@dataclass(frozen=True, slots=True)
class Template:
    """Header text → field, and what the file leaves unsaid. Stored as JSON per creditor."""

    kind: FileKind
    columns: Mapping[str, Field]
    defaults: Mapping[str, str] = field(default_factory=dict)
    yuan_per_unit: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return the form in which the template is stored and edited."""
        return {
            "kind": self.kind.value,
            "columns": {header: named.value for header, named in self.columns.items()},
            "defaults": dict(self.defaults),
            "yuan_per_unit": self.yuan_per_unit,
        }


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one sheet keeps its rows under a template. Column indexes count from 0."""

    sheet: str
    header_row: int
    columns: Mapping[Field, int]
    headers: Mapping[int, str]
    rows: tuple[Row, ...]
    totals_row: Row | None
    as_of_on: date | None
    currency: str | None


def template_from_json(stored: Mapping[str, Any]) -> Template:
    """Read a stored or sent template. Raises BadMapping naming what is wrong."""
    try:
        kind = FileKind(stored.get("kind", "cases"))
        columns = {str(header): Field(named) for header, named in dict(stored["columns"]).items()}
        unit = int(stored.get("yuan_per_unit", 1))
        defaults = {str(key): str(value) for key, value in dict(stored.get("defaults", {})).items()}
    except (KeyError, ValueError, TypeError) as flaw:
        raise BadMapping(f"expected {{kind, columns: {{header: field}}}}: {flaw}") from flaw
    repeated = [named for named in columns.values() if list(columns.values()).count(named) > 1]
    if repeated:
        raise BadMapping(f"two headers are mapped to {repeated[0]}", field=repeated[0].value)
    if unit not in {1, 10_000}:
        raise BadMapping(f"yuan_per_unit is 1 or 10000, got {unit}")
    return Template(kind, columns, defaults, unit)


def guess(book: Workbook, *, kind: FileKind = FileKind.CASES) -> Template:
    """Make a template from the headers of a file never seen before. Raises UnknownLayout."""
    synonyms = SYNONYMS if kind is FileKind.CASES else PAYMENT_SYNONYMS
    for sheet in book.sheets:
        header = best_header(sheet, synonyms)
        if header is not None:
            columns = recognised(header, synonyms)
            above = title_text(sheet, header.number) + " ".join(cell.text for cell in header.cells)
            unit = 10_000 if TEN_THOUSAND_YUAN.search(above) else 1
            return Template(kind, columns, defaults_for(columns), unit)
    raise UnknownLayout(f"no row among the first {HEADER_SEARCH_ROWS} of any sheet holds known headers")


def defaults_for(columns: Mapping[str, Field]) -> dict[str, str]:
    """Return what the headers imply about every row: the product."""
    known = set(columns.values())
    if Field.CARD_NO in known:
        return {"product": "信用卡"}
    return {"product": "货款"} if Field.CONTRACT_AMOUNT in known else {"product": "消费贷"}


def normal_header(text: str) -> str:
    """Return a header as it is compared: half width, without spaces, line breaks, stars and units in brackets."""
    plain = re.sub(r"[\s*:：_]+", "", values.narrow(text)).lower()
    return re.sub(r"[(\[【].*?[)\]】]$", "", plain)


def recognised(row: Row, synonyms: Mapping[str, Field]) -> dict[str, Field]:
    """Return header text → field for the columns that are known; the first of two equal meanings wins."""
    found: dict[str, Field] = {}
    for cell in row.cells:
        named = synonyms.get(normal_header(cell.text))
        if named is not None and named not in found.values():
            found[cell.text.strip()] = named
    return found


def best_header(sheet: Sheet, synonyms: Mapping[str, Field]) -> Row | None:
    """Return the row near the top that holds the most known headers, None when no row holds enough."""
    near_top = sheet.rows[:HEADER_SEARCH_ROWS]
    best = max(near_top, key=lambda row: len(recognised(row, synonyms)), default=None)
    return best if best and len(recognised(best, synonyms)) >= LEAST_KNOWN_HEADERS else None


def lay_out(book: Workbook, *, template: Template) -> list[Layout]:
    """Find the rows of every sheet that carries the template's headers; other sheets are notes.

    Raises MissingColumns when no sheet does.
    """
    wanted = {normal_header(header): named for header, named in template.columns.items()}
    layouts = [laid for sheet in book.sheets if (laid := lay_out_sheet(sheet, wanted=wanted, template=template))]
    if not layouts:
        names = sorted(template.columns)
        raise MissingColumns(f"no sheet has the headers {', '.join(names)}", expected=names)
    return layouts


def headers_of(book: Workbook, *, template: Template) -> list[str]:
    """Return every heading of the sheets that carry the template, known or not, in the order of the file.

    Raises MissingColumns.
    """
    found = (text for laid in lay_out(book, template=template) for text in laid.headers.values() if text)
    return list(dict.fromkeys(found))


def lay_out_sheet(sheet: Sheet, *, wanted: Mapping[str, Field], template: Template) -> Layout | None:
    """Return where one sheet keeps its rows, None when it does not carry the essential headers."""
    header = max(sheet.rows[:HEADER_SEARCH_ROWS], key=lambda row: len(recognised(row, wanted)), default=None)
    if header is None:
        return None
    columns: dict[Field, int] = {}
    for index, cell in enumerate(header.cells):
        named = wanted.get(normal_header(cell.text)) if cell.text.strip() else None
        if named is not None:
            columns.setdefault(named, index)
    if not has_essentials(columns, kind=template.kind):
        return None
    below = [row for row in sheet.rows if row.number > header.number]
    title = title_text(sheet, header.number)
    foreign = FOREIGN_CURRENCY.search(title)
    return Layout(
        sheet=sheet.name,
        header_row=header.number,
        columns=columns,
        headers={index: cell.text.strip() for index, cell in enumerate(header.cells)},
        rows=tuple(row for row in below if not is_sum(row, TOTALS_LABEL) and not is_sum(row, SUBTOTAL_LABEL)),
        totals_row=next((row for row in reversed(below) if is_sum(row, TOTALS_LABEL)), None),
        as_of_on=as_of_in(title),
        currency=foreign.group(1) if foreign else None,
    )


def has_essentials(columns: Mapping[Field, int], *, kind: FileKind) -> bool:
    """Do the columns suffice to name a case and an amount?"""
    names_case = bool({Field.CASE_NO, Field.CONTRACT_NO} & set(columns))
    if kind is FileKind.PAYMENTS:
        return names_case and {Field.PAID_ON, Field.PAID} <= set(columns)
    return names_case and Field.TOTAL in columns and Field.NAME in columns


def is_sum(row: Row, label: re.Pattern[str]) -> bool:
    """Is this a row of sums? Its first words say so."""
    first: Sequence[str] = [row.text(index) for index in range(LABEL_COLUMNS) if row.text(index)][:1]
    return any(label.fullmatch(re.sub(r"[\s:：]", "", text)) for text in first)


def title_text(sheet: Sheet, header_number: int) -> str:
    """Return everything that stands above the header row."""
    above = (row for row in sheet.rows if row.number < header_number)
    return "\n".join(cell.text for row in above for cell in row.cells if cell.text)


def as_of_in(title: str) -> date | None:
    """Return the day on which the amounts are true (数据截至), when the title rows say it."""
    found = AS_OF.search(title)
    return values.date_of(found.group(1)) if found else None
