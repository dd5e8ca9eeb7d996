"""Sealing a visit (封存): one hash over everything that was told and every file, after which nothing is rewritten."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.cases import keyring
from server.db import db
from server.vault import place
from server.visits.models import Promise, Record, Visit, VisitFile
from server.visits.rules import PromiseState
from sync.canonical import content_hash


def seal(visit: Visit, *, at: datetime) -> None:
    """Seal an accepted visit: its hash and time stand from now on, and signed promises are in force."""
    visit.sealed_at = at
    visit.seal_sha256 = content_hash(content(visit))
    keep_under_case_key(visit)
    accept_promises(visit)


def keep_under_case_key(visit: Visit) -> None:
    """Put the envelopes of a visit under the key of its case; the signed bytes inside stay the same."""
    if visit.case_id is None or keyring.is_destroyed(visit.case_id):
        return
    for record in db.session.scalars(select(Record).where(Record.visit_id == visit.id)):
        at = place("record", "env", record.id)
        record.env_sealed = keyring.reseal(record.env_sealed, at=at, case_id=visit.case_id)


def accept_promises(visit: Visit) -> None:
    """Put the signed promises of a visit in force, as the supervisor agreed; drafts stay drafts."""
    for promise in db.session.scalars(select(Promise).where(Promise.visit_id == visit.id)):
        if promise.state == PromiseState.SIGNED:
            promise.state = PromiseState.EFFECTIVE.value


def content(visit: Visit) -> dict[str, Any]:
    """Return what the seal covers: the hash of every record and file, and who reviewed."""
    records = select(Record.id, Record.hash).where(Record.visit_id == visit.id).order_by(Record.id)
    files = select(VisitFile.id, VisitFile.sha256).where(VisitFile.visit_id == visit.id).order_by(VisitFile.id)
    return {
        "visit": str(visit.id),
        "records": [[str(one), digest] for one, digest in db.session.execute(records)],
        "files": [[str(one), digest] for one, digest in db.session.execute(files)],
        "reviewer": str(visit.reviewer_id) if visit.reviewer_id else None,
    }
