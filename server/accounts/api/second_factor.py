"""A person's own second factor and passkeys, the proof before a decision, and the admin's help when a phone is lost."""

from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, update

from server import audit, clock
from server.accounts import auth, passkeys, totp
from server.accounts.auth import allow, current_person
from server.accounts.models import Passkey, Person, Token
from server.accounts.roles import EVERYONE, Role
from server.accounts.schemas import (
    CredentialIn,
    NewPasskeyIn,
    OtpIn,
    PasskeyOut,
    PasswordIn,
    ProofOut,
    RecoveryOut,
    TotpOut,
    TotpSecretOut,
)
from server.body import Body, answers, takes
from server.db import db, fetch
from server.errors import Missing

bp = Blueprint("second_factor", __name__, url_prefix="/v1")


@bp.get("/me/totp")
@allow(*EVERYONE, before_owed=True)
@answers(TotpOut)
def show_totp() -> ResponseReturnValue:
    """Show whether signing in needs a code, since when, and how many recovery codes are left."""
    factor = totp.factor_of(current_person().id)
    confirmed_at = factor.confirmed_at if factor else None
    left = len(factor.recovery_hashes) if factor and confirmed_at else 0
    return jsonify(TotpOut().dump({"is_on": confirmed_at is not None, "since": confirmed_at, "recovery_left": left}))


@bp.post("/me/totp")
@allow(*EVERYONE, keeps_answer=False, before_owed=True)
@takes(PasswordIn)
@answers(TotpSecretOut, status=201)
def begin_totp(body: Body) -> ResponseReturnValue:
    """Begin a second factor, with the password again; answers with the secret and the address for a QR code, once."""
    person = auth.check_again(current_person(), body["password"], at=clock.now())
    secret, uri = totp.begin(person)
    db.session.commit()
    told = {"secret": secret, "otpauth_uri": uri, "qr_svg": totp.qr_code(uri)}
    return _private(TotpSecretOut().dump(told)), 201


@bp.post("/me/totp/confirm")
@allow(*EVERYONE, keeps_answer=False, before_owed=True)
@takes(OtpIn)
@answers(RecoveryOut)
def confirm_totp(body: Body) -> ResponseReturnValue:
    """Put the second factor in force with a first code; answers with ten recovery codes, once."""
    person = current_person()
    codes = totp.confirm(person, body["otp"], at=clock.now())
    audit.note("account.totp_on", f"person:{person.id}", actor_id=person.id)
    db.session.commit()
    return _private({"recovery_codes": codes})


@bp.post("/me/totp/remove")
@allow(*EVERYONE)
@takes(OtpIn)
@answers(None, status=204)
def remove_totp(body: Body) -> ResponseReturnValue:
    """Take the second factor back, with a code of it."""
    person = auth.check_code_again(current_person(), body["otp"], at=clock.now())
    totp.remove(person.id)
    audit.note("account.totp_off", f"person:{person.id}", actor_id=person.id)
    db.session.commit()
    return Response(status=204)


@bp.post("/people/<uuid:person_id>/second-factor/reset")
@allow(Role.ADMIN)
@answers(None, status=204)
def reset_second_factor(person_id: UUID) -> ResponseReturnValue:
    """Take factor and passkeys from somebody who lost his phone, and sign him out everywhere."""
    person, admin = fetch(Person, person_id, lock=True), current_person()
    factor = totp.factor_of(person.id)
    if factor is not None:
        db.session.delete(factor)
    db.session.execute(delete(Passkey).where(Passkey.person_id == person.id))
    db.session.execute(update(Token).where(Token.person_id == person.id).values(revoked_at=clock.now()))
    audit.note("account.second_factor_reset", f"person:{person.id}", actor_id=admin.id)
    db.session.commit()
    return Response(status=204)


@bp.get("/me/passkeys")
@allow(*EVERYONE)
@answers(PasskeyOut)
def list_passkeys() -> ResponseReturnValue:
    """List the caller's passkeys."""
    return jsonify(items=PasskeyOut(many=True).dump(passkeys.of(current_person())))


@bp.post("/me/passkeys/options")
@allow(*EVERYONE)
@takes(PasswordIn)
@answers(None)
def offer_passkey(body: Body) -> ResponseReturnValue:
    """Answer with what `navigator.credentials.create` takes; the password again."""
    person = auth.check_again(current_person(), body["password"], at=clock.now())
    options = passkeys.offer(person, at=clock.now())
    db.session.commit()
    return _private(options)


@bp.post("/me/passkeys")
@allow(*EVERYONE)
@takes(NewPasskeyIn)
@answers(PasskeyOut, status=201)
def add_passkey(body: Body) -> ResponseReturnValue:
    """Register the passkey the browser made (`credential.toJSON()`); decisions of weight need it from now on."""
    person = current_person()
    passkey = passkeys.register(person, body["credential"], name=body["name"], at=clock.now())
    audit.note("account.passkey_added", f"person:{person.id}", actor_id=person.id, passkey=str(passkey.id))
    told = PasskeyOut().dump(passkey)
    db.session.commit()
    return jsonify(told), 201


@bp.delete("/me/passkeys/<uuid:passkey_id>")
@allow(*EVERYONE)
@answers(None, status=204)
def remove_passkey(passkey_id: UUID) -> ResponseReturnValue:
    """Take a passkey back; it, or another of the caller's, has to be shown first."""
    person, passkey = current_person(), fetch(Passkey, passkey_id, lock=True)
    if passkey.person_id != person.id:
        raise Missing(f"no Passkey {passkey_id}")
    passkeys.require_proof(person, at=clock.now())
    db.session.delete(passkey)
    audit.note("account.passkey_removed", f"person:{person.id}", actor_id=person.id, passkey=str(passkey_id))
    db.session.commit()
    return Response(status=204)


@bp.post("/me/step-up/options")
@allow(*EVERYONE)
@answers(None)
def ask_for_proof() -> ResponseReturnValue:
    """Answer with what `navigator.credentials.get` takes."""
    options = passkeys.ask(current_person(), at=clock.now())
    db.session.commit()
    return _private(options)


@bp.post("/me/step-up")
@allow(*EVERYONE)
@takes(CredentialIn)
@answers(ProofOut)
def step_up(body: Body) -> ResponseReturnValue:
    """Take the passkey's answer (`credential.toJSON()`): this session may decide for five minutes."""
    person, at = current_person(), clock.now()
    used = passkeys.prove(person, body["credential"], at=at)
    audit.note("account.stepped_up", f"person:{person.id}", actor_id=person.id, passkey=str(used.id))
    told = ProofOut().dump({"proved_until": at + passkeys.PROOF_LIFE, "passkey_id": used.id})
    db.session.commit()
    return jsonify(told)


def _private(content: Body) -> Response:
    answer = jsonify(content)
    answer.headers["Cache-Control"] = "no-store"
    return answer
