"""Complaints: taken by the office or over the code on a paper, answered and closed by compliance."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import TooManyRequests

from receipts import serials
from receipts.serials import BadSerial
from server import audit, clock
from server.accounts.auth import allow, current_person, public
from server.accounts.roles import Role
from server.accounts.scope import fetch_visible, require_visible
from server.body import Body, answers, asks, etag, page, require_match, takes
from server.cases.models import Case, Paper
from server.complaints import register, rules
from server.complaints.models import Complaint
from server.complaints.rules import Channel, ComplaintState
from server.complaints.schemas import (
    AnswerIn,
    ComplaintIn,
    ComplaintOut,
    ComplaintQuery,
    ComplaintRowOut,
    PublicComplaintIn,
    PublicComplaintOut,
)
from server.db import begin_write, db, fetch
from server.errors import Missing

bp = Blueprint("complaints", __name__, url_prefix="/v1")
TAKERS = (Role.SPECIALIST, Role.SUPERVISOR, Role.MANAGER, Role.LEGAL, Role.COMPLIANCE)
READERS = (Role.SUPERVISOR, Role.MANAGER, Role.LEGAL, Role.COMPLIANCE, Role.AUDITOR)


class PaperUnknown(Missing):
    """No paper of ours carries this serial."""


def paper_by(serial: str) -> Paper:
    """Return the paper of a serial, whatever its letters' case. Raises PaperUnknown."""
    wanted = serial.strip().upper()
    try:
        serials.read(wanted)
    except BadSerial as fault:
        raise PaperUnknown("the serial is mistyped: its check digit does not fit") from fault
    paper = db.session.scalar(select(Paper).where(Paper.serial == wanted))
    if paper is None:
        raise PaperUnknown("no such paper")
    return paper


def shown(complaint: Complaint, status: int = 200) -> Response:
    """Answer with a complaint, its words opened, and its entity tag."""
    words = {
        name: register.opened(getattr(complaint, f"{name}_sealed"), name, complaint.id)
        for name in ("text", "contact", "answer")
    }
    told: dict[str, Any] = ComplaintRowOut().dump(complaint) | words
    for name in ("registered_by_id", "answered_by_id", "closed_by_id"):
        actor = getattr(complaint, name)
        told[name] = str(actor) if actor else None
    answer = jsonify(told)
    answer.status_code = status
    answer.headers["ETag"] = etag(complaint.version)
    return answer


def fetch_complaint(complaint_id: UUID, *, lock: bool = False) -> Complaint:
    """Return a complaint the caller may know of; one about no creditor only by who works for all. Raises Missing."""
    complaint = fetch(Complaint, complaint_id, lock=lock)
    require_visible(complaint.creditor_id, f"no Complaint {complaint_id}")
    if complaint.creditor_id is None and current_person().creditor_ids is not None:
        raise Missing(f"no Complaint {complaint_id}")
    return complaint


@bp.post("/complaints")
@allow(*TAKERS)
@takes(ComplaintIn)
@answers(ComplaintOut, status=201)
def take(body: Body) -> ResponseReturnValue:
    """Take a complaint; visits to the case are frozen at once and the crews' phones are told."""
    person, at = current_person(), clock.now()
    paper = paper_by(body["serial"]) if body["serial"] else None
    case = fetch_visible(Case, body["case_id"]) if body["case_id"] else (register.case_of(paper) if paper else None)
    if case is not None:
        require_visible(case.creditor_id, f"no Paper {body['serial']}")
    complaint = register.register(
        case=case, serial=paper.serial if paper else "", channel=Channel(body["channel"]), text=body["text"],
        contact=body["contact"], by_id=person.id, at=at,
    )  # fmt: skip
    audit.note("complaint.taken", f"complaint:{complaint.id}", actor_id=person.id, creditor_id=complaint.creditor_id,
               channel=complaint.channel, case=str(case.id) if case else None)  # fmt: skip
    db.session.commit()
    answer = shown(complaint, 201)
    answer.headers["Location"] = f"/v1/complaints/{complaint.id}"
    return answer


