"""Cases (案件): list, detail, timeline, limitation, statement, stop flags, and personal data shown on demand."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, String, cast, or_, select
from sqlalchemy.orm import joinedload

from server import audit, clock, wall
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible, scoped
from server.body import Body, answers, asks, etag, page, takes
from server.cases import keyring, rules, sealing, statement, timeline
from server.cases.models import Address, Case, Party, StopFlag
from server.cases.rules import StopKind
from server.cases.schemas import CaseQuery, ReasonIn, SettleFlagIn, StopIn, UnmaskIn
from server.cases.shown import CaseOut, CaseRowOut, StopFlagOut, TimelineOut, UnmaskedOut
from server.compliance import allowlist
from server.db import begin_write, db
from server.errors import Conflict, Missing
from server.media import store

bp = Blueprint("cases", __name__, url_prefix="/v1")

PDF = "application/pdf"
READERS = (*OFFICE,)
DESK = (Role.SPECIALIST, Role.SUPERVISOR, Role.MANAGER, Role.LEGAL, Role.COMPLIANCE)


REVEALED = {"id_number": "id_number", "phone": "phone", "contract_no": "contract_no", "addresses": "address"}
"""What may be asked for in full → its name on the allow-list."""


class FlagAbsent(Conflict):
    """The case does not carry this flag."""


def narrowed(query: Select[Any], wanted: Body) -> Select[Any]:
    """Apply the filters of a list to a query over cases joined with their debtors."""
    if wanted["creditor_id"] is not None:
        query = query.where(Case.creditor_id == wanted["creditor_id"])
    if wanted["state"] is not None:
        query = query.where(Case.state == wanted["state"])
    if wanted["min_fen"] is not None:
        query = query.where(Case.outstanding_fen >= wanted["min_fen"])
    if wanted["min_days"] is not None:
        query = query.where(Case.overdue_on <= clock.today() - timedelta(days=wanted["min_days"]))
    return searched(query, wanted)


def searched(query: Select[Any], wanted: Body) -> Select[Any]:
    """Apply the filters that look for words."""
    if wanted["q"] is not None:
        text = wanted["q"].replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        query = query.where(or_(Case.case_no.like(f"{text}%", escape="\\"), Party.name.like(f"%{text}%", escape="\\")))
    if wanted["id_number"] is not None:
        query = query.where(Party.id_index == sealing.number_index(wanted["id_number"]))
    if wanted["flag"] is not None:
        query = query.where(cast(Case.flags, String).like(f'%"{wanted["flag"]}"%'))
    if wanted["district"] is not None:
        query = query.where(Case.addresses.any(Address.district == wanted["district"]))
    return query


@bp.get("/cases")
@allow(*READERS)
@asks(CaseQuery)
@answers(CaseRowOut, many=True)
def list_cases(query: Body) -> ResponseReturnValue:
    """List the cases of the caller's creditors, newest first; personal data masked."""
    base = select(Case).join(Party, Party.id == Case.debtor_id).options(joinedload(Case.debtor))
    wanted = narrowed(scoped(base, Case.creditor_id), query)
    return page(wanted, Case, CaseRowOut(), limit=query["limit"], cursor=query["cursor"])


@bp.get("/cases/<uuid:case_id>")
@allow(*READERS)
@answers(CaseOut)
def show_case(case_id: UUID) -> ResponseReturnValue:
    """Show a case; the same person's cases at other creditors of the caller are named, never merged."""
    case = fetch_visible(Case, case_id)
    answer = jsonify(CaseOut().dump(case) | {"same_person": same_person(case)})
    answer.headers["ETag"] = etag(case.version)
    return answer


def same_person(case: Case) -> list[dict[str, Any]]:
    """Return the caller's other cases whose debtor has the same ID number."""
    if case.debtor.id_index is None:
        return []
    query = (
        select(Case)
        .join(Party, Party.id == Case.debtor_id)
        .where(Party.id_index == case.debtor.id_index, Case.id != case.id)
        .order_by(Case.id)
    )
    return [
        {
            "case_id": str(other.id),
            "creditor_id": str(other.creditor_id),
            "case_no": other.case_no,
            "state": other.state,
            "outstanding_fen": other.outstanding_fen,
        }
        for other in db.session.scalars(scoped(query, Case.creditor_id))
    ]


@bp.get("/cases/<uuid:case_id>/timeline")
@allow(*READERS)
@answers(TimelineOut)
def show_timeline(case_id: UUID) -> ResponseReturnValue:
    """Show what happened to a case, oldest first."""
    case = fetch_visible(Case, case_id)
    entries = timeline.timeline_of(case)
    return jsonify(TimelineOut().dump({"case_id": case.id, "items": entries}))


@bp.get("/cases/<uuid:case_id>/statement.pdf")
@allow(*DESK)
@answers(None, content_type=PDF)
def show_statement(case_id: UUID) -> ResponseReturnValue:
    """Answer the account statement; asked for the first time in this version of the case, it is issued."""
    begin_write()
    case, person = fetch_visible(Case, case_id, lock=True), current_person()
    keyring.require_kept(case.id)
    paper = statement.issue_statement(case, at=clock.now(), on=clock.today())
    if paper in db.session.new:
        audit.note(
            "paper.issued",
            f"paper:{paper.serial}",
            actor_id=person.id,
            creditor_id=case.creditor_id,
            case=str(case.id),
            sha256=paper.sha256,
        )
    db.session.commit()
    answer = send_file(BytesIO(store().get(paper.sha256)), mimetype=PDF, download_name=f"{paper.serial}.pdf")
    answer.headers["Doorstep-Serial"] = paper.serial
    return answer


