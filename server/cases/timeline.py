"""What happened to a case, in order (时间线), and the events that move its limitation clock.

Later slices tell what they know by registering a teller here; this slice never imports them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server.audit import AuditEvent
from server.cases.allocation import Entry as Booked
from server.cases.allocation import standing
from server.cases.days_of_rest import is_day_of_rest
from server.cases.guarantee import GuaranteeClock, read_guarantee
from server.cases.ledger import entries_of
from server.cases.limitation import (
    Against,
    EvidenceGrade,
    LimitationClock,
    LimitationEvent,
    LimitationKind,
    read_clock,
)
from server.cases.models import Case, CaseParty, ImportRun, LimitationFact, Paper, PaymentFact, StopFlag
from server.cases.payments import PaymentKind
from server.db import db

DAY_START = time(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. facts hold no personal data; subject is `kind:id` of the record it comes from."""

    at: datetime
    kind: str
    title: str
    title_en: str
    subject: str
    facts: dict[str, Any]


Teller = Callable[[UUID], Iterable[Entry]]
Prover = Callable[[UUID], Iterable[LimitationEvent]]
Recaller = Callable[[UUID, datetime], str]
_tellers: list[Teller] = []
_provers: list[Prover] = []
_recallers: list[Recaller] = []


def tells(teller: Teller) -> Teller:
    """Register a function that tells what another slice knows about a case."""
    _tellers.append(teller)
    return teller


def proves(prover: Prover) -> Prover:
    """Register a function that names events of another slice which may move the limitation clock."""
    _provers.append(prover)
    return prover


def recalls(recaller: Recaller) -> Recaller:
    """Register a function that words how the last call at a case ended before a moment, empty when there was none."""
    _recallers.append(recaller)
    return recaller


def last_result(case: Case, *, before: datetime) -> str:
    """Return how the last call at a case ended before a moment (上次结果), empty when nobody knows of one."""
    return next((words for recaller in _recallers if (words := recaller(case.id, before))), "")


def timeline_of(case: Case) -> list[Entry]:
    """Return everything that is known to have happened to a case, oldest first."""
    entries = [*placement_of(case), *payments_of(case), *stops_of(case), *papers_of(case), *actions_on(case)]
    for teller in _tellers:
        entries.extend(teller(case.id))
    return sorted(entries, key=lambda entry: (entry.at, entry.kind, entry.subject))


def placement_of(case: Case) -> Iterable[Entry]:
    """Yield the placement and the default it follows."""
    if case.overdue_on is not None:
        yield Entry(start_of(case.overdue_on), "overdue", "首次逾期", "first day overdue", f"case:{case.id}", {})
    run = db.session.get(ImportRun, case.import_run_id) if case.import_run_id else None
    if run is not None and run.committed_at is not None:
        facts = {"file_sha256": run.file_sha256, "as_of": str(case.as_of), "placed_fen": case.placed_fen}
        yield Entry(run.committed_at, "imported", "委案数据入库", "placement imported", f"import:{run.id}", facts)


def payments_of(case: Case) -> Iterable[Entry]:
    """Yield the creditor's payment facts."""
    names = {
        PaymentKind.PAYMENT: ("委托方入账", "payment booked by the creditor"),
        PaymentKind.SETTLEMENT: ("委托方确认结清", "declared settled by the creditor"),
        PaymentKind.REVERSAL: ("委托方冲正", "entry reversed by the creditor"),
    }
    for fact in payment_facts(case):
        title, title_en = names[PaymentKind(fact.kind)]
        subject = f"payment:{fact.id}"
        yield Entry(start_of(fact.booked_on), fact.kind, title, title_en, subject, {"amount_fen": fact.amount_fen})


def payment_facts(case: Case) -> list[PaymentFact]:
    """Return the feed's entries of a case, oldest first."""
    query = select(PaymentFact).where(PaymentFact.case_id == case.id).order_by(PaymentFact.booked_on, PaymentFact.id)
    return list(db.session.scalars(query))


def stops_of(case: Case) -> Iterable[Entry]:
    """Yield the stop flags as they went up and came down."""
    flags: list[StopFlag] = case.stop_flags
    for flag in flags:
        facts = {"kind": flag.kind}
        yield Entry(flag.raised_at, "stop_raised", "停访标志升起", "stop flag raised", f"stop:{flag.id}", facts)
        if flag.lifted_at is not None:
            yield Entry(flag.lifted_at, "stop_lifted", "停访标志解除", "stop flag lifted", f"stop:{flag.id}", facts)


