"""The papers to hand over at each door: which the scheme asks for, and issuing them at dispatch.

The statement and the letters are written here; receipt and promise are made of what the door says. A lawyer's letter
is the law firm's own approved text: rule LETTER keeps it back while firm, licence or seal is missing.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from server.cases import dunning, lawyers_letter, statement
from server.cases.models import Paper
from server.db import db
from server.schemes.models import Scheme, SchemeStop
from server.schemes.rules import FIELD_STATES

GRACE = timedelta(days=15)
"""From the visit to the last day a dunning letter asks payment for; firm policy, equal to the days for objections."""


def materials(scheme: Scheme, stop: SchemeStop) -> list[str]:
    """Return what is taken to this door: its own list, else the scheme's."""
    return list(stop.materials or scheme.materials)


def require_letters(scheme: Scheme, stops: Iterable[SchemeStop]) -> None:
    """Demand that every dunning letter still to be issued can be written whole. Raises LetterFactsMissing."""
    dunning.require_facts(
        stop.case for stop in stops if stop.state not in FIELD_STATES and dunning.KIND in materials(scheme, stop)
    )


def issue(scheme: Scheme, stop: SchemeStop, *, at: datetime, today: date) -> list[Paper]:
    """Return the papers for one door, issued now where that was not done; a visit that was made gets no new letter.

    Raises LetterFactsMissing or LawFirmMissing.
    """
    taken = materials(scheme, stop)
    papers = []
    if statement.KIND in taken:
        papers.append(statement.issue_statement(stop.case, at=at, on=today))
    if dunning.KIND in taken and stop.state in FIELD_STATES:
        papers += _letter_taken(stop, dunning.KIND)
    elif dunning.KIND in taken:
        until_on = (stop.day or today) + GRACE
        papers.append(dunning.issue_letter(stop.case, until_on=until_on, at=at, on=today))
    if lawyers_letter.KIND in taken and stop.state in FIELD_STATES:
        papers += _letter_taken(stop, lawyers_letter.KIND)
    elif lawyers_letter.KIND in taken:
        until_on = (stop.day or today) + GRACE
        papers.append(lawyers_letter.issue_letter(stop.case, until_on=until_on, at=at, on=today))
    return papers


def _letter_taken(stop: SchemeStop, kind: str) -> list[Paper]:
    """Return the newest letter of the case: the one the crew had with it."""
    query = select(Paper).where(Paper.kind == kind, Paper.case_id == stop.case_id).order_by(Paper.id.desc())
    return list(db.session.scalars(query.limit(1)))
