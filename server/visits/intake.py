"""What becomes of a record the push has kept: it finds its visit, and the visit is put together anew.

Called in the transaction that hands records over; commits nothing and refuses nothing. However many records of a visit
come at once, the visit is put together once, right before the commit.
"""

import logging
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server import audit, feed, media
from server.db import before_commit, db
from server.errors import StorageFails
from server.media import BlobAbsent
from server.schemes import calls
from server.schemes.models import SchemeStop
from server.visits import photos, projection, stops, told
from server.visits.models import Record, Visit, VisitFile
from server.visits.told import Told
from sync.envelope import Envelope
from sync.verdict import Flag

FOREIGN_VISIT = "foreign_visit"
ASSEMBLY_FAILED = "assembly_failed"
PENDING = "visits"
CALL_RESULTS = ("reached", "no_answer", "wrong_number")
CLOCK_FLAGS = frozenset({Flag.CLOCK_SKEW.value, Flag.FUTURE_DATE.value})
log = logging.getLogger("doorstep")


def store(row: Record, envelope: Envelope, *, at: datetime) -> None:
    """Take a record that was just kept: bind it to its visit, which is put together again before the commit.

    `row` is the kept record, already in the transaction; its flags may grow. A record without a visit tells of the
    plan or the road and moves the stop at most.
    """
    record = told.from_envelope(envelope, digest=row.hash)
    visit_id = _visit_id(record)
    if visit_id is None:
        _off_visit(row, record)
        return
    visit = _find(visit_id, row, record)
    if not _may_tell(row, visit):
        _flag(row, FOREIGN_VISIT)
        _flag(row, Flag.OUT_OF_SCOPE.value)
        return
    row.visit_id = visit.id
    _flag_scope(row, visit)
    _mark(visit.id, at=at, has_news=True)


def file_verified(file_id: UUID, *, sha256: str, size: int, at: datetime) -> None:
    """Take note of a file whose upload ended before the manifest that binds it came. Raises BlobAbsent when it is lost.

    A store that does not answer holds no record up: the upload ended, so the bytes were durable there.
    """
    if _unverified(file_id, sha256) is None:
        return
    with suppress(StorageFails):
        if not media.store().has(sha256):
            raise BlobAbsent(f"no file {sha256}")
    file_arrived(file_id, sha256=sha256, size=size, at=at)


def file_arrived(file_id: UUID, *, sha256: str, size: int, at: datetime) -> None:
    """Take note that the bytes of a file are kept and have this hash; one no record binds yet waits for its record.

    The signed hash says what the file is; which phone carried it does not matter.
    """
    file = _unverified(file_id, sha256)
    if file is None:
        return
    photos.verify(file, size=size, at=at)
    db.session.flush()
    if file.visit_id is not None:
        _mark(file.visit_id, at=at, has_news=False)


def _unverified(file_id: UUID, sha256: str) -> VisitFile | None:
    file = db.session.get(VisitFile, file_id, with_for_update=True)
    return file if file is not None and file.verified_at is None and file.sha256 == sha256 else None


def _mark(visit_id: UUID, *, at: datetime, has_news: bool) -> None:
    pending: dict[UUID, tuple[datetime, bool]] = db.session.info.setdefault(PENDING, {})
    _, had_news = pending.get(visit_id, (at, False))
    pending[visit_id] = (at, has_news or had_news)


@before_commit(5)
def put_together(session: Session) -> None:
    """Put every visit that got records or files in this transaction together again, each once.

    A visit that cannot be put together is flagged for a person; it holds up neither the push nor the other visits.
    """
    if session.in_nested_transaction():
        return
    pending: dict[UUID, tuple[datetime, bool]] = session.info.pop(PENDING, {})
    for visit_id, (at, has_news) in pending.items():
        waiting = dict(session.info)
        try:
            # It flushes where a query needs it to; flushing before every query is a third of the whole work.
            with session.begin_nested(), session.no_autoflush:
                visit = session.get_one(Visit, visit_id, with_for_update=True)
                projection.refresh(visit, at=at, has_news=has_news)
        except Exception:
            log.exception("visit %s could not be put together", visit_id)
            session.info.update(waiting)
            visit = session.get_one(Visit, visit_id)
            visit.flags = sorted({*visit.flags, ASSEMBLY_FAILED})
    session.flush()


