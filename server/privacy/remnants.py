"""What of a case lies outside its own rows, in plain or under the vault's own key: a deletion takes it from there too.

Rows set aside, answers kept for repeated requests, unfinished submissions and uploads, the creditor's files, papers
that list many cases, the points of its visits on road plans, and the drives from and to them that a road service told.
"""

import base64
import re
from collections.abc import Collection, Iterable, Sequence
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile, is_zipfile

from sqlalchemy import delete, or_, select, update

from server import config
from server.accounts.models import IdempotencyKey
from server.cases import keyring, sealing
from server.cases.models import Address, Case, ImportRun, Paper
from server.db import db
from server.devices.models import Quarantine, Submission, Upload
from server.devices.rules import QuarantineState
from server.media import BlobAbsent
from server.planning.datum import Datum, Point
from server.schemes import road_tables
from server.schemes.models import RoutePlan, SchemeStop
from server.transparency.tables import log_leaf
from server.vault import place
from server.visits.models import VisitFile

PART = "part:"
"""Before the id of an unfinished upload, among the files that have to go."""
OF_SCHEMES = ("visit_scheme", "visit_summary")
"""Papers that list every case of a scheme, with names and amounts."""
VISIT_ID = re.compile(r"visit_id[\\\": ]+([0-9a-f]{8}-[0-9a-f-]{27})")


def erase(case: Case, visit_ids: Collection[UUID]) -> set[str]:
    """Erase what of a case lies elsewhere, in this transaction; return the hashes of the files that have to go."""
    stops = list(db.session.scalars(select(SchemeStop).where(SchemeStop.case_id == case.id)))
    stop_ids = {str(stop.id) for stop in stops}
    names = {str(case.id), case.case_no, *map(str, visit_ids), *stop_ids}
    for stop in stops:
        stop.note, stop.reasons, stop.drop_reason = "", [], None
    schemes = {stop.scheme_id for stop in stops}
    told = _set_aside(case, names)
    _answers(names)
    _points(case.id, schemes, stop_ids)
    return _submissions(names) | _parts(visit_ids, told) | _papers_of_many(schemes) | _imported(case)


def tells(text: str, names: Iterable[str]) -> bool:
    """Tell whether a text names any of these."""
    return any(name in text for name in names)


def _set_aside(case: Case, names: set[str]) -> list[str]:
    """Write over the rows set aside that are about the case, and return what they said.

    A visit never taken in is known by its stop.
    """
    vault = config.current().vault
    opened = {
        row.id: vault.unseal(row.payload_sealed, at=place("quarantine", "payload", row.id))
        for row in db.session.scalars(select(Quarantine)) if not keyring.is_erased(row.payload_sealed)
    }  # fmt: skip
    about = {row_id for row_id, text in opened.items() if tells(text, names)}
    visits = {one for row_id in about for one in VISIT_ID.findall(opened[row_id])}
    about |= {row_id for row_id, text in opened.items() if tells(text, visits)}
    blank = {"payload_sealed": keyring.erased(case.id), "state": QuarantineState.DISMISSED, "dismiss_reason": "已删除"}
    db.session.execute(update(Quarantine).where(Quarantine.id.in_(about)).values(**blank))
    return [opened[row_id] for row_id in about]


def _answers(names: set[str]) -> None:
    """Forget the answers kept for repeated requests that tell of the case."""
    vault = config.current().vault
    about = [
        row.id
        for row in db.session.scalars(select(IdempotencyKey).where(IdempotencyKey.answer_sealed.is_not(None)))
        if tells(_unpacked(vault.unseal(row.answer_sealed or "", at=place("idempotency_key", "answer_sealed", row.id))),
                 names)
    ]  # fmt: skip
    db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.id.in_(about)))


def _unpacked(answer: str) -> str:
    return base64.b64decode(answer).decode("utf-8", "replace")


def _submissions(names: set[str]) -> set[str]:
    """Blank submissions that never became whole, and give up their photos; whole ones hold no answers any more."""
    vault, found = config.current().vault, set[str]()
    for row in db.session.scalars(select(Submission).where(Submission.xml_sealed != "")):
        if tells(vault.unseal(row.xml_sealed, at=place("submission", "xml", row.id)), names):
            found |= {one["sha256"] for one in row.attachments.values()}
            row.xml_sealed, row.attachments = "", {}
    return found


