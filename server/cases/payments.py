"""The creditor's payment feed (还款明细), row by row. Pure.

A payment is a fact that the creditor reports; nobody of ours ever takes or records money.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.cases.faults import Code, Fault, Severity, Verdict, verdict_of
from server.cases.headers import Field
from server.cases.mapping import Template, lay_out
from server.cases.rows import RowReader
from server.cases.workbook import Workbook


class PaymentKind(StrEnum):
    """What the creditor says happened."""

    PAYMENT = "payment"  # 还款
    SETTLEMENT = "settlement"  # 结清: the creditor holds the debt settled
    REVERSAL = "reversal"  # 冲正: an earlier entry is taken back, the amount is negative


REVERSAL_WORDS = ("冲正", "撤销", "退款", "退回")
SETTLEMENT_WORDS = ("结清",)


@dataclass(frozen=True, slots=True)
class FedPayment:
    """One entry of the feed. amount_fen is negative for a reversal."""

    case_no: str
    booked_on: date
    amount_fen: int
    kind: PaymentKind
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """What became of one row of the feed."""

    sheet: str
    row: int
    verdict: Verdict
    payment: FedPayment | None
    faults: tuple[Fault, ...]
    amount_fen: int | None = None  # as the row says it, also of a refused row
    waiting: FedPayment | None = None  # refused only because its case is not placed yet


@dataclass(frozen=True, slots=True)
class Feed:
    """A whole feed file read."""

    results: tuple[PaymentResult, ...]

    def count(self, verdict: Verdict) -> int:
        """Return how many rows have a verdict."""
        return sum(result.verdict is verdict for result in self.results)

    @property
    def payments(self) -> tuple[FedPayment, ...]:
        """The entries that may be committed."""
        return tuple(result.payment for result in self.results if result.payment is not None)

    @property
    def waiting(self) -> tuple[FedPayment, ...]:
        """The entries whose case is not placed yet: kept, and set against it when it is."""
        return tuple(result.waiting for result in self.results if result.waiting is not None)

    def reckoning(self) -> dict[str, int]:
        """Return where every fen of the file went: total = allocated + reversed + unmatched.

        reversed_fen is negative. A row without a readable amount has no fen to account for; `unreadable` counts those.
        """
        taken = [one.amount_fen for one in self.payments]
        refused = [one.amount_fen for one in self.results if one.payment is None]
        return {
            "total_fen": sum(one.amount_fen or 0 for one in self.results),
            "allocated_fen": sum(fen for fen in taken if fen > 0),
            "reversed_fen": sum(fen for fen in taken if fen < 0),
            "unmatched_fen": sum(fen or 0 for fen in refused),
            "unreadable": sum(fen is None for fen in refused),
        }

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault, in the order of the file."""
        return tuple(fault for result in self.results for fault in result.faults)


def read_payments(
    book: Workbook, *, template: Template, known_case_nos: AbstractSet[str], known: Mapping[str, FedPayment]
) -> Feed:
    """Read a feed file under a template; entries of cases this creditor never placed are refused and reported.

    known are the entries fed before, by reference: the same entry again is fine, another one under its number is not.

    Raises MissingColumns.
    """
    seen: dict[str, int] = {}
    results = []
    for layout in lay_out(book, template=template):
        for row in layout.rows:
            reader = RowReader(layout, row, yuan_per_unit=template.yuan_per_unit, is_1904=book.is_1904)
            payment = read_payment(reader, known_case_nos=known_case_nos, seen=seen)
            note_changed(reader, payment=payment, known=known)
            verdict = verdict_of(reader.faults)
            kept = None if verdict is Verdict.REFUSED else payment
            fen = payment.amount_fen if payment is not None else None
            waiting = payment if kept is None and only_case_lacks(reader.faults) else None
            results.append(PaymentResult(layout.sheet, row.number, verdict, kept, tuple(reader.faults), fen, waiting))
    return Feed(tuple(results))


def only_case_lacks(faults: Sequence[Fault]) -> bool:
    """Tell whether a row is refused for nothing but a case that is not placed."""
    return {fault.code for fault in faults if fault.severity is Severity.REFUSE} == {Code.UNKNOWN_CASE}


