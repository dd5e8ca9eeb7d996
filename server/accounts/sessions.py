"""Console sessions: they end after their hours, and before when nobody is at the desk.

Used is what a person does: the page marks what it asks by itself (`X-Unattended`), and that keeps no session alive. Use
is written down at most once a minute, in a transaction of its own. Source: OWASP ASVS 5.0 7.3.1, 7.3.2.
"""

from datetime import datetime, timedelta
from uuid import UUID

from flask import request
from sqlalchemy import select, update

from server import config
from server.accounts.models import Token, TokenKind
from server.db import db
from server.errors import NotSignedIn

UNATTENDED = "X-Unattended"
WRITTEN_EVERY = timedelta(seconds=60)


class SessionIdle(NotSignedIn):
    """Nobody used this session for a while; sign in again."""


class SessionOver(NotSignedIn):
    """This session has lasted its hours; sign in again."""


def live(secret_hash: str, *, at: datetime) -> Token:
    """Return the session of a cookie, in use from now. Raises SessionOver, SessionIdle or NotSignedIn."""
    query = select(Token).where(Token.secret_hash == secret_hash, Token.kind == TokenKind.SESSION)
    session = db.session.scalar(query)
    if session is None or session.revoked_at is not None:
        raise NotSignedIn("the session is unknown or was ended")
    if session.expires_at <= at:
        raise SessionOver("")
    idle = timedelta(seconds=config.current().session_idle_s)
    seen = session.seen_at or session.created_at
    if at - seen > idle:
        raise SessionIdle("")
    if at - seen >= min(WRITTEN_EVERY, idle / 4) and UNATTENDED not in request.headers:
        _write_down(session.id, at)
    return session


def _write_down(session_id: UUID, at: datetime) -> None:
    with db.engine.execution_options(doorstep_write=True).begin() as connection:
        connection.execute(update(Token).where(Token.id == session_id).values(seen_at=at))


def end_others(person_id: UUID, *, but: UUID, at: datetime) -> None:
    """Revoke every token and session of a person that is not of this family."""
    mine = (Token.person_id == person_id, Token.family != but, Token.revoked_at.is_(None))
    db.session.execute(update(Token).where(*mine).values(revoked_at=at))
