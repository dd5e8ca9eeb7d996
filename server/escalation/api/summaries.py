"""The visit summary (走访汇总表) of a scheme as page data and PDF, and the scheme's close-out (归总)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from server import audit, clock, media
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, answers, takes
from server.cases.rules import CaseState
from server.db import begin_write, db
from server.escalation import effects, rules, summary_paper
from server.escalation.gather import scheme_seen
from server.escalation.models import CloseOut
from server.escalation.schemas import CloseOutIn, CloseOutOut, SummaryOut
from server.escalation.summary import Summary, collate
from server.escalation.summary_json import as_json, figure_json
from server.schemes.models import Scheme
from server.schemes.rules import SchemeState
from server.schemes.scope import fetch_scheme

bp = Blueprint("summaries", __name__, url_prefix="/v1/schemes")
IN_FIELD = frozenset({SchemeState.DISPATCHED, SchemeState.UNDER_WAY})


def summary_of(scheme_id: UUID) -> Summary:
    """Return the summary of a scheme as things are known now. Raises Missing."""
    return collate(scheme_seen(fetch_scheme(scheme_id)))


@bp.get("/<uuid:scheme_id>/summary")
@allow(*OFFICE)
@answers(SummaryOut)
def summary(scheme_id: UUID) -> ResponseReturnValue:
    """Show the summary; every figure carries the ids it was counted from."""
    found = summary_of(scheme_id)
    closing = summary_paper.closing_of(found)
    told: dict[str, Any] = {
        "close_out": None if closing is None else {
            "closed_at": closing.closed_at.isoformat(),
            "closed_by_id": str(closing.closed_by_id),
            "conclusion": closing.conclusion,
            "requests": closing.requests,
            "left_out": closing.left_out,
        },
        "changes_since_close_out": summary_paper.changes_since(closing, found),
    }  # fmt: skip
    return jsonify(as_json(found) | told)


@bp.get("/<uuid:scheme_id>/summary.pdf")
@allow(*OFFICE)
@answers(None, content_type="application/pdf")
def summary_pdf(scheme_id: UUID) -> ResponseReturnValue:
    """Answer with the summary on paper; what has changed since the last issue makes a new version."""
    found = summary_of(scheme_id)
    paper = summary_paper.last_issued(found)
    if paper is None or not summary_paper.is_current(paper, found):
        begin_write()
        found = collate(scheme_seen(fetch_scheme(scheme_id, lock=True)))
        paper = summary_paper.last_issued(found)
        if paper is None or not summary_paper.is_current(paper, found):
            paper = summary_paper.issue(found, at=clock.now(), on=clock.today())
            audit.note("paper.issued", f"paper:{paper.serial}", actor_id=current_person().id,
                       scheme=str(scheme_id), sha256=paper.sha256, version=paper.version)  # fmt: skip
    serial, sha256 = paper.serial, paper.sha256
    db.session.commit()
    answer = Response(media.store().get(sha256), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{serial}.pdf"'
    answer.set_etag(sha256)
    return answer


@bp.post("/<uuid:scheme_id>/close-out")
@allow(Role.SUPERVISOR)
@takes(CloseOutIn)
@answers(CloseOutOut)
def close_out(scheme_id: UUID, body: Body) -> ResponseReturnValue:
    """Close a scheme out once every visit is reviewed: visited cases wait for a decision, the others go back."""
    scheme, person, at = fetch_scheme(scheme_id, lock=True), current_person(), clock.now()
    left_out = {one["stop_id"]: one["reason"].strip() for one in body["left_out"]}
    check_close_out(scheme, left_out)
    found = collate(scheme_seen(scheme))
    db.session.add(
        CloseOut(
            id=clock.new_id(),
            scheme_id=scheme.id,
            closed_by_id=person.id,
            closed_at=at,
            conclusion=body["conclusion"].strip(),
            requests=body["requests"].strip(),
            left_out=[{"stop_id": str(stop_id), "reason": reason} for stop_id, reason in left_out.items()],
            figures={code: figure_json(figure) for code, figure in found.figures.items()},
        )
    )
    moved = effects.move_cases(scheme)
    scheme.state, scheme.version = SchemeState.COLLATED.value, scheme.version + 1
    answer: dict[str, Any] = {
        "scheme_id": scheme.id,
        "state": scheme.state,
        "closed_at": at,
        "cases_awaiting_decision": moved[CaseState.AWAITING_DECISION],
        "cases_back_to_phone": moved[CaseState.PHONE],
    }
    audit.note("scheme.closed_out", f"scheme:{scheme.id}", actor_id=person.id, left_out=len(left_out),
               awaiting_decision=moved[CaseState.AWAITING_DECISION])  # fmt: skip
    db.session.commit()
    return jsonify(CloseOutOut().dump(answer))


def check_close_out(scheme: Scheme, left_out: Collection[UUID]) -> None:
    """Ask the rule whether a scheme may be closed out. Raises NotInTheField, StopsOpen or ForeignStop."""
    rules.close_out(
        is_in_field=scheme.state in IN_FIELD,
        open_stops=effects.stops_without_visit(scheme),
        left_out=left_out,
        unreviewed=effects.unreviewed_visits(scheme),
    )
