"""Where somebody is signed in: seen and ended by himself, and ended by an admin.

Who ends one shows his password again: a stolen session cannot lock its owner out. Source: OWASP ASVS 5.0 7.4.5, 7.5.2.
"""

from uuid import UUID

from flask import Blueprint, Response, g, jsonify
from flask.typing import ResponseReturnValue

from server import audit, clock
from server.accounts import auth, sessions
from server.accounts.auth import allow, current_person
from server.accounts.models import Person, Token
from server.accounts.roles import EVERYONE, Role
from server.accounts.schemas import PasswordIn, SessionOut
from server.body import Body, answers, takes
from server.db import db, fetch
from server.errors import Missing

bp = Blueprint("sessions", __name__, url_prefix="/v1")


@bp.get("/me/sessions")
@allow(*EVERYONE, before_owed=True)
@answers(SessionOut)
def list_sessions() -> ResponseReturnValue:
    """List where the caller is signed in, the last begun first."""
    mine = fetch(Token, g.token_id).family
    found = [
        {
            "id": one.family, "kind": "browser" if one.csrf else "program", "device": one.device,
            "since": one.created_at, "seen_at": one.seen_at, "until": one.expires_at, "is_this": one.family == mine,
        }
        for one in sessions.held_by(g.person_id, at=clock.now())
    ]  # fmt: skip
    return jsonify(items=SessionOut(many=True).dump(found))


@bp.post("/me/sessions/<uuid:session_id>/end")
@allow(*EVERYONE, before_owed=True)
@takes(PasswordIn)
@answers(None, status=204)
def end_session(session_id: UUID, body: Body) -> ResponseReturnValue:
    """End one session of the caller, with the password again."""
    person = auth.check_again(current_person(), body["password"], at=clock.now())
    if not sessions.end(person.id, at=clock.now(), family=session_id):
        raise Missing(f"no session {session_id}")
    audit.note("account.session_ended", f"person:{person.id}", actor_id=person.id, session=str(session_id))
    db.session.commit()
    return Response(status=204)


@bp.post("/me/sessions/end-others")
@allow(*EVERYONE, before_owed=True)
@takes(PasswordIn)
@answers(None, status=204)
def end_other_sessions(body: Body) -> ResponseReturnValue:
    """End every session of the caller but this one, with the password again."""
    person = auth.check_again(current_person(), body["password"], at=clock.now())
    ended = sessions.end(person.id, at=clock.now(), but=fetch(Token, g.token_id).family)
    audit.note("account.sessions_ended", f"person:{person.id}", actor_id=person.id, tokens=ended)
    db.session.commit()
    return Response(status=204)


@bp.post("/people/<uuid:person_id>/sessions/end")
@allow(Role.ADMIN)
@answers(None, status=204)
def end_sessions_of(person_id: UUID) -> ResponseReturnValue:
    """End every session of somebody; his account and his factors stay as they are."""
    person, admin = fetch(Person, person_id, lock=True), current_person()
    ended = sessions.end(person.id, at=clock.now())
    audit.note("account.sessions_ended", f"person:{person.id}", actor_id=admin.id, tokens=ended)
    db.session.commit()
    return Response(status=204)
