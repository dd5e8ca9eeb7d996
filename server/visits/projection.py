"""Writes what the records of a visit say together into rows that can be asked for: visit, files, promises, papers.

Run again after every record and file; what it writes depends on the records alone, so the order of arrival does not
matter and a repeat changes nothing.
"""

import json
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from field_forms.outcomes import Who
from server import audit
from server.accounts import rulebook
from server.accounts.models import Person
from server.cases import keyring
from server.cases.models import Address, Paper
from server.db import db
from server.planning.datum import Datum, Point
from server.planning.precision import Precision
from server.schemes import forms
from server.vault import place
from server.visits import assembly, findings, photos, presence, rules, sealing, stops, told
from server.visits.assembly import Assembled, FileTold, PaperTold, PromiseTold
from server.visits.models import Promise, Record, SignedPaper, Visit, VisitFile
from server.visits.rules import PaperFacts, PromiseState, VisitState
from server.visits.told import Settled, Told
from sync import envelope

SUPPLEMENTED = "supplemented"
SUPPLEMENTED_AFTER_SEAL = "supplemented_after_seal"
MAX_FLAGS = 60
# States of a promise that follow from the visit; the others follow from the creditor's payment feed.
_OURS = frozenset({"", *(one.value for one in (PromiseState.DRAFT, PromiseState.SIGNED, PromiseState.EFFECTIVE))})


def read(visit: Visit) -> Settled:
    """Return the settled records of a visit, opened from the sealed bytes. Raises SealBroken.

    Of a sealed visit, only what had come before the seal.
    """
    query = select(Record).where(Record.visit_id == visit.id)
    if visit.sealed_at is not None:
        query = query.where(Record.received_at <= visit.sealed_at)
    return told.settle([_open(row) for row in db.session.scalars(query)])


def opened(visit: Visit) -> dict[UUID, Told]:
    """Return the records of a visit as they were signed, by id. Raises SealBroken."""
    query = select(Record).where(Record.visit_id == visit.id)
    return {row.id: _open(row) for row in db.session.scalars(query)}


def _open(row: Record) -> Told:
    env = keyring.unseal(row.env_sealed, at=place("record", "env", row.id))
    return told.from_envelope(envelope.read(env), digest=row.hash)


def refresh(visit: Visit, *, at: datetime, has_news: bool) -> None:
    """Put the visit together again. has_news: a record came; otherwise a file did.

    A sealed visit is not rewritten: what comes after is kept, flagged and shown beside it.
    """
    if visit.state == VisitState.SEALED:
        _flag(visit, SUPPLEMENTED_AFTER_SEAL)
        return
    settled = read(visit)
    assembled = assembly.assemble(settled)
    _write_scalars(visit, assembled)
    flags = [*assembled.flags, *_write_files(visit, assembled), *_write_promises(visit, assembled, has_news=has_news)]
    _write_papers(visit, assembled, settled)
    _grade(visit, assembled)
    if assembled.is_closed:
        _judge(visit, settled, assembled)
        stops.close_visit(visit, assembled)
    outcome = settled.last("outcome")
    stops.raise_flags(visit, assembled, outcome_id=outcome.id if outcome else None, at=at)
    _write_flags(visit, flags, has_news=has_news)
    _move(visit, assembled, has_news=has_news, at=at)
    visit.version = (visit.version or 0) + 1


def _write_scalars(visit: Visit, assembled: Assembled) -> None:
    visit.outcome, visit.met = assembled.outcome, assembled.met
    visit.arrived_at, visit.left_at = assembled.arrived_at, assembled.left_at
    visit.facts = assembled.facts
    others = [one for one in assembled.agents if one != visit.agent_id]
    if others and db.session.get(Person, others[0]) is not None:
        visit.witness_id = others[0]


def _write_files(visit: Visit, assembled: Assembled) -> list[str]:
    flags, is_complete = [], assembled.is_closed
    for file in assembled.files:
        row = db.session.get(VisitFile, file.id)
        if row is None:
            row = _add_file(visit, file)
        elif row.visit_id != visit.id or row.sha256 != file.sha256:
            flags.append("file_conflict")
            is_complete = False
            continue
        row.shows, row.taken_at, row.paper_serial = file.shows, file.taken_at, file.paper_serial
        is_complete = is_complete and row.verified_at is not None
        flags += [f"file_{name}" for name in row.flags]
    visit.is_complete = is_complete
    db.session.flush()
    return flags


def _add_file(visit: Visit, file: FileTold) -> VisitFile:
    twin = select(VisitFile.id).where(VisitFile.sha256 == file.sha256, VisitFile.visit_id != visit.id).limit(1)
    row = VisitFile(
        id=file.id, visit_id=visit.id, device_id=file.device_id, role=photos.role_of(file.mime), sha256=file.sha256,
        size=file.size, mime=file.mime, flags=["used_before"] if db.session.scalar(twin) else [],
    )  # fmt: skip
    db.session.add(row)
    return row


def _write_promises(visit: Visit, assembled: Assembled, *, has_news: bool) -> list[str]:
    flags = []
    is_signed = any(
        paper.kind == "promise" and paper.state == "signed_by_debtor" and paper.signature for paper in assembled.papers
    )
    for promise in assembled.promises:
        row = db.session.get(Promise, promise.id)
        if row is not None and row.visit_id != visit.id:
            flags.append("promise_conflict")
            continue
        if row is None:
            row = Promise(id=promise.id, visit_id=visit.id, record_id=promise.record_id, state="")
            db.session.add(row)
        if has_news and row.state in _OURS:
            _fill_promise(row, promise, visit, is_signed=is_signed)
    db.session.flush()
    return flags