@bp.post("/public/complaints")
@public("whoever holds a paper may complain")
@takes(PublicComplaintIn)
@answers(PublicComplaintOut, status=201)
def take_public(body: Body) -> ResponseReturnValue:
    """Take a complaint over the serial of a paper, without login; nothing of the case is told. At most three a day."""
    answer = jsonify(PublicComplaintOut().dump(taken_in_public(body)))
    answer.status_code = 201
    db.session.commit()
    return answer


def taken_in_public(body: Body) -> Body:
    """Take the complaint of whoever holds a paper; return its reference, its time, and whether a case is frozen by it.

    The caller commits. Raises PaperUnknown or TooManyRequests.
    """
    begin_write()
    at, paper = clock.now(), paper_by(body["serial"])
    if not rules.may_take(register.recent(paper.serial, at=at)):
        raise TooManyRequests("this paper has had its complaints of today; call us", retry_after=86_400)
    complaint = register.register(
        case=register.case_of(paper), serial=paper.serial, channel=Channel.QR, text=body["text"],
        contact=body["contact"], by_id=None, at=at,
    )  # fmt: skip
    audit.note("complaint.taken", f"complaint:{complaint.id}", actor_id=None, creditor_id=complaint.creditor_id,
               channel=complaint.channel, case=str(complaint.case_id) if complaint.case_id else None)  # fmt: skip
    reference, is_frozen = f"TS-{str(complaint.id)[-12:]}", complaint.case_id is not None
    return {"reference": reference, "received_at": at, "is_frozen": is_frozen}


@bp.get("/complaints")
@allow(*READERS)
@asks(ComplaintQuery)
@answers(ComplaintRowOut, many=True)
def list_complaints(query: Body) -> ResponseReturnValue:
    """List complaints, newest first, without their words."""
    found, visible = select(Complaint), current_person().creditor_ids
    if visible is not None:
        found = found.where(Complaint.creditor_id.in_([UUID(one) for one in visible]))
    for name in ("state", "case_id"):
        if query[name] is not None:
            found = found.where(getattr(Complaint, name) == query[name])
    return page(found, Complaint, ComplaintRowOut(), limit=query["limit"], cursor=query["cursor"])


@bp.get("/complaints/<uuid:complaint_id>")
@allow(*READERS)
@answers(ComplaintOut)
def get_complaint(complaint_id: UUID) -> ResponseReturnValue:
    """Show one complaint with what was said."""
    return shown(fetch_complaint(complaint_id))


@bp.post("/complaints/<uuid:complaint_id>/answer")
@allow(Role.COMPLIANCE)
@takes(AnswerIn)
@answers(ComplaintOut)
def give_answer(complaint_id: UUID, body: Body) -> ResponseReturnValue:
    """Answer a complaint and say what was found; visits stay frozen until it is closed."""
    complaint, person = fetch_complaint(complaint_id, lock=True), current_person()
    state = rules.answer(ComplaintState(complaint.state))
    require_match(complaint.version)
    complaint.state, complaint.version = state.value, complaint.version + 1
    complaint.answer_sealed = register.seal(
        body["answer"].strip(), "answer", complaint.id, case_id=complaint.case_id
    )  # fmt: skip
    complaint.finding, complaint.answered_by_id, complaint.answered_at = body["finding"], person.id, clock.now()
    audit.note("complaint.answered", f"complaint:{complaint.id}", actor_id=person.id,
               creditor_id=complaint.creditor_id, finding=complaint.finding)  # fmt: skip
    db.session.commit()
    return shown(complaint)


@bp.post("/complaints/<uuid:complaint_id>/close")
@allow(Role.COMPLIANCE)
@answers(ComplaintOut)
def close(complaint_id: UUID) -> ResponseReturnValue:
    """Close an answered complaint: its freeze ends, and the crews' phones are told."""
    complaint, person, at = fetch_complaint(complaint_id, lock=True), current_person(), clock.now()
    state = rules.close(ComplaintState(complaint.state))
    require_match(complaint.version)
    complaint.state, complaint.version = state.value, complaint.version + 1
    complaint.closed_by_id, complaint.closed_at = person.id, at
    register.unfreeze(complaint, by_id=person.id, at=at)
    audit.note("complaint.closed", f"complaint:{complaint.id}", actor_id=person.id, creditor_id=complaint.creditor_id)
    db.session.commit()
    return shown(complaint)
