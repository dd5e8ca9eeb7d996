"""Sending the day packs to the crews' phones, and the approval sheet as a PDF."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import answers
from server.cases import papers
from server.cases.models import Paper
from server.compliance.rulepack import Gate
from server.db import db
from server.media import store
from server.schemes import checks, daypack, phone_days, rejudge, rules, sheet
from server.schemes.models import DayPack
from server.schemes.rules import SchemeState
from server.schemes.scope import fetch_scheme
from server.schemes.shown import DispatchOut

CHORES = (rejudge.rejudge_when_rules_change, phone_days.take_back, phone_days.give_numbers)
"""What every application that sends schemes out does by itself."""

bp = Blueprint("scheme_dispatch", __name__, url_prefix="/v1/schemes")


def described(pack: DayPack) -> dict[str, object]:
    """Return a day pack without its content."""
    return {
        "id": str(pack.id),
        "crew_id": str(pack.crew_id),
        "person_id": str(pack.person_id),
        "day": pack.day.isoformat(),
        "plan_version": pack.plan_version,
        "scheme_version": pack.scheme_version,
        "sha256": pack.sha256,
        "stops": len(pack.content["stops"]),
        "papers": pack.content["papers"],
        "form": pack.content["form"],
        "rules": pack.content["rules"],
        "issued_at": pack.issued_at.isoformat(),
        "expires_at": pack.expires_at.isoformat(),
    }


def note_paper(paper: Paper, *, actor_id: UUID) -> None:
    """Record that a paper was issued, under its serial: whoever holds it can be shown that it stands in the log."""
    audit.note(
        "paper.issued",
        f"paper:{paper.serial}",
        actor_id=actor_id,
        creditor_id=paper.creditor_id,
        serial=paper.serial,
        sha256=paper.sha256,
    )


@bp.post("/<uuid:scheme_id>/dispatch")
@allow(Role.SUPERVISOR)
@answers(DispatchOut)
def dispatch(scheme_id: UUID) -> ResponseReturnValue:
    """Send a signed-off scheme to the crews' phones; visits that may not go out are kept back and listed."""
    scheme, person, now = fetch_scheme(scheme_id, lock=True), current_person(), clock.now()
    # A frozen case keeps back its own visit only (see daypack.withhold); every other block stops the whole dispatch.
    blocking = [rule for rule in checks.check(scheme, gate=Gate.DISPATCH).blocking if rule != "FREEZE"]
    scheme.state = rules.dispatch(
        SchemeState(scheme.state),
        last_on=max(date.fromisoformat(text) for text in scheme.dates),
        today=clock.today(),
        is_planned=scheme.plan_version is not None,
        blocking=blocking,
    )
    scheme.version += 1
    scheme.dispatched_at = now
    sent = daypack.dispatch(scheme, at=now, today=clock.today())
    for paper in (one for one in sent.papers if one.issued_at == now):
        note_paper(paper, actor_id=person.id)
    audit.note(
        "scheme.dispatched",
        f"scheme:{scheme.id}",
        actor_id=person.id,
        packs=len(sent.packs),
        papers=len(sent.papers),
        withheld=[one["stop_id"] for one in sent.withheld],
    )
    answer = jsonify(
        packs=[described(one) for one in sent.packs],
        papers=len(sent.papers),
        withheld=sent.withheld,
        state=scheme.state,
        version=scheme.version,
    )
    db.session.commit()
    return answer


@bp.get("/<uuid:scheme_id>/packs")
@allow(*OFFICE)
@answers(DispatchOut)
def packs(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with the day packs of a scheme, oldest first, as they were issued."""
    scheme = fetch_scheme(scheme_id)
    rows = db.session.scalars(select(DayPack).where(DayPack.scheme_id == scheme.id).order_by(DayPack.id))
    return jsonify(items=[described(one) for one in rows])


@bp.get("/<uuid:scheme_id>/scheme.pdf")
@allow(*OFFICE)
@answers(None, content_type="application/pdf")
def scheme_pdf(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with the approval sheet (外访方案审批表): sealed as it was signed off, else of the scheme as it stands."""
    scheme = fetch_scheme(scheme_id)
    is_signed = scheme.signed_digest != "" and scheme.signed_digest == scheme.digest
    filed = papers.find_paper(sheet.KIND, subject_id=scheme.id, version=1) if is_signed else None
    content = store().get(filed.sha256) if filed else sheet.pdf(scheme)
    answer = Response(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{scheme.serial}.pdf"'
    return answer
