"""Visits: the list, one visit with everything told, the supervisor's review, and the receipt."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from server import audit, clock, media
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, answers, asks, decode_cursor, encode_cursor, etag, require_match, takes
from server.cases import keyring
from server.db import begin_write, db
from server.vault import place
from server.visits import messages, rules, sealing, shown
from server.visits.access import fetch_visit, visible
from server.visits.models import Record, Visit
from server.visits.papers import promise, receipt
from server.visits.rules import Decision, VisitState
from server.visits.schemas import ReviewIn, VisitDetailOut, VisitOut, VisitQuery

bp = Blueprint("visits", __name__, url_prefix="/v1/visits")
EQUAL = ("state", "scheme_id", "case_id", "agent_id", "outcome", "evidence_grade", "presence_grade", "is_complete")


def filtered(query: Select[Any], wanted: Body) -> Select[Any]:
    """Narrow the list by the query string."""
    for name in EQUAL:
        if name in wanted:
            query = query.where(getattr(Visit, name) == wanted[name])
    if "has_flaws" in wanted:
        query = query.where(Visit.flaw_count > 0 if wanted["has_flaws"] else Visit.flaw_count == 0)
    if "arrived_from" in wanted:
        query = query.where(Visit.arrived_at >= wanted["arrived_from"])
    if "arrived_until" in wanted:
        query = query.where(Visit.arrived_at < wanted["arrived_until"])
    return query


@bp.get("")
@allow(*OFFICE, Role.AGENT)
@asks(VisitQuery)
@answers(VisitOut, many=True)
def list_visits(query: Body) -> ResponseReturnValue:
    """Return the visits the caller may know of, newest first; an agent sees his own."""
    found = filtered(visible(select(Visit)), query)
    total = db.session.scalar(select(func.count()).select_from(found.subquery()))
    if query["cursor"]:
        found = found.where(Visit.id < decode_cursor(query["cursor"]))
    rows = list(db.session.scalars(found.order_by(Visit.id.desc()).limit(query["limit"] + 1)))
    kept = rows[: query["limit"]]
    following = encode_cursor(kept[-1].id) if len(rows) > len(kept) else None
    lines = VisitOut().dump([shown.line(one) for one in kept], many=True)
    return jsonify(items=lines, next_cursor=following, total=total)


@bp.get("/<uuid:visit_id>")
@allow(*OFFICE, Role.AGENT)
@answers(VisitDetailOut)
def get_visit(visit_id: UUID) -> ResponseReturnValue:
    """Return one visit with its records, files, flags, promises, signatures and receipts."""
    return _answer(fetch_visit(visit_id))


@bp.post("/<uuid:visit_id>/review")
@allow(Role.SUPERVISOR)
@takes(ReviewIn)
@answers(VisitDetailOut)
def review_visit(visit_id: UUID, body: Body) -> ResponseReturnValue:
    """Accept the visit or return it with a reason; an accepted one is sealed as soon as every file is here."""
    visit, reviewer, at = fetch_visit(visit_id, lock=True), current_person(), clock.now()
    require_match(visit.version)
    decision = Decision(body["decision"])
    visit.state = rules.review(
        VisitState(visit.state), decision, reviewer_id=reviewer.id, agent_ids=_everybody(visit),
        reason=body["reason"], is_complete=visit.is_complete,
    ).value  # fmt: skip
    visit.reviewer_id, visit.reviewed_at, visit.version = reviewer.id, at, visit.version + 1
    note = body["reason"].strip()
    sealed = keyring.seal(note, at=place("visit", "review_note", visit.id), case_id=visit.case_id) if note else None
    visit.review_note_sealed = sealed
    if decision is Decision.ACCEPT:
        sealing.accept_promises(visit)
    if visit.state == VisitState.SEALED:
        sealing.seal(visit, at=at)
    kind = "accepted" if decision is Decision.ACCEPT else "returned"
    messages.send(visit, to=_tellers(visit), sender_id=reviewer.id, kind=kind, text=note, at=at)
    audit.note(f"visit.{kind}", f"visit:{visit.id}", actor_id=reviewer.id, creditor_id=visit.creditor_id,
               state=visit.state, seal=visit.seal_sha256)  # fmt: skip
    db.session.commit()
    return _answer(visit)


@bp.get("/<uuid:visit_id>/receipt.pdf")
@allow(*OFFICE, Role.AGENT)
@answers(None, content_type="application/pdf")
def get_receipt(visit_id: UUID) -> ResponseReturnValue:
    """Return the visit receipt (到访回执单); the first call for a complete visit makes it, once."""
    visit = fetch_visit(visit_id)
    paper = receipt.issued(visit)
    if paper is None or not receipt.is_current(visit, paper):
        receipt.require_complete(visit)
        begin_write()
        visit = fetch_visit(visit_id, lock=True)
        paper = receipt.issued(visit)
        if paper is None or not receipt.is_current(visit, paper):
            paper = receipt.issue(visit, at=clock.now())
            audit.note("paper.issued", f"paper:{paper.serial}", actor_id=current_person().id,
                       creditor_id=visit.creditor_id, visit=str(visit.id), sha256=paper.sha256)  # fmt: skip
    serial, sha256 = paper.serial, paper.sha256
    db.session.commit()
    return _pdf(serial, sha256)


@bp.get("/<uuid:visit_id>/promise.pdf")
@allow(*OFFICE, Role.AGENT)
@answers(None, content_type="application/pdf")
def get_promise(visit_id: UUID) -> ResponseReturnValue:
    """Return the written promise (还款承诺书) of a visit; the first call for a complete visit makes it, once."""
    begin_write()
    visit = fetch_visit(visit_id, lock=True)
    paper = promise.issued(visit)
    if paper is None or not receipt.is_current(visit, paper):
        promise.promised(visit)
        paper = promise.issue(visit, at=clock.now())
        audit.note("paper.issued", f"paper:{paper.serial}", actor_id=current_person().id,
                   creditor_id=visit.creditor_id, visit=str(visit.id), sha256=paper.sha256)  # fmt: skip
    serial, sha256 = paper.serial, paper.sha256
    db.session.commit()
    return _pdf(serial, sha256)


def _pdf(serial: str, sha256: str) -> Response:
    answer = Response(media.store().get(sha256), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{serial}.pdf"'
    answer.set_etag(sha256)
    return answer


def _answer(visit: Visit) -> Response:
    answer = jsonify(VisitDetailOut().dump(shown.detail(visit)))
    answer.headers["ETag"] = etag(visit.version)
    return answer


def _tellers(visit: Visit) -> set[UUID]:
    """Everybody whose phone told something of the visit."""
    return {visit.agent_id, *db.session.scalars(select(Record.person_id).where(Record.visit_id == visit.id))}


def _everybody(visit: Visit) -> set[UUID]:
    """Everybody who was at the door or told of it: none of them may review."""
    crew = visit.stop.crew if visit.stop else None
    planned = {crew.lead_id, crew.second_id} if crew else set[UUID]()
    there = {UUID(one) for one in visit.facts.get("agents") or ()} | ({visit.witness_id} if visit.witness_id else set())
    return _tellers(visit) | planned | there
