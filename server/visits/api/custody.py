"""The papers a scheme's crews took along (单据去向): where each is, and the office's word on those that came back."""

from collections import Counter
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from server import audit
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, answers, takes
from server.db import db
from server.schemes.models import Scheme
from server.schemes.scope import fetch_scheme
from server.visits import custody
from server.visits.papers.telling import PAPER_ZH
from server.visits.rules import Custody
from server.visits.schemas import AccountedIn, TakenPapersOut

bp = Blueprint("custody", __name__, url_prefix="/v1/schemes")


@bp.get("/<uuid:scheme_id>/papers")
@allow(*OFFICE)
@answers(TakenPapersOut)
def list_taken(scheme_id: UUID) -> ResponseReturnValue:
    """List every paper that was taken along, with where it is and the photo of its signed original."""
    return _answer(fetch_scheme(scheme_id))


@bp.post("/<uuid:scheme_id>/papers")
@allow(Role.SUPERVISOR)
@takes(AccountedIn)
@answers(TakenPapersOut)
def account_for(scheme_id: UUID, body: Body) -> ResponseReturnValue:
    """Write down that papers came back unused or are void; the same again changes nothing."""
    scheme, person = fetch_scheme(scheme_id, lock=True), current_person()
    state, serials = Custody(body["state"]), [one.strip().upper() for one in body["serials"]]
    changed = custody.account_for(scheme, serials, state=state, reason=body["reason"].strip(), by_id=person.id)
    for paper in changed:
        audit.note(f"paper.{state.value}", f"paper:{paper.serial}", actor_id=person.id, creditor_id=paper.creditor_id)
    answer = _answer(scheme)
    db.session.commit()
    return answer


def _answer(scheme: Scheme) -> Response:
    found = custody.taken(scheme)
    counts = Counter(one.custody.value for one in found)
    items = [
        {
            "serial": one.paper.serial,
            "kind": one.paper.kind,
            "kind_zh": PAPER_ZH.get(one.paper.kind, one.paper.kind),
            "case_no": one.stop.case.case_no,
            "stop_id": one.stop.id,
            "version": one.paper.version,
            "template": one.paper.template_version,
            "custody": one.custody.value,
            "counterpart_file_id": one.counterpart_id,
        }
        for one in found
    ]
    return jsonify(TakenPapersOut().dump({"items": items, "counts": dict(sorted(counts.items()))}))
