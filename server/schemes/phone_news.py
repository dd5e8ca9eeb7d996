"""Tells the phones that hold a visit when what they show of it changed, whoever changed it.

A stop or a card is written from rows of several tables. Whatever changed one of them in this transaction (a record from
the crew mate's phone, a call to the debtor, a payment, a better address), the visit is published again to those of its
crew who have it. Who does not have it yet gets it by dispatch and by nothing else.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import event, or_, select
from sqlalchemy.orm import Session

from server import feed
from server.cases.models import Address, Case
from server.db import before_commit
from server.schemes.models import ContactAttempt, SchemeStop
from server.schemes.rules import FIELD_STATES, StopState

PENDING = "shown_on_phones"
AFTER_STOP_FLAGS = 16
AT_ONCE = 5000  # ids in one query: both engines bound the parameters of a statement
ON_PHONES = (StopState.DISPATCHED, *sorted(FIELD_STATES))


@event.listens_for(Session, "after_flush")
def _remember(session: Session, _context: Any) -> None:
    shown = [row for row in session.dirty if isinstance(row, SchemeStop | Case | Address)]
    keys = [_key(row) for row in shown if session.is_modified(row)]
    keys += [("case", row.case_id) for row in session.new if isinstance(row, ContactAttempt)]
    if keys:
        session.info.setdefault(PENDING, set()).update(keys)


def _key(row: SchemeStop | Case | Address) -> tuple[str, UUID]:
    if isinstance(row, SchemeStop):
        return "stop", row.id
    return "case", row.id if isinstance(row, Case) else row.case_id


@before_commit(AFTER_STOP_FLAGS)
def _tell(session: Session) -> None:
    changed: list[tuple[str, UUID]] = sorted(session.info.pop(PENDING, set()))
    for start in range(0, len(changed), AT_ONCE):
        for subject, stop_id in holders(session, _stops(session, changed[start : start + AT_ONCE])):
            feed.publish(subject, "stops", stop_id)
            feed.publish(subject, "cards", stop_id)


def _stops(session: Session, changed: Sequence[tuple[str, UUID]]) -> Sequence[SchemeStop]:
    stop_ids, case_ids = ([key for name, key in changed if name == kind] for kind in ("stop", "case"))
    query = select(SchemeStop).where(or_(SchemeStop.id.in_(stop_ids), SchemeStop.case_id.in_(case_ids)))
    return session.scalars(query.where(SchemeStop.state.in_(ON_PHONES)).order_by(SchemeStop.id)).all()


def holders(session: Session, stops: Iterable[SchemeStop]) -> list[tuple[str, str]]:
    """Return (recipient, stop id) for those of each stop's crew to whom the stop was given and not taken away."""
    crews = {
        (feed.person(person_id), str(stop.id))
        for stop in stops
        if stop.crew is not None
        for person_id in (stop.crew.lead_id, stop.crew.second_id)
    }
    if not crews:
        return []
    at = feed.sync_feed.c
    subjects, stop_ids = {subject for subject, _ in crews}, {stop_id for _, stop_id in crews}
    given = select(at.subject, at.doc_id).where(
        at.subject.in_(subjects), at.coll == "stops", at.doc_id.in_(stop_ids), at.gone.is_(False)
    )
    return sorted({(subject, stop_id) for subject, stop_id in session.execute(given)} & crews)
