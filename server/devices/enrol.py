"""Enrolling phones: one-time codes, keys and tokens, and the mark of the views only a phone may call."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import g, request
from sqlalchemy import String, bindparam, select

from server import audit, clock, config, feed, wall
from server.accounts import auth
from server.accounts.models import Person
from server.accounts.roles import Role
from server.body import Body
from server.db import begin_write, core, db, fetch
from server.devices import rules, sender
from server.devices.models import Device, EnrolCode
from server.devices.rules import DeviceState
from server.devices.sender import Sender
from server.errors import Missing, NotSignedIn
from server.prepared import Prepared
from server.transparency import leaves, reading
from sync import chain, leaf
from sync.leaf import Kind
from sync.signature import Alg, BadKey, SigningKey, public_key

View = TypeVar("View", bound=Callable[..., Any])
Phone = TypeVar("Phone", Device, Sender)
DEVICE = "device"
# Made once, as every call of a phone runs them.
_BY_TOKEN = Prepared(
    select(Device.id, Device.person_id, Device.state, feed.sync_clock.c.epoch, feed.sync_clock.c.seq)
    .outerjoin(feed.sync_clock, feed.sync_clock.c.id == 1)
    .where(Device.token_hash == bindparam("token_hash", type_=String))
)
_KNOWN_MOST = 10_000
_known: dict[str, tuple[UUID, UUID]] = {}  # a token's hash → device and person; proved again on the locked row
_LOCKED = select(Device).where(Device.id == bindparam("device_id")).with_for_update()


def issue_code(*, for_id: UUID, issuer: Person, at: datetime) -> tuple[str, EnrolCode]:
    """Add a one-time code for a person who visits; return its letters, shown once. Raises NotAnAgent or Missing."""
    person = fetch(Person, for_id)
    if Role.AGENT not in person.roles or not person.is_active:
        raise rules.NotAnAgent(f"{person.staff_no} does not visit")
    letters = "".join(secrets.choice(rules.CODE_LETTERS) for _ in range(rules.CODE_LENGTH))
    code = EnrolCode(
        id=clock.new_id(), code_hash=auth.secret_hash(letters), person_id=person.id, issued_by_id=issuer.id,
        expires_at=at + rules.CODE_LIFE,
    )  # fmt: skip
    db.session.add(code)
    audit.note("device.code_issued", f"person:{person.id}", actor_id=issuer.id)
    half = rules.CODE_LENGTH // 2
    return f"{letters[:half]}-{letters[half:]}", code


def enrol(body: Body, *, at: datetime) -> tuple[Device, str]:
    """Add the phone that shows a good code; return it with its token. The same phone may repeat its call.

    A phone that names the id it had keeps it, and with it the chain of its records: after a restore from a backup
    older than its enrolment it gives back all it holds. Raises CodeNotGood or KeyNotUsable.
    """
    try:
        key = public_key(body["public_key"], alg=body["alg"])
    except BadKey as fault:
        raise rules.KeyNotUsable(str(fault)) from fault
    hashed = auth.secret_hash(rules.normal_code(body["code"]))
    code = db.session.scalar(select(EnrolCode).where(EnrolCode.code_hash == hashed).with_for_update())
    if code is None:
        raise rules.CodeNotGood("ask the supervisor for a new one")
    known = db.session.get(Device, code.device_id) if code.device_id else None
    rules.check_code(
        expires_at=code.expires_at, used_at=code.used_at, used_by_key=known.public_key if known else None,
        key=key.jwk(), at=at,
    )  # fmt: skip
    device = known or _come_back(code, body, key.jwk()) or _add(code, body, key.jwk(), at=at)
    token = secrets.token_urlsafe(32)
    device.token_hash, code.used_at, code.device_id = auth.secret_hash(token), at, device.id
    db.session.add(device)
    return device, token


def _come_back(code: EnrolCode, body: Body, jwk: dict[str, str]) -> Device | None:
    """Return the phone that enrols again under the id it has here, None when there is none. Raises KeyNotUsable."""
    device = db.session.get(Device, body["device_id"], with_for_update=True) if body.get("device_id") else None
    if device is None:
        return None
    rules.check_comeback(
        state=device.state, is_same_key=device.public_key == jwk, is_same_person=device.person_id == code.person_id
    )
    audit.note("device.enrolled_again", f"device:{device.id}", actor_id=code.person_id)
    return device


def _add(code: EnrolCode, body: Body, jwk: dict[str, str], *, at: datetime) -> Device:
    device_id = body.get("device_id") or clock.new_id()
    start = chain.start(str(device_id))
    device = Device(
        id=device_id, person_id=code.person_id, label=body["label"], alg=body["alg"], public_key=jwk,
        token_hash=str(device_id), app_version=body["app_version"], head_seq=start.seq, head_hash=start.hash,
        state=DeviceState.ACTIVE, last_contact_at=at,
    )  # fmt: skip
    db.session.add(device)
    db.session.flush()
    audit.note("device.enrolled", f"device:{device_id}", actor_id=code.person_id, alg=body["alg"])
    _log(device, at=at)
    return device


def close(device: Device, state: DeviceState, *, by: Person, at: datetime) -> None:
    """Close a phone for good; all its documents leave it at its next contact. Closing twice changes nothing."""
    if device.state == DeviceState.ACTIVE:
        device.state, device.revoked_at = state, at
        audit.note("device.revoked", f"device:{device.id}", actor_id=by.id, state=state.value)
        _log(device, at=at)


def _log(device: Device, *, at: datetime) -> None:
    """Let the log say, where everybody sees it, that this key is a phone's, or is no more."""
    state = DeviceState(device.state).value
    digest = leaf.key_hash(str(device.id), alg=device.alg, jwk=device.public_key, state=state)
    leaves.note(Kind.DEVICE, f"device:{device.id}:{state}", digest=digest, at=at)


