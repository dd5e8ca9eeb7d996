"""Who calls, and may he: passwords, tokens, and the `allow` and `public` marks that every view carries."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial, wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import g, has_request_context, request
from sqlalchemy import select

from server import clock, config, wall
from server.accounts import idempotency, lockout, owed, sessions, totp
from server.accounts.models import Person, Token, TokenKind
from server.accounts.origin import require_same_site
from server.accounts.roles import Role
from server.db import begin_write, db
from server.errors import Malformed, NotAllowed, NotSignedIn

View = TypeVar("View", bound=Callable[..., Any])
SAFE = {"GET", "HEAD", "OPTIONS"}
SESSION_COOKIE = "__Host-doorstep"
CSRF_HEADER = "X-CSRF-Token"
CALENDAR_LIFE = timedelta(days=180)
MIN_PASSWORD = 10
_verifying = threading.Semaphore(2)


class WrongRole(NotAllowed):
    """Your role may not do this."""


class CsrfMissing(NotAllowed):
    """A change from the browser needs the CSRF token of this session."""


class WrongPassword(NotSignedIn):
    """The user name or the password is wrong."""


@cache
def hasher(memory_kib: int, time_cost: int) -> PasswordHasher:
    """Return the argon2id hasher of these parameters (RFC 9106)."""
    return PasswordHasher(memory_cost=memory_kib, time_cost=time_cost, parallelism=4)


def _hasher() -> PasswordHasher:
    settings = config.current()
    return hasher(settings.argon2_memory_kib, settings.argon2_time_cost)


def hash_password(password: str) -> str:
    """Return the argon2id hash. Raises Malformed for a password shorter than ten characters."""
    if len(password) < MIN_PASSWORD:
        raise Malformed(
            f"at least {MIN_PASSWORD} characters",
            errors=[{"pointer": "/password", "detail": f"密码至少 {MIN_PASSWORD} 位"}],
        )
    with _verifying:
        return _hasher().hash(password)


@cache
def _dummy_hash(memory_kib: int, time_cost: int) -> str:
    return hasher(memory_kib, time_cost).hash("nobody has this password")


def sign_in(username: str, password: str, *, at: datetime, otp: str | None = None) -> Person:
    """Return the person, with the write transaction begun.

    An unknown name costs the time of a wrong password (OWASP ASVS 6.3.8); five wrong ones lock the account, fifty the
    address, for 15 minutes; so do wrong codes. Raises WrongPassword, FirstPasswordOver, OtpNeeded, WrongOtp,
    AccountLocked, AddressLocked.
    """
    lockout.require_open_address(request.remote_addr, at=at)
    person = db.session.scalar(select(Person).where(Person.username == username))
    g.tried_id = person.id if person else None
    settings = config.current()
    known = person.password_hash if person else ""
    is_right = _matches(known or _dummy_hash(settings.argon2_memory_kib, settings.argon2_time_cost), password)
    begin_write()
    if person is None or not person.is_active or not person.password_hash:
        lockout.count(None, request.remote_addr, at=at)
        raise WrongPassword("check the user name and the password")
    lockout.lock(person, at=at)
    _require_right(person, is_right=is_right, at=at)
    owed.require_in_time(person, at=at)
    _require_code(person, otp, at=at)
    person.failed_logins, person.locked_until = 0, None
    return person


def check_again(person: Person, password: str, *, at: datetime) -> Person:
    """Demand the password of who changes how he signs in. Raises WrongPassword or AccountLocked."""
    lockout.lock(person, at=at)
    _require_right(person, is_right=_matches(person.password_hash, password), at=at)
    return person


def check_code_again(person: Person, otp: str, *, at: datetime) -> Person:
    """Demand a code of the second factor of who is signed in. Raises WrongOtp or AccountLocked."""
    lockout.lock(person, at=at)
    _require_code(person, otp, at=at)
    return person


def _require_right(person: Person, *, is_right: bool, at: datetime) -> None:
    if not is_right:
        lockout.count(person, request.remote_addr, at=at)
        raise WrongPassword("check the user name and the password")


def _require_code(person: Person, otp: str | None, *, at: datetime) -> None:
    try:
        totp.require(person.id, otp, at=at)
    except totp.WrongOtp:
        lockout.count(person, request.remote_addr, at=at)
        raise


def _matches(known: str, password: str) -> bool:
    with _verifying:
        try:
            return _hasher().verify(known, password)
        except (VerificationError, InvalidHashError):
            return False


def secret_hash(secret: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(person_id: UUID, kind: TokenKind, *, at: datetime, family: UUID, csrf: str | None = None) -> str:
    """Add a token to the transaction and return its secret, which is shown once."""
    settings = config.current()
    seconds = {
        TokenKind.ACCESS: settings.access_token_s,
        TokenKind.REFRESH: settings.refresh_token_s,
        TokenKind.SESSION: settings.session_s,
        TokenKind.CALENDAR: CALENDAR_LIFE.total_seconds(),
    }[kind]
    secret = secrets.token_urlsafe(32)
    db.session.add(
        Token(
            person_id=person_id,
            kind=kind,
            secret_hash=secret_hash(secret),
            csrf=csrf,
            family=family,
            device=sessions.device_of(request.headers.get("User-Agent", "")) if has_request_context() else "",
            expires_at=at + timedelta(seconds=seconds),
        )
    )
    return secret


def live_token(secret: str, kind: TokenKind, *, at: datetime) -> Token:
    """Return the token if it is known, of this kind, unexpired and not revoked. Raises NotSignedIn."""
    token = db.session.scalar(select(Token).where(Token.secret_hash == secret_hash(secret), Token.kind == kind))
    if token is None or token.revoked_at is not None or token.expires_at <= at:
        raise NotSignedIn("the token is unknown, expired or revoked")
    return token


def bearer() -> str | None:
    """Return the bearer token of this request."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" and secret.strip() else None


