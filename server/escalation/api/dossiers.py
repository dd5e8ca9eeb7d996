"""Dossiers (法务移送卷宗): made as a job for a case decided for court, verified at once, and handed out."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, jsonify, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from server import audit, clock, jobs, media
from server.accounts.auth import allow, current_person
from server.accounts.roles import Role
from server.accounts.scope import fetch_visible, scoped
from server.body import Body, PageQuery, answers, asks, page
from server.cases import keyring, stamping
from server.cases.models import Case, Paper
from server.db import begin_write, db, fetch
from server.devices import proofs
from server.escalation import dossier, effects, export_gate, logged, rules
from server.escalation.models import Dossier, Escalation
from server.escalation.rules import Proposal
from server.escalation.schemas import DossierOut
from server.jobs import Cancelled, Report
from server.media import BlobAbsent
from server.tsa import AuthoritySilent
from server.visits.models import Visit
from server.visits.papers import receipt

bp = Blueprint("dossiers", __name__, url_prefix="/v1")
KIND = "dossier"
READERS = (Role.LEGAL, Role.MANAGER, Role.COMPLIANCE, Role.AUDITOR)


def court_decision(case: Case) -> Escalation:
    """Return the decision in force that sends the case to court or police. Raises NotForCourt."""
    decided, waiting = effects.last_decided(case.id), effects.open_escalation(case.id)
    newest = decided or waiting
    rules.require_court(
        Proposal(decided.decision) if decided else None, has_opinion=newest is not None and bool(newest.opinion)
    )
    return cast("Escalation", decided)  # the rule has refused a case without a decision


@bp.post("/cases/<uuid:case_id>/dossier")
@allow(Role.LEGAL)
@answers(None, status=202)
def make_dossier(case_id: UUID) -> ResponseReturnValue:
    """Start making the dossier of a case decided for court; answers 202 with the job's address."""
    case, person = fetch_visible(Case, case_id), current_person()
    keyring.require_kept(case.id)
    decided = court_decision(case)
    job = jobs.enqueue(KIND, owner_id=person.id, case_id=str(case.id), actor_id=str(person.id))
    audit.note("dossier.asked", f"dossier-job:{job.id}", actor_id=person.id, creditor_id=case.creditor_id,
               case=str(case.id), escalation=str(decided.id))  # fmt: skip
    answer = jsonify(id=str(job.id), state="queued", progress=0.0)
    answer.status_code = 202
    answer.headers["Location"] = f"/v1/jobs/{job.id}"
    db.session.commit()
    return answer


@jobs.runs(KIND)
def build(args: dict[str, Any], report: Report) -> str:
    """Make the dossier: receipts first, then the index, then the bag. Every step may be done again without harm."""
    case_id, actor_id = UUID(args["case_id"]), UUID(args["actor_id"])
    issue_receipts(case_id, actor_id)
    tell(report, 0.2, "出具回执")
    index_id = issue_index(case_id, actor_id)
    log_all()
    stamp(case_id)
    tell(report, 0.4, "证据目录")
    found, index = brief_of(case_id), fetch(Paper, index_id)
    ruling = export_gate.ask(found.case, found.escalation, found.facts(index)).require()
    packed = dossier.pack(found, index)
    sha256 = media.store().put(packed)
    tell(report, 0.8, "打包")
    told = dossier.report_of(found, index, sha256) | {"compliance": ruling.as_json()}
    creditor_id, escalation_id = found.case.creditor_id, found.escalation.id
    begin_write()
    query = select(Dossier).where(Dossier.case_id == case_id, Dossier.sha256 == sha256)
    made = db.session.scalar(query.limit(1))
    if made is None:
        made = Dossier(
            id=clock.new_id(), case_id=case_id, creditor_id=creditor_id, escalation_id=escalation_id,
            built_by_id=actor_id, sha256=sha256, size=len(packed), report=told,
            built_at=clock.now(),
        )  # fmt: skip
        db.session.add(made)
        audit.note("dossier.built", f"dossier:{made.id}", actor_id=actor_id, creditor_id=creditor_id, case=str(case_id),
                   sha256=sha256, missing=len(told["missing"]), verified=told["verified"])  # fmt: skip
    return f"/v1/dossiers/{made.id}"


def tell(report: Report, progress: float, message: str) -> None:
    """Say how far the job is. Raises Cancelled when its owner asked to stop."""
    if report(progress, message):
        raise Cancelled


