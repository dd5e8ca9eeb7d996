"""Console sessions: they end after their hours, and before when nobody is at the desk.

Used is what a person does: the page marks what it asks by itself (`X-Unattended`), and that keeps no session alive. Use
is written down at most once a minute, in a transaction of its own. Source: OWASP ASVS 5.0 7.3.1, 7.3.2.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from flask import request
from sqlalchemy import select, update

from server import config
from server.accounts.models import Token, TokenKind
from server.db import db
from server.errors import NotSignedIn

if TYPE_CHECKING:
    from sqlalchemy import CursorResult

UNATTENDED = "X-Unattended"
WRITTEN_EVERY = timedelta(seconds=60)
SIGNED_IN = (TokenKind.ACCESS, TokenKind.REFRESH, TokenKind.SESSION)
# The first that fits: browsers name those they descend from as well.
BROWSERS = {"MicroMessenger": "微信", "Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome",
            "Safari/": "Safari"}  # fmt: skip
SYSTEMS = {"HarmonyOS": "HarmonyOS", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
           "Macintosh": "macOS", "Linux": "Linux"}  # fmt: skip


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
    is_news = not timedelta(0) <= at - seen < min(WRITTEN_EVERY, idle / 4)  # ahead of us: our clock was put back
    if is_news and UNATTENDED not in request.headers:
        _write_down(session.id, at)
    return session


def _write_down(session_id: UUID, at: datetime) -> None:
    with db.engine.execution_options(doorstep_write=True).begin() as connection:
        connection.execute(update(Token).where(Token.id == session_id).values(seen_at=at))


def end_others(person_id: UUID, *, but: UUID, at: datetime) -> None:
    """Revoke every token and session of a person that is not of this family."""
    mine = (Token.person_id == person_id, Token.family != but, Token.revoked_at.is_(None))
    db.session.execute(update(Token).where(*mine).values(revoked_at=at))


def held_by(person_id: UUID, *, at: datetime) -> list[Token]:
    """Return the newest token of each session of a person that still opens something, the last begun first.

    A session is a browser, or a program with its pair of tokens; the address of a calendar is none.
    """
    mine = (Token.person_id == person_id, Token.kind.in_(SIGNED_IN), Token.revoked_at.is_(None), Token.expires_at > at)
    idle_since = at - timedelta(seconds=config.current().session_idle_s)
    found = dict[UUID, Token]()
    for token in db.session.scalars(select(Token).where(*mine).order_by(Token.expires_at.desc(), Token.id)):
        if token.kind != TokenKind.SESSION or (token.seen_at or token.created_at) >= idle_since:
            found.setdefault(token.family, token)
    return sorted(found.values(), key=lambda one: (one.created_at, one.id), reverse=True)


def end(person_id: UUID, *, at: datetime, family: UUID | None = None, but: UUID | None = None) -> int:
    """Revoke one session of a person, all but one, or all; return how many tokens that were."""
    mine = [Token.person_id == person_id, Token.kind.in_(SIGNED_IN), Token.revoked_at.is_(None)]
    mine += [Token.family == family] if family is not None else []
    mine += [Token.family != but] if but is not None else []
    done = db.session.execute(update(Token).where(*mine).values(revoked_at=at))
    return cast("CursorResult[Any]", done).rowcount


def device_of(user_agent: str) -> str:
    """Return browser and system as a person calls them, of what the browser says of itself; else its first word."""
    browser = next(
        (name for mark, name in BROWSERS.items() if mark in user_agent), user_agent.partition("/")[0][:30].strip()
    )
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return " · ".join(one for one in (browser, system) if one)
