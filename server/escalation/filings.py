"""Filing with a court or the police (立案、支付令、报案): its steps, as facts that are only added. Pure.

A step is a fact with its day and its proof. A wrong one is retracted and stays readable. Where a filing stands is read
from the steps that hold, never stored. Source: docs/domain.md §3, rows PoliceFiling and CourtFiling.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from server.cases.limitation import EvidenceGrade, LimitationEvent, LimitationKind
from server.errors import Conflict, Invalid
from server.escalation.rules import Proposal


class FilingKind(StrEnum):
    """Where a case is filed, and for what."""

    COURT = "court"  # 起诉立案
    PAYMENT_ORDER = "payment_order"  # 申请支付令
    POLICE = "police"  # 报案


class Step(StrEnum):
    """What happened to a filing."""

    AUTHORISED = "authorised"  # 委托方授权或盖章
    FILED = "filed"  # 已递交
    CORRECTION_ASKED = "correction_asked"  # 法院要求补正
    CORRECTED = "corrected"  # 已补正
    ACCEPTED = "accepted"  # 立案、受理
    REFUSED = "refused"  # 不予受理；警方不予立案
    HEARING = "hearing"  # 开庭
    JUDGED = "judged"  # 判决书送达
    APPEALED = "appealed"  # 上诉
    SETTLED = "settled"  # 调解或和解
    FINAL = "final"  # 法律文书生效
    ORDER_SERVED = "order_served"  # 支付令送达债务人
    OBJECTED = "objected"  # 债务人书面异议成立，督促程序终结
    RECONSIDERATION = "reconsideration"  # 申请复议
    UPHELD = "upheld"  # 复议维持不予立案
    REVIEW = "review"  # 申请复核
    DROPPED = "dropped"  # 撤销案件或不起诉
    ENFORCEMENT = "enforcement"  # 申请强制执行
    WITHDRAWN = "withdrawn"  # 撤回
    CLOSED = "closed"  # 结案


FILING_ZH = {
    FilingKind.COURT: "起诉立案",
    FilingKind.PAYMENT_ORDER: "申请支付令",
    FilingKind.POLICE: "报案",
}
STEP_WORDS: Mapping[Step, tuple[str, str]] = {
    Step.AUTHORISED: ("委托方授权并盖章", "authorised and sealed by the creditor"),
    Step.FILED: ("已递交", "handed in"),
    Step.CORRECTION_ASKED: ("要求补正", "correction asked for"),
    Step.CORRECTED: ("已补正", "corrected"),
    Step.ACCEPTED: ("立案（受理）", "accepted"),
    Step.REFUSED: ("不予立案（受理）", "not accepted"),
    Step.HEARING: ("开庭", "hearing"),
    Step.JUDGED: ("裁判文书送达", "judgment served"),
    Step.APPEALED: ("上诉", "appealed"),
    Step.SETTLED: ("调解或和解", "settled"),
    Step.FINAL: ("法律文书生效", "in force"),
    Step.ORDER_SERVED: ("支付令送达债务人", "payment order served"),
    Step.OBJECTED: ("债务人异议，督促程序终结", "the debtor objected, the order lapses"),
    Step.RECONSIDERATION: ("申请复议", "reconsideration asked for"),
    Step.UPHELD: ("复议维持", "upheld on reconsideration"),
    Step.REVIEW: ("申请复核", "review asked for"),
    Step.DROPPED: ("撤销案件或不起诉", "case dropped"),
    Step.ENFORCEMENT: ("申请强制执行", "enforcement applied for"),
    Step.WITHDRAWN: ("撤回", "withdrawn"),
    Step.CLOSED: ("结案", "closed"),
}

_INTAKE: dict[Step | None, frozenset[Step]] = {
    None: frozenset({Step.AUTHORISED}),
    Step.AUTHORISED: frozenset({Step.FILED, Step.WITHDRAWN}),
    Step.CORRECTION_ASKED: frozenset({Step.CORRECTED, Step.REFUSED, Step.WITHDRAWN}),
    Step.WITHDRAWN: frozenset({Step.CLOSED}),
    Step.CLOSED: frozenset(),
}
_ASKED = frozenset({Step.ACCEPTED, Step.CORRECTION_ASKED, Step.REFUSED, Step.WITHDRAWN})
_ENFORCED: dict[Step | None, frozenset[Step]] = {
    Step.FILED: _ASKED,
    Step.CORRECTED: _ASKED,
    Step.FINAL: frozenset({Step.ENFORCEMENT, Step.CLOSED}),
    Step.ENFORCEMENT: frozenset({Step.CLOSED, Step.WITHDRAWN}),
}
_TRIED = frozenset({Step.HEARING, Step.JUDGED, Step.SETTLED, Step.WITHDRAWN})
FOLLOWS: Mapping[FilingKind, Mapping[Step | None, frozenset[Step]]] = {
    FilingKind.COURT: _INTAKE | _ENFORCED | {
        Step.REFUSED: frozenset({Step.APPEALED, Step.CLOSED}),
        Step.ACCEPTED: _TRIED,
        Step.HEARING: _TRIED,
        Step.JUDGED: frozenset({Step.APPEALED, Step.FINAL, Step.SETTLED}),
        Step.APPEALED: _TRIED | {Step.FINAL, Step.ACCEPTED, Step.REFUSED},
        Step.SETTLED: frozenset({Step.ENFORCEMENT, Step.CLOSED}),
    },
    FilingKind.PAYMENT_ORDER: _INTAKE | _ENFORCED | {
        Step.REFUSED: frozenset({Step.CLOSED}),
        Step.ACCEPTED: frozenset({Step.ORDER_SERVED, Step.REFUSED, Step.WITHDRAWN}),
        Step.ORDER_SERVED: frozenset({Step.OBJECTED, Step.FINAL, Step.SETTLED}),
        Step.OBJECTED: frozenset({Step.CLOSED}),
        Step.SETTLED: frozenset({Step.CLOSED}),
    },
    FilingKind.POLICE: {
        None: frozenset({Step.AUTHORISED}),
        Step.AUTHORISED: frozenset({Step.FILED, Step.WITHDRAWN}),
        Step.FILED: frozenset({Step.ACCEPTED, Step.REFUSED, Step.WITHDRAWN}),
        Step.REFUSED: frozenset({Step.RECONSIDERATION, Step.CLOSED}),
        Step.RECONSIDERATION: frozenset({Step.ACCEPTED, Step.UPHELD, Step.WITHDRAWN}),
        Step.UPHELD: frozenset({Step.REVIEW, Step.CLOSED}),
        Step.REVIEW: frozenset({Step.ACCEPTED, Step.UPHELD, Step.CLOSED}),
        Step.ACCEPTED: frozenset({Step.DROPPED, Step.FINAL, Step.WITHDRAWN}),
        Step.DROPPED: frozenset({Step.CLOSED}),
        Step.FINAL: frozenset({Step.CLOSED}),
        Step.WITHDRAWN: frozenset({Step.CLOSED}),
        Step.CLOSED: frozenset(),
    },
}  # fmt: skip
"""What may come after what; None is a filing that is being prepared (准备)."""

DECIDED_FOR = {
    FilingKind.COURT: frozenset({Proposal.SUE, Proposal.PAYMENT_ORDER}),  # an order that lapsed goes on as a suit
    FilingKind.PAYMENT_ORDER: frozenset({Proposal.PAYMENT_ORDER}),
    FilingKind.POLICE: frozenset({Proposal.POLICE_PREPARE}),
}
_ENDS = frozenset({
    Step.REFUSED, Step.SETTLED, Step.FINAL, Step.OBJECTED, Step.UPHELD, Step.DROPPED, Step.WITHDRAWN, Step.CLOSED,
})  # fmt: skip
_REOPENS = frozenset({Step.ACCEPTED, Step.APPEALED, Step.ENFORCEMENT})


class StepOutOfTurn(Conflict):
    """This step does not follow from where the filing stands."""


class OddStepDay(Invalid):
    """A step lies in the future, or before the one it follows."""


class FilingOpen(Conflict):
    """The case has a filing of this kind under way."""


class FilingNotDecided(Conflict):
    """A filing needs the general manager's decision for it."""


