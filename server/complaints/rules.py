"""When a complaint (投诉) may be answered and closed, and how many one paper may carry a day. Pure.

Source: docs/domain.md §3, row Complaint: registered -> visits frozen -> investigated -> answered -> closed.
"""

from datetime import timedelta
from enum import StrEnum

from server.errors import Conflict

MOST_PER_SERIAL = 3
PER = timedelta(days=1)


class ComplaintState(StrEnum):
    """Where a complaint stands."""

    OPEN = "open"  # 登记，外访已冻结
    ANSWERED = "answered"  # 已答复
    CLOSED = "closed"  # 已关闭，冻结解除


class Channel(StrEnum):
    """How a complaint came."""

    PHONE = "phone"
    COUNTER = "counter"
    LETTER = "letter"
    QR = "qr"  # over the code on a paper, without login


class FoundIn(StrEnum):
    """What compliance found."""

    UPHELD = "upheld"  # 属实
    PARTLY = "partly"  # 部分属实
    REJECTED = "rejected"  # 不属实


class ComplaintNotOpen(Conflict):
    """The complaint is not waiting for an answer."""


class ComplaintNotAnswered(Conflict):
    """Only an answered complaint is closed."""


def answer(state: ComplaintState) -> ComplaintState:
    """Return the state of a complaint once compliance has answered it. Raises ComplaintNotOpen."""
    if state is not ComplaintState.OPEN:
        raise ComplaintNotOpen(f"it is {state}", state=state)
    return ComplaintState.ANSWERED


def close(state: ComplaintState) -> ComplaintState:
    """Return the state of a complaint once compliance closes it; visits may go on. Raises ComplaintNotAnswered."""
    if state is not ComplaintState.ANSWERED:
        raise ComplaintNotAnswered(f"it is {state}", state=state)
    return ComplaintState.CLOSED


def may_take(recent: int) -> bool:
    """Tell whether one more public complaint about the same paper may be taken; recent: those of the last day."""
    return recent < MOST_PER_SERIAL
