"""What has to be done until when after each step of a filing, with the article that says so. Pure.

A deadline of ours that is missed costs a right; one of the authority's that passes is asked after. What was not read
in the law's own text says so by its grade, and counsel confirms it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.cases.limitation import IsClosed, never, open_from, years_later
from server.compliance.rulepack import Grade
from server.escalation.filings import FilingKind, Step, StepFact, standing

SOON_DAYS = 7


class Whose(StrEnum):
    """Who has to act."""

    OURS = "ours"  # 我方
    AUTHORITY = "authority"  # 法院或公安机关
    DEBTOR = "debtor"  # 债务人


@dataclass(frozen=True, slots=True)
class Period:
    """A period the law gives after a step: days, or years when it counts so."""

    code: str
    zh: str
    en: str
    article: str
    grade: Grade
    whose: Whose
    days: int = 0
    years: int = 0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A period at work: from a step, until its last day, moved behind days of rest; act_by_on is the day before."""

    period: Period
    from_on: date
    due_on: date
    act_by_on: date
    days_left: int

    @property
    def state(self) -> str:
        """Return how it stands: overdue, soon (within a week) or open."""
        if self.days_left < 0:
            return "overdue"
        return "soon" if self.days_left <= SOON_DAYS else "open"


_DOCKET = Period("docket_7_days", "法院应在七日内立案或裁定不予受理", "the court accepts or rules within 7 days",
                 "民诉法 126", Grade.A, Whose.AUTHORITY, days=7)  # fmt: skip
_ENFORCE = Period("enforce_2_years", "申请执行的期间为二年", "enforcement is applied for within 2 years",
                  "民诉法 250", Grade.B, Whose.OURS, years=2)  # fmt: skip
_ORDER_INTAKE = Period("order_intake_5_days", "法院应在五日内通知是否受理", "the court says within 5 days",
                       "民诉法 226", Grade.B, Whose.AUTHORITY, days=5)  # fmt: skip
_DECIDE_30 = Period("decide_30_days", "公安机关应在三十日内作出决定", "the police decide within 30 days",
                    "公安机关办理刑事案件程序规定 179", Grade.B, Whose.AUTHORITY, days=30)  # fmt: skip
PERIODS: Mapping[FilingKind, Mapping[Step, tuple[Period, ...]]] = {
    FilingKind.COURT: {
        Step.FILED: (_DOCKET,),
        Step.CORRECTED: (
            Period("docket_after_correction", "补齐材料后七日内决定是否立案", "decided within 7 days of correction",
                   "民诉解释 208", Grade.C, Whose.AUTHORITY, days=7),
        ),
        Step.REFUSED: (
            Period("appeal_ruling_10_days", "对不予受理裁定上诉，十日", "appeal against the ruling, 10 days",
                   "民诉法 126、171", Grade.B, Whose.OURS, days=10),
        ),
        Step.JUDGED: (
            Period("appeal_15_days", "对判决上诉，十五日", "appeal against the judgment, 15 days",
                   "民诉法 171", Grade.B, Whose.OURS, days=15),
        ),
        Step.SETTLED: (_ENFORCE,),
        Step.FINAL: (_ENFORCE,),
    },
    FilingKind.PAYMENT_ORDER: {
        Step.FILED: (_ORDER_INTAKE,),
        Step.CORRECTED: (_ORDER_INTAKE,),
        Step.ACCEPTED: (
            Period("order_15_days", "法院应在受理后十五日内发出支付令或驳回", "issued or refused within 15 days",
                   "民诉法 227", Grade.A, Whose.AUTHORITY, days=15),
        ),
        Step.ORDER_SERVED: (
            Period("objection_15_days", "债务人清偿或提出书面异议，十五日", "the debtor pays or objects within 15 days",
                   "民诉法 227", Grade.A, Whose.DEBTOR, days=15),
        ),
        Step.OBJECTED: (
            Period("decline_suit_7_days", "不同意转入诉讼的，七日内提出", "whoever wants no suit says so within 7 days",
                   "民诉解释（督促程序）", Grade.C, Whose.OURS, days=7),
        ),
        Step.FINAL: (_ENFORCE,),
    },
    FilingKind.POLICE: {
        Step.FILED: (
            Period("police_intake_30_days", "立案审查期限，至迟三十日", "looked into within 30 days at most",
                   "受案立案制度改革意见", Grade.C, Whose.AUTHORITY, days=30),
        ),
        Step.REFUSED: (
            Period("reconsideration_7_days", "收到不予立案通知书后申请复议，七日", "reconsideration, 7 days",
                   "公安机关办理刑事案件程序规定 179", Grade.B, Whose.OURS, days=7),
        ),
        Step.RECONSIDERATION: (_DECIDE_30,),
        Step.UPHELD: (
            Period("review_7_days", "收到复议决定书后申请复核，七日", "review by the higher police, 7 days",
                   "公安机关办理刑事案件程序规定 179", Grade.B, Whose.OURS, days=7),
        ),
        Step.REVIEW: (_DECIDE_30,),
    },
}  # fmt: skip
"""The periods that run while a filing stands at a step, from that step's day; the day itself does not count."""


def deadline(period: Period, *, from_on: date, today: date, is_closed: IsClosed = never) -> Deadline:
    """Count a period from the day after a step. Source: 民法典 §201-203; 民诉法 §85."""
    counted_on = years_later(from_on, period.years) if period.years else from_on + timedelta(days=period.days)
    due_on = open_from(counted_on, is_closed)
    return Deadline(period, from_on, due_on, counted_on, (due_on - today).days)


def deadlines(
    kind: FilingKind, steps: Sequence[StepFact], *, today: date, is_closed: IsClosed = never
) -> tuple[Deadline, ...]:
    """Return what runs now: the periods of the step at which the filing stands."""
    now = standing(steps)
    if now is None:
        return ()
    periods = PERIODS[kind].get(now, ())
    return tuple(deadline(one, from_on=steps[-1].on, today=today, is_closed=is_closed) for one in periods)