@dataclass(frozen=True, slots=True)
class StepFact:
    """One step that holds: what, on which day, and the record it comes from."""

    step: Step
    on: date
    id: UUID


def standing(steps: Sequence[StepFact]) -> Step | None:
    """Return where a filing stands: its last step, None while it is prepared."""
    return steps[-1].step if steps else None


def open_filing(kind: FilingKind, *, decision: Proposal | None, has_open: bool) -> None:
    """Say whether a filing may be begun. Raises FilingNotDecided or FilingOpen."""
    if decision not in DECIDED_FOR[kind]:
        needs = sorted(DECIDED_FOR[kind])
        raise FilingNotDecided(f"the decision in force is {decision}", decision=decision, needs=needs)
    if has_open:
        raise FilingOpen("close it or follow it", kind=kind)


def take_step(kind: FilingKind, steps: Sequence[StepFact], *, step: Step, on: date, today: date) -> None:
    """Say whether a step may be recorded next. Raises StepOutOfTurn or OddStepDay."""
    before = standing(steps)
    allowed = FOLLOWS[kind].get(before, frozenset())
    if step not in allowed:
        raise StepOutOfTurn(f"it is {before or 'in preparation'}", standing=before, allowed=sorted(allowed))
    earliest = steps[-1].on if steps else date.min
    if not earliest <= on <= today:
        raise OddStepDay(f"expected {earliest} to {today}, got {on}")


def is_over(steps: Sequence[StepFact]) -> bool:
    """Has the filing come to its last step?"""
    return standing(steps) is Step.CLOSED


def clock_event(kind: FilingKind, steps: Sequence[StepFact], *, filing_id: UUID) -> LimitationEvent | None:
    """Return what a filing does to the limitation clock: still from the day it was handed in, anew from its end.

    A filing the creditor took back is of grade C: whether it interrupts is counsel's to say. After a refusal by the
    police it counts anew from the day that became known; asking for reconsideration does not hold it, acceptance does.
    Source: 民法典 §195; 诉讼时效规定 2020 §10 (from the day the suit is handed in), §11 (payment order), §13 (a report
    to the police: from the day one knows that it is not filed, dropped or not charged; else from the final judgment).
    """
    filed = next((one.on for one in steps if one.step is Step.FILED), None)
    if filed is None:
        return None
    ended = None
    for one in steps:
        if one.step in _REOPENS:
            ended = None
        elif one.step in _ENDS and ended is None:
            ended = one.on
    was_withdrawn = any(one.step is Step.WITHDRAWN for one in steps)
    return LimitationEvent(
        LimitationKind.POLICE if kind is FilingKind.POLICE else LimitationKind.SUIT,
        filed,
        EvidenceGrade.C if was_withdrawn else EvidenceGrade.B,
        f"filing:{filing_id}",
        ended,
    )
