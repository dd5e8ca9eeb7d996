"""The visit receipt (到访回执单) as it is issued: facts from the visit's records, made once, kept by hash.

The same facts give the same bytes. When a correction changes the facts a new receipt with its own serial takes the
place of the old one, which stays and says so.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from field_forms import outcomes
from receipts import images, visit_receipt
from receipts.facts import PhotoFacts, RecordingFacts, SealFacts, StaffFacts
from receipts.images import PrintPhoto
from receipts.serials import PaperKind
from receipts.visit_receipt import VisitReceiptFacts
from server import media
from server.cases import papers, templates
from server.cases.models import Paper
from server.db import db
from server.errors import Conflict
from server.visits import developing, photos, projection
from server.visits.assembly import local_day
from server.visits.darkroom import guard
from server.visits.models import Record, Visit, VisitFile
from server.visits.papers import telling

KIND = "visit_receipt"
SUPERSEDED = "superseded"


class ReceiptNotReady(Conflict):
    """The receipt waits for records or files of the visit."""


def issued(visit: Visit) -> Paper | None:
    """Return the receipt of a visit that counts, or None."""
    query = select(Paper).where(Paper.kind == KIND, Paper.subject_id == visit.id, Paper.state != SUPERSEDED)
    return db.session.scalars(query.order_by(Paper.version.desc()).limit(1)).first()


def is_current(visit: Visit, paper: Paper) -> bool:
    """Tell whether an issued receipt still says what the records say: nothing that counts came after it.

    What comes after the seal does not count, and neither does a newer file of the creditor.
    """
    news = select(func.max(Record.received_at)).where(Record.visit_id == visit.id)
    if visit.sealed_at is not None:
        news = news.where(Record.received_at <= visit.sealed_at)
    last = db.session.scalar(news)
    return last is None or last <= paper.issued_at


def issue(visit: Visit, *, at: datetime) -> Paper:
    """Make, store and record the receipt of a complete visit. Needs the write transaction.

    Raises ReceiptNotReady, which names the files that are missing.
    """
    require_complete(visit)
    developing.develop_now(visit.files, at=at)
    before = issued(visit)
    version = before.version + 1 if before else 1
    serial = papers.draw_serial(PaperKind.VISIT_RECEIPT, on=local_day(visit.arrived_at or at))
    told = facts(visit, seal=papers.seal_facts(serial, at=at, version=version))
    made = visit_receipt.render(told)
    if before is not None:
        before.state = SUPERSEDED
    paper = papers.file_paper(
        made, facts=told, kind=KIND, serial=serial, template_version=told.words.version, at=at,
        creditor_id=visit.creditor_id, case_id=visit.case_id, subject_id=visit.id, version=version,
    )  # fmt: skip
    db.session.flush()
    return paper


def require_complete(visit: Visit) -> None:
    """Refuse a receipt while anything is on its way. Raises ReceiptNotReady."""
    if visit.is_complete:
        return
    query = select(VisitFile).where(VisitFile.visit_id == visit.id, VisitFile.verified_at.is_(None))
    missing = [{"id": str(one.id), "shows": one.shows, "sha256": one.sha256} for one in db.session.scalars(query)]
    detail = f"{len(missing)} files are missing" if missing else "records of the visit are missing"
    raise ReceiptNotReady(detail, missing_files=missing, state=visit.state)


def facts(visit: Visit, *, seal: SealFacts) -> VisitReceiptFacts:
    """Return everything the receipt says. Raises SealBroken when a record does not open."""
    settled = projection.read(visit)
    plain = telling.plain(visit, settled, seal=seal)
    if outcomes.may_disclose(visit.met):
        plain = replace(plain, debt=telling.debt(visit), agreement=telling.agreement(visit))
    return replace(
        plain,
        agents=_agents(visit),
        photos=_photos(visit),
        recordings=_recordings(visit),
        signature=telling.signature(visit, settled),
        witness=telling.witness(visit),
        words=templates.in_force(KIND),
    )


def _agents(visit: Visit) -> tuple[StaffFacts, ...]:
    shown = visit.facts.get("credentials_shown") is True
    return tuple(StaffFacts(one.name, one.staff_no, id_shown=shown) for one in telling.crew(visit))


def _photos(visit: Visit) -> tuple[PhotoFacts, ...]:
    query = (
        select(VisitFile)
        .where(VisitFile.visit_id == visit.id, VisitFile.role == "photo")
        .order_by(VisitFile.taken_at, VisitFile.id)
    )
    return tuple(
        PhotoFacts(
            photo_no=f"P-{number:02d}",
            taken_at=file.taken_at or visit.arrived_at or file.created_at,
            sha256=file.sha256,
            content=_printable(file),
            subject=photos.SHOWN.get(file.shows, photos.OTHER),
        )
        for number, file in enumerate(db.session.scalars(query), start=1)
    )


def _printable(file: VisitFile) -> bytes | PrintPhoto:
    """Return the picture to print; one that killed the darkroom is not tried again here.

    A derivative that has the hash it was stored under is whole, and is not decoded again.
    """
    if file.derivative_sha256 is None and f"unreadable_{guard.DEADLY}" in file.flags:
        return b"?"
    content = media.store().get(file.derivative_sha256 or file.sha256)
    if hashlib.sha256(content).hexdigest() == file.derivative_sha256:
        return images.derivative(content)
    return content


def _recordings(visit: Visit) -> tuple[RecordingFacts, ...]:
    """Return the recordings; how long one is, is what its container says, or unknown."""
    query = (
        select(VisitFile)
        .where(VisitFile.visit_id == visit.id, VisitFile.role == "recording")
        .order_by(VisitFile.taken_at, VisitFile.id)
    )
    return tuple(
        RecordingFacts(
            recording_no=f"R-{number:02d}",
            started_at=file.taken_at or visit.arrived_at or file.created_at,
            duration_s=round(file.facts["duration_ms"] / 1000) if file.facts.get("duration_ms") else None,
            sha256=file.sha256,
            medium="录像" if file.mime.startswith("video/") else "录音",
        )
        for number, file in enumerate(db.session.scalars(query), start=1)
    )
