"""The creditor's payment facts against the cases: what is left, and which cases are settled."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from server import clock
from server.cases import rules
from server.cases.allocation import Balance, Entry, Parts, allocate
from server.cases.models import Case, ImportRun, PaymentFact, StopFlag
from server.cases.payments import FedPayment, PaymentKind
from server.db import db

CHUNK = 500


def owed_parts(case: Case) -> Parts:
    """Return what the creditor placed, by kind in fen."""
    return Parts(
        fees_fen=case.fees_fen,
        interest_fen=case.interest_fen,
        penalty_interest_fen=case.penalty_interest_fen,
        penalty_fen=case.penalty_fen,
        principal_fen=case.principal_fen,
    )


def as_entry(fact: PaymentFact) -> Entry:
    """Return a stored fact as the pure rules take it."""
    return Entry(fact.booked_on, fact.amount_fen, PaymentKind(fact.kind), fact.reference)


def entries_of(case_ids: Sequence[UUID], *, known_by: datetime | None = None) -> dict[UUID, list[Entry]]:
    """Return the feed's entries of these cases; known_by leaves out what was fed after a moment."""
    found: dict[UUID, list[Entry]] = defaultdict(list)
    for start in range(0, len(case_ids), CHUNK):
        wanted = case_ids[start : start + CHUNK]
        query = select(PaymentFact).where(PaymentFact.case_id.in_(wanted))
        if known_by is not None:
            query = query.where(PaymentFact.created_at <= known_by)
        for fact in db.session.scalars(query):
            if fact.case_id is not None:
                found[fact.case_id].append(as_entry(fact))
    return found


def balance_of(case: Case) -> Balance:
    """Return what is left of a case after the creditor's feed."""
    return strike(case, entries=entries_of([case.id])[case.id])


def strike(case: Case, *, entries: Iterable[Entry]) -> Balance:
    """Return what is left of a case after these entries."""
    return allocate(owed_parts(case), as_of_on=case.as_of or date.min, entries=entries)


def apply_balance(case: Case, *, entries: Iterable[Entry], at: datetime) -> bool:
    """Bring the outstanding amount and the state up to the entries; return whether anything changed."""
    balance = strike(case, entries=entries)
    state = rules.settle(case.state, outstanding_fen=balance.outstanding_fen, is_declared=balance.is_declared_settled)
    if (case.outstanding_fen, case.state) == (balance.outstanding_fen, state):
        return False
    case.outstanding_fen, case.state = balance.outstanding_fen, state
    flag_settled(case, at=at)
    return True


def flag_settled(case: Case, *, at: datetime) -> None:
    """Raise the stop flag of a settled case, and take it down when a reversal opens the case again.

    Phones learn of a stop flag at once, so no crew goes to a door where nothing is owed any more.
    """
    up = [one for one in case.stop_flags if one.kind == rules.StopKind.SETTLED and one.lifted_at is None]
    if case.state == rules.CaseState.SETTLED and not up:
        case.stop_flags.append(
            StopFlag(
                id=clock.new_id(), kind=rules.StopKind.SETTLED.value, reason="委托方账务显示已结清",
                raised_by_id=None, raised_at=at,
            )
        )  # fmt: skip
    elif case.state != rules.CaseState.SETTLED:
        for flag in up:
            flag.lifted_at = at


def settle_case(case: Case, *, entries: Iterable[Entry], at: datetime) -> bool:
    """Bring a case up to the entries as a new version of it; return whether anything changed."""
    is_changed = apply_balance(case, entries=entries, at=at)
    case.version += int(is_changed)
    return is_changed


def add_payments(
    payments: Sequence[FedPayment], *, run: ImportRun, at: datetime, waiting: Sequence[FedPayment] = ()
) -> dict[str, int]:
    """Store the entries that are new and bring their cases up to date; entries already known change nothing.

    waiting are entries of cases not placed yet: kept without a case until one of that number is imported.
    """
    known = known_references(run.creditor_id)
    fresh = [payment for payment in payments if payment.reference not in known]
    cases = cases_by_no(run.creditor_id, [payment.case_no for payment in fresh])
    db.session.add_all(new_fact(payment, case=cases[payment.case_no], run=run) for payment in fresh)
    later = [payment for payment in waiting if payment.reference not in known]
    db.session.add_all(new_fact(payment, case=None, run=run) for payment in later)
    db.session.flush()
    touched = {cases[payment.case_no].id: cases[payment.case_no] for payment in fresh}
    entries = entries_of(list(touched))
    moved = [case for case in touched.values() if settle_case(case, entries=entries[case.id], at=at)]
    return {
        "created": len(fresh),
        "unchanged": len(payments) - len(fresh),
        "updated": 0,
        "waiting": len(later),
        "cases_changed": len(moved),
        "cases_settled": sum(case.state == rules.CaseState.SETTLED for case in moved),
    }


def new_fact(payment: FedPayment, *, case: Case | None, run: ImportRun) -> PaymentFact:
    """Return an entry of the feed as it is stored."""
    return PaymentFact(
        id=clock.new_id(),
        creditor_id=run.creditor_id,
        case_id=case.id if case is not None else None,
        case_no=payment.case_no,
        booked_on=payment.booked_on,
        amount_fen=payment.amount_fen,
        kind=payment.kind.value,
        reference=payment.reference,
        import_run_id=run.id,
    )


def attach_waiting(cases: Sequence[Case]) -> int:
    """Set the entries that waited for these cases against them; return how many."""
    by_no = {(case.creditor_id, case.case_no): case for case in cases}
    query = select(PaymentFact).where(PaymentFact.case_id.is_(None)).with_for_update()
    found = [fact for fact in db.session.scalars(query) if (fact.creditor_id, fact.case_no) in by_no]
    for fact in found:
        fact.case_id = by_no[fact.creditor_id, fact.case_no].id
    db.session.flush()
    return len(found)


def known_references(creditor_id: UUID) -> dict[str, FedPayment]:
    """Return the entries a creditor has fed already, by reference."""
    rows = db.session.scalars(select(PaymentFact).where(PaymentFact.creditor_id == creditor_id))
    return {
        row.reference: FedPayment(row.case_no, row.booked_on, row.amount_fen, PaymentKind(row.kind), row.reference)
        for row in rows
    }


def cases_by_no(creditor_id: UUID, case_nos: Iterable[str]) -> dict[str, Case]:
    """Return a creditor's cases by number, locked until the end of the transaction."""
    found: dict[str, Case] = {}
    wanted = sorted(set(case_nos))
    for start in range(0, len(wanted), CHUNK):
        query = select(Case).where(Case.creditor_id == creditor_id, Case.case_no.in_(wanted[start : start + CHUNK]))
        for case in db.session.scalars(query.with_for_update()):
            found[case.case_no] = case
    return found


def known_case_nos(creditor_id: UUID) -> frozenset[str]:
    """Return the numbers of all cases a creditor has placed."""
    return frozenset(db.session.scalars(select(Case.case_no).where(Case.creditor_id == creditor_id)))