@bp.post("/cases/<uuid:case_id>/unmask")
@allow(*DESK, keeps_answer=False)
@takes(UnmaskIn)
@answers(UnmaskedOut)
def unmask(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Show named personal data of a case in full; who asked for what and why is recorded (PIPL art. 51)."""
    case, wanted = fetch_visible(Case, case_id), set(body["fields_"])
    allowlist.require_reveal(current_person().roles, {REVEALED[name] for name in wanted})
    keyring.require_kept(case.id)
    values: dict[str, Any] = {}
    if "id_number" in wanted:
        values["id_number"] = sealing.id_number(case.debtor)
    if "phone" in wanted:
        values["phone"] = sealing.phone(case.debtor)
    if "contract_no" in wanted:
        values["contract_no"] = sealing.contract_no(case)
    if "addresses" in wanted:
        values["addresses"] = [{"id": str(one.id), "text": sealing.address_text(one)} for one in case.addresses]
    audit.note(
        "case.unmasked",
        f"case:{case.id}",
        actor_id=current_person().id,
        creditor_id=case.creditor_id,
        fields=sorted(wanted),
        reason=body["reason"],
    )
    db.session.commit()
    return jsonify(values)


@bp.post("/cases/<uuid:case_id>/stops")
@allow(*DESK)
@takes(StopIn)
@answers(StopFlagOut, status=201)
def raise_stop(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Raise a stop flag; a wish not to be contacted counts for the same person's cases at every creditor."""
    case, person = fetch_visible(Case, case_id, lock=True), current_person()
    rules.raise_stop(case.state, reason=body["reason"])
    kind = StopKind(body["kind"])
    flag = new_stop(case, kind=kind, reason=body["reason"], by_id=person.id)
    with wall.everything():
        for other in same_debtors(case) if kind is StopKind.DO_NOT_CONTACT else []:
            new_stop(other, kind=kind, reason=body["reason"], by_id=person.id)
    audit.note("stop.raised", f"case:{case.id}", actor_id=person.id, creditor_id=case.creditor_id, kind=kind.value)
    db.session.commit()
    return jsonify(StopFlagOut().dump(flag)), 201


def same_debtors(case: Case) -> list[Case]:
    """Return all other cases of the same person, by number or by telephone, whoever the creditor is."""
    marks = ((Party.id_index, case.debtor.id_index), (Party.phone_index, case.debtor.phone_index))
    same = [column == mark for column, mark in marks if mark is not None]
    if not same:
        return []
    query = select(Case).join(Party, Party.id == Case.debtor_id).where(or_(*same), Case.id != case.id)
    return list(db.session.scalars(query.order_by(Case.id)))


def new_stop(case: Case, *, kind: StopKind, reason: str, by_id: UUID) -> StopFlag:
    """Add a stop flag to a case."""
    flag = StopFlag(
        id=clock.new_id(), kind=kind.value, reason=reason.strip(), raised_by_id=by_id, raised_at=clock.now()
    )
    case.stop_flags.append(flag)
    if kind is StopKind.DO_NOT_CONTACT:
        case.debtor.do_not_contact = True
    return flag


@bp.post("/cases/<uuid:case_id>/stops/<uuid:stop_id>/lift")
@allow(Role.SUPERVISOR, Role.COMPLIANCE, Role.MANAGER)
@takes(ReasonIn)
@answers(StopFlagOut)
def lift_stop(case_id: UUID, stop_id: UUID, body: Body) -> ResponseReturnValue:
    """Take a stop flag down; complaints, disputes and refusals of contact only by compliance."""
    case, person = fetch_visible(Case, case_id, lock=True), current_person()
    flag = next((one for one in case.stop_flags if one.id == stop_id), None)
    if flag is None:
        raise Missing(f"no StopFlag {stop_id} of this case")
    rules.lift_stop(
        StopKind(flag.kind),
        is_up=flag.lifted_at is None,
        is_compliance=Role.COMPLIANCE in person.roles,
        reason=body["reason"],
    )
    flag.lifted_at, flag.lifted_by_id = clock.now(), person.id
    if flag.kind == StopKind.DO_NOT_CONTACT:
        case.debtor.do_not_contact = False
    audit.note(
        "stop.lifted",
        f"case:{case.id}",
        actor_id=person.id,
        creditor_id=case.creditor_id,
        kind=flag.kind,
        reason=body["reason"],
    )
    db.session.commit()
    return jsonify(StopFlagOut().dump(flag))


@bp.post("/cases/<uuid:case_id>/flags/clear")
@allow(Role.SUPERVISOR, Role.COMPLIANCE)
@takes(SettleFlagIn)
@answers(CaseOut)
def clear_flag(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Record that a person looked into a flag of the import, such as an unconfirmed identity, and vouches for it."""
    case, flag = fetch_visible(Case, case_id, lock=True), body["flag"]
    if flag not in case.flags:
        raise FlagAbsent(flag)
    case.flags = [one for one in case.flags if one != flag]
    case.version += 1
    if flag == "id_unconfirmed":
        case.debtor.id_confirmed = True
    audit.note(
        "case.flag_cleared",
        f"case:{case.id}",
        actor_id=current_person().id,
        creditor_id=case.creditor_id,
        flag=flag,
        reason=body["reason"],
    )
    db.session.commit()
    return jsonify(CaseOut().dump(case) | {"same_person": same_person(case)})
