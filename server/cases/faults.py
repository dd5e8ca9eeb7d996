"""What can be wrong with a cell of a creditor's file, in Chinese and English. Pure.

One place names every fault, so the report, the downloadable fault file and docs/adr/0011-intake-faults.md agree.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a fault does to its row."""

    REFUSE = "refuse"  # the row is not taken: it must be corrected by the creditor
    FLAG = "flag"  # the row is taken, and the flag keeps the case from being visited as if nothing were wrong
    NOTE = "note"  # shown, changes nothing


class Verdict(StrEnum):
    """What becomes of a row."""

    ACCEPTED = "accepted"
    FLAGGED = "flagged"
    REFUSED = "refused"


class Code(StrEnum):
    """The closed set of faults."""

    MISSING_CASE_NO = "missing_case_no"
    MISSING_NAME = "missing_name"
    MISSING_ID = "missing_id"
    MISSING_AMOUNT = "missing_amount"
    MISSING_DATE = "missing_date"
    ID_UNCONFIRMED = "id_unconfirmed"
    GUARANTOR_ID_UNCONFIRMED = "guarantor_id_unconfirmed"
    BAD_AMOUNT = "bad_amount"
    PARTS_DIFFER = "parts_differ"
    BALANCE_DIFFERS = "balance_differs"
    BAD_DATE = "bad_date"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    NO_ADDRESS = "no_address"
    BAD_PHONE = "bad_phone"
    BAD_POINT = "bad_point"
    ACTIVE_TEXT = "active_text"
    DUPLICATE_CASE = "duplicate_case"
    DUPLICATE_SERIAL = "duplicate_serial"
    UNKNOWN_CASE = "unknown_case"
    DAYS_DIFFER = "days_differ"
    CURRENCY = "currency"
    CHANGED_ENTRY = "changed_entry"


SEVERITY: dict[Code, Severity] = {
    Code.MISSING_CASE_NO: Severity.REFUSE,
    Code.MISSING_NAME: Severity.REFUSE,
    Code.MISSING_ID: Severity.REFUSE,
    Code.MISSING_AMOUNT: Severity.REFUSE,
    Code.MISSING_DATE: Severity.REFUSE,
    Code.ID_UNCONFIRMED: Severity.FLAG,
    Code.GUARANTOR_ID_UNCONFIRMED: Severity.FLAG,
    Code.BAD_AMOUNT: Severity.REFUSE,
    Code.PARTS_DIFFER: Severity.REFUSE,
    Code.BALANCE_DIFFERS: Severity.REFUSE,
    Code.BAD_DATE: Severity.REFUSE,
    Code.DATES_OUT_OF_ORDER: Severity.FLAG,
    Code.NO_ADDRESS: Severity.FLAG,
    Code.BAD_PHONE: Severity.FLAG,
    Code.BAD_POINT: Severity.FLAG,
    Code.ACTIVE_TEXT: Severity.FLAG,
    Code.DUPLICATE_CASE: Severity.REFUSE,
    Code.DUPLICATE_SERIAL: Severity.REFUSE,
    Code.UNKNOWN_CASE: Severity.REFUSE,
    Code.DAYS_DIFFER: Severity.NOTE,
    Code.CURRENCY: Severity.REFUSE,
    Code.CHANGED_ENTRY: Severity.REFUSE,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one cell. value is the cell's own text: data to be corrected, never to be run."""

    sheet: str
    row: int
    column: str
    header: str
    value: str
    code: Code
    reason: str
    reason_en: str

    @property
    def severity(self) -> Severity:
        """What the fault does to its row."""
        return SEVERITY[self.code]


def verdict_of(faults: list[Fault]) -> Verdict:
    """Return what becomes of a row that has these faults."""
    found = {fault.severity for fault in faults}
    if Severity.REFUSE in found:
        return Verdict.REFUSED
    return Verdict.FLAGGED if Severity.FLAG in found else Verdict.ACCEPTED
