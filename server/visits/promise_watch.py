"""Follows every signed promise by the creditor's payment feed: kept, partly kept, late or broken, and tells the case.

Looked at when a payment came or went, when a promise was signed, and once a day.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from server import audit, config
from server.cases import timeline
from server.cases.allocation import standing
from server.cases.ledger import entries_of
from server.cases.models import Case, PaymentFact
from server.cases.timeline import Entry
from server.clock import SHANGHAI
from server.db import begin_write, db
from server.jobs import chore
from server.visits import promises
from server.visits.models import Promise, Visit
from server.visits.promises import InstalmentLine, Paid, Promised
from server.visits.rules import PromiseState

FOLLOWED = (
    PromiseState.SIGNED, PromiseState.EFFECTIVE, PromiseState.KEPT, PromiseState.PART_KEPT, PromiseState.OVERDUE,
    PromiseState.BROKEN,
)  # fmt: skip
TOLD = {
    PromiseState.KEPT: ("承诺已履行", "promise kept"),
    PromiseState.PART_KEPT: ("承诺部分履行", "promise partly kept"),
    PromiseState.OVERDUE: ("承诺逾期", "promise late"),
    PromiseState.BROKEN: ("承诺违约", "promise broken"),
}
_seen: dict[str, str] = {}
"""Database → what this process last looked at its promises after."""


@chore
def follow_promises(now: datetime) -> int:
    """Look at the promises when a payment, a promise or a new day came; return how many changed."""
    newest = select(PaymentFact.id).order_by(PaymentFact.id.desc()).limit(1)
    payments, signed = db.session.scalar(newest), _signed_count()
    today = now.astimezone(SHANGHAI).date()
    mark, database = f"{today}{payments}{signed}", config.current().database_url
    if _seen.get(database) == mark:
        return 0
    done = follow_all(today=today)
    if not done:  # what was changed may yet fail to commit: only a look that finds nothing to do is the last one
        _seen[database] = mark
    return done


def _signed_count() -> int:
    query = select(func.count()).select_from(Promise).where(Promise.state.in_([one.value for one in FOLLOWED]))
    return db.session.scalar(query) or 0


def follow_all(*, today: date) -> int:
    """Bring every followed promise and its case up to the feed; return how many promises changed."""
    query = select(Promise).where(Promise.state.in_([one.value for one in FOLLOWED]), Promise.case_id.is_not(None))
    moved = [promise.id for promise in db.session.scalars(query) if state_on(promise, today=today)[0] != promise.state]
    if not moved:
        return 0
    begin_write()
    changed = [promise for one in moved if (promise := db.session.get(Promise, one)) and _move(promise, today=today)]
    for case_id in sorted({promise.case_id for promise in changed if promise.case_id}):
        _count_broken(case_id)
    return len(changed)


def state_on(promise: Promise, *, today: date) -> tuple[PromiseState, tuple[InstalmentLine, ...]]:
    """Return how a promise stands on a day; one that is signed and has nothing due stays what it is."""
    booked = standing(entries_of([promise.case_id])[promise.case_id]) if promise.case_id else []
    state, lines = promises.judge(
        [Promised(one["no"], date.fromisoformat(one["due_on"]), one["amount_fen"]) for one in promise.instalments],
        paid=[Paid(one.booked_on, one.amount_fen) for one in booked],
        promised_on=promised_on(promise),
        today=today,
        grace_days=config.current().promise_grace_days,
    )
    known = PromiseState(promise.state)
    if state is PromiseState.EFFECTIVE and known in {PromiseState.SIGNED, PromiseState.DRAFT}:
        state = known  # effective only once a supervisor accepts the visit
    return state, lines


def promised_on(promise: Promise) -> date:
    """Return the day of the visit on which a promise was made."""
    visit = db.session.get_one(Visit, promise.visit_id)
    return (visit.arrived_at or promise.created_at).astimezone(SHANGHAI).date()


def _move(promise: Promise, *, today: date) -> bool:
    state = state_on(promise, today=today)[0]
    if state == promise.state:
        return False
    before, promise.state = promise.state, state.value
    audit.note("promise.moved", f"case:{promise.case_id}", actor_id=None, creditor_id=promise.creditor_id,
               promise=str(promise.id), was=before, now=state.value)  # fmt: skip
    return True


def _count_broken(case_id: UUID) -> None:
    db.session.flush()
    query = select(func.count()).select_from(Promise).where(
        Promise.case_id == case_id, Promise.state == PromiseState.BROKEN.value
    )  # fmt: skip
    case, broken = db.session.get_one(Case, case_id, with_for_update=True), db.session.scalar(query) or 0
    if case.broken_promises != broken:
        case.broken_promises, case.version = broken, case.version + 1


def lines_json(lines: Iterable[InstalmentLine]) -> list[dict[str, Any]]:
    """Return instalments as page data."""
    return [
        {
            "no": line.no, "due_on": line.due_on.isoformat(), "grace_until": line.grace_until.isoformat(),
            "amount_fen": line.amount_fen, "met_on": line.met_on.isoformat() if line.met_on else None,
            "missing_fen": line.missing_fen, "state": line.state.value,
        }
        for line in lines
    ]  # fmt: skip


@timeline.tells
def promises_on(case_id: UUID) -> Iterable[Entry]:
    """Yield the promises of a case as they were made and as they stand."""
    for promise in db.session.scalars(select(Promise).where(Promise.case_id == case_id).order_by(Promise.id)):
        zh, en = TOLD.get(PromiseState(promise.state), ("书面还款承诺", "promise to pay"))
        facts = {"state": promise.state, "total_fen": promise.total_fen}
        yield Entry(promise.created_at, "promise", zh, en, f"promise:{promise.id}", facts)
