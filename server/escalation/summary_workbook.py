"""The visit summary as a workbook (XLSX): text and numbers only, never a formula; every figure leads to its ids.

Pure.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from server.escalation.credit import RULE_VERSION, RULE_ZH
from server.escalation.summary import Summary
from server.tables import ILLEGAL

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CHARS = 32_767  # of one cell
_WIDTHS = (24, 20, 16, 28, 12, 12, 16, 34, 40, 40)
_REF_ZH = {
    "stop": "拜访点",
    "visit": "外访",
    "record": "记录",
    "complaint": "投诉",
    "device": "设备",
    "file": "影像",
    "paper": "单据",
}


def write(summary: Summary, *, mark: str = "") -> bytes:
    """Return the workbook: figures, the ids behind each, households, very poor credit. Amounts in fen and yuan text.

    mark names who took it, below each sheet and in the file's properties.
    """
    from openpyxl import Workbook  # noqa: PLC0415  # 13 MiB that a phone's calls never need

    book = Workbook(write_only=True)
    if mark:
        book.properties.creator = book.properties.description = mark
    _sheet(book, "数据 figures", ("项目", "代码", "数量", "单位", "金额（分）", "对应编号数"), _figure_rows(summary))
    _sheet(book, "对应编号 records", ("代码", "项目", "类别", "编号"), _ref_rows(summary))
    _sheet(
        book,
        "逐户明细 lines",
        ("案件", "客户", "组别", "结果", "结果码", "证据等级", "承诺金额（分）", "建议", "外访编号", "记录编号"),
        _line_rows(summary),
    )
    _sheet(book, "信誉极差 very poor credit", ("案件", "客户", "欠款（分）", "依据", "外访编号"), _poor_rows(summary))
    for sheet in book.worksheets if mark else ():
        sheet.append([_cell(sheet, f"导出标识 {mark}", is_head=False)])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _figure_rows(summary: Summary) -> Iterable[Sequence[Any]]:
    scheme = summary.scheme
    yield ("方案编号", "serial", scheme.serial)
    yield ("期间", "dates", f"{scheme.dates[0].isoformat()} — {scheme.dates[-1].isoformat()}")
    yield ("区域", "area", scheme.area)
    yield ("组别", "crews", "、".join(scheme.crews))
    rate = summary.met_per_mille
    yield ("见本人率", "met_rate", "—" if rate is None else f"{rate / 10:.1f}%")
    for code, figure in summary.figures.items():
        yield (figure.zh, code, figure.count, figure.unit.value, figure.amount_fen, len(figure.refs))


def _ref_rows(summary: Summary) -> Iterable[Sequence[Any]]:
    for code, figure in summary.figures.items():
        for ref in figure.refs:
            yield (code, figure.zh, _REF_ZH[ref.kind], str(ref.id))


def _line_rows(summary: Summary) -> Iterable[Sequence[Any]]:
    for line in summary.lines:
        stop, visit = line.stop, line.visit
        yield (
            stop.case_no,
            stop.debtor_name,
            stop.crew,
            line.outcome_zh,
            visit.outcome if visit else None,
            visit.grade.value if visit and visit.grade else "",
            sum(one.total_fen for seen in stop.visits for one in seen.promises),
            line.advice,
            "\n".join(str(seen.id) for seen in stop.visits),
            "\n".join(str(one) for seen in stop.visits for one in seen.record_ids),
        )


def _poor_rows(summary: Summary) -> Iterable[Sequence[Any]]:
    for line in summary.very_poor:
        yield (
            line.stop.case_no,
            line.stop.debtor_name,
            line.stop.owed_fen,
            "；".join(ground.zh for ground in line.credit.grounds),
            "\n".join(str(seen.id) for seen in line.stop.visits),
        )
    yield ()
    yield ("规则", RULE_VERSION, None, RULE_ZH)


def _sheet(book: "Workbook", title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJ", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([_cell(sheet, name, is_head=True) for name in head])
    for row in rows:
        sheet.append([_cell(sheet, value, is_head=False) for value in row])


def _cell(sheet: "WriteOnlyWorksheet", value: Any, *, is_head: bool) -> Any:
    """Return a cell that is a number or plain text: what begins like a formula stays text."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, ILLEGAL.sub("", str(value))[:MOST_CHARS])
    cell.data_type = "s"
    cell.quotePrefix = True
    if is_head:
        cell.font = Font(bold=True)
    return cell
