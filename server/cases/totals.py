"""A file's own totals row set against our sums, to the fen. Pure.

Creditors' totals cover different rows: some only the rows that pass their check, some all. So the sums over accepted,
over taken (accepted and flagged) and over all rows are shown, and which of them the file agrees with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from server.cases.faults import Verdict
from server.cases.headers import AMOUNTS, Field
from server.cases.mapping import Layout
from server.cases.values import fen_of


class Summed(Protocol):
    """A row's verdict and amounts."""

    @property
    def verdict(self) -> Verdict:
        """What became of the row."""

    @property
    def amounts_fen(self) -> Mapping[Field, int]:
        """The amounts that could be read, in fen."""


@dataclass(frozen=True, slots=True)
class ColumnTotal:
    """One amount column, in fen. file_fen is None where the file has no readable total of it."""

    field: Field
    header: str
    file_fen: int | None
    accepted_fen: int
    taken_fen: int
    all_fen: int

    @property
    def difference_fen(self) -> int | None:
        """The file's figure minus the sum of the accepted rows."""
        return None if self.file_fen is None else self.file_fen - self.accepted_fen

    @property
    def agrees_with(self) -> str | None:
        """Which of our sums the file's figure equals: accepted, taken or all; None when none or no figure."""
        sums = {"accepted": self.accepted_fen, "taken": self.taken_fen, "all": self.all_fen}
        return next((name for name, fen in sums.items() if fen == self.file_fen), None)


def compare_totals(
    layouts: Sequence[Layout], results: Sequence[Summed], *, yuan_per_unit: int
) -> tuple[ColumnTotal, ...]:
    """Return every amount column with the file's own total and ours."""
    taken = [result for result in results if result.verdict is not Verdict.REFUSED]
    accepted = [result for result in taken if result.verdict is Verdict.ACCEPTED]
    totals = []
    for wanted in AMOUNTS:
        headers = [layout.headers[layout.columns[wanted]] for layout in layouts if wanted in layout.columns]
        if headers:
            totals.append(
                ColumnTotal(
                    field=wanted,
                    header=headers[0],
                    file_fen=stated_fen(layouts, wanted, yuan_per_unit=yuan_per_unit),
                    accepted_fen=sum(result.amounts_fen.get(wanted, 0) for result in accepted),
                    taken_fen=sum(result.amounts_fen.get(wanted, 0) for result in taken),
                    all_fen=sum(result.amounts_fen.get(wanted, 0) for result in results),
                )
            )
    return tuple(totals)


def stated_fen(layouts: Sequence[Layout], wanted: Field, *, yuan_per_unit: int) -> int | None:
    """Return the sum of the totals rows of all sheets, None when a sheet states none or holds a formula there."""
    stated = []
    for layout in layouts:
        column = layout.columns.get(wanted)
        if column is None or layout.totals_row is None:
            return None
        stated.append(fen_of(layout.totals_row.text(column), yuan_per_unit=yuan_per_unit))
    known = [fen for fen in stated if fen is not None]
    return sum(known) if len(known) == len(stated) else None
