"""Passkeys (通行密钥): a key in a phone, computer or stick that proves who signs, at the moment of signing.

Who has one has to use it shortly before a decision of weight: signing a scheme off, deciding an escalation, deleting.
The challenge lies with the session it was given to and is used once. Source: W3C WebAuthn 3; OWASP ASVS 5.0 6.3.3.
"""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import g
from sqlalchemy import func, select

from server import clock, config
from server.accounts.models import Passkey, Person, Token
from server.db import db, fetch
from server.errors import Conflict, Invalid, NotAllowed
from sync.signature import b64url, unb64url

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

CHALLENGE_LIFE = timedelta(minutes=5)
PROOF_LIFE = timedelta(minutes=5)


class StepUpNeeded(NotAllowed):
    """This decision has to be proved with the passkey, now."""


class PasskeyRefused(Invalid):
    """The passkey's answer does not hold."""


class PasskeyKnown(Conflict):
    """This passkey is registered already."""


def of(person: Person) -> list[Passkey]:
    """Return the passkeys of a person, oldest first."""
    return list(db.session.scalars(select(Passkey).where(Passkey.person_id == person.id).order_by(Passkey.id)))


def offer(person: Person, *, at: datetime) -> dict[str, Any]:
    """Return what a browser needs to make a passkey."""
    import webauthn  # noqa: PLC0415  # 6 MiB: only where a passkey is used
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name="Doorstep 外访通",
        user_name=person.username,
        user_id=person.id.bytes,
        user_display_name=person.name,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_descriptor(one) for one in of(person)],
    )
    _remember("new", options.challenge, at=at)
    return cast("dict[str, Any]", json.loads(webauthn.options_to_json(options)))


def register(person: Person, credential: dict[str, Any], *, name: str, at: datetime) -> Passkey:
    """Keep the passkey a browser made. Raises PasskeyRefused or PasskeyKnown."""
    import webauthn  # noqa: PLC0415  # 6 MiB: only where a passkey is used
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    challenge = _take_challenge("new", at=at)
    try:
        told = webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=_host(), expected_origin=_origin(),
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise PasskeyRefused(str(fault)[:200]) from fault
    credential_id = b64url(told.credential_id)
    if db.session.scalar(select(func.count()).where(Passkey.credential_id == credential_id)):
        raise PasskeyKnown(name)
    passkey = Passkey(
        id=clock.new_id(), person_id=person.id, name=name, credential_id=credential_id,
        public_key=b64url(told.credential_public_key), sign_count=told.sign_count,
    )  # fmt: skip
    db.session.add(passkey)
    return passkey


def ask(person: Person, *, at: datetime) -> dict[str, Any]:
    """Return what a browser needs to prove who is there. Raises StepUpNeeded for who has no passkey."""
    known = of(person)
    if not known:
        raise StepUpNeeded("register a passkey first")
    import webauthn  # noqa: PLC0415  # 6 MiB: only where a passkey is used
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        allow_credentials=[_descriptor(one) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _remember("prove", options.challenge, at=at)
    return cast("dict[str, Any]", json.loads(webauthn.options_to_json(options)))


def prove(person: Person, credential: dict[str, Any], *, at: datetime) -> Passkey:
    """Take a passkey's answer: this session may decide for the next five minutes. Raises PasskeyRefused."""
    import webauthn  # noqa: PLC0415  # 6 MiB: only where a passkey is used
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    challenge = _take_challenge("prove", at=at)
    used = next((one for one in of(person) if one.credential_id == credential.get("id")), None)
    if used is None:
        raise PasskeyRefused("it is none of yours")
    try:
        told = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=_host(), expected_origin=_origin(),
            credential_public_key=unb64url(used.public_key), credential_current_sign_count=used.sign_count,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise PasskeyRefused(str(fault)[:200]) from fault
    used.sign_count, used.last_used_at = told.new_sign_count, at
    token = fetch(Token, g.token_id)
    token.proved_at, token.proved_with_id = at, used.id
    return used


def require_proof(person: Person, *, at: datetime) -> str | None:
    """Demand a fresh proof of who has a passkey, or of everybody when the settings say so; return the passkey's id.

    Raises StepUpNeeded.
    """
    if not of(person) and not config.current().passkey_required:
        return None
    token = fetch(Token, g.token_id)
    if token.proved_at is None or token.proved_at + PROOF_LIFE < at:
        raise StepUpNeeded("POST /v1/me/step-up first", minutes=PROOF_LIFE.seconds // 60)
    return str(token.proved_with_id)


def _remember(purpose: str, challenge: bytes, *, at: datetime) -> None:
    token = fetch(Token, g.token_id)
    token.challenge, token.challenged_at = f"{purpose}:{b64url(challenge)}", at


def _take_challenge(purpose: str, *, at: datetime) -> bytes:
    """Return the challenge this session was given for the purpose, once. Raises PasskeyRefused."""
    token = fetch(Token, g.token_id)
    kept, told, until = token.challenge or "", purpose + ":", (token.challenged_at or at) + CHALLENGE_LIFE
    token.challenge = token.challenged_at = None
    if not kept.startswith(told) or until < at:
        raise PasskeyRefused("ask for the options anew")
    return unb64url(kept.removeprefix(told))


def _descriptor(passkey: Passkey) -> "PublicKeyCredentialDescriptor":
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor  # noqa: PLC0415

    return PublicKeyCredentialDescriptor(id=unb64url(passkey.credential_id))


def _host() -> str:
    return urlsplit(config.current().public_url).hostname or ""


def _origin() -> str:
    return config.current().public_url
