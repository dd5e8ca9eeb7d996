"""One row of a creditor's file read cell by cell; every cell that cannot be read leaves a fault with its address.

Pure.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from server.cases import values
from server.cases.faults import Code, Fault
from server.cases.headers import Field
from server.cases.mapping import Layout
from server.cases.workbook import CellKind, Row, column_letter

MARKUP = re.compile(r"<\s*[a-zA-Z!/?]|&#x?[0-9a-fA-F]+;|javascript:", re.IGNORECASE)
NO_VALUE = {"", "-", "--", "/", "无", "null", "none", "n/a", "na", "nan"}


@dataclass(slots=True)
class RowReader:
    """Reads typed values out of one row and collects what is wrong with it."""

    layout: Layout
    row: Row
    yuan_per_unit: int = 1
    is_1904: bool = False
    faults: list[Fault] = field(default_factory=list)

    def text(self, wanted: Field) -> str:
        """Return the trimmed text of a field, empty where the file has none or says so in words."""
        index = self.layout.columns.get(wanted)
        text = "" if index is None else self.row.text(index)
        return "" if text.lower() in NO_VALUE else text

    def required(self, wanted: Field, *, missing: Code, reason: str, reason_en: str) -> str:
        """Return a text that must be there, and note its absence."""
        text = self.text(wanted)
        if not text:
            self.note(wanted, code=missing, reason=reason, reason_en=reason_en)
        return text

    def amount_fen(self, wanted: Field) -> int | None:
        """Return an amount in fen, None when the cell is empty or unreadable; the latter is a fault."""
        text = self.text(wanted)
        if not text:
            return None
        fen = values.fen_of(text, yuan_per_unit=self.yuan_per_unit)
        if fen is None:
            self.note(
                wanted,
                code=Code.BAD_AMOUNT,
                reason="不是有效金额（公式不予计算，最小单位为分）",
                reason_en="not an amount of whole fen; formulas are not evaluated",
            )
        return fen

    def debt_fen(self, wanted: Field) -> int | None:
        """Return an amount that may not be negative."""
        fen = self.amount_fen(wanted)
        if fen is not None and fen < 0:
            self.note(wanted, code=Code.BAD_AMOUNT, reason="金额不能为负数", reason_en="the amount may not be negative")
            return None
        return fen

    def day(self, wanted: Field) -> date | None:
        """Return a date, None when the cell is empty or no calendar has it; the latter is a fault."""
        text = self.text(wanted)
        if not text:
            return None
        day = values.date_of(text, is_1904=self.is_1904)
        if day is None:
            self.note(wanted, code=Code.BAD_DATE, reason="不是有效日期", reason_en="not a date that the calendar has")
        return day

    def note(self, wanted: Field, *, code: Code, reason: str, reason_en: str) -> None:
        """Add a fault at the cell of a field; without such a column the address is the row alone."""
        index = self.layout.columns.get(wanted)
        self.faults.append(
            Fault(
                sheet=self.layout.sheet,
                row=self.row.number,
                column="" if index is None else column_letter(index),
                header="" if index is None else self.layout.headers.get(index, ""),
                value="" if index is None else self.row.text(index),
                code=code,
                reason=reason,
                reason_en=reason_en,
            )
        )

    def note_active_text(self) -> None:
        """Note every mapped cell that a spreadsheet or a browser might run."""
        for wanted, index in self.layout.columns.items():
            cell = self.row.cells[index] if index < len(self.row.cells) else None
            if cell is None or not (cell.kind is CellKind.FORMULA or MARKUP.search(cell.text)):
                continue
            self.note(
                wanted,
                code=Code.ACTIVE_TEXT,
                reason="单元格含公式或网页标记，仅按文字保存",
                reason_en="the cell holds a formula or markup; it is kept as text only",
            )
