"""`Idempotency-Key`: a POST sent twice is carried out once and answered the same.

Source: draft-ietf-httpapi-idempotency-key-header-07 §2 (expired, no RFC; its answers 409 and 422 are followed).
The key is the caller's own: two people never meet in one. Its row is written in the view's transaction, so it stands
exactly when the view's work stands; the answer follows in a short transaction of its own. Dying between the two leaves
the key in flight until it expires, which refuses a retry rather than doing the work twice.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, current_app, request
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from server import clock, config
from server.accounts.models import IdempotencyKey
from server.db import begin_write, db
from server.errors import Conflict, Invalid, Malformed
from server.vault import place

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
KEEP_FOR = timedelta(hours=24)
MAX_KEY = 255
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
FORMS = {"multipart/form-data", "application/x-www-form-urlencoded"}


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was already used for another request."""


class IdempotencyInFlight(Conflict):
    """A request with this Idempotency-Key is still being answered."""


def once(view: Callable[[], Any], *, person_id: UUID, at: datetime) -> Any:
    """Call the view, unless the caller's earlier POST with this key has an answer: then answer with that.

    The write transaction has begun. A view that raises, or answers without a commit, leaves no key behind. Only the
    headers of `KEPT_HEADERS` are repeated. Raises Malformed, IdempotencyKeyReused or IdempotencyInFlight.
    """
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return view()
    if not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        raise Malformed(f"{HEADER}: 1 to {MAX_KEY} printable ASCII characters")
    target, digest = f"{request.method} {request.path}", fingerprint()
    expire(at)
    earlier = db.session.scalar(
        select(IdempotencyKey).where(IdempotencyKey.person_id == person_id, IdempotencyKey.key == key)
    )
    if earlier is not None:
        return replay(earlier, target=target, digest=digest)
    row = IdempotencyKey(
        id=clock.new_id(), created_at=at, person_id=person_id, key=key, target=target, fingerprint=digest
    )
    row_id = row.id
    claim(row)
    answer = current_app.make_response(view())
    keep(row_id, answer)
    return answer


def fingerprint() -> str:
    """Return SHA-256 over the query and the body as sent, hex.

    Of a form the fields and the files' bytes count instead: a repeated multipart body has another boundary.
    """
    digest = hashlib.sha256(request.query_string + b"\n")
    if request.mimetype not in FORMS:
        digest.update(request.get_data(cache=True))
        return digest.hexdigest()
    files = []
    for name, file in request.files.items(multi=True):
        files.append([name, file.filename, hashlib.sha256(file.stream.read()).hexdigest()])
        file.stream.seek(0)
    digest.update(json.dumps([list(request.form.items(multi=True)), files]).encode())
    return digest.hexdigest()


def claim(row: IdempotencyKey) -> None:
    """Write the key in the transaction under way. Raises IdempotencyInFlight when an equal request was quicker."""
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as taken:
        db.session.rollback()
        raise IdempotencyInFlight("the same request is being answered; ask again shortly") from taken


def keep(row_id: UUID, answer: Response) -> None:
    """Store the answer with its key, in a transaction of its own, if the view's was committed."""
    answer.direct_passthrough = False
    body = base64.b64encode(answer.get_data()).decode()
    begin_write()
    row = db.session.get(IdempotencyKey, row_id)
    if row is None:
        return
    row.status = answer.status_code
    row.headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    row.answer_sealed = config.current().vault.seal(body, at=_place(row_id))
    db.session.commit()


def replay(row: IdempotencyKey, *, target: str, digest: str) -> Response:
    """Return the stored answer. Raises IdempotencyKeyReused or IdempotencyInFlight."""
    if (row.target, row.fingerprint) != (target, digest):
        raise IdempotencyKeyReused("take a new key for another request")
    if row.status is None or row.answer_sealed is None:
        raise IdempotencyInFlight("the same request is being answered; ask again shortly")
    body = base64.b64decode(config.current().vault.unseal(row.answer_sealed, at=_place(row.id)))
    answer = Response(body, status=row.status)
    answer.headers.pop("Content-Type")
    answer.headers.update(row.headers | {REPLAYED: "true"})
    return answer


def expire(at: datetime) -> None:
    """Delete the keys of more than 24 hours ago, except those another request is deleting right now."""
    old = select(IdempotencyKey.id).where(IdempotencyKey.created_at < at - KEEP_FOR)
    db.session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.id.in_(old.with_for_update(skip_locked=True))),
        execution_options={"synchronize_session": False},
    )


def _place(row_id: UUID) -> str:
    return place("idempotency_key", "answer_sealed", row_id)
