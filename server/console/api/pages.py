"""The few server-rendered pages: sign in, sign out, and a plain start page leading to every paper, map and dossier."""

import secrets

from flask import Blueprint, Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from field_forms.outcomes import OUTCOMES
from server import audit, clock, config
from server.accounts import auth, owed
from server.accounts.auth import allow, current_person, public
from server.accounts.models import Token, TokenKind
from server.accounts.origin import require_same_site
from server.accounts.roles import EVERYONE, OFFICE, ROLE_ZH, Role
from server.body import answers
from server.console import queries
from server.db import db, fetch
from server.errors import NotSignedIn

bp = Blueprint("pages", __name__)
SEE_OTHER = 303


@bp.get("/login")
@public("signing in")
@answers(None, content_type="text/html")
def login_form() -> ResponseReturnValue:
    """Show the sign-in form."""
    return render_template("login.html", wrong=None, firm=config.current().firm)


@bp.post("/login")
@public("signing in")
@answers(None, status=SEE_OTHER, content_type="text/html")
def login() -> ResponseReturnValue:
    """Sign a browser in by form and lead it to the start page."""
    require_same_site()
    form, otp = request.form, request.form.get("otp", "")[:40] or None
    try:
        person = auth.sign_in(form.get("username", ""), form.get("password", ""), otp=otp, at=clock.now())
    except NotSignedIn as refusal:
        return render_template("login.html", wrong=refusal, firm=config.current().firm), refusal.status
    secret = auth.issue(
        person.id, TokenKind.SESSION, at=clock.now(), family=clock.new_id(), csrf=secrets.token_urlsafe(32)
    )
    audit.note("account.session_opened", f"person:{person.id}", actor_id=person.id)
    db.session.commit()
    answer = redirect("/", SEE_OTHER)
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


@bp.post("/logout")
@allow(*EVERYONE, before_owed=True)
@answers(None, status=SEE_OTHER, content_type="text/html")
def logout() -> ResponseReturnValue:
    """End the browser's session."""
    db.session.execute(update(Token).where(Token.id == g.token_id).values(revoked_at=clock.now()))
    audit.note("account.signed_out", f"person:{g.person_id}", actor_id=g.person_id)
    db.session.commit()
    answer = redirect("/login", SEE_OTHER)
    answer.delete_cookie(auth.SESSION_COOKIE, secure=True, httponly=True, samesite="Strict")
    return answer


@bp.get("/")
@public("leads whoever is not signed in to the sign-in form")
@answers(None, content_type="text/html")
def start() -> ResponseReturnValue:
    """Show the start page, or the way to sign in."""
    try:
        person, _ = auth.identify(clock.now())
    except NotSignedIn:
        return redirect("/login", SEE_OTHER)
    return redirect("/console/", SEE_OTHER) if owed.owes_password(person) or owed.owes_factor(person) else home()


@allow(*EVERYONE)
def home() -> ResponseReturnValue:
    """Render the start page for who is signed in; agents work on the phone and see only their name."""
    person = current_person()
    seen = queries.overview() if person.roles & set(OFFICE) else None
    page = render_template(
        "start.html",
        person=person,
        roles=[ROLE_ZH[role] for role in sorted(person.roles)],
        csrf=fetch(Token, g.token_id).csrf,
        seen=seen,
        is_admin=Role.ADMIN in person.roles,
        outcomes=OUTCOMES,
        shanghai=clock.SHANGHAI,
        firm=config.current().firm,
    )
    return Response(page, content_type="text/html; charset=utf-8")