def _parts(visit_ids: Collection[UUID], told: Sequence[str]) -> set[str]:
    """Forget the unfinished uploads of the case's photos and recordings; return their part files.

    A file is known by the manifest of its visit, or by one that was set aside.
    """
    files = set(map(str, db.session.scalars(select(VisitFile.id).where(VisitFile.visit_id.in_(visit_ids)))))
    begun = list(db.session.scalars(select(Upload).where(Upload.completed_at.is_(None))))
    about = [one for one in begun if one.attachment_id in files or any(one.attachment_id in text for text in told)]
    db.session.execute(delete(Upload).where(Upload.id.in_([one.id for one in about])))
    return {f"{PART}{one.id}" for one in about}


def _points(case_id: UUID, schemes: Collection[UUID], stop_ids: Collection[str]) -> None:
    """Take where the visits of a case were to be made off the road plans: the place becomes the crew's start.

    What a road service told of drives from and to these places is forgotten too.
    """
    placed = select(Address).where(Address.case_id == case_id, Address.lon.is_not(None), Address.lat.is_not(None))
    places: list[dict[str, Any]] = [
        {"lon": one.lon, "lat": one.lat, "datum": one.datum} for one in db.session.scalars(placed)
    ]  # fmt: skip
    for plan in db.session.scalars(select(RoutePlan).where(RoutePlan.scheme_id.in_(schemes))):
        places += points_of(plan.result, stop_ids)
        plan.result = without_points(plan.result, stop_ids)
    road_tables.forget([
        Point(lon=one["lon"], lat=one["lat"], datum=Datum(one["datum"])) for one in places if one.get("datum")
    ])  # fmt: skip


def points_of(document: Any, stop_ids: Collection[str]) -> list[dict[str, Any]]:
    """Return the points of these stops in a plan's document."""
    inner = document if isinstance(document, list) else document.values() if isinstance(document, dict) else ()
    found = [point for one in inner for point in points_of(one, stop_ids)]
    is_one = isinstance(document, dict) and document.get("stop_id") in stop_ids
    return [*found, document["point"]] if is_one and document.get("point") else found


def without_points(document: Any, stop_ids: Collection[str], at: Any = None) -> Any:
    """Return a plan's document in which these stops lie at their route's start."""
    if isinstance(document, list):
        return [without_points(one, stop_ids, at) for one in document]
    if not isinstance(document, dict):
        return document
    start = document.get("start", at)
    told = {name: without_points(value, stop_ids, start) for name, value in document.items()}
    return told | {"point": start} if document.get("stop_id") in stop_ids and "point" in told else told


def _papers_of_many(schemes: Collection[UUID]) -> set[str]:
    """Give up the papers that list the case among others: they are made anew, without its people, when asked for."""
    listing = list(db.session.scalars(select(Paper).where(Paper.kind.in_(OF_SCHEMES), Paper.subject_id.in_(schemes))))
    for paper in listing:
        paper.state = "deleted"
    return files_of(listing)


def files_of(papers: Iterable[Paper]) -> set[str]:
    """Return the hashes of all files that papers ever were, those of earlier issues under the same serial included."""
    found: set[str] = set()
    for paper in papers:
        issued = select(log_leaf.c.hash).where(
            or_(log_leaf.c.ref == f"paper:{paper.serial}", log_leaf.c.ref.like(f"paper:{paper.serial}:%"))
        )
        found |= {one for one in (paper.sha256, paper.stamped_sha256, *db.session.scalars(issued)) if one}
    return found


def _imported(case: Case) -> set[str]:
    """Give up the creditor's files that hold the case's row, of whatever other cases they tell: each keeps its hash."""
    found: set[str] = set()
    for run in db.session.scalars(select(ImportRun).where(ImportRun.creditor_id == case.creditor_id)):
        if run.id == case.import_run_id or _holds(run, case.case_no):
            found.add(run.sealed_sha256)
            run.faults_sealed = ""
    return found - {""}


def _holds(run: ImportRun, case_no: str) -> bool:
    """Tell whether an imported file names a case."""
    if not run.sealed_sha256:
        return False
    try:
        raw = sealing.kept_file(run.sealed_sha256, file_sha256=run.file_sha256)
    except BlobAbsent:
        return False
    forms = {case_no.encode("utf-8"), case_no.encode("gb18030"), case_no.encode("utf-16-le")}
    parts = [raw]
    if is_zipfile(BytesIO(raw)):
        with ZipFile(BytesIO(raw)) as book:
            parts = [book.read(name) for name in book.namelist()]
    return any(form in part for form in forms for part in parts)
