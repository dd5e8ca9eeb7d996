"""The filings that are held: their steps, their deadlines, what they do to the limitation clock, the timeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from server.cases import timeline
from server.cases.days_of_rest import is_day_of_rest
from server.cases.limitation import LimitationEvent
from server.cases.timeline import Entry
from server.db import db
from server.escalation import filings
from server.escalation.deadlines import Deadline, deadlines
from server.escalation.filings import FILING_ZH, STEP_WORDS, FilingKind, Step, StepFact
from server.escalation.models import Filing, FilingStep


@dataclass(frozen=True, slots=True)
class Running:
    """A deadline with the filing it belongs to."""

    filing: Filing
    deadline: Deadline


def rows_that_hold(filing: Filing) -> list[FilingStep]:
    """Return the steps nobody took back, in the order they were recorded."""
    taken_back = {row.retracts_id for row in filing.steps}
    return [row for row in filing.steps if row.retracts_id is None and row.id not in taken_back]


def steps_of(filing: Filing) -> list[StepFact]:
    """Return the steps that hold as the rules take them."""
    return [StepFact(Step(row.step), row.happened_on, row.id) for row in rows_that_hold(filing)]


def query() -> Select[Any]:
    """Return the query for filings with their steps loaded."""
    return select(Filing).options(selectinload(Filing.steps))


def of_case(case_id: UUID) -> list[Filing]:
    """Return the filings of a case, oldest first."""
    return list(db.session.scalars(query().where(Filing.case_id == case_id).order_by(Filing.id)))


def has_open(case_id: UUID, kind: FilingKind) -> bool:
    """Tell whether the case has a filing of this kind that is not closed."""
    return any(one.kind == kind and not filings.is_over(steps_of(one)) for one in of_case(case_id))


def deadlines_of(filing: Filing, *, today: date) -> tuple[Deadline, ...]:
    """Return what runs for a filing now."""
    return deadlines(FilingKind(filing.kind), steps_of(filing), today=today, is_closed=is_day_of_rest)


def running(found: Iterable[Filing], *, today: date) -> list[Running]:
    """Return every deadline of these filings, the nearest first."""
    all_of_them = [Running(filing, one) for filing in found for one in deadlines_of(filing, today=today)]
    return sorted(all_of_them, key=lambda one: (one.deadline.due_on, one.deadline.period.code, str(one.filing.id)))


@timeline.proves
def filing_events(case_id: UUID) -> Iterable[LimitationEvent]:
    """Return what the filings of a case do to its limitation clock."""
    found = (filings.clock_event(FilingKind(one.kind), steps_of(one), filing_id=one.id) for one in of_case(case_id))
    return [event for event in found if event is not None]


@timeline.tells
def filings_on(case_id: UUID) -> Iterable[Entry]:
    """Yield the steps of a case's filings, those taken back and their retraction included."""
    for filing in of_case(case_id):
        zh = FILING_ZH[FilingKind(filing.kind)]
        for row in filing.steps:
            facts = {"kind": filing.kind, "step": row.step, "happened_on": row.happened_on.isoformat()}
            if row.retracts_id is not None:
                yield Entry(row.recorded_at, "filing_retracted", f"{zh}：撤回记录", "step taken back",
                            f"filing:{filing.id}", facts)  # fmt: skip
                continue
            words = STEP_WORDS[Step(row.step)]
            yield Entry(row.recorded_at, "filing", f"{zh}：{words[0]}", words[1], f"filing:{filing.id}", facts)
