"""The report of a dry run as JSON, and the faulty rows as a file to correct. Pure.

Totals and counts hold no personal data; the faults' values do, so the two are kept apart.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from server.cases.faults import Fault, Severity, Verdict
from server.cases.imports import Intake
from server.cases.mapping import Layout, Template, lay_out
from server.cases.payments import Feed
from server.cases.totals import ColumnTotal
from server.cases.workbook import Row, Workbook, column_letter

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ADDED_HEADERS = ("处理结果", "原因", "Reason", "原工作表", "原行号")
VERDICT_ZH = {Verdict.FLAGGED: "已收，带标记", Verdict.REFUSED: "未收", Verdict.ACCEPTED: "已收"}
MAX_LISTED_FAULTS = 2_000
TEXT_FORMAT = "@"
COLUMN_WIDTH = 18


def fault_json(fault: Fault) -> dict[str, Any]:
    """Return one fault as the contract names its members; value is text and nothing but text."""
    return {
        "sheet": fault.sheet,
        "row": fault.row,
        "column": fault.column,
        "header": fault.header,
        "value": fault.value,
        "code": fault.code.value,
        "severity": fault.severity.value,
        "reason": fault.reason,
        "reason_en": fault.reason_en,
    }


def faults_json(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Return the faults that change a row's verdict, then the notes, at most MAX_LISTED_FAULTS."""
    ordered = sorted(faults, key=lambda fault: fault.severity is Severity.NOTE)
    return [fault_json(fault) for fault in ordered[:MAX_LISTED_FAULTS]]


def intake_report(intake: Intake, *, encoding: str) -> dict[str, Any]:
    """Return counts and totals of a placement file."""
    return {
        **counts_of(intake),
        "totals": {total.field.value: total_json(total) for total in intake.totals},
        "has_totals_row": any(total.file_fen is not None for total in intake.totals),
        "as_of": intake.as_of_on.isoformat(),
        "as_of_source": "file" if intake.is_as_of_from_file else "given",
        "encoding": encoding,
    }


def feed_report(feed: Feed, *, encoding: str) -> dict[str, Any]:
    """Return counts and totals of a payment feed."""
    by_kind: dict[str, dict[str, int]] = {}
    for payment in feed.payments:
        kind = by_kind.setdefault(payment.kind.value, {"count": 0, "amount_fen": 0})
        kind["count"] += 1
        kind["amount_fen"] += payment.amount_fen
    return {**counts_of(feed), "totals": by_kind, "reckoning": feed.reckoning(), "encoding": encoding}


def counts_of(read: Intake | Feed) -> dict[str, int]:
    """Return how many rows a file has and what became of them."""
    return {
        "rows": len(read.results),
        "accepted": read.count(Verdict.ACCEPTED),
        "flagged": read.count(Verdict.FLAGGED),
        "refused": read.count(Verdict.REFUSED),
    }


def total_json(total: ColumnTotal) -> dict[str, Any]:
    """Return one column's totals in fen."""
    return {
        "header": total.header,
        "file_fen": total.file_fen,
        "ours_fen": total.accepted_fen,
        "difference_fen": total.difference_fen,
        "taken_fen": total.taken_fen,
        "all_fen": total.all_fen,
        "agrees_with": total.agrees_with,
    }


def faults_xlsx(book: Workbook, *, template: Template, read: Intake | Feed) -> bytes:
    """Return the flagged and refused rows as an XLSX file to correct and send again.

    The headers are the creditor's own, so the same template reads it; every cell is text, so nothing in it runs.
    """
    from openpyxl import Workbook as XlsxFile  # noqa: PLC0415  # 13 MiB that a phone's calls never need
    from openpyxl.workbook.child import INVALID_TITLE_REGEX  # noqa: PLC0415

    wanted = {(result.sheet, result.row): result for result in read.results if result.verdict is not Verdict.ACCEPTED}
    file = XlsxFile()
    file.remove(file.active or file.create_sheet())
    for number, layout in enumerate(lay_out(book, template=template), 1):
        rows = [row for row in layout.rows if (layout.sheet, row.number) in wanted]
        sheet = file.create_sheet(INVALID_TITLE_REGEX.sub("_", layout.sheet)[:28] or f"明细{number}")
        write_title(sheet, read)
        headers = list(layout.headers.values())
        write_row(sheet, [*headers, *ADDED_HEADERS])
        for row in rows:
            result = wanted[layout.sheet, row.number]
            write_row(sheet, fault_row(layout, row=row, verdict=result.verdict, faults=result.faults))
        for index in range(len(headers) + len(ADDED_HEADERS)):
            sheet.column_dimensions[column_letter(index)].width = COLUMN_WIDTH
    out = BytesIO()
    file.save(out)
    return out.getvalue()


def write_title(sheet: "Worksheet", read: Intake | Feed) -> None:
    """Write the as-of day above the headers, so that the corrected file means the same day."""
    if isinstance(read, Intake):
        day = read.as_of_on
        write_row(sheet, [f"数据截至 {day.year}年{day.month:02d}月{day.day:02d}日"])


def fault_row(layout: Layout, *, row: Row, verdict: Verdict, faults: Sequence[Fault]) -> list[str]:
    """Return a row's own cells and what is wrong with them."""
    own = [row.text(index) for index in layout.headers]
    reasons = [f"{fault.column} {fault.header}：{fault.reason}".strip() for fault in faults]
    reasons_en = [f"{fault.column} {fault.header}: {fault.reason_en}".strip() for fault in faults]
    return [*own, VERDICT_ZH[verdict], "；".join(reasons), "; ".join(reasons_en), layout.sheet, str(row.number)]


def write_row(sheet: "Worksheet", texts: Sequence[str]) -> None:
    """Append a row of text cells: marked as strings and quoted, so a spreadsheet never takes one for a formula."""
    from openpyxl.cell import Cell as XlsxCell  # noqa: PLC0415

    number = sheet.max_row + 1 if sheet._cells else 1  # noqa: SLF001 - max_row says 1 for an empty sheet as well
    for column, text in enumerate(texts, 1):
        cell = sheet.cell(number, column)
        if isinstance(cell, XlsxCell):
            cell.value = text
            cell.data_type = "s"
            cell.number_format = TEXT_FORMAT
            cell.quotePrefix = True
