"""Whether a promise (还款承诺) was kept, by the creditor's payment feed alone, with a grace period. Pure.

An instalment is kept when what was paid since the promise reaches its running total by its due day or within the grace
days. The number of grace days is the firm's own, not law.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.visits.rules import PromiseState


class InstalmentState(StrEnum):
    """How one instalment stands."""

    OPEN = "open"  # 未到期
    DUE = "due"  # 已到期，宽限期内
    KEPT = "kept"  # 按期履行
    LATE = "late"  # 宽限期后才付清
    UNMET = "unmet"  # 宽限期已过，未付清


@dataclass(frozen=True, slots=True)
class Promised:
    """One instalment as it was promised, in fen."""

    no: int
    due_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment the creditor booked and did not take back, in fen."""

    booked_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class InstalmentLine:
    """An instalment with its last day of grace, the day it was met, and what is still missing of it."""

    no: int
    due_on: date
    grace_until: date
    amount_fen: int
    met_on: date | None
    missing_fen: int
    state: InstalmentState


def judge(
    promised: Sequence[Promised], *, paid: Sequence[Paid], promised_on: date, today: date, grace_days: int
) -> tuple[PromiseState, tuple[InstalmentLine, ...]]:
    """Return the state of a signed promise on a day, instalment by instalment; payments before it do not count.

    Nothing due yet: effective. Unmet after the grace: broken, or partly kept when something was paid under it. Due and
    unpaid within the grace, or paid in full but late: overdue. Everything paid in time: kept.
    """
    counted = sorted((one for one in paid if promised_on <= one.booked_on <= today), key=lambda one: one.booked_on)
    lines, running = [], 0
    for one in sorted(promised, key=lambda each: (each.due_on, each.no)):
        before, running = running, running + one.amount_fen
        lines.append(_line(one, before=before, running=running, paid=counted, today=today, grace_days=grace_days))
    return _state([line.state for line in lines], was_paid=bool(counted)), tuple(lines)


def _line(
    one: Promised, *, before: int, running: int, paid: Sequence[Paid], today: date, grace_days: int
) -> InstalmentLine:
    grace_until, met_on, total = one.due_on + timedelta(days=grace_days), None, 0
    for payment in paid:
        total += payment.amount_fen
        if total >= running:
            met_on = payment.booked_on
            break
    missing = 0 if met_on else min(one.amount_fen, running - total, running - before)
    if met_on is not None:
        state = InstalmentState.KEPT if met_on <= grace_until else InstalmentState.LATE
    elif today > grace_until:
        state = InstalmentState.UNMET
    else:
        state = InstalmentState.DUE if today > one.due_on else InstalmentState.OPEN
    return InstalmentLine(one.no, one.due_on, grace_until, one.amount_fen, met_on, missing, state)


def _state(found: Sequence[InstalmentState], *, was_paid: bool) -> PromiseState:
    states = set(found)
    if InstalmentState.UNMET in states:
        return PromiseState.PART_KEPT if was_paid else PromiseState.BROKEN
    if states & {InstalmentState.DUE, InstalmentState.LATE}:
        return PromiseState.OVERDUE
    return PromiseState.KEPT if states == {InstalmentState.KEPT} else PromiseState.EFFECTIVE