def read_payment(reader: RowReader, *, known_case_nos: AbstractSet[str], seen: dict[str, int]) -> FedPayment | None:
    """Read one entry and note what is wrong with it; remembers serial numbers in seen."""
    number_field = Field.CASE_NO if Field.CASE_NO in reader.layout.columns else Field.CONTRACT_NO
    case_no = reader.required(
        number_field, missing=Code.MISSING_CASE_NO, reason="缺少案件编号", reason_en="the case number is missing"
    )
    if case_no and case_no not in known_case_nos:
        reader.note(
            number_field,
            code=Code.UNKNOWN_CASE,
            reason="该委托方名下没有此案件",
            reason_en="this creditor has placed no such case",
        )
    booked_on = read_booking_day(reader)
    amount_fen = reader.amount_fen(Field.PAID)
    if amount_fen is None and not reader.text(Field.PAID):
        reader.required(Field.PAID, missing=Code.MISSING_AMOUNT, reason="缺少金额", reason_en="the amount is missing")
    kind = kind_of(reader.text(Field.SUMMARY), amount_fen=amount_fen or 0)
    note_sign(reader, kind=kind, amount_fen=amount_fen)
    reference = read_reference(reader, case_no=case_no, seen=seen)
    reader.note_active_text()
    if booked_on is None or amount_fen is None:
        return None
    return FedPayment(case_no=case_no, booked_on=booked_on, amount_fen=amount_fen, kind=kind, reference=reference)


def read_booking_day(reader: RowReader) -> date | None:
    """Return the booking day, and note its absence."""
    if not reader.text(Field.PAID_ON):
        reader.note(
            Field.PAID_ON, code=Code.MISSING_DATE, reason="缺少入账日期", reason_en="the booking day is missing"
        )
    return reader.day(Field.PAID_ON)


def kind_of(summary: str, *, amount_fen: int) -> PaymentKind:
    """Return what the summary says happened; a negative amount is a reversal whatever it is called."""
    if amount_fen < 0 or any(word in summary for word in REVERSAL_WORDS):
        return PaymentKind.REVERSAL
    if any(word in summary for word in SETTLEMENT_WORDS):
        return PaymentKind.SETTLEMENT
    return PaymentKind.PAYMENT


def note_sign(reader: RowReader, *, kind: PaymentKind, amount_fen: int | None) -> None:
    """Note a zero amount and a reversal that is not negative: both would change a balance the wrong way."""
    if amount_fen is None or amount_fen < 0 or (amount_fen > 0 and kind is not PaymentKind.REVERSAL):
        return
    reader.note(
        Field.PAID,
        code=Code.BAD_AMOUNT,
        reason="金额为零，或冲正金额不是负数",
        reason_en="the amount is zero, or a reversal is not negative",
    )


def read_reference(reader: RowReader, *, case_no: str, seen: dict[str, int]) -> str:
    """Return the bank's serial number that makes an entry the same entry when the file comes again.

    Without a serial the day, case, amount and the how-manieth such entry of the file stand in for it.
    """
    reference = reader.text(Field.SERIAL)
    if not reference:
        entry = f"{reader.text(Field.PAID_ON)}|{case_no}|{reader.text(Field.PAID)}"
        seen[entry] = seen.get(entry, 0) + 1
        return f"{entry}|{seen[entry]}"
    first = seen.setdefault(reference, reader.row.number)
    if first != reader.row.number:
        reader.note(
            Field.SERIAL,
            code=Code.DUPLICATE_SERIAL,
            reason=f"流水号在同一文件中重复，首次出现于第 {first} 行",
            reason_en=f"the serial number stands in this file already, first in row {first}",
        )
    return reference


def note_changed(reader: RowReader, *, payment: FedPayment | None, known: Mapping[str, FedPayment]) -> None:
    """Note an entry whose serial number was fed before with another day, case or amount: facts are never altered."""
    if payment is None or known.get(payment.reference, payment) == payment:
        return
    reader.note(
        Field.SERIAL,
        code=Code.CHANGED_ENTRY,
        reason="该流水号此前已导入且内容不同；更正请用冲正分录",
        reason_en="this serial number was fed before with other content; correct it by a reversal",
    )
