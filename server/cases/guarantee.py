"""The guarantee period (保证期间): until when a guarantor must be called on; never interrupted. Pure.

Source: 民法典 §692 (six months from the due day unless agreed; neither stopped, interrupted nor prolonged), §693
(general: the creditor must sue the debtor in time; joint: must demand from the guarantor in time), §694 (its own
limitation once it was called on in time), §686 (what is not said is a general guarantee).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.cases.limitation import Against, EvidenceGrade, LimitationEvent, LimitationKind, months_later

DEFAULT_MONTHS = 6


class GuaranteeState(StrEnum):
    """How a guarantee stands today."""

    UNKNOWN = "unknown"  # the due day is missing
    NOT_DUE = "not_due"
    RUNNING = "running"  # 保证期间内，尚未主张
    CALLED_ON = "called_on"  # 期间内已依法主张
    LAPSED = "lapsed"  # 期间届满未主张，保证人免责


@dataclass(frozen=True, slots=True)
class GuaranteeClock:
    """A guarantee on one day; called_on_on is the first act in time that the law asks for."""

    is_joint: bool
    ends_on: date | None
    days_left: int | None
    state: GuaranteeState
    called_on_on: date | None
    zh: str
    en: str
    article: str


def read_guarantee(
    due_on: date | None,
    *,
    is_joint: bool,
    events: Iterable[LimitationEvent],
    today: date,
    months: int = DEFAULT_MONTHS,
) -> GuaranteeClock:
    """Count a guarantee period from the due day; months as agreed, else six. Attempts (D) call on nobody."""
    article = "民法典 692、693(2)" if is_joint else "民法典 692、693(1)"
    if due_on is None:
        zh, en = "主债务到期日未知，保证期间无法计算", "the due day is unknown, the period cannot be computed"
        return GuaranteeClock(is_joint, None, None, GuaranteeState.UNKNOWN, None, zh, en, article)
    ends_on = months_later(due_on, months)
    called = sorted(
        one.happened_on for one in events if _calls_on(one, is_joint=is_joint) and due_on < one.happened_on <= ends_on
    )
    called_on_on = next((day for day in called if day <= today), None)
    state = _state(due_on, ends_on, called_on_on=called_on_on, today=today)
    zh, en = _words(state, ends_on, is_joint=is_joint)
    return GuaranteeClock(is_joint, ends_on, (ends_on - today).days, state, called_on_on, zh, en, article)


def _calls_on(event: LimitationEvent, *, is_joint: bool) -> bool:
    """Tell whether an event is what the law asks for: a demand on a joint guarantor, a suit against the debtor else."""
    if event.grade is EvidenceGrade.D:
        return False
    if is_joint:
        return event.against is Against.GUARANTOR
    return event.kind is LimitationKind.SUIT and event.against is not Against.GUARANTOR


def _state(due_on: date, ends_on: date, *, called_on_on: date | None, today: date) -> GuaranteeState:
    if called_on_on is not None:
        return GuaranteeState.CALLED_ON
    if today <= due_on:
        return GuaranteeState.NOT_DUE
    return GuaranteeState.RUNNING if today <= ends_on else GuaranteeState.LAPSED


def _words(state: GuaranteeState, ends_on: date, *, is_joint: bool) -> tuple[str, str]:
    act_zh, act_en = (
        ("向保证人主张", "demand from the guarantor") if is_joint else ("起诉或仲裁债务人", "sue the debtor")
    )
    day = ends_on.isoformat()
    return {
        GuaranteeState.NOT_DUE: (f"主债务尚未到期；保证期间至 {day}", f"not due yet; the period lasts until {day}"),
        GuaranteeState.RUNNING: (f"须在 {day} 前{act_zh}；不中断、不延长", f"{act_en} by {day}; nothing prolongs it"),
        GuaranteeState.CALLED_ON: (
            "已在保证期间内主张；此后适用保证债务诉讼时效（694）",
            "called on in time; the guarantee's own limitation runs (694)",
        ),
        GuaranteeState.LAPSED: (
            f"保证期间已于 {day} 届满，未见{act_zh}的证据：保证人不再承担责任，不得向其催收",
            f"the period ended on {day} without proof of the act in time: the guarantor is free and is not dunned",
        ),
    }[state]  # fmt: skip