def identify(at: datetime) -> tuple[Person, Token]:
    """Return who calls, by bearer token or by session cookie. Raises NotSignedIn, CsrfMissing or ForeignForm.

    A session that ended says why: SessionOver or SessionIdle.
    """
    secret = bearer()
    cookie = request.cookies.get(SESSION_COOKIE)
    if secret:
        token = live_token(secret, TokenKind.ACCESS, at=at)
    elif cookie:
        token = sessions.live(secret_hash(cookie), at=at)
    else:
        raise NotSignedIn("send a bearer token")
    g.caller_id = token.person_id
    if not secret and request.method not in SAFE:
        require_same_site()
        given = request.headers.get(CSRF_HEADER, "") or request.form.get("csrf", "")
        if not hmac.compare_digest(given.encode(), (token.csrf or "").encode()):
            raise CsrfMissing(f"send {CSRF_HEADER} from GET /v1/me")
    person = db.session.get(Person, token.person_id)
    if person is None or not person.is_active:
        raise NotSignedIn("the account is closed")
    return person, token


def allow(*roles: Role, keeps_answer: bool = True, before_owed: bool = False) -> Callable[[View], View]:
    """Let only these roles call the view; a view that writes starts its write transaction here.

    A POST with an `Idempotency-Key` is carried out once (see `idempotency.once`), unless its answer shows a secret or
    hands out personal data: that is kept nowhere, and the view is carried out each time. Only a view with
    `before_owed` is open to who owes a password of his own or a second factor (see `owed`).

    Raises NotSignedIn, WrongRole, CsrfMissing, OwnPasswordOwed or SecondFactorOwed.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            person, token = identify(clock.now())
            if not person.roles & set(roles):
                raise WrongRole(f"needs {', '.join(sorted(roles))}", needs=sorted(roles))
            if not before_owed:
                owed.require_nothing_owed(person)
            g.person_id, g.token_id = person.id, token.id
            wall.see(person.creditor_ids, now=request.method in SAFE)
            if request.method not in SAFE:
                request.get_data(cache=True)
                begin_write()
            if not keeps_answer:
                return view(*args, **kwargs)
            return idempotency.once(partial(view, *args, **kwargs), person_id=g.person_id, at=clock.now())

        guarded.allowed = frozenset(roles)  # type: ignore[attr-defined]
        guarded.honours_key = keeps_answer  # type: ignore[attr-defined]
        guarded.before_owed = before_owed  # type: ignore[attr-defined]
        return cast("View", guarded)

    return mark


def call_by(token: Token, *, needs: Role) -> None:
    """Let the owner of a token be the caller of a view without login. Raises NotSignedIn or WrongRole."""
    person = db.session.get(Person, token.person_id)
    if person is None or not person.is_active:
        raise NotSignedIn("the account is closed")
    if needs not in person.roles:
        raise WrongRole(f"needs {needs}", needs=[needs])
    owed.require_nothing_owed(person)
    g.person_id, g.token_id = person.id, token.id
    wall.see(person.creditor_ids, now=True)


class BasicNeeded(NotSignedIn):
    """Name and password are needed with each request."""

    challenge = 'Basic realm="doorstep", charset="UTF-8"'


def allow_basic(*roles: Role) -> Callable[[View], View]:
    """Let only these roles call the view, by name and password with each request (RFC 7617): a client without tokens.

    The write transaction begins here. Raises BasicNeeded or WrongRole.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            given = request.authorization
            if given is None or given.type != "basic":
                raise BasicNeeded("send the user name and the password of an agent")
            try:
                person = sign_in(given.username or "", given.password or "", at=clock.now())
            except NotSignedIn as refusal:
                raise BasicNeeded(refusal.detail) from refusal
            if not person.roles & set(roles):
                raise WrongRole(f"needs {', '.join(sorted(roles))}", needs=sorted(roles))
            owed.require_nothing_owed(person)
            g.person_id = person.id
            wall.see(None, now=True)  # a phone by other means: see devices.enrol.phone
            return view(*args, **kwargs)

        guarded.allowed = frozenset(roles)  # type: ignore[attr-defined]
        return cast("View", guarded)

    return mark


def public(reason: str) -> Callable[[View], View]:
    """Say that a view needs no login, and why."""

    def mark(view: View) -> View:
        view.public = reason  # type: ignore[attr-defined]
        return view

    return mark


def current_person() -> Person:
    """Return who calls, of the present transaction. Raises NotSignedIn."""
    person = db.session.get(Person, g.person_id) if "person_id" in g else None
    if person is None:
        raise NotSignedIn("nobody is signed in")
    return person