def brief_of(case_id: UUID) -> dossier.Brief:
    """Gather a case for court. Raises NotForCourt when the decision has changed meanwhile."""
    case = fetch(Case, case_id)
    return dossier.brief(case, court_decision(case))


def issue_receipts(case_id: UUID, actor_id: UUID) -> None:
    """Issue the receipts that complete visits lack, in a transaction of their own.

    One whose photos are lost cannot be made; the dossier then names it as missing.
    """
    begin_write()
    for visit in db.session.scalars(select(Visit).where(Visit.case_id == case_id).order_by(Visit.id)):
        with suppress(BlobAbsent), db.session.begin_nested():
            issue_receipt(visit, actor_id)
    db.session.commit()


def issue_receipt(visit: Visit, actor_id: UUID) -> None:
    """Issue the receipt of a complete visit unless one says what the records say. Raises BlobAbsent."""
    paper = receipt.issued(visit)
    if not visit.is_complete or (paper is not None and receipt.is_current(visit, paper)):
        return
    paper = receipt.issue(visit, at=clock.now())
    audit.note("paper.issued", f"paper:{paper.serial}", actor_id=actor_id, creditor_id=visit.creditor_id,
               visit=str(visit.id), sha256=paper.sha256)  # fmt: skip


def issue_index(case_id: UUID, actor_id: UUID) -> UUID:
    """Return the index paper that says what is known now, issued in a transaction of its own when there is none."""
    begin_write()
    found = brief_of(case_id)
    paper = dossier.index_in_force(found)
    if paper is None:
        paper = dossier.issue_index(found, at=clock.now(), on=clock.today())
        audit.note("paper.issued", f"paper:{paper.serial}", actor_id=actor_id, creditor_id=found.case.creditor_id,
                   escalation=str(found.escalation.id), sha256=paper.sha256)  # fmt: skip
    paper_id = paper.id
    db.session.commit()
    return paper_id


def log_all() -> None:
    """Append what waits to the log, batch by batch, so that the dossier holds the proof of everything in it."""
    while proofs.append_waiting(clock.now()):
        db.session.commit()
    db.session.commit()


def stamp(case_id: UUID) -> None:
    """Have the checkpoint that covers the case stamped, if an authority is named; a silent one stops nothing."""
    if not stamping.is_wanted():
        return
    size = logged.head_size(case_id, [one.record.id for one in brief_of(case_id).held.records])
    with suppress(AuthoritySilent):
        stamping.stamp_now(size)
    db.session.commit()


@bp.get("/dossiers")
@allow(*READERS)
@asks(PageQuery)
@answers(DossierOut, many=True)
def list_dossiers(query: Body) -> ResponseReturnValue:
    """List the dossiers that were made, newest first."""
    found = scoped(select(Dossier), Dossier.creditor_id).options(joinedload(Dossier.case))
    return page(found, Dossier, DossierOut(), limit=query["limit"], cursor=query["cursor"])


@bp.get("/dossiers/<uuid:dossier_id>")
@allow(*READERS)
@answers(DossierOut)
def get_dossier(dossier_id: UUID) -> ResponseReturnValue:
    """Show what building a dossier found: the counts, what is missing, and whether it verifies."""
    return jsonify(DossierOut().dump(fetch_visible(Dossier, dossier_id)))


@bp.get("/dossiers/<uuid:dossier_id>.zip")
@allow(*READERS)
@answers(None, content_type="application/zip")
def get_zip(dossier_id: UUID) -> ResponseReturnValue:
    """Hand out the dossier; who took it is recorded."""
    found, person = fetch_visible(Dossier, dossier_id), current_person()
    sha256, creditor_id = found.sha256, found.creditor_id
    if not media.store().has(sha256):
        raise BlobAbsent(f"no file {sha256}")
    begin_write()
    audit.note("dossier.taken", f"dossier:{dossier_id}", actor_id=person.id, creditor_id=creditor_id, sha256=sha256)
    db.session.commit()
    with TemporaryDirectory() as folder:  # what was copied into it is open before it goes
        answer: Response = send_file(
            media.store().file(sha256, within=Path(folder)), mimetype="application/zip", as_attachment=True,
            download_name=f"dossier-{dossier_id}.zip", etag=sha256,
        )  # fmt: skip
    return answer
