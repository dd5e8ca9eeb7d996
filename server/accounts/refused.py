"""Refused calls in the audit log: a wrong password, a locked account, a missing right, an address that asks too often.

Bounded, as anybody can be refused as often as he likes: of the same refusal of the same person or address within an
hour the 1st, 10th, 100th, … is written, with its number. A process tells a hundred of them apart in an hour and counts
all further ones together. So a flood of a million leaves seven rows, and one from a million addresses some hundred.
Source: OWASP ASVS 5.0 16.3.1-16.3.3.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from flask import Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from server import audit, clock
from server.accounts import lockout
from server.accounts.auth import SESSION_COOKIE
from server.db import begin_write, db

log = logging.getLogger("doorstep")
STATUSES = {401, 403, 404, 429}
WINDOW, MOST_KEYS = timedelta(hours=1), 100
MANY = ("many", "many:others")
ORDINARY = {"otp-needed", "session-idle", "session-over", "step-up-needed", "second-factor-owed", "own-password-owed"}
"""Steps of a usual day, no attempts."""
FROM_THE_TENTH = {"missing", "not-signed-in"}
"""What a broken bookmark or an expired token does too: written when it is done often."""


@dataclass(slots=True)
class Counts:
    """How often each refusal was met within the hour; of one process."""

    since: datetime
    met: dict[tuple[str, str], int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def due(self, key: tuple[str, str], *, at: datetime) -> tuple[str, str, int] | None:
        """Count a refusal; return (kind, subject, how often) when it has to be written down."""
        with self.lock:
            if at - self.since >= WINDOW or at < self.since:
                self.since, self.met = at, {}
            if key not in self.met and len(self.met) >= MOST_KEYS:
                key = MANY
            times = self.met[key] = self.met.get(key, 0) + 1
        is_due = times == 10 ** (len(str(times)) - 1) and (times > 1 or key[0] not in FROM_THE_TENTH)
        return (*key, times) if is_due else None


def counts() -> Counts:
    """Return the counts of this application."""
    found: Counts = current_app.extensions.setdefault("doorstep.refused", Counts(clock.now()))
    return found


def write_down(answer: Response) -> Response:
    """Write a refused call into the audit log; after each request. A log that fails changes no refusal."""
    kind = g.get("refused_as")
    if answer.status_code not in STATUSES or kind is None or kind in ORDINARY or not _is_attempt(kind):
        return answer
    due = counts().due((kind, _who()), at=clock.now())
    if due is None:
        return answer
    kind, subject, times = due
    try:
        begin_write()
        audit.note(
            "call.refused", subject, actor_id=g.get("caller_id"), refused_as=kind, times=times, view=request.endpoint,
            address=lockout.index_of(request.remote_addr),
        )  # fmt: skip
        db.session.commit()
    except (SQLAlchemyError, OSError):
        db.session.rollback()
        log.exception("a refused call was not written down")
    return answer


def _is_attempt(kind: str) -> bool:
    """Whoever showed nothing that could be wrong did not try; who is not signed in does not look for what is hidden."""
    if kind in {"not-signed-in", "basic-needed"}:
        return "Authorization" in request.headers or SESSION_COOKIE in request.cookies
    return kind != "missing" or g.get("caller_id") is not None


def _who() -> str:
    person = g.get("caller_id") or g.get("tried_id")
    if person is not None:
        return f"person:{person}"
    device = g.get("device_id")
    return f"device:{device}" if device is not None else f"address:{lockout.index_of(request.remote_addr)}"
