"""The page on which whoever holds a paper complains: the verification page behind its QR code leads here, no login."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from server import clock, config
from server.accounts.auth import public
from server.accounts.origin import require_same_site
from server.body import answers, load
from server.complaints.api.complaints import PaperUnknown, paper_by, taken_in_public
from server.complaints.schemas import PublicComplaintIn
from server.db import db
from server.errors import Malformed
from server.visits import limits

bp = Blueprint("complaint_page", __name__, template_folder="../templates")
MOST, PER = 60, timedelta(minutes=1)
CREATED, MISSING, ODD, TOO_MANY = 201, 404, 422, 429


def throttle() -> None:
    """Refuse an address that asks too often. Raises TooManyRequests."""
    wait_s = limits.counter("complaint", most=MOST, per=PER).wait_s(request.remote_addr or "", at=clock.now())
    if wait_s:
        raise TooManyRequests("too many questions from this address", retry_after=wait_s)


@bp.get("/complaint/<serial>")
@public("whoever holds a paper may complain")
@answers(None, content_type="text/html")
def complaint_form(serial: str) -> ResponseReturnValue:
    """Show the form; 404 in words for a serial nobody issued."""
    throttle()
    try:
        return _page(paper_by(serial).serial)
    except PaperUnknown:
        return _page(serial, fault="unknown"), MISSING


@bp.post("/complaint/<serial>")
@public("whoever holds a paper may complain")
@answers(None, status=CREATED, content_type="text/html")
def complain(serial: str) -> ResponseReturnValue:
    """Take the form's complaint as `POST /v1/public/complaints` does; what does not fit is shown to be mended."""
    require_same_site()
    throttle()
    given = {name: request.form.get(name, "").strip() for name in ("text", "contact")}
    try:
        taken = taken_in_public(load(PublicComplaintIn(), given | {"serial": serial}))
    except Malformed:
        return _page(serial, fault="odd", **given), ODD
    except PaperUnknown:
        return _page(serial, fault="unknown"), MISSING
    except TooManyRequests:
        return _page(serial, fault="often", **given), TOO_MANY
    db.session.commit()
    return _page(serial, **taken), CREATED


def _page(serial: str, **told: Any) -> str:
    return render_template("complaint.html", serial=serial[:40], firm=config.current().firm, **told)
