"""Verifying a paper by its serial, without login: the page behind the QR code, and the same as JSON."""

from dataclasses import asdict
from datetime import timedelta

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from server import clock, config, paper_seal
from server.accounts.auth import public
from server.body import answers
from server.errors import Missing
from server.visits import limits, verification
from server.visits.papers.telling import PAPER_ZH
from server.visits.schemas import VerificationOut
from server.visits.verification import SerialUnknown, Verification

bp = Blueprint("verification", __name__, template_folder="../templates")
# Nothing but our own style sheet and the script that hashes a file: it has nobody to send it to.
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'none'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
MOST, PER = 60, timedelta(minutes=1)
_REASON = {
    True: "编号有误，请核对每一位。 The serial is mistyped: check every digit.",
    False: "我们没有发出过这个编号的单据。 We never issued a paper with this serial.",
}
KINDS = PAPER_ZH | {
    "visit_scheme": "外访方案审批表", "visit_summary": "走访汇总表", "evidence_index": "证据目录",
    "deletion_certificate": "个人信息删除证明", "breach_notice": "个人信息安全事件通知（草稿）",
}  # fmt: skip


class SealAbsent(Missing):
    """Papers carry no electronic seal here."""


def throttle() -> None:
    """Refuse an address that asks too often. Raises TooManyRequests."""
    wait_s = limits.counter("verify", most=MOST, per=PER).wait_s(request.remote_addr or "", at=clock.now())
    if wait_s:
        raise TooManyRequests("too many questions from this address", retry_after=wait_s)


@bp.get("/v1/verify/<serial>")
@public("whoever holds a paper may check it")
@answers(VerificationOut)
def verify(serial: str) -> ResponseReturnValue:
    """Return whether a paper is genuine, when it was sealed and its hash; no personal data."""
    throttle()
    return jsonify(VerificationOut().dump(asdict(verification.verify(serial))))


@bp.get("/v1/seal-root")
@public("whoever holds a paper may check its seal")
@answers(None, content_type="application/x-pem-file")
def seal_root() -> ResponseReturnValue:
    """Return the root certificate of the electronic seal, PEM. To be trusted it must come by another way as well."""
    root = paper_seal.current().root_pem()
    if root is None:
        raise SealAbsent("sealing is off")
    answer = Response(root, content_type="application/x-pem-file")
    answer.headers["Content-Disposition"] = 'attachment; filename="seal-root.pem"'
    return answer


@bp.get("/verify/<serial>")
@public("the QR code on every paper leads here")
@answers(None, content_type="text/html")
def verify_page(serial: str) -> ResponseReturnValue:
    """Show whether a paper is genuine, in words; 404 for a serial nobody issued."""
    throttle()
    try:
        found = verification.verify(serial)
    except SerialUnknown as unknown:
        return _page(None, serial[:40], reason=_REASON[unknown.is_mistyped]), 404
    return _page(found, found.serial)


def _page(found: Verification | None, serial: str, *, reason: str = "") -> Response:
    page = make_response(
        render_template(
            "verify.html", found=found, serial=serial, reason=reason, firm=config.current().firm, kinds=KINDS,
            shanghai=clock.SHANGHAI, is_sealed=paper_seal.current().root_pem() is not None,
        )
    )  # fmt: skip
    page.headers["Content-Security-Policy"] = CSP
    return page
