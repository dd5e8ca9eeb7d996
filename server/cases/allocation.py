"""What payments were set against (冲抵顺序): fees, then interest, then principal. Pure.

Source: 民法典 §561: costs of enforcing the claim, interest, principal, unless the parties agreed otherwise. Default
interest (罚息) and penalty (违约金) count as interest here. A reversal takes back what the last payments had covered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from server.cases.payments import PaymentKind


@dataclass(frozen=True, slots=True)
class Parts:
    """A debt, or a part of it, by kind in fen."""

    fees_fen: int = 0
    interest_fen: int = 0
    penalty_interest_fen: int = 0
    penalty_fen: int = 0
    principal_fen: int = 0

    def total_fen(self) -> int:
        """Return the sum of all kinds."""
        return self.fees_fen + self.interest_fen + self.penalty_interest_fen + self.penalty_fen + self.principal_fen

    def less(self, other: "Parts") -> "Parts":
        """Return these amounts minus others, kind by kind."""
        return Parts(
            self.fees_fen - other.fees_fen,
            self.interest_fen - other.interest_fen,
            self.penalty_interest_fen - other.penalty_interest_fen,
            self.penalty_fen - other.penalty_fen,
            self.principal_fen - other.principal_fen,
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the creditor's feed; amount_fen is negative for a reversal."""

    booked_on: date
    amount_fen: int
    kind: PaymentKind
    reference: str


@dataclass(frozen=True, slots=True)
class Allocated:
    """An entry and what it was set against; beyond_fen exceeded the debt."""

    entry: Entry
    covered: Parts
    beyond_fen: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of a debt after the entries booked since its as-of day."""

    remaining: Parts
    allocated: tuple[Allocated, ...]
    is_declared_settled: bool

    @property
    def outstanding_fen(self) -> int:
        """Return what is still owed; nothing once the creditor declares the debt settled."""
        return 0 if self.is_declared_settled else self.remaining.total_fen()


def allocate(owed: Parts, *, as_of_on: date, entries: Iterable[Entry]) -> Balance:
    """Set the entries booked after the as-of day against the debt, oldest first.

    Entries booked on or before that day are in the creditor's figures already; that the debt is settled counts from
    the day itself, for nobody goes to a door where the creditor says that nothing is owed.
    """
    known = sorted(entries, key=lambda one: (one.booked_on, one.reference))
    later = [entry for entry in known if entry.booked_on > as_of_on]
    said = [entry for entry in known if entry.booked_on >= as_of_on]
    paid_fen = 0
    covered = Parts()
    allocated = []
    for entry in later:
        paid_fen += entry.amount_fen
        now = cover(owed, paid_fen=paid_fen)
        step = now.less(covered)
        allocated.append(Allocated(entry, step, entry.amount_fen - step.total_fen()))
        covered = now
    return Balance(owed.less(covered), tuple(allocated), is_declared_settled(said))


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Return the payments that no reversal (冲正) has taken back, oldest first: a reversed payment never happened.

    A reversal takes back the newest payment before it of the same amount; one that fits none takes back none whole.
    """
    kept: list[Entry] = []
    for entry in sorted(entries, key=lambda one: (one.booked_on, one.kind is PaymentKind.REVERSAL, one.reference)):
        if entry.kind is not PaymentKind.REVERSAL:
            kept.append(entry)
            continue
        taken = next((one for one in reversed(kept) if one.amount_fen == -entry.amount_fen), None)
        if taken is not None:
            kept.remove(taken)
    return kept


def cover(owed: Parts, *, paid_fen: int) -> Parts:
    """Return how much of each kind a sum covers, in the order of the law."""
    left = max(paid_fen, 0)
    taken = []
    for due in (owed.fees_fen, owed.interest_fen, owed.penalty_interest_fen, owed.penalty_fen, owed.principal_fen):
        taken.append(min(left, due))
        left -= taken[-1]
    return Parts(*taken)


def is_declared_settled(later: Sequence[Entry]) -> bool:
    """Return whether the creditor's last word, reversals included, is that the debt is settled (结清)."""
    settled_on = max((one.booked_on for one in later if one.kind is PaymentKind.SETTLEMENT), default=None)
    reversed_on = max((one.booked_on for one in later if one.kind is PaymentKind.REVERSAL), default=None)
    return settled_on is not None and (reversed_on is None or reversed_on <= settled_on)
