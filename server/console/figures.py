"""What the firm's dashboards show (经营看板): coverage, met rate, evidence, promises, limitation, complaints.

By design there is no ranking of people and no sum of money got in: neither may steer how an agent behaves at a door.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from server.accounts.scope import scoped
from server.cases import timeline
from server.cases.ledger import entries_of
from server.cases.models import Case
from server.cases.rules import CLOSED_STATES
from server.clock import SHANGHAI
from server.complaints.models import Complaint
from server.db import db
from server.escalation.summary import MET_DEBTOR
from server.schemes.models import SchemeStop
from server.visits.models import Promise, Visit

RISK_DAYS = 90
LIMITATION_YEARS = 3
MOST_CLOCKS = 2_000


def figures(*, since: datetime, until: datetime, today: date) -> dict[str, Any]:
    """Return the figures of the visits that arrived between two moments, and how the rest stands today."""
    visits = _visits(since, until)
    return {
        "coverage": _coverage(visits),
        "met": _met(visits),
        "grades": _counted((row.evidence_grade or "none" for row in visits), ("A", "B", "C", "D", "none")),
        "weeks": _weeks(visits),
        "promises": _states(select(Promise.state, func.count()), Promise.creditor_id, Promise.state),
        "limitation": _limitation(today),
        "complaints": _complaints(since, until),
    }


def _visits(since: datetime, until: datetime) -> list[Any]:
    wanted: Any = select(Visit.case_id, Visit.met, Visit.outcome, Visit.evidence_grade, Visit.arrived_at).where(
        Visit.arrived_at >= since, Visit.arrived_at < until
    )
    return list(db.session.execute(scoped(wanted, Visit.creditor_id)))


def _coverage(visits: list[Any]) -> dict[str, int]:
    """Return how many open cases were ever planned to be visited, and how many customers were reached in the time."""
    cases = scoped(select(func.count()).select_from(Case).where(Case.state.not_in(CLOSED_STATES)), Case.creditor_id)
    planned = scoped(select(func.count(SchemeStop.case_id.distinct())), SchemeStop.creditor_id)
    return {
        "open_cases": db.session.scalar(cases) or 0,
        "ever_planned": db.session.scalar(planned) or 0,
        "visited": len({row.case_id for row in visits if row.case_id}),
        "visits": len(visits),
    }


def _is_met(row: Any) -> bool:
    return bool(row.met == "debtor") if row.met else row.outcome in MET_DEBTOR


def _met(visits: list[Any]) -> dict[str, int | None]:
    met = sum(_is_met(row) for row in visits)
    return {"met": met, "visits": len(visits), "per_mille": round(1000 * met / len(visits)) if visits else None}


def _counted(values: Any, known: tuple[str, ...]) -> dict[str, int]:
    return dict.fromkeys(known, 0) | dict(Counter(values))


def _weeks(visits: list[Any]) -> list[dict[str, Any]]:
    """Return visits and how many met the debtor by week, each named by its Monday, Asia/Shanghai; oldest first."""
    found: dict[date, list[Any]] = {}
    for row in visits:
        day = row.arrived_at.astimezone(SHANGHAI).date()
        found.setdefault(day - timedelta(days=day.weekday()), []).append(row)
    return [
        {"monday": monday, "visits": len(rows), "met": sum(_is_met(row) for row in rows)}
        for monday, rows in sorted(found.items())
    ]


def _states(query: Any, creditor: Any, state: Any) -> dict[str, int]:
    return {str(name): int(count) for name, count in db.session.execute(scoped(query.group_by(state), creditor))}


def _limitation(today: date) -> dict[str, int]:
    """Return how many open cases have run out or will within 90 days, and how many clocks were read.

    No event moves a clock forwards, so only debts due three years less 90 days ago can be at risk.
    """
    latest = date(today.year - LIMITATION_YEARS, today.month, min(today.day, 28)) + timedelta(days=RISK_DAYS + 3)
    wanted = select(Case).where(
        Case.state.not_in(CLOSED_STATES), or_(Case.last_instalment_due_on <= latest, Case.overdue_on <= latest)
    )
    cases = list(db.session.scalars(scoped(wanted, Case.creditor_id).order_by(Case.overdue_on).limit(MOST_CLOCKS)))
    booked = entries_of([case.id for case in cases])
    left = [timeline.clock_with(case, entries=booked[case.id], today=today).days_left for case in cases]
    known = [days for days in left if days is not None]
    return {
        "expired": sum(days < 0 for days in known),
        "at_risk": sum(0 <= days <= RISK_DAYS for days in known),
        "looked_at": len(cases),
    }


def _complaints(since: datetime, until: datetime) -> dict[str, int]:
    in_time = select(func.count()).where(Complaint.created_at >= since, Complaint.created_at < until)
    received = db.session.scalar(scoped(in_time.select_from(Complaint), Complaint.creditor_id)) or 0
    states = _states(select(Complaint.state, func.count()), Complaint.creditor_id, Complaint.state)
    upheld = select(func.count()).select_from(Complaint).where(Complaint.finding.in_(("upheld", "partly")))
    return {
        "received": received, "open": states.get("open", 0), "answered": states.get("answered", 0),
        "closed": states.get("closed", 0), "upheld": db.session.scalar(scoped(upheld, Complaint.creditor_id)) or 0,
    }  # fmt: skip
