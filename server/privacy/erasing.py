"""Erasing a case's personal data: its key is destroyed, what lay beside it is written over, its files are removed.

What stays proves and tells nothing of the person: ids, hashes, signatures and the chain of records, the log's leaves,
amounts and days, the audit log, and the certificate.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update

from server.cases import keyring
from server.cases.models import (
    Address,
    Case,
    CaseParty,
    LegalApproval,
    LimitationFact,
    Paper,
    Party,
    StopFlag,
    VisitListLine,
    VisitListVersion,
)
from server.complaints.models import Complaint
from server.db import db
from server.escalation.models import Dossier, Escalation, Filing, FilingStep
from server.privacy import remnants
from server.visits.models import Message, Promise, Record, SignedPaper, Visit, VisitFile

NAME = "已删除"


def erase(case: Case, *, at: datetime) -> tuple[dict[str, int], list[str]]:
    """Erase the personal data of a case in this transaction; return how much of each kind, and the files to remove.

    Files go once this is committed (`sweep`), so that a transaction that fails has lost none.
    """
    visit_ids = list(db.session.scalars(select(Visit.id).where(Visit.case_id == case.id)))
    files = _files(case, visit_ids, elsewhere=remnants.erase(case, visit_ids))
    done = {
        "records": _records(case.id, visit_ids),
        "parties": _parties(case),
        "addresses": _addresses(case.id),
        "complaints": _complaints(case.id),
        "files": len(files),
    }
    _words(case, visit_ids)
    _list_versions(case)
    keyring.destroy(case.id, at=at)
    db.session.flush()
    return done, files


def _records(case_id: UUID, visit_ids: list[UUID]) -> int:
    """Write over the envelopes and what was read out of them; hashes, signatures and places in the chain stay."""
    gone = keyring.erased(case_id)
    of_visits = Record.visit_id.in_(visit_ids)
    count = len(list(db.session.scalars(select(Record.id).where(of_visits))))
    db.session.execute(update(Record).where(of_visits).values(env_sealed=gone))
    db.session.execute(update(Message).where(Message.visit_id.in_(visit_ids)).values(text_sealed=None))
    db.session.execute(update(SignedPaper).where(SignedPaper.visit_id.in_(visit_ids)).values(signature_sealed=None))
    blank: dict[str, Any] = {"facts": {}, "flaws": [], "review_note_sealed": None}
    db.session.execute(update(Visit).where(Visit.id.in_(visit_ids)).values(**blank))
    return count


def _parties(case: Case) -> int:
    """Blank the people of the case who are in no other case that is kept."""
    wanted = {case.debtor_id, *(other.party_id for other in case.others)}
    erased = [party for party in map(_party, wanted) if not _is_elsewhere(party.id, case.id)]
    for party in erased:
        party.name, party.id_sealed, party.id_index, party.id_last4 = NAME, None, None, ""
        party.phone_sealed, party.phone_index, party.languages = None, None, []
    return len(erased)


def _party(party_id: UUID) -> Party:
    return db.session.get_one(Party, party_id)


def _is_elsewhere(party_id: UUID, case_id: UUID) -> bool:
    beside = select(CaseParty.case_id).where(CaseParty.party_id == party_id)
    query = select(Case.id).where(Case.id != case_id, or_(Case.debtor_id == party_id, Case.id.in_(beside)))
    return any(not keyring.is_destroyed(one) for one in db.session.scalars(query))


def _addresses(case_id: UUID) -> int:
    rows = list(db.session.scalars(select(Address).where(Address.case_id == case_id)))
    for row in rows:
        row.text_sealed, row.district, row.adcode, row.access_note = keyring.erased(case_id), "", "", ""
        row.lon = row.lat = row.lon_wgs84 = row.lat_wgs84 = None
    return len(rows)


def _complaints(case_id: UUID) -> int:
    rows = list(db.session.scalars(select(Complaint).where(Complaint.case_id == case_id)))
    for row in rows:
        row.text_sealed, row.contact_sealed, row.answer_sealed = keyring.erased(case_id), None, None
    return len(rows)


def _words(case: Case, visit_ids: list[UUID]) -> None:
    """Blank free words that people wrote about the case, and the numbers that name its contract."""
    case.contract_no_sealed, case.note_sealed, case.contract_tail, case.contact_result = None, None, "", ""
    of_case = case.id
    for table, column in (
        (StopFlag, "reason"), (LegalApproval, "reason"), (LimitationFact, "proof"), (VisitListLine, "reason"),
        (VisitListLine, "note"), (Escalation, "reasons"), (Escalation, "opinion_text"),
        (Escalation, "decision_reasons"),
    ):  # fmt: skip
        db.session.execute(update(table).where(table.case_id == of_case).values({column: ""}))
    filings = select(Filing.id).where(Filing.case_id == of_case)
    db.session.execute(update(FilingStep).where(FilingStep.filing_id.in_(filings)).values(proof=""))
    notes = [{"kind": "note", "note": NAME}]
    db.session.execute(update(Escalation).where(Escalation.case_id == of_case).values(evidence=notes, limits=None))
    db.session.execute(update(Promise).where(Promise.visit_id.in_(visit_ids)).values(promisor_role=""))


def _files(case: Case, visit_ids: list[UUID], *, elsewhere: set[str]) -> list[str]:
    """Give up the photos, recordings, papers and dossiers of the case; a file that something else needs stays."""
    photos = list(db.session.scalars(select(VisitFile).where(VisitFile.visit_id.in_(visit_ids))))
    hashes = {
        one for row in photos for one in (row.sha256, row.derivative_sha256, row.thumbnail_sha256) if one
    }  # fmt: skip
    for row in photos:
        row.facts, row.likeness, row.derivative_sha256, row.thumbnail_sha256 = {}, None, None, None
        row.flags = sorted({*row.flags, "deleted"})
    papers = list(db.session.scalars(select(Paper).where(Paper.case_id == case.id)))
    for paper in papers:
        paper.state = "deleted"
    hashes |= remnants.files_of(papers) | elsewhere
    hashes |= set(db.session.scalars(select(Dossier.sha256).where(Dossier.case_id == case.id)))
    db.session.flush()
    return [one for one in sorted(hashes) if not _is_needed(one)]


def _is_needed(sha256: str) -> bool:
    """Tell whether a photo or paper of a case that is kept has the same bytes."""
    columns = (VisitFile.sha256, VisitFile.derivative_sha256, VisitFile.thumbnail_sha256)
    photos = select(VisitFile.flags).where(or_(*(column == sha256 for column in columns)))
    papers = select(Paper.id).where(
        or_(Paper.sha256 == sha256, Paper.stamped_sha256 == sha256), Paper.state != "deleted"
    )
    is_photo = any("deleted" not in flags for flags in db.session.scalars(photos))
    return is_photo or db.session.scalar(papers.limit(1)) is not None


def _list_versions(case: Case) -> None:
    """Take the case out of the list versions that name it; day packs hold ids and hashes only."""
    lists = select(VisitListLine.list_id).where(VisitListLine.case_id == case.id)
    names = {str(case.id), case.case_no}
    for version in db.session.scalars(select(VisitListVersion).where(VisitListVersion.list_id.in_(lists))):
        version.content = without(version.content, names)


def without(document: Any, names: Iterable[str]) -> Any:
    """Return a document without the members of its lists that name any of these."""
    wanted = set(names)
    if isinstance(document, dict):
        return {key: without(value, wanted) for key, value in document.items()}
    if isinstance(document, list):
        return [without(one, wanted) for one in document if not _names(one, wanted)]
    return document


def _names(member: Any, wanted: set[str]) -> bool:
    if isinstance(member, dict):
        return any(isinstance(value, str) and value in wanted for value in member.values())
    return isinstance(member, str) and member in wanted
