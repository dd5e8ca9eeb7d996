"""Retention, legal holds and deletion with a certificate (保存期限、法律保全、删除证明)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from server import audit, clock, media, wall
from server.accounts import passkeys
from server.accounts.auth import allow, current_person
from server.accounts.models import Creditor
from server.accounts.roles import Role
from server.accounts.scope import fetch_visible, scoped
from server.body import Body, answers, asks, page, takes
from server.cases.models import Case
from server.db import begin_write, db
from server.privacy import certificates, erasing, keeping, rules, sweep
from server.privacy.models import Deletion, LegalHold
from server.privacy.schemas import (
    DeletionIn,
    DeletionOut,
    DeletionQuery,
    HoldIn,
    HoldOut,
    HoldQuery,
    RetentionOut,
    RetentionQuery,
    RetentionRowOut,
)
from sync.canonical import content_hash

bp = Blueprint("deletions", __name__, url_prefix="/v1")
PARTS = (sweep.__name__,)
"""The module whose import does the chores of deletions."""
READERS = (Role.MANAGER, Role.LEGAL, Role.COMPLIANCE, Role.AUDITOR)


class _Clock(RetentionRowOut):
    """A closed case as its row has it, with the end of its retention."""

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Return a row, or several, as page data."""
        if many:
            return [self.dump(one, many=False) for one in obj]
        told = keeping.clock_of(obj, today=clock.today())
        return told | {"case_no": obj.case_no, "creditor_id": str(obj.creditor_id), "state": obj.state}


@bp.get("/retention")
@allow(*READERS)
@asks(RetentionQuery)
@answers(RetentionRowOut, many=True)
def list_retention(query: Body) -> ResponseReturnValue:
    """List the closed cases whose retention has run out, or does within the days asked for; none that was deleted."""
    creditors = db.session.scalars(scoped(select(Creditor.id), Creditor.id)).all()
    found = keeping.outlived(creditors, today=clock.today(), within_days=query["within_days"])
    return page(found, Case, _Clock(), limit=query["limit"], cursor=query["cursor"])


@bp.get("/cases/<uuid:case_id>/retention")
@allow(*READERS)
@answers(RetentionOut)
def show_retention(case_id: UUID) -> ResponseReturnValue:
    """Show until when a case's data is kept, and what stands against deleting it today."""
    return jsonify(keeping.retention(fetch_visible(Case, case_id), today=clock.today()))