def _fill_promise(row: Promise, promise: PromiseTold, visit: Visit, *, is_signed: bool) -> None:
    row.case_id, row.creditor_id = visit.case_id, visit.creditor_id
    row.promisor_role = promise.promisor_role
    row.total_fen = sum(one.amount_fen for one in promise.instalments)
    row.instalments = [asdict(one) | {"due_on": one.due_on.isoformat()} for one in promise.instalments]
    row.state = rules.promise_state(is_signed=is_signed, is_accepted=False).value


def _write_papers(visit: Visit, assembled: Assembled, settled: Settled) -> None:
    corrected = {record.id for record in settled.records if record.corrected_by}
    for paper in assembled.papers:
        row = db.session.get(SignedPaper, paper.record_id)
        if row is not None and paper.record_id not in corrected:
            continue
        if row is None:
            row = SignedPaper(id=paper.record_id, visit_id=visit.id, record_id=paper.record_id)
            db.session.add(row)
        _fill_paper(visit, row, paper)
    db.session.flush()


def _fill_paper(visit: Visit, row: SignedPaper, paper: PaperTold) -> None:
    row.kind, row.paper_serial, row.document_sha256 = paper.kind, paper.serial, paper.sha256
    row.state, row.objection, row.signer_role = paper.state, paper.objection, paper.signer_role
    row.signature_sealed = None
    if paper.signature is not None:
        strokes = json.dumps(paper.signature, ensure_ascii=False)
        at = place("signed_paper", "signature", row.id)
        row.signature_sealed = keyring.seal(strokes, at=at, case_id=visit.case_id)
    row.flags = _paper_flags(paper)


def _paper_flags(paper: PaperTold) -> list[str]:
    """Say whether what was signed is what the server issued under that serial."""
    if not paper.serial:
        return []
    issued = db.session.scalar(select(Paper.sha256).where(Paper.serial == paper.serial))
    if issued is None:
        return ["unknown_paper"]
    return [] if issued == paper.sha256 else ["other_bytes"]


def _grade(visit: Visit, assembled: Assembled) -> None:
    if assembled.arrived_at is not None:
        point, precision = _where(visit.stop.address if visit.stop else None)
        fix = presence.read_fix(assembled.fix)
        verdict = presence.judge(fix, address=point, precision=precision, at=assembled.arrived_at)
        visit.presence_grade = verdict.grade.value
        visit.facts = visit.facts | {"presence": verdict.as_json()}
    shown = select(VisitFile.id).where(
        VisitFile.visit_id == visit.id, VisitFile.shows == "delivered_paper", VisitFile.verified_at.is_not(None)
    )
    visit.evidence_grade = rules.evidence_grade(
        [PaperFacts(one.kind, one.state, one.signer_role, one.signature is not None) for one in assembled.papers],
        is_relative_adult=assembled.met == Who.CO_RESIDENT_ADULT and assembled.facts["is_adult"] is True,
        agents=len(assembled.agents),
        is_recorded=assembled.facts["recording_started_at"] is not None,
        photo_of_paper=db.session.scalar(shown.limit(1)) is not None,
    ).value


def _where(address: Address | None) -> tuple[Point | None, Precision]:
    if address is None or address.lon is None or address.lat is None or address.datum is None:
        return None, Precision.NONE
    return Point(lon=address.lon, lat=address.lat, datum=Datum(address.datum)), Precision(address.precision)


def _judge(visit: Visit, settled: Settled, assembled: Assembled) -> None:
    outcome = settled.last("outcome")
    given = told.mapping(outcome.body, "form") if outcome else {}
    form = forms.find(given.get("id"), given.get("version"))
    visit.flaws = [flaw.as_json() for flaw in findings.flaws(settled, assembled, form=form)]
    visit.flaw_count = len(visit.flaws)
    day = assembly.local_day(assembled.arrived_at or settled.records[0].told_at)
    pack = rulebook.pack_of(visit.creditor_id, on=day)
    visit.rule_results = findings.rule_results(settled, assembled, pack=pack)
    visit.form_version = findings.form_version(outcome)
    if form is not None and form.digest != forms.in_use(on=day, form_id=form.id).digest:
        _flag(visit, "deprecated_form")


def _write_flags(visit: Visit, flags: list[str], *, has_news: bool) -> None:
    kept = {name for name in visit.flags if name in {SUPPLEMENTED, "deprecated_form"}}
    if has_news and visit.state == VisitState.REVIEWED:
        kept.add(SUPPLEMENTED)
    of_records = db.session.scalars(select(Record.flags).where(Record.visit_id == visit.id))
    found = {name for names in of_records for name in names} | {
        name for names in db.session.scalars(select(SignedPaper.flags).where(SignedPaper.visit_id == visit.id))
        for name in names
    }  # fmt: skip
    visit.flags = sorted({*kept, *flags, *found})[:MAX_FLAGS]


def _move(visit: Visit, assembled: Assembled, *, has_news: bool, at: datetime) -> None:
    before = VisitState(visit.state or VisitState.OPEN)
    visit.state = rules.state_after_upload(
        before, is_closed=assembled.is_closed, is_complete=visit.is_complete, has_news=has_news
    ).value
    if visit.state == VisitState.SEALED:
        sealing.seal(visit, at=at)
        audit.note(
            "visit.sealed", f"visit:{visit.id}", actor_id=None, creditor_id=visit.creditor_id, seal=visit.seal_sha256
        )


def _flag(visit: Visit, name: str) -> None:
    if name not in visit.flags:
        visit.flags = sorted([*visit.flags, name])