def papers_of(case: Case) -> Iterable[Entry]:
    """Yield the papers that were issued for the case."""
    for paper in db.session.scalars(select(Paper).where(Paper.case_id == case.id).order_by(Paper.id)):
        facts = {"kind": paper.kind, "serial": paper.serial, "version": paper.version, "sha256": paper.sha256}
        yield Entry(paper.issued_at, "paper_issued", "出具单据", "paper issued", f"paper:{paper.serial}", facts)


def actions_on(case: Case) -> Iterable[Entry]:
    """Yield what people did to the case in the office, from the audit log."""
    query = select(AuditEvent).where(AuditEvent.subject == f"case:{case.id}").order_by(AuditEvent.seq)
    for event in db.session.scalars(query):
        yield Entry(event.at, event.action, event.action, event.action, f"audit:{event.id}", event.facts)


def start_of(day: date) -> datetime:
    """Return a moment that sorts a mere date before that day's timed events."""
    return datetime.combine(day, DAY_START)


def due_day(case: Case) -> date | None:
    """Return the day the debt fell due: the last instalment's day, else the day before the first day overdue."""
    if case.last_instalment_due_on is not None:
        return case.last_instalment_due_on
    return None if case.overdue_on is None else case.overdue_on - timedelta(days=1)


def clock_of(case: Case, *, today: date) -> LimitationClock:
    """Return the limitation clock of a case on a day."""
    return clock_with(case, entries=entries_of([case.id])[case.id], today=today)


def clock_with(case: Case, *, entries: Iterable[Booked], today: date) -> LimitationClock:
    """Return the limitation clock of a case whose entries of the payment feed are at hand."""
    events = limitation_events(case, entries=entries)
    return read_clock(due_day(case), events=events, today=today, is_closed=is_day_of_rest)


def clock_before(case: Case, *, entries: Iterable[Booked], day: date) -> LimitationClock:
    """Return the limitation clock as the days before `day` left it: nothing of that day or after it counts."""
    events = [one for one in limitation_events(case, entries=entries) if one.happened_on < day]
    return read_clock(due_day(case), events=events, today=day, is_closed=is_day_of_rest)


def limitation_events(case: Case, *, entries: Iterable[Booked]) -> list[LimitationEvent]:
    """Return every event that may move the clock: the creditor's books and what later slices prove."""
    events = [
        LimitationEvent(LimitationKind.PART_PAYMENT, entry.booked_on, EvidenceGrade.B, f"entry:{entry.reference}")
        for entry in standing(entries)
    ]
    if case.last_paid_on is not None:
        source = f"import:{case.import_run_id}"
        events.append(LimitationEvent(LimitationKind.PART_PAYMENT, case.last_paid_on, EvidenceGrade.B, source))
    events += [as_event(fact) for fact in limitation_facts(case.id)]
    for prover in _provers:
        events.extend(prover(case.id))
    return events


def limitation_facts(case_id: UUID) -> list[LimitationFact]:
    """Return what legal recorded and did not retract, oldest first."""
    query = select(LimitationFact).where(LimitationFact.case_id == case_id, LimitationFact.retracted_at.is_(None))
    return list(db.session.scalars(query.order_by(LimitationFact.happened_on, LimitationFact.id)))


def as_event(fact: LimitationFact) -> LimitationEvent:
    """Return a recorded fact as the pure clock takes it."""
    return LimitationEvent(
        LimitationKind(fact.kind), fact.happened_on, EvidenceGrade(fact.grade), f"fact:{fact.id}", fact.ended_on,
        Against(fact.against),
    )  # fmt: skip


def guarantees_of(case: Case, *, today: date) -> list[tuple[CaseParty, GuaranteeClock]]:
    """Return the guarantee period of each guarantor of a case."""
    guarantors = [other for other in case.others if other.role == "guarantor"]
    if not guarantors:
        return []
    events = limitation_events(case, entries=entries_of([case.id])[case.id])
    return [
        (other, read_guarantee(due_day(case), is_joint=other.guarantee_kind == "joint", events=events, today=today))
        for other in guarantors
    ]
