"""Signing in and out, and the people of the firm."""

import secrets
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select, update

from server import audit, clock, config
from server.accounts import auth, first_password, owed, passkeys, passwords, sessions, totp
from server.accounts.auth import allow, current_person, public
from server.accounts.models import Creditor, Person, Token, TokenKind
from server.accounts.origin import require_same_site
from server.accounts.roles import EVERYONE, OFFICE, Role
from server.accounts.schemas import (
    FirstPasswordOut,
    MeOut,
    NewPasswordIn,
    PersonIn,
    PersonOut,
    PersonPatch,
    RefreshIn,
    SignedInOut,
    TokenIn,
    TokenOut,
)
from server.body import Body, PageQuery, answers, asks, etag, page, require_match, takes
from server.db import begin_write, db, fetch
from server.errors import Conflict, NotSignedIn

bp = Blueprint("accounts", __name__, url_prefix="/v1")


class NameTaken(Conflict):
    """Another person already has this user name or staff number."""


class OwnAccount(Conflict):
    """Nobody closes his own account or takes his own roles away."""


class OwnFirstPassword(Conflict):
    """Nobody gives himself a first password: choose your own."""


class SamePassword(Conflict):
    """The new password is the present one."""


def token_pair(person_id: UUID, family: UUID) -> Response:
    """Issue an access and a refresh token of one family and answer with them."""
    now = clock.now()
    answer = jsonify(
        access_token=auth.issue(person_id, TokenKind.ACCESS, at=now, family=family),
        token_type="bearer",  # noqa: S106
        expires_in=config.current().access_token_s,
        refresh_token=auth.issue(person_id, TokenKind.REFRESH, at=now, family=family),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/auth/token")
@public("signing in")
@takes(TokenIn)
@answers(TokenOut)
def token(body: Body) -> ResponseReturnValue:
    """Sign in with user name and password; answers with a pair of bearer tokens."""
    person = auth.sign_in(body["username"], body["password"], otp=body["otp"], at=clock.now())
    answer = token_pair(person.id, clock.new_id())
    audit.note("account.signed_in", f"person:{person.id}", actor_id=person.id)
    db.session.commit()
    return answer


@bp.post("/auth/refresh")
@public("the refresh token is the credential")
@takes(RefreshIn)
@answers(TokenOut)
def refresh(body: Body) -> ResponseReturnValue:
    """Exchange a refresh token, once, for a new pair; the old family is revoked."""
    begin_write()
    now = clock.now()
    old = auth.live_token(body["refresh_token"], TokenKind.REFRESH, at=now)
    person = fetch(Person, old.person_id)
    if not person.is_active:
        raise auth.WrongPassword("the account is closed")
    db.session.execute(update(Token).where(Token.family == old.family).values(revoked_at=now))
    answer = token_pair(old.person_id, clock.new_id())
    db.session.commit()
    return answer


@bp.post("/auth/logout")
@allow(*EVERYONE, before_owed=True)
@answers(None, status=204)
def logout() -> ResponseReturnValue:
    """Revoke the token or session of this call and all of its family."""
    held = fetch(Token, g.token_id)
    db.session.execute(update(Token).where(Token.family == held.family).values(revoked_at=clock.now()))
    audit.note("account.signed_out", f"person:{held.person_id}", actor_id=held.person_id)
    db.session.commit()
    answer = Response(status=204)
    answer.delete_cookie(auth.SESSION_COOKIE, secure=True, httponly=True, samesite="Strict")
    return answer


@bp.post("/auth/session")
@public("signing in")
@takes(TokenIn)
@answers(MeOut)
def session(body: Body) -> ResponseReturnValue:
    """Sign a browser in: sets an HttpOnly, SameSite=Strict cookie; writes then need the CSRF token of GET /v1/me."""
    require_same_site()
    person = auth.sign_in(body["username"], body["password"], otp=body["otp"], at=clock.now())
    csrf = secrets.token_urlsafe(32)
    secret = auth.issue(person.id, TokenKind.SESSION, at=clock.now(), family=clock.new_id(), csrf=csrf)
    audit.note("account.session_opened", f"person:{person.id}", actor_id=person.id)
    answer = jsonify(describe(person, csrf))
    db.session.commit()
    answer.set_cookie(
        auth.SESSION_COOKIE,
        secret,
        max_age=config.current().session_s,
        secure=True,
        httponly=True,
        samesite="Strict",
        path="/",
    )
    return answer


@bp.get("/auth/session")
@public("asked before anybody signed in")
@answers(SignedInOut)
def session_now() -> ResponseReturnValue:
    """Answer who is signed in at this browser: as GET /v1/me does, but nobody is no error."""
    try:
        person, token = auth.identify(clock.now())
    except NotSignedIn:
        return jsonify({"me": None})
    return jsonify({"me": describe(person, token.csrf)})


def describe(person: Person, csrf: str | None) -> Body:
    """Return who is signed in, with the creditors he may see."""
    rows = db.session.scalars(select(Creditor).order_by(Creditor.name))
    creditors = [{"id": str(row.id), "name": row.name} for row in rows if person.sees(row.id)]
    known = len(passkeys.of(person))
    return {
        "person": PersonOut().dump(person),
        "roles": sorted(person.roles),
        "creditors": creditors,
        "csrf_token": csrf,
        "second_factor": {
            "has_totp": totp.is_on(person.id),
            "passkeys": known,
            "needs_step_up": bool(known) or config.current().passkey_required,
            "is_owed": owed.owes_factor(person),
        },
        "owes_password": owed.owes_password(person),
    }


@bp.get("/me")
@allow(*EVERYONE, before_owed=True)
@answers(MeOut)
def me() -> ResponseReturnValue:
    """Answer who is signed in, his roles, the creditors he may see and, in a browser, the CSRF token."""
    return jsonify(describe(current_person(), fetch(Token, g.token_id).csrf))


@bp.post("/me/password")
@allow(*EVERYONE, before_owed=True)
@takes(NewPasswordIn)
@answers(None, status=204)
def change_password(body: Body) -> ResponseReturnValue:
    """Exchange one's own password for a new one, with the present one; every other session of the caller ends."""
    now = clock.now()
    person = auth.check_again(current_person(), body["password"], at=now)
    if body["new_password"] == body["password"]:
        raise SamePassword("")
    passwords.require_good(body["new_password"], about=words_of(person), pointer="/new_password")
    person.password_hash, person.password_until = auth.hash_password(body["new_password"]), None
    sessions.end_others(person.id, but=fetch(Token, g.token_id).family, at=now)
    audit.note("account.password_changed", f"person:{person.id}", actor_id=person.id)
    db.session.commit()
    return Response(status=204)


def words_of(person: Person) -> list[str]:
    """Return what a password is easily guessed from, of the person and the firm."""
    return [person.username, person.name, person.staff_no, config.current().firm.name]


@bp.get("/people")
@allow(*OFFICE, Role.ADMIN)
@asks(PageQuery)
@answers(PersonOut, many=True)
def list_people(query: Body) -> ResponseReturnValue:
    """List the people of the firm."""
    return page(select(Person), Person, PersonOut(), **query)


@bp.post("/people")
@allow(Role.ADMIN)
@takes(PersonIn)
@answers(PersonOut, status=201)
def add_person(body: Body) -> ResponseReturnValue:
    """Add a person with roles; a first password is asked for by itself."""
    taken = select(Person.id).where((Person.username == body["username"]) | (Person.staff_no == body["staff_no"]))
    if db.session.scalar(taken):
        raise NameTaken(f"{body['username']} or {body['staff_no']}")
    person = Person(
        id=clock.new_id(),
        password_hash="",
        role_names=sorted(set(body.pop("roles"))),
        creditor_ids=_texts(body.pop("creditor_ids")),
        **body,
    )
    db.session.add(person)
    audit.note("person.added", f"person:{person.id}", actor_id=current_person().id, roles=person.role_names)
    db.session.commit()
    answer = jsonify(PersonOut().dump(person))
    answer.headers["ETag"] = etag(person.version)
    answer.headers["Location"] = url_for("accounts.show_person", person_id=person.id)
    return answer, 201


def _texts(ids: list[UUID] | None) -> list[str] | None:
    return None if ids is None else sorted(str(one) for one in ids)


@bp.get("/people/<uuid:person_id>")
@allow(*OFFICE, Role.ADMIN)
@answers(PersonOut)
def show_person(person_id: UUID) -> ResponseReturnValue:
    """Show one person."""
    person = fetch(Person, person_id)
    answer = jsonify(PersonOut().dump(person))
    answer.headers["ETag"] = etag(person.version)
    return answer


@bp.patch("/people/<uuid:person_id>")
@allow(Role.ADMIN)
@takes(PersonPatch)
@answers(PersonOut)
def change_person(person_id: UUID, body: Body) -> ResponseReturnValue:
    """Change a person's name, roles, creditors, qualification or state; closing revokes his tokens."""
    person, admin = fetch(Person, person_id, lock=True), current_person()
    require_match(person.version)
    if person.id == admin.id and (body.get("is_active") is False or "roles" in body):
        raise OwnAccount("ask another admin")
    changed = sorted(body)
    if "roles" in body:
        person.role_names = sorted(set(body.pop("roles")))
    if "creditor_ids" in body:
        person.creditor_ids = _texts(body.pop("creditor_ids"))
    for name, value in body.items():
        setattr(person, name, value)
    if not person.is_active:
        db.session.execute(update(Token).where(Token.person_id == person.id).values(revoked_at=clock.now()))
    person.version += 1
    audit.note("person.changed", f"person:{person.id}", actor_id=admin.id, fields=changed)
    db.session.commit()
    answer = jsonify(PersonOut().dump(person))
    answer.headers["ETag"] = etag(person.version)
    return answer


@bp.post("/people/<uuid:person_id>/first-password")
@allow(Role.ADMIN, keeps_answer=False)
@answers(FirstPasswordOut)
def give_first_password(person_id: UUID) -> ResponseReturnValue:
    """Make a first password, shown this once and good for three days; the person's own and his sessions end with it."""
    person, admin = fetch(Person, person_id, lock=True), current_person()
    if person.id == admin.id:
        raise OwnFirstPassword("POST /v1/me/password")
    made = first_password.give(person, by=admin.id, at=clock.now())
    answer = jsonify(FirstPasswordOut().dump({"first_password": made, "until": person.password_until}))
    db.session.commit()
    answer.headers["Cache-Control"] = "no-store"
    return answer
