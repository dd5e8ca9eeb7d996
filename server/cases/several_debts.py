"""One payment and several debts of the same kind: which it pays (抵充顺序), step by step. Pure.

Source: 民法典 §560: what the debtor designates at payment; else what is due; of several due ones the one with no or the
least security; of equally secured ones the heaviest burden; of equal burdens the first to fall due; of equal days, in
proportion. §561 within one debt is `allocation.cover`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any


@dataclass(frozen=True, slots=True)
class Debt:
    """One debt: owed and secured in fen, its due day, its burden as yearly rate in basis points."""

    id: str
    owed_fen: int
    due_on: date
    secured_fen: int = 0
    rate_bp: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What one debt got, and by which step of the law."""

    debt_id: str
    amount_fen: int
    zh: str
    en: str


STEPS: dict[str, tuple[str, str]] = {
    "designated": ("债务人指定（560 第一款）", "designated by the debtor (§560 I)"),
    "due": ("优先已到期债务（560 第二款）", "a debt that is due comes first (§560 II)"),
    "security": ("无担保或担保最少者优先", "no or the least security comes first"),
    "burden": ("负担较重者优先", "the heavier burden comes first"),
    "earliest": ("到期先后", "the first to fall due"),
    "only": ("仅余此项债务", "the only debt left"),
    "pro_rata": ("到期时间相同，按比例", "of the same day: in proportion"),
}
_KEYS: tuple[tuple[str, Callable[[Debt, date], Any]], ...] = (
    ("due", lambda debt, on: debt.due_on >= on),
    ("security", lambda debt, _on: min(debt.secured_fen, debt.owed_fen) * 1_000_000 // max(debt.owed_fen, 1)),
    ("burden", lambda debt, _on: -debt.rate_bp),
    ("earliest", lambda debt, _on: debt.due_on),
)


def share(
    amount_fen: int, *, debts: Sequence[Debt], paid_on: date, designated: str | None = None
) -> tuple[tuple[Share, ...], int]:
    """Return what each debt gets of a payment, in order, with the step that decided, and what is left over in fen."""
    left, shares = amount_fen, list[Share]()
    open_debts = [debt for debt in debts if debt.owed_fen > 0]
    chosen = next((debt for debt in open_debts if debt.id == designated), None)
    if chosen is not None and left > 0:
        part = min(left, chosen.owed_fen)
        shares.append(Share(chosen.id, part, *STEPS["designated"]))
        left -= part
        open_debts.remove(chosen)
    ordered = sorted(open_debts, key=lambda debt: _rank(debt, paid_on))
    for _, equal in groupby(ordered, key=lambda debt: _rank(debt, paid_on)):
        group = list(equal)
        rest = [debt for debt in ordered if _rank(debt, paid_on) > _rank(group[0], paid_on)]
        for debt, part in _split(left, group):
            shares.append(Share(debt.id, part, *STEPS[_step(group, rest, paid_on)]))
            left -= part
        if left == 0:
            break
    return tuple(one for one in shares if one.amount_fen), left


def _rank(debt: Debt, on: date) -> tuple[Any, ...]:
    return tuple(key(debt, on) for _, key in _KEYS)


def _step(group: Sequence[Debt], rest: Sequence[Debt], on: date) -> str:
    """Name the first ground on which the group stands before the debts that follow it."""
    if len(group) > 1:
        return "pro_rata"
    if not rest:
        return "only"
    return next((name for name, key in _KEYS if key(group[0], on) != key(rest[0], on)), "earliest")


def _split(left: int, group: Sequence[Debt]) -> list[tuple[Debt, int]]:
    """Split a sum over equal debts in proportion; the odd fen go to the first by id, so that it always adds up."""
    total = sum(debt.owed_fen for debt in group)
    if left >= total:
        return [(debt, debt.owed_fen) for debt in group]
    ordered = sorted(group, key=lambda debt: debt.id)
    parts = [left * debt.owed_fen // total for debt in ordered]
    for index in range(left - sum(parts)):
        parts[index] += 1
    return list(zip(ordered, parts, strict=True))