def ack_key() -> SigningKey:
    """Return the key that signs acknowledgements."""
    return SigningKey(Alg.ED25519, config.current().ack_key)


def log_vkey() -> str:
    """Return the verifier key of this installation's log, in the note format."""
    return reading.vkey()


def epoch() -> str:
    """Return the epoch in force, empty before the first phone."""
    return feed.epoch(db.session()) or ""


def phone(*, may_be_revoked: bool) -> Callable[[View], View]:
    """Let only an enrolled phone call the view, a revoked one too where it only hands in.

    The view itself begins its write transaction, after the body has come over a slow line. Where a phone only hands in,
    a token met before is not looked up: the view asks for the phone, and that proves the token. Where it reads, the
    token is looked up in the transaction that the view reads in.
    Raises NotSignedIn or DeviceRevoked.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.token_hash = _token_hash()
            if may_be_revoked:
                g.device_id, g.person_id = _known.get(g.token_hash) or _met()
            request.get_data(cache=True)
            wall.see(None, now=False)  # a crew's phone holds what its day has, of several creditors
            if not may_be_revoked:
                wall.ask_alike()
                g.reader = _reader()
                g.device_id, g.person_id = g.reader.id, g.reader.person_id
            return view(*args, **kwargs)

        guarded.allowed = frozenset({DEVICE})  # type: ignore[attr-defined]
        return cast("View", guarded)

    return mark


@dataclass(frozen=True, slots=True)
class Reader:
    """An active phone that asks, and where the feed stood when its token was proved: epoch (empty: none), position."""

    id: UUID
    person_id: UUID
    epoch: str
    newest: int


def current_reader() -> Reader:
    """Return the phone that reads, proved in the present transaction; for views without `may_be_revoked` only."""
    reader: Reader = g.reader
    return reader


def current_device() -> Device:
    """Return the phone that calls. Raises Missing or NotSignedIn."""
    return _proved(fetch(Device, g.device_id))


def lock_device() -> Device:
    """Begin the write transaction and return the phone that calls, locked. Raises Missing or NotSignedIn."""
    begin_write()
    device = db.session.scalar(_LOCKED, {"device_id": g.device_id}, execution_options={"populate_existing": True})
    if device is None:
        raise Missing(f"no Device {g.device_id}")
    return _proved(device)


def lock_sender() -> Sender:
    """Begin the write transaction and return what judging needs of the phone that calls, locked.

    Raises Missing or NotSignedIn.
    """
    found = sender.lock(g.device_id, begin_write())
    if found is None:
        raise Missing(f"no Device {g.device_id}")
    return _proved(found)


def _proved(device: Phone) -> Phone:
    """Return the phone if the token of this call is still its own. Raises NotSignedIn."""
    if device.token_hash != g.token_hash:
        _known.pop(g.token_hash, None)
        raise NotSignedIn("no phone has this token")
    return device


def _token_hash() -> str:
    """Return the hash of the token that came with this call. Raises NotSignedIn."""
    secret = auth.bearer()
    if secret is None:
        raise NotSignedIn("send the device token")
    return auth.secret_hash(secret)


def _met() -> tuple[UUID, UUID]:
    """Return the phone that hands something in and its person, and end the reading. Raises NotSignedIn."""
    found = _BY_TOKEN.row(core(), token_hash=g.token_hash)
    if found is None:
        raise NotSignedIn("no phone has this token")
    db.session.rollback()
    if len(_known) >= _KNOWN_MOST:
        _known.clear()
    _known[g.token_hash] = found[:2]
    return _known[g.token_hash]


def _reader() -> Reader:
    """Return the phone that reads. Raises NotSignedIn or DeviceRevoked."""
    found = _BY_TOKEN.row(core(), token_hash=g.token_hash)
    if found is None:
        raise NotSignedIn("no phone has this token")
    device_id, person_id, state, epoch_now, newest = found
    if state != DeviceState.ACTIVE:
        raise rules.DeviceRevoked("delete the customers' data from this phone", wipe=True, epoch=epoch_now or "")
    return Reader(device_id, person_id, epoch_now or "", newest or 0)