@bp.post("/cases/<uuid:case_id>/holds")
@allow(Role.LEGAL, Role.COMPLIANCE)
@takes(HoldIn)
@answers(HoldOut, status=201)
def place_hold(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Place a legal hold: nothing of the case is deleted while it stands."""
    case, person = fetch_visible(Case, case_id, lock=True), current_person()
    hold = LegalHold(
        id=clock.new_id(), case=case, case_id=case.id, creditor_id=case.creditor_id, reason=body["reason"].strip(),
        placed_by_id=person.id, placed_at=clock.now(),
    )  # fmt: skip
    db.session.add(hold)
    audit.note("hold.placed", f"case:{case.id}", actor_id=person.id, creditor_id=case.creditor_id, hold=str(hold.id))
    told = HoldOut().dump(hold)
    db.session.commit()
    return jsonify(told), 201


@bp.get("/holds")
@allow(*READERS)
@asks(HoldQuery)
@answers(HoldOut, many=True)
def list_holds(query: Body) -> ResponseReturnValue:
    """List legal holds, newest first; `standing=true` those that are not lifted."""
    found = scoped(select(LegalHold), LegalHold.creditor_id).options(selectinload(LegalHold.case))
    if query["standing"]:
        found = found.where(LegalHold.lifted_at.is_(None))
    if query["case_id"] is not None:
        found = found.where(LegalHold.case_id == query["case_id"])
    return page(found, LegalHold, HoldOut(), limit=query["limit"], cursor=query["cursor"])


@bp.post("/holds/<uuid:hold_id>/lift")
@allow(Role.LEGAL)
@answers(HoldOut)
def lift_hold(hold_id: UUID) -> ResponseReturnValue:
    """Lift a legal hold; the retention clock counts again."""
    hold, person = fetch_visible(LegalHold, hold_id, lock=True), current_person()
    if hold.lifted_at is not None:
        raise rules.HoldLifted("place another if it is needed")
    hold.lifted_at, hold.lifted_by_id = clock.now(), person.id
    audit.note("hold.lifted", f"case:{hold.case_id}", actor_id=person.id, creditor_id=hold.creditor_id,
               hold=str(hold.id))  # fmt: skip
    told = HoldOut().dump(hold)
    db.session.commit()
    return jsonify(told)


@bp.post("/cases/<uuid:case_id>/deletions")
@allow(Role.COMPLIANCE)
@takes(DeletionIn)
@answers(DeletionOut, status=201)
def ask_deletion(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Ask for the deletion of a case's personal data; the general manager carries it out."""
    case, person = fetch_visible(Case, case_id, lock=True), current_person()
    known = db.session.scalar(select(Deletion.id).where(Deletion.case_id == case.id).limit(1))
    rules.ask_deletion(keeping.against(case, today=clock.today()), has_one=known is not None)
    deletion = Deletion(
        id=clock.new_id(), case_id=case.id, creditor_id=case.creditor_id, ground=body["ground"],
        reason=body["reason"].strip(), asked_by_id=person.id, asked_at=clock.now(),
    )  # fmt: skip
    db.session.add(deletion)
    audit.note("deletion.asked", f"deletion:{deletion.id}", actor_id=person.id, creditor_id=case.creditor_id,
               case=str(case.id), ground=deletion.ground)  # fmt: skip
    db.session.flush()
    answer = jsonify(DeletionOut().dump(deletion))
    answer.headers["Location"] = f"/v1/deletions/{deletion.id}"
    db.session.commit()
    return answer, 201


@bp.get("/deletions")
@allow(*READERS)
@asks(DeletionQuery)
@answers(DeletionOut, many=True)
def list_deletions(query: Body) -> ResponseReturnValue:
    """List deletions, newest first; `open=true` those that wait for the general manager."""
    found = scoped(select(Deletion), Deletion.creditor_id).options(selectinload(Deletion.case))
    if query["open"]:
        found = found.where(Deletion.carried_out_at.is_(None))
    if query["case_id"] is not None:
        found = found.where(Deletion.case_id == query["case_id"])
    return page(found, Deletion, DeletionOut(), limit=query["limit"], cursor=query["cursor"])


@bp.post("/deletions/<uuid:deletion_id>/carry-out")
@allow(Role.MANAGER)
@answers(DeletionOut)
def carry_out(deletion_id: UUID) -> ResponseReturnValue:
    """Delete the personal data of the case for good, and answer with the certificate."""
    deletion, person, at = fetch_visible(Deletion, deletion_id, lock=True), current_person(), clock.now()
    case = fetch_visible(Case, deletion.case_id, lock=True)
    rules.carry_out(
        keeping.against(case, today=clock.today()), asked_by_id=deletion.asked_by_id, by_id=person.id,
        is_done=deletion.carried_out_at is not None,
    )  # fmt: skip
    proved_with = passkeys.require_proof(person, at=at)
    with wall.everything():  # a photo or a person may be in another creditor's case too
        erased, deletion.files = erasing.erase(case, at=at)
    deletion.carried_out_by_id, deletion.carried_out_at = person.id, at
    deletion.certificate = keeping.certificate(deletion, erased=erased, by=person, at=at)
    deletion.certificate_sha256 = content_hash(deletion.certificate)
    audit.note("deletion.carried_out", f"deletion:{deletion.id}", actor_id=person.id,
               creditor_id=deletion.creditor_id, case=str(case.id),
               certificate=deletion.certificate_sha256, passkey=proved_with)  # fmt: skip
    told = DeletionOut().dump(deletion)
    db.session.commit()
    return jsonify(told)


@bp.get("/deletions/<uuid:deletion_id>")
@allow(*READERS)
@answers(DeletionOut)
def show_deletion(deletion_id: UUID) -> ResponseReturnValue:
    """Show a deletion with its certificate."""
    return jsonify(DeletionOut().dump(fetch_visible(Deletion, deletion_id)))


@bp.get("/deletions/<uuid:deletion_id>/certificate.pdf")
@allow(Role.MANAGER, Role.LEGAL, Role.COMPLIANCE)
@answers(None, content_type="application/pdf")
def certificate_pdf(deletion_id: UUID) -> ResponseReturnValue:
    """Answer with the certificate on paper, for the creditor or the person; it is sealed when first asked for."""
    begin_write()
    deletion, person = fetch_visible(Deletion, deletion_id, lock=True), current_person()
    paper = certificates.of(deletion, at=clock.now(), on=clock.today())
    serial, sha256 = paper.serial, paper.stamped_sha256 or paper.sha256
    audit.note("certificate.taken", f"deletion:{deletion.id}", actor_id=person.id, creditor_id=deletion.creditor_id,
               paper=serial, sha256=sha256)  # fmt: skip
    db.session.commit()
    answer = Response(media.store().get(sha256), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{serial}.pdf"'
    return answer