def _visit_id(record: Told) -> UUID | None:
    visit_id = told.uuid(record.body, "visit_id") or told.uuid(told.mapping(record.body, "body"), "visit_id")
    if visit_id is None and record.type == "correction":
        target = told.uuid(record.body, "supersedes")
        named = db.session.get(Record, target) if target else None
        return named.visit_id if named is not None else None
    return visit_id


def _off_visit(row: Record, record: Told) -> None:
    stop_id = told.uuid(record.body, "stop_id")
    stop = db.session.get(SchemeStop, stop_id) if stop_id else None
    if stop is None:
        return
    if not _is_on_crew(stop, row.person_id):
        _flag(row, Flag.OUT_OF_SCOPE.value)
    elif record.type == "plan_event":
        stops.follow_plan(stop, told.text(record.body, "event", most=20))
    elif record.type == "contact_attempt":
        _note_contact(row, record, stop)


def _note_contact(row: Record, record: Told, stop: SchemeStop) -> None:
    """Count a call the agent recorded (联系尝试), and let the case's timeline tell who called and how it ended.

    A call of a phone whose clock is not to be believed counts for the day it came in.
    """
    said = told.text(record.body, "result", most=20)
    said = said if said in CALL_RESULTS else ""
    is_believed = row.device_time is not None and not CLOCK_FLAGS & set(row.flags)
    at = row.device_time if is_believed and row.device_time is not None else row.received_at
    calls.keep(row.id, stop, agent_id=row.person_id, result=said, at=at)
    audit.note("contact.attempted", f"case:{stop.case_id}", actor_id=row.person_id, creditor_id=stop.creditor_id,
               record=str(row.id), result=said)  # fmt: skip


def _find(visit_id: UUID, row: Record, record: Told) -> Visit:
    """Return the visit, begun by whichever of its records came first; what the stop says of the case counts.

    A visit already found in this transaction is locked already.
    """
    is_locked = visit_id in db.session.info.get(PENDING, {})
    if not is_locked:
        feed.lock_ids(db.session(), "visits", [str(visit_id)])
    visit = db.session.get(Visit, visit_id, with_for_update=None if is_locked else True)
    if visit is None:
        visit = Visit(id=visit_id, agent_id=row.person_id, facts={}, flags=[], flaws=[], rule_results=[])
        db.session.add(visit)
    if visit.stop_id is None:
        _place(visit, record)
    return visit


def _place(visit: Visit, record: Told) -> None:
    stop_id = told.uuid(record.body, "stop_id")
    stop = db.session.get(SchemeStop, stop_id) if stop_id else None
    if stop is not None:
        visit.stop, visit.stop_id, visit.scheme_id = stop, stop.id, stop.scheme_id
        visit.case, visit.case_id, visit.creditor_id = stop.case, stop.case_id, stop.creditor_id
        visit.witness_id = _other(stop, visit.agent_id)
    db.session.flush()


def _other(stop: SchemeStop, agent_id: UUID) -> UUID | None:
    if stop.crew is None:
        return None
    return stop.crew.second_id if agent_id == stop.crew.lead_id else stop.crew.lead_id


def _is_on_crew(stop: SchemeStop | None, person_id: UUID) -> bool:
    return stop is not None and stop.crew is not None and person_id in {stop.crew.lead_id, stop.crew.second_id}


def _may_tell(row: Record, visit: Visit) -> bool:
    """Tell whether this person may add to a visit: who began it, or somebody of the crew of its stop."""
    return row.person_id == visit.agent_id or _is_on_crew(visit.stop, row.person_id)


def _flag_scope(row: Record, visit: Visit) -> None:
    if not _is_on_crew(visit.stop, row.person_id):
        _flag(row, Flag.OUT_OF_SCOPE.value)


def _flag(row: Record, name: str) -> None:
    if name not in row.flags:
        row.flags = [*row.flags, name]
