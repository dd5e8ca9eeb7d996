"""Gathers what is held of a case for court (see `held`), and names what is missing."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select

from server import media
from server.accounts.models import Person
from server.cases import keyring
from server.cases.models import Case
from server.cases.models import Paper as PaperRow
from server.clock import SHANGHAI
from server.db import db
from server.devices.models import Device
from server.escalation.held import HeldFile, HeldPaper, HeldRecord, HeldVisit, Holdings, Lack
from server.media import BlobStore
from server.vault import place
from server.visits.models import Record as RecordRow
from server.visits.models import SignedPaper, Visit, VisitFile
from server.visits.papers import receipt
from server.visits.rules import VisitState
from sync import envelope
from sync.envelope import Record
from sync.signature import BadKey, PublicKey, public_key

COURT_PAPERS = ("account_statement", "dunning_letter", "lawyers_letter", "visit_receipt", "promise")
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


def gather(case: Case) -> Holdings:
    """Return what is held of a case. Raises SealBroken when a record does not open."""
    visits = list(db.session.scalars(select(Visit).where(Visit.case_id == case.id).order_by(Visit.id)))
    records = _records(visits)
    files, absent_files = _files(records)
    papers, absent_papers = _papers(case, visits)
    keys, absent_keys = _keys(records)
    lacks = [
        Lack("contract_documents", "合同与放款凭证（待委托方提供原件）"),
        *([] if visits else [Lack("visits", "没有外访记录")]),
        *(lack for visit in visits for lack in _visit_lacks(visit, papers)),
        *absent_files, *absent_papers, *absent_keys, *_unknown_documents(visits, papers),
    ]  # fmt: skip
    return Holdings(tuple(map(_visit, visits)), records, files, papers, keys, tuple(lacks))


def _names(person_ids: Sequence[UUID]) -> dict[UUID, str]:
    return {one.id: one.name for one in db.session.scalars(select(Person).where(Person.id.in_(person_ids)))}


def _visit(visit: Visit) -> HeldVisit:
    people = [one for one in (visit.agent_id, visit.witness_id) if one is not None]
    names = _names(people)
    return HeldVisit(
        visit.id,
        visit.arrived_at,
        tuple(names[one] for one in people),
        visit.outcome,
        visit.evidence_grade,
        visit.state,
    )


def _records(visits: Sequence[Visit]) -> tuple[HeldRecord, ...]:
    """Return the records of the visits, and those about their stops (such as the way there), chain by chain."""
    visit_ids = [visit.id for visit in visits]
    subjects = [str(one) for visit in visits for one in (visit.id, visit.stop_id) if one is not None]
    query = select(RecordRow).where(or_(RecordRow.visit_id.in_(visit_ids), RecordRow.subject.in_(subjects)))
    query = query.where(RecordRow.sig != "")  # what ODK Collect filed is unsigned and proves nothing to a court
    rows = list(db.session.scalars(query))
    names = _names([row.person_id for row in rows])
    return tuple(
        HeldRecord(_record(row), row.visit_id, names[row.person_id], row.device_time, row.received_at)
        for row in sorted(rows, key=lambda row: (str(row.device_id), row.seq, str(row.id)))
    )


def _record(row: RecordRow) -> Record:
    env = keyring.unseal(row.env_sealed, at=place("record", "env", row.id))
    return Record(
        id=str(row.id), env=env, hash=row.hash, sig=row.sig, alg=row.alg, device=str(row.device_id), seq=row.seq,
        prev=row.prev, type=row.type, subject=row.subject,
        device_time=envelope.write_time(row.device_time) if row.device_time else "",
    )  # fmt: skip


def _files(records: Sequence[HeldRecord]) -> tuple[tuple[HeldFile, ...], list[Lack]]:
    """Return the originals that the signed manifests bind; what is not here is a lack, never left out in silence."""
    store, found, lacks = media.store(), list[HeldFile](), list[Lack]()
    for held in records:
        for ref in envelope.read(held.record.env).manifest:
            row = db.session.get(VisitFile, UUID(ref.id))
            if not store.has(ref.sha256):
                lacks.append(Lack("file_bytes", f"影像 {ref.id} 原件未到", f"file:{ref.id}"))
                continue
            found.append(
                HeldFile(
                    id=ref.id, record_id=held.record.id, mime=ref.mime, sha256=ref.sha256,
                    shows=row.shows if row else "other",
                    taken_at=row.taken_at if row else held.device_time, taken_by=held.told_by,
                )
            )  # fmt: skip
    return tuple({file.id: file for file in reversed(found)}.values())[::-1], lacks


def _papers(case: Case, visits: Sequence[Visit]) -> tuple[tuple[HeldPaper, ...], list[Lack]]:
    """Return the papers about this case alone; summaries and schemes name other customers and stay out."""
    about = [case.id, *(visit.id for visit in visits), *(visit.stop_id for visit in visits if visit.stop_id)]
    query = select(PaperRow).where(
        PaperRow.kind.in_(COURT_PAPERS), or_(PaperRow.case_id == case.id, PaperRow.subject_id.in_(about))
    )
    store, found, lacks = media.store(), list[HeldPaper](), list[Lack]()
    for row in db.session.scalars(query.order_by(PaperRow.issued_at, PaperRow.serial)):
        if store.has(row.sha256):
            found.append(_paper(row, store))
        else:
            lacks.append(Lack("paper_bytes", f"单据 {row.serial} 的文件缺失", f"paper:{row.serial}"))
    return tuple(found), lacks


def _paper(row: PaperRow, store: BlobStore) -> HeldPaper:
    rendered, _, _ = store.get(row.sha256).partition(b"%%EOF")  # the seal behind it writes the first page's entry again
    return HeldPaper(
        kind=row.kind, serial=row.serial, sha256=row.sha256,
        pages=len(_PAGE.findall(rendered)), issued_at=row.issued_at, is_superseded=row.state != "issued",
        stamped_sha256=row.stamped_sha256 if row.seal_level == "B-T" and store.has(row.stamped_sha256) else None,
    )  # fmt: skip


def _keys(records: Sequence[HeldRecord]) -> tuple[dict[str, PublicKey], list[Lack]]:
    keys, lacks = dict[str, PublicKey](), list[Lack]()
    for device_id in sorted({held.record.device for held in records}):
        device = db.session.get(Device, UUID(device_id))
        try:
            keys[device_id] = public_key(device.public_key if device else {}, alg=device.alg if device else "")
        except BadKey:
            lacks.append(Lack("device_key", f"设备 {device_id} 的公钥缺失", f"device:{device_id}"))
    return keys, lacks


def _visit_lacks(visit: Visit, papers: Sequence[HeldPaper]) -> list[Lack]:
    ref, lacks = f"visit:{visit.id}", list[Lack]()
    if visit.state != VisitState.SEALED:
        lacks.append(Lack("visit_unsealed", f"外访 {_day(visit)} 未复核封存（{visit.state}）", ref))
    if "records_missing" in visit.flags:
        lacks.append(Lack("records_missing", f"外访 {_day(visit)} 的部分记录未到", ref))
    issued = receipt.issued(visit)
    if issued is None or issued.serial not in {paper.serial for paper in papers}:
        lacks.append(Lack("receipt", f"外访 {_day(visit)} 没有到访回执单", ref))
    return lacks


def _day(visit: Visit) -> str:
    return visit.arrived_at.astimezone(SHANGHAI).date().isoformat() if visit.arrived_at else str(visit.id)[-8:]


def _unknown_documents(visits: Sequence[Visit], papers: Sequence[HeldPaper]) -> list[Lack]:
    """Return the signed papers whose shown bytes we do not hold."""
    held = {paper.sha256 for paper in papers}
    query = select(SignedPaper).where(SignedPaper.visit_id.in_([visit.id for visit in visits])).order_by(SignedPaper.id)
    return [
        Lack("signed_document", f"签署件 {row.paper_serial or row.kind} 所示文件未在库", f"record:{row.record_id}")
        for row in db.session.scalars(query)
        if row.document_sha256 not in held and row.kind in COURT_PAPERS
    ]
