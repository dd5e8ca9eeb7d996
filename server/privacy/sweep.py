"""What is done in the background for personal data: files of deletions go, cases from before get keys of their own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from server import jobs, media
from server.cases import keyring
from server.cases.models import Address, Case
from server.complaints.models import Complaint
from server.db import begin_write, db
from server.devices import parts
from server.privacy.models import Deletion
from server.privacy.remnants import PART
from server.vault import place
from server.visits.models import SignedPaper, Visit
from server.visits.rules import VisitState
from server.visits.sealing import keep_under_case_key

AT_ONCE = 50


@jobs.chore
def sweep(now: datetime) -> int:
    """Remove the files of deletions that are committed; return how many deletions were dealt with."""
    query = select(Deletion.id).where(Deletion.carried_out_at.is_not(None), Deletion.files_removed_at.is_(None))
    waiting = list(db.session.scalars(query.limit(AT_ONCE)))
    if not waiting:
        return 0
    begin_write()
    for deletion_id in waiting:
        deletion = db.session.get_one(Deletion, deletion_id)
        for name in deletion.files:
            if name.startswith(PART):
                parts.of(UUID(name.removeprefix(PART))).discard()
            else:
                media.store().remove(name)
        deletion.files_removed_at = now
    return len(waiting)


@jobs.chore
def give_keys(_: datetime) -> int:
    """Put cases from before there were keys under keys of their own, some at a time; return how many."""
    query = select(Case.id).where(~select(keyring.CaseKey.id).where(keyring.CaseKey.id == Case.id).exists())
    waiting = list(db.session.scalars(query.limit(AT_ONCE)))
    if not waiting:
        return 0
    begin_write()
    for case_id in waiting:
        _give_key(db.session.get_one(Case, case_id))
    return len(waiting)


def _give_key(case: Case) -> None:
    keyring.ensure(case.id)
    for column in ("contract_no_sealed", "note_sealed"):
        _move(case, column, at=place("case", column, case.id), case_id=case.id)
    for address in db.session.scalars(select(Address).where(Address.case_id == case.id)):
        _move(address, "text_sealed", at=place("address", "text_sealed", address.id), case_id=case.id)
    for complaint in db.session.scalars(select(Complaint).where(Complaint.case_id == case.id)):
        for name in ("text", "contact", "answer"):
            _move(complaint, f"{name}_sealed", at=place("complaint", name, complaint.id), case_id=case.id)
    for visit in db.session.scalars(select(Visit).where(Visit.case_id == case.id)):
        _move(visit, "review_note_sealed", at=place("visit", "review_note", visit.id), case_id=case.id)
        for paper in db.session.scalars(select(SignedPaper).where(SignedPaper.visit_id == visit.id)):
            _move(paper, "signature_sealed", at=place("signed_paper", "signature", paper.id), case_id=case.id)
        if visit.state == VisitState.SEALED:
            keep_under_case_key(visit)


def _move(row: Any, column: str, *, at: str, case_id: UUID) -> None:
    """Seal a value anew. As a statement: nothing of what phones show changes, so no visit is published again."""
    sealed = getattr(row, column)
    if sealed:
        moved = {column: keyring.reseal(sealed, at=at, case_id=case_id)}
        db.session.execute(update(type(row)).where(type(row).id == row.id).values(moved))
