"""A visit as the API shows it: the line of a list, and everything that was told, opened from the sealed records."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from field_forms import outcomes
from server.accounts import rulebook
from server.accounts.models import Person
from server.cases import keyring
from server.cases.models import Paper
from server.db import db
from server.vault import place
from server.visits import projection
from server.visits.models import Record, Visit, VisitFile
from server.visits.papers import receipt, telling


def line(visit: Visit) -> dict[str, Any]:
    """Return a visit as one line of a list."""
    outcome = outcomes.find(visit.outcome)
    files = select(func.count(), func.count(VisitFile.verified_at)).where(VisitFile.visit_id == visit.id)
    expected, verified = db.session.execute(files).one()
    names = ("id", "state", "stop_id", "scheme_id", "case_id", "outcome", "met", "arrived_at", "left_at", "flags",
             "presence_grade", "evidence_grade", "is_complete", "flaw_count", "reviewed_at", "sealed_at",
             "version")  # fmt: skip
    return {name: getattr(visit, name) for name in names} | {
        "assurance": "unsigned" if "unsigned" in visit.flags else "signed",
        "case_no": visit.case.case_no if visit.case else None,
        "debtor": visit.case.debtor.name if visit.case else None,
        "agent": person(visit.agent_id),
        "witness": person(visit.witness_id),
        "outcome_label": {"zh": outcome.zh, "en": outcome.en} if outcome else None,
        "files_expected": expected,
        "files_verified": verified,
    }


def person(person_id: UUID | None) -> Person | None:
    """Return a person, or None."""
    return db.session.get(Person, person_id) if person_id else None


def detail(visit: Visit) -> dict[str, Any]:
    """Return a visit with everything that was told. Raises SealBroken when a record does not open."""
    papers = select(Paper).where(Paper.kind == receipt.KIND, Paper.subject_id == visit.id).order_by(Paper.version)
    return line(visit) | {
        "facts": visit.facts,
        "presence": visit.facts.get("presence"),
        "flaws": visit.flaws,
        "rule_results": rulebook.quoted(visit.rule_results),
        "form_version": visit.form_version,
        "review": _review(visit),
        "records": _records(visit),
        "files": [file(one) for one in visit.files],
        "promises": visit.promises,
        "signed_papers": [
            {name: getattr(one, name) for name in ("id", "kind", "state", "objection", "paper_serial", "flags",
                                                   "document_sha256", "signer_role", "record_id")}
            | {"signature": telling.opened_signature(one)}
            for one in visit.signed_papers
        ],
        "receipts": list(db.session.scalars(papers)),
    }  # fmt: skip


def _review(visit: Visit) -> dict[str, Any]:
    return {
        "reviewer": person(visit.reviewer_id),
        "reviewed_at": visit.reviewed_at,
        "reason": review_note(visit),
        "sealed_at": visit.sealed_at,
        "seal_sha256": visit.seal_sha256,
    }


def review_note(visit: Visit) -> str:
    """Return what the supervisor wrote. Raises SealBroken."""
    if visit.review_note_sealed is None:
        return ""
    return keyring.open_or_empty(visit.review_note_sealed, at=place("visit", "review_note", visit.id))


def _records(visit: Visit) -> list[dict[str, Any]]:
    """Return every record as it was told, corrections beside what they correct: both stay visible."""
    corrected = {one.id: one.corrected_by for one in projection.read(visit).records}
    told = projection.opened(visit)
    query = select(Record).where(Record.visit_id == visit.id).order_by(Record.device_id, Record.seq, Record.id)
    names = ("id", "type", "device_id", "seq", "prev", "hash", "alg", "device_time", "received_at", "flags")
    return [
        {name: getattr(row, name) for name in names}
        | {"body": told[row.id].body, "corrected_by": corrected.get(row.id)}
        for row in db.session.scalars(query)
    ]


def file(row: VisitFile) -> dict[str, Any]:
    """Return a file with where it can be had, once it is here."""
    names = ("id", "role", "shows", "paper_serial", "mime", "size", "sha256", "taken_at", "verified_at", "flags")
    base = f"/v1/visits/{row.visit_id}/files/{row.id}"
    return {name: getattr(row, name) for name in names} | {
        "facts": {name: value for name, value in row.facts.items() if name != "alike"},
        "alike": _alike(row),
        "url": base if row.derivative_sha256 else None,
        "thumbnail_url": f"{base}/thumbnail" if row.thumbnail_sha256 else None,
        "original_url": f"{base}/original" if row.verified_at else None,
    }


def _alike(row: VisitFile) -> list[dict[str, Any]]:
    """Return the photos that look like this one; of another creditor's visit only that there is one."""
    own, found = db.session.get(Visit, row.visit_id) if row.visit_id else None, []
    for one in row.facts.get("alike", []):
        other = db.session.get(VisitFile, UUID(one["file"]))
        visit = db.session.get(Visit, other.visit_id) if other is not None and other.visit_id else None
        is_ours = visit is not None and own is not None and visit.creditor_id == own.creditor_id
        told = {"file_id": one["file"], "visit_id": str(visit.id)} if is_ours and visit else {}
        found.append({"bits": one["bits"]} | told)
    return found
