"""Everything legal has to do until a day: periods of filings, limitation of cases not filed yet, reviews to hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from server.accounts.scope import scoped
from server.cases import timeline
from server.cases.ledger import entries_of
from server.cases.models import Case
from server.cases.rules import CaseState
from server.db import db
from server.escalation import filed
from server.escalation.calendar import Event
from server.escalation.deadlines import SOON_DAYS
from server.escalation.filings import FILING_ZH, FilingKind, Step
from server.escalation.models import Escalation, Filing
from server.escalation.rules import EscalationState, Proposal


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do: its words and article, its last day and the day to keep to, and what it is about."""

    code: str
    zh: str
    en: str
    article: str
    grade: str
    whose: str
    due_on: date
    act_by_on: date
    days_left: int
    case: Case
    subject: str

    @property
    def state(self) -> str:
        """Return overdue, soon or open."""
        if self.days_left < 0:
            return "overdue"
        return "soon" if self.days_left <= SOON_DAYS else "open"


def everything(*, today: date, until: date | None) -> list[Due]:
    """Return what is due at the creditors the caller works for, the nearest first; until leaves out what is later."""
    filings = list(db.session.scalars(scoped(filed.query(), Filing.creditor_id)))
    found = [*_of_filings(filings, today=today), *_of_limitation(filings, today=today), *_of_reviews(today=today)]
    wanted = [one for one in found if until is None or one.act_by_on <= until]
    return sorted(wanted, key=lambda one: (one.act_by_on, one.code, one.case.case_no, one.subject))


def _of_filings(filings: Iterable[Filing], *, today: date) -> Iterable[Due]:
    for one in filed.running(filings, today=today):
        period, filing = one.deadline.period, one.filing
        yield Due(
            period.code, f"{FILING_ZH[FilingKind(filing.kind)]}：{period.zh}", period.en, period.article,
            period.grade.value, period.whose.value, one.deadline.due_on, one.deadline.act_by_on,
            one.deadline.days_left, filing.case, f"filing:{filing.id}",
        )  # fmt: skip


def _of_limitation(filings: Sequence[Filing], *, today: date) -> Iterable[Due]:
    """Yield the last day to sue of cases with legal that were handed in nowhere."""
    handed_in = {one.case_id for one in filings if any(fact.step is Step.FILED for fact in filed.steps_of(one))}
    query = scoped(select(Case).where(Case.state == CaseState.LEGAL), Case.creditor_id)
    cases = [case for case in db.session.scalars(query) if case.id not in handed_in]
    booked = entries_of([case.id for case in cases])
    for case in cases:
        clock = timeline.clock_with(case, entries=booked[case.id], today=today)
        if clock.expires_on is None or clock.act_by_on is None or clock.days_left is None:
            continue
        yield Due(
            "limitation", "诉讼时效最后一日前递交", "hand in before limitation runs out", "民法典 188、195(3)", "A",
            "ours", clock.expires_on, clock.act_by_on, clock.days_left, case, f"case:{case.id}",
        )  # fmt: skip


def _of_reviews(*, today: date) -> Iterable[Due]:
    """Yield the days on which suspensions in force are looked at again."""
    for one in db.session.scalars(scoped(in_force(), Escalation.creditor_id)):
        if one.review_on is not None:
            yield Due(
                "review", "暂停催收：复核", "review of the suspension", "公司制度", "C", "ours", one.review_on,
                one.review_on, (one.review_on - today).days, one.case, f"escalation:{one.id}",
            )  # fmt: skip


def in_force() -> Select[Any]:
    """Return the query for suspensions that no later decision replaced."""
    later = aliased(Escalation)
    decided = EscalationState.DECIDED.value
    is_replaced = (
        select(later.id)
        .where(later.case_id == Escalation.case_id, later.id > Escalation.id, later.state == decided)
        .exists()
    )
    return select(Escalation).where(
        Escalation.state == decided, Escalation.decision == Proposal.SUSPEND.value, ~is_replaced
    )


def as_events(found: Iterable[Due]) -> list[Event]:
    """Return what is due as days in a calendar: case numbers and articles, no names, no amounts."""
    return [
        Event(
            f"{one.subject.replace(':', '-')}-{one.code}@doorstep", one.act_by_on, f"{one.case.case_no} {one.zh}",
            f"{one.article}（{one.grade} 级依据）\n{one.en}",
        )
        for one in found
    ]  # fmt: skip
