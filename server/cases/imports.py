"""A creditor's placement file, row by row, as cases, faults and totals (导入). Pure: nothing is stored here.

The same bytes, template and dates always give the same intake, so a report can be made again from the kept file.
Which fault refuses a row and which only flags it is decided in docs/adr/0011-intake-faults.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from server.cases.faults import Code, Fault, Verdict, verdict_of
from server.cases.headers import AMOUNTS, Field
from server.cases.mapping import Template, lay_out
from server.cases.placement import PlacedCase
from server.cases.placement_rows import note_currency, read_case
from server.cases.rows import RowReader
from server.cases.totals import ColumnTotal, compare_totals
from server.cases.workbook import Workbook


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row. case is None when the row is refused."""

    sheet: str
    row: int
    case_no: str
    verdict: Verdict
    case: PlacedCase | None
    faults: tuple[Fault, ...]
    amounts_fen: Mapping[Field, int]


@dataclass(frozen=True, slots=True)
class Intake:
    """A whole file read: every row with its verdict, and the totals set against the file's own."""

    as_of_on: date
    is_as_of_from_file: bool
    results: tuple[RowResult, ...]
    totals: tuple[ColumnTotal, ...]

    def count(self, verdict: Verdict) -> int:
        """Return how many rows have a verdict."""
        return sum(result.verdict is verdict for result in self.results)

    @property
    def cases(self) -> tuple[PlacedCase, ...]:
        """The cases that may be committed, accepted and flagged alike."""
        return tuple(result.case for result in self.results if result.case is not None)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault, in the order of the file."""
        return tuple(fault for result in self.results for fault in result.faults)


def read_cases(book: Workbook, *, template: Template, received_on: date) -> Intake:
    """Read a placement file under a template.

    received_on stands in for the as-of day (数据截至) when no title row says it. Raises MissingColumns.
    """
    layouts = lay_out(book, template=template)
    stated = next((layout.as_of_on for layout in layouts if layout.as_of_on), None)
    as_of_on = stated or received_on
    first_seen: dict[str, str] = {}
    results = []
    for layout in layouts:
        for row in layout.rows:
            reader = RowReader(layout, row, yuan_per_unit=template.yuan_per_unit, is_1904=book.is_1904)
            result = read_row(reader, template=template, as_of_on=as_of_on)
            results.append(refuse_repeated(result, reader=reader, first_seen=first_seen))
    return Intake(
        as_of_on=as_of_on,
        is_as_of_from_file=stated is not None,
        results=tuple(results),
        totals=compare_totals(layouts, results, yuan_per_unit=template.yuan_per_unit),
    )


def refuse_repeated(result: RowResult, *, reader: RowReader, first_seen: dict[str, str]) -> RowResult:
    """Refuse a case that an earlier row of the same file already named; remembers where each was first seen."""
    if not result.case_no:
        return result
    here = f"{result.sheet}!{result.row}" if result.sheet else str(result.row)
    first = first_seen.setdefault(result.case_no, here)
    if first == here:
        return result
    reader.note(
        Field.CASE_NO if Field.CASE_NO in reader.layout.columns else Field.CONTRACT_NO,
        code=Code.DUPLICATE_CASE,
        reason=f"案件在同一文件中重复，首次出现于第 {first} 行",
        reason_en=f"the same case stands in this file already, first in row {first}",
    )
    return replace(result, verdict=Verdict.REFUSED, case=None, faults=tuple(reader.faults))


def read_row(reader: RowReader, *, template: Template, as_of_on: date) -> RowResult:
    """Read one row into a case, or into faults."""
    case_no = reader.text(Field.CASE_NO) or reader.text(Field.CONTRACT_NO)
    if not case_no:
        reader.required(
            Field.CASE_NO, missing=Code.MISSING_CASE_NO, reason="缺少案件编号", reason_en="the case number is missing"
        )
    found = {wanted: reader.debt_fen(wanted) for wanted in AMOUNTS if wanted in reader.layout.columns}
    amounts = {wanted: fen for wanted, fen in found.items() if fen is not None}
    case = read_case(reader, case_no=case_no, amounts=amounts, template=template, as_of_on=as_of_on)
    note_currency(reader)
    reader.note_active_text()
    verdict = verdict_of(reader.faults)
    return RowResult(
        sheet=reader.layout.sheet,
        row=reader.row.number,
        case_no=case_no,
        verdict=verdict,
        case=None if verdict is Verdict.REFUSED else case,
        faults=tuple(reader.faults),
        amounts_fen=amounts,
    )
