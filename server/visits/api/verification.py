"""Verifying a paper by its serial, without login: the page behind the QR code, and the same as JSON."""

from dataclasses import asdict
from datetime import timedelta

from flask import Blueprint, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from server import clock, config
from server.accounts.auth import public
from server.body import answers
from server.visits import verification
from server.visits.papers.telling import PAPER_ZH
from server.visits.schemas import VerificationOut
from server.visits.throttle import Throttle
from server.visits.verification import SerialUnknown

bp = Blueprint("verification", __name__, template_folder="../templates")
MOST, PER = 60, timedelta(minutes=1)
KINDS = PAPER_ZH | {"visit_scheme": "外访方案审批表", "visit_summary": "走访汇总表", "evidence_index": "证据目录"}


def throttle() -> None:
    """Refuse an address that asks too often. Raises TooManyRequests."""
    counter = current_app.extensions.setdefault("doorstep.throttle", Throttle(MOST, PER))
    wait_s = counter.wait_s(request.remote_addr or "", at=clock.now())
    if wait_s:
        raise TooManyRequests("too many questions from this address", retry_after=wait_s)


@bp.get("/v1/verify/<serial>")
@public("whoever holds a paper may check it")
@answers(VerificationOut)
def verify(serial: str) -> ResponseReturnValue:
    """Return whether a paper is genuine, when it was sealed and its hash; no personal data."""
    throttle()
    return jsonify(VerificationOut().dump(asdict(verification.verify(serial))))


@bp.get("/verify/<serial>")
@public("the QR code on every paper leads here")
@answers(None, content_type="text/html")
def verify_page(serial: str) -> ResponseReturnValue:
    """Show whether a paper is genuine, in words; 404 for a serial nobody issued."""
    throttle()
    try:
        found = verification.verify(serial)
    except SerialUnknown as unknown:
        reason = unknown.detail
        return render_template("verify.html", found=None, serial=serial[:40], reason=reason, **_words()), 404
    return render_template("verify.html", found=found, serial=found.serial, reason="", **_words())


def _words() -> dict[str, object]:
    return {"firm": config.current().firm, "kinds": KINDS, "shanghai": clock.SHANGHAI}
