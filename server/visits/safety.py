"""Who in the field needs help: dangers told from a door, and crews who should have come out again in time.

A phone without network can tell nothing, so silence is shown as silence: the office calls, the software does not guess.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from server.audit import AuditEvent
from server.cases import sealing
from server.db import db
from server.planning.datum import to_wgs84
from server.schemes.models import SchemeStop
from server.vault import place
from server.visits import presence, told
from server.visits.models import Record, Visit
from sync import envelope

SEEN = "safety.seen"
LOOKBACK = timedelta(hours=36)
OVERTIME = timedelta(minutes=30)
"""How long beyond the planned minutes at the door a crew may stay before somebody calls them; firm policy."""
NO_WORD = timedelta(minutes=60)
"""How long after the planned arrival nothing may be heard of a visit before somebody calls; firm policy."""
LOUD = 2


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing the supervisor looks at now; key names it for good, so that it is acknowledged once."""

    key: str
    kind: str  # incident | overdue_check_out | no_word
    severity: int  # 3 is danger now
    since: datetime
    case_id: UUID | None
    visit_id: UUID | None
    stop_id: UUID | None
    agent_ids: tuple[str, ...]
    facts: dict[str, Any]


def alerts(visits: Select[Any], stops: Select[Any], *, now: datetime) -> list[Alert]:
    """Return what nobody has acknowledged yet, danger first, then the oldest."""
    found = [
        *_incidents(visits, now=now), *_away(stops, now=now), *_overdue(visits, now=now), *_silent(stops, now=now)
    ]  # fmt: skip
    seen = set(
        db.session.scalars(
            select(AuditEvent.subject).where(
                AuditEvent.action == SEEN, AuditEvent.subject.in_([f"alert:{one.key}" for one in found])
            )
        )
    )
    return sorted(
        (one for one in found if f"alert:{one.key}" not in seen), key=lambda one: (-one.severity, one.since, one.key)
    )


def _incidents(visits: Select[Any], *, now: datetime) -> Iterator[Alert]:
    """Yield incidents that are more than a note, a silent alarm (severity 3 without words) included."""
    for visit in db.session.scalars(visits.where(Visit.arrived_at >= now - LOOKBACK)):
        for one in visit.facts.get("incidents") or ():
            if (one["severity"] or 0) >= LOUD:
                yield _of_visit(visit, f"incident-{one['record_id']}", "incident", severity=one["severity"], facts={
                    "kind": one["kind"], "police_called": one["police_called"],
                })  # fmt: skip


def _away(stops: Select[Any], *, now: datetime) -> Iterator[Alert]:
    """Yield dangers that agents told away from a visit, as the silent alarm (静默报警) is, with where they then were.

    Whoever watches is told of every agent; the case of a planned visit is named to who may see it.
    """
    query = select(Record).where(Record.type == "incident", Record.received_at >= now - LOOKBACK)
    for record in db.session.scalars(query.order_by(Record.received_at)):
        text = sealing.open_text(record.env_sealed, at=place("record", "env", record.id))
        body = envelope.read(text).body if text else {}
        severity = told.whole(body, "severity") or 0
        if severity < LOUD or told.uuid(body, "visit_id") is not None:
            continue
        stop_id = told.uuid(body, "stop_id")
        stop = db.session.scalar(stops.where(SchemeStop.id == stop_id)) if stop_id else None
        fix = presence.read_fix(body.get("fix"))
        at = to_wgs84(fix.at) if fix else None
        yield Alert(
            f"incident-{record.id}", "incident", severity, record.received_at, stop.case_id if stop else None, None,
            stop.id if stop else None, (str(record.person_id),),
            {"kind": told.text(body, "kind", most=20), "police_called": told.yes_no(body, "police_called"),
             "place": {"lon": at.lon, "lat": at.lat} if at else None},
        )  # fmt: skip


def _overdue(visits: Select[Any], *, now: datetime) -> Iterator[Alert]:
    open_visits = visits.where(Visit.arrived_at >= now - LOOKBACK, Visit.left_at.is_(None))
    for visit in db.session.scalars(open_visits):
        planned = timedelta(minutes=visit.stop.service_min if visit.stop else 25)
        if visit.arrived_at is not None and now > visit.arrived_at + planned + OVERTIME:
            yield _of_visit(visit, f"check-out-{visit.id}", "overdue_check_out", severity=LOUD, facts={})


def _of_visit(visit: Visit, key: str, kind: str, *, severity: int, facts: dict[str, Any]) -> Alert:
    since = visit.arrived_at or visit.created_at
    agents = tuple(visit.facts.get("agents") or [str(visit.agent_id)])
    return Alert(key, kind, severity, since, visit.case_id, visit.id, visit.stop_id, agents, facts)


def _silent(stops: Select[Any], *, now: datetime) -> Iterator[Alert]:
    """Yield visits that the crew drove to and of which nothing was heard since."""
    query = stops.where(
        SchemeStop.state == "en_route",
        SchemeStop.arrive_at.between(now - LOOKBACK, now - NO_WORD),
        SchemeStop.id.not_in(select(Visit.stop_id).where(Visit.stop_id.is_not(None))),
    )
    for stop in db.session.scalars(query):
        agents = (str(stop.crew.lead_id), str(stop.crew.second_id)) if stop.crew else ()
        yield Alert(
            f"no-word-{stop.id}", "no_word", 1, stop.arrive_at or now, stop.case_id, None, stop.id, agents, {}
        )  # fmt: skip
