"""Tells the crews' phones at once when a stop flag (停访标志) goes up or comes down, whoever raised or lifted it.

The flag may come from a desk, a record from the field, a complaint or a decision: whatever changed one in this
transaction, the stops and cards of that case that are on phones are published again, visited ones too: a second visit
may be the one that raises a dispute, and its card says so.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from server import feed
from server.cases.models import StopFlag
from server.db import before_commit
from server.schemes.models import SchemeStop
from server.schemes.rules import FIELD_STATES, StopState

PENDING = "stop_flags"
BEFORE_THE_FEED = 15
ON_PHONES = (StopState.DISPATCHED.value, *sorted(state.value for state in FIELD_STATES))


@event.listens_for(Session, "after_flush")
def _remember(session: Session, _context: Any) -> None:
    touched = {row.case_id for row in (*session.new, *session.dirty) if isinstance(row, StopFlag)}
    if touched:
        session.info.setdefault(PENDING, set()).update(touched)


@before_commit(BEFORE_THE_FEED)
def _tell(session: Session) -> None:
    case_ids: set[UUID] = session.info.pop(PENDING, set())
    if not case_ids:
        return
    for stop in stops_on_phones(session, case_ids):
        if stop.crew is None:
            continue
        for person_id in sorted({stop.crew.lead_id, stop.crew.second_id}):
            feed.publish(feed.person(person_id), "stops", str(stop.id))
            feed.publish(feed.person(person_id), "cards", str(stop.id))


def stops_on_phones(session: Session, case_ids: Iterable[UUID]) -> list[SchemeStop]:
    """Return the stops of these cases that are on phones, oldest first."""
    query = select(SchemeStop).where(SchemeStop.case_id.in_(list(case_ids)), SchemeStop.state.in_(ON_PHONES))
    return list(session.scalars(query.order_by(SchemeStop.id)))
