"""How an error becomes HTTP: RFC 9457 problem documents, here and nowhere else."""

import errno
import logging
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, json, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from server.db import db
from server.errors import NotSignedIn, Refusal, StorageFails

log = logging.getLogger("doorstep")
CONTENT_TYPE = "application/problem+json"
STORAGE_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EROFS})
RETRY_AFTER_S = 30


def request_id() -> str:
    """Return the identifier of this request, the same in the answer and in the log."""
    if "request_id" not in g:
        g.request_id = str(uuid4())
    name: str = g.request_id
    return name


def document(status: int, *, type_: str, title: str, detail: str, facts: dict[str, Any]) -> Response:
    """Return one problem document as a response. `facts` become extension members."""
    body = {"type": type_, "title": title, "status": status, "detail": detail, "request_id": request_id()} | facts
    answer = Response(json.dumps(body), status=status, content_type=CONTENT_TYPE)
    answer.headers["X-Request-Id"] = request_id()
    return answer


def from_refusal(refusal: Refusal) -> Response:
    """Turn a refusal into its problem.

    Nobody signed in also gets `WWW-Authenticate` (RFC 9110 §11.6.1); who met a store that is down, `Retry-After`.
    """
    g.refused_as = refusal.kebab()
    answer = document(
        refusal.status,
        type_=f"/problems/{refusal.kebab()}",
        title=refusal.title(),
        detail=refusal.detail,
        facts=refusal.facts,
    )
    if isinstance(refusal, NotSignedIn):
        answer.headers["WWW-Authenticate"] = refusal.challenge
    if isinstance(refusal, StorageFails):
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def from_http(error: HTTPException) -> ResponseReturnValue:
    """Turn a protocol error (405, 413, 415 …) into a problem, keeping its headers such as `Allow`."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        g.refused_as = "too-many-requests"
    answer = document(
        status,
        type_="about:blank",
        title=HTTPStatus(status).phrase,
        detail=error.description or "",
        facts={},
    )
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def from_bug(error: Exception) -> ResponseReturnValue:
    """Answer 500 without a word of the cause; the log has it under the same request id."""
    log.error("bug in %s %s, request %s", request.method, request.path, request_id(), exc_info=error)
    return document(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        type_="/problems/internal",
        title="Something is wrong on our side.",
        detail="",
        facts={},
    )


def from_storage(error: Exception) -> ResponseReturnValue:
    """Answer 503 when disk or database fails, a full disk as well as a deadlock: a phone sends the same again later.

    Any other error of the operating system is a bug.
    """
    if isinstance(error, OSError) and error.errno not in STORAGE_ERRNOS:
        return from_bug(error)
    db.session.rollback()
    log.error("storage fails in %s %s, request %s", request.method, request.path, request_id(), exc_info=error)
    return from_refusal(StorageFails("what was asked is not confirmed; try again later"))


def register(app: Flask) -> None:
    """Make every error of this application leave as a problem document."""
    app.register_error_handler(Refusal, from_refusal)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(OSError, from_storage)
    app.register_error_handler(OperationalError, from_storage)
    app.register_error_handler(Exception, from_bug)
