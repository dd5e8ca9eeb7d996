"""The papers issued for a case (单据): which there are, and each as the PDF it was issued as."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, jsonify, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.accounts.auth import allow
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible
from server.body import answers
from server.cases.models import Case, Paper
from server.cases.shown import PapersOut
from server.db import db
from server.errors import Missing
from server.media import store

bp = Blueprint("case_papers", __name__, url_prefix="/v1")

PDF = "application/pdf"


@bp.get("/cases/<uuid:case_id>/papers")
@allow(*OFFICE)
@answers(PapersOut)
def list_papers(case_id: UUID) -> ResponseReturnValue:
    """List every paper that was issued for a case, oldest first."""
    case = fetch_visible(Case, case_id)
    rows = db.session.scalars(select(Paper).where(Paper.case_id == case.id).order_by(Paper.id))
    return jsonify(PapersOut().dump({"items": list(rows)}))


@bp.get("/cases/<uuid:case_id>/papers/<serial>.pdf")
@allow(Role.SPECIALIST, Role.SUPERVISOR, Role.MANAGER, Role.LEGAL, Role.COMPLIANCE)
@answers(None, content_type=PDF)
def show_paper(case_id: UUID, serial: str) -> ResponseReturnValue:
    """Answer one paper of a case as it was issued, once there is one with an authority's time in its seal."""
    case = fetch_visible(Case, case_id)
    paper = db.session.scalar(select(Paper).where(Paper.case_id == case.id, Paper.serial == serial.upper()))
    if paper is None:
        raise Missing(f"no paper {serial[:40]} of this case")
    pdf = store().get(paper.stamped_sha256 or paper.sha256)
    answer = send_file(BytesIO(pdf), mimetype=PDF, download_name=f"{paper.serial}.pdf")
    answer.headers["Doorstep-Serial"] = paper.serial
    return answer
