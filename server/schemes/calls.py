"""Calls to a debtor that agents recorded (联系尝试), counted by person and day, whoever called and for which creditor.

Source: GB/T 45251 (effective calls), CBA 2026 (unanswered attempts), rule FREQ-C. Calls made in the phone system of the
firm are not fed in; what an agent calls from the card is.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select

from server import wall
from server.cases.models import Case, Party
from server.clock import SHANGHAI
from server.db import core, db
from server.prepared import Prepared, among
from server.schemes.models import ContactAttempt, SchemeStop

REACHED, NO_ANSWER = "reached", "no_answer"
_UUID_CHARS = 36

# Both conditions are on one table, so that its two indexes find the few rows.
_OF_DEBTORS = Prepared(
    select(Party.id_index, Party.id, ContactAttempt.called_on, ContactAttempt.result)
    .join(Case, Case.debtor_id == Party.id)
    .join(ContactAttempt, ContactAttempt.case_id == Case.id)
    .where(or_(among(Party.id_index, "people"), among(Party.id, "ids")))
)


@dataclass(frozen=True, slots=True)
class Calls:
    """How often a person was reached on a day, and how often nobody answered; a wrong number counts as neither."""

    reached: int = 0
    unanswered: int = 0


def keep(record_id: UUID, stop: SchemeStop, *, agent_id: UUID, result: str, at: datetime) -> None:
    """Keep a call once, with its day and how it ended; never the number."""
    if db.session.get(ContactAttempt, record_id) is None:
        db.session.add(
            ContactAttempt(
                id=record_id, case_id=stop.case_id, creditor_id=stop.creditor_id, agent_id=agent_id, result=result,
                called_at=at, called_on=at.astimezone(SHANGHAI).date(),
            )
        )  # fmt: skip


def on_days(days: Collection[date]) -> Mapping[tuple[str, date], Calls]:
    """Return (debtor, day) → the calls of that day; the debtor named as `debtor_key` does."""
    counted: dict[tuple[str, date], list[str]] = defaultdict(list)
    query = (
        select(Party.id_index, Case.debtor_id, ContactAttempt.called_on, ContactAttempt.result)
        .join(Case, Case.id == ContactAttempt.case_id)
        .join(Party, Party.id == Case.debtor_id)
        .where(ContactAttempt.called_on.in_(sorted(days)))
    )
    with wall.everything():
        for id_index, debtor_id, on, result in db.session.execute(query):
            counted[debtor_key(id_index, debtor_id), on].append(result)
    found = {key: _counted(told) for key, told in counted.items()}
    return defaultdict(Calls, found)


def last_days(debtors: Collection[str]) -> Mapping[str, tuple[date, Calls]]:
    """Return debtor → the last day of a recorded call and its calls; who was never called is left out.

    A card tells these: what it says then changes with a call, which publishes it, and not with the hour of a pull.
    """
    people, ids = sorted(debtors), [one for one in debtors if len(one) == _UUID_CHARS]
    told: dict[str, dict[date, list[str]]] = defaultdict(lambda: defaultdict(list))
    with wall.everything():
        for id_index, debtor_id, on, result in _OF_DEBTORS.rows(core(), people=people, ids=ids):
            told[debtor_key(id_index, debtor_id)][on].append(result)
    return {key: (max(days), _counted(days[max(days)])) for key, days in told.items()}


def _counted(results: Sequence[str]) -> Calls:
    return Calls(results.count(REACHED), results.count(NO_ANSWER))


def debtor_key(id_index: str | None, debtor_id: UUID) -> str:
    """Name the person, not the case: two creditors may have placed the same one."""
    return id_index or str(debtor_id)


def facts(calls: Calls) -> dict[str, object]:
    """Return what FREQ-C is asked of a visit: a visit counts as one more contact of its day."""
    return {"with": "debtor", "effective_1d": calls.reached + 1, "attempts_1d": calls.unanswered}
