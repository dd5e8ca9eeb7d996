"""The second factor of signing in (双因素): a code of six digits from an app, once each; recovery codes for a lost one.

Source: RFC 6238; OWASP ASVS 5.0 6.5.1 (a code works once), 6.5.5 (30 seconds), 6.5.6 (it can be taken back).
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID

import pyotp
import segno
from sqlalchemy import select

from server import clock, config
from server.accounts.models import Person, TotpFactor
from server.db import db
from server.errors import Conflict, NotSignedIn
from server.vault import place

STEP_S = 30
DRIFT = (-1, 0, 1)
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
GROUP = 4


class OtpNeeded(NotSignedIn):
    """The code of the second factor is needed."""


class WrongOtp(NotSignedIn):
    """The code of the second factor is wrong, or was used."""


class NoSecondFactor(Conflict):
    """No second factor was begun, or none is in force."""


class SecondFactorOn(Conflict):
    """A second factor is in force already."""


def factor_of(person_id: UUID) -> TotpFactor | None:
    """Return the factor of a person, in force or begun."""
    return db.session.scalar(select(TotpFactor).where(TotpFactor.person_id == person_id))


def is_on(person_id: UUID) -> bool:
    """Tell whether signing in needs a code."""
    factor = factor_of(person_id)
    return factor is not None and factor.confirmed_at is not None


def begin(person: Person) -> tuple[str, str]:
    """Make a secret that is not in force yet; return it, and the `otpauth` address a QR code shows, once.

    Raises SecondFactorOn.
    """
    factor = factor_of(person.id)
    if factor is None:
        factor = TotpFactor(id=clock.new_id(), person_id=person.id, last_step=0, recovery_hashes=[])
        db.session.add(factor)
    elif factor.confirmed_at is not None:
        raise SecondFactorOn("take it back first")
    secret = pyotp.random_base32()
    factor.secret_sealed = config.current().vault.seal(secret, at=_place(factor))
    return secret, pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name="Doorstep 外访通")


def qr_code(uri: str) -> str:
    """Return the QR code of an address as a data address of an SVG picture, dark on white."""
    return segno.make(uri, error="m", micro=False).svg_data_uri(scale=4, light="#fff")


def confirm(person: Person, otp: str, *, at: datetime) -> list[str]:
    """Put the factor in force after a first right code; return the recovery codes, shown once.

    Raises NoSecondFactor, SecondFactorOn or WrongOtp.
    """
    factor = factor_of(person.id)
    if factor is None:
        raise NoSecondFactor("begin one first")
    if factor.confirmed_at is not None:
        raise SecondFactorOn("take it back first")
    if not _is_code(factor, otp, at=at):
        raise WrongOtp("look at the clock of the phone")
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    factor.confirmed_at, factor.recovery_hashes = at, [_hash(code) for code in codes]
    return codes


def require(person_id: UUID, otp: str | None, *, at: datetime) -> None:
    """Demand a code or a recovery code of who has a factor in force; each works once. Raises OtpNeeded or WrongOtp."""
    factor = factor_of(person_id)
    if factor is None or factor.confirmed_at is None:
        return
    if not otp:
        raise OtpNeeded("send `otp`: the six digits, or a recovery code")
    if not (_is_code(factor, otp, at=at) or _is_recovery_code(factor, otp)):
        raise WrongOtp("six digits of the app, each once, or a recovery code")


def remove(person_id: UUID) -> None:
    """Take a person's factor back. Raises NoSecondFactor."""
    factor = factor_of(person_id)
    if factor is None:
        raise NoSecondFactor("there is none")
    db.session.delete(factor)


def _is_code(factor: TotpFactor, otp: str, *, at: datetime) -> bool:
    """Is it the code of now or of half a minute beside, and later than the last one used?"""
    totp = pyotp.TOTP(config.current().vault.unseal(factor.secret_sealed, at=_place(factor)))
    now = int(at.timestamp()) // STEP_S
    for step in (now + drift for drift in DRIFT):
        if step > factor.last_step and hmac.compare_digest(totp.generate_otp(step).encode(), otp.strip().encode()):
            factor.last_step = step
            return True
    return False


def _is_recovery_code(factor: TotpFactor, otp: str) -> bool:
    """Is it a recovery code not used yet? It is used up."""
    digest = _hash(otp)
    if digest not in factor.recovery_hashes:
        return False
    factor.recovery_hashes = [one for one in factor.recovery_hashes if one != digest]
    return True


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode()
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def _hash(code: str) -> str:
    return hashlib.sha256(code.upper().replace("-", "").replace(" ", "").encode()).hexdigest()


def _place(factor: TotpFactor) -> str:
    return place("totp_factor", "secret_sealed", factor.id)
