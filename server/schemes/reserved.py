"""Which cases a scheme holds until it is sent out: no other list may take them, or a debtor is visited twice."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select

from server.cases.candidates import also_listed
from server.db import db
from server.schemes.models import Scheme, SchemeStop
from server.schemes.rules import UNSENT_STATES, StopState


@also_listed
def planned_cases(today: date) -> Iterable[UUID]:
    """Return the cases with a visit planned in a scheme that may still be sent out.

    A scheme whose last day has passed holds nothing, nor does a visit that was withdrawn or left out.
    """
    rows = db.session.execute(
        select(SchemeStop.case_id, Scheme.dates)
        .join(Scheme, Scheme.id == SchemeStop.scheme_id)
        .where(Scheme.state.in_(UNSENT_STATES), SchemeStop.state == StopState.PLANNED)
    )
    return [case_id for case_id, dates in rows if max(dates, default="") >= today.isoformat()]
