"""Signatures a phone makes with a key that never leaves it, and the server checks. Pure.

Ed25519 where the phone's browser has it, else ES256 (ECDSA P-256 with SHA-256, written as raw r‖s). Keys travel as JWK.

Source: RFC 8032 (Ed25519); RFC 7518 §3.4 (ES256); RFC 8037 (OKP keys in JWK).
"""

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

try:
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import BadSignatureError
except ImportError:  # who verifies a dossier alone needs no haste
    crypto_sign_open = None  # type: ignore[assignment]

_B64URL = re.compile(r"[A-Za-z0-9_-]*")
_HALF = 32


class Alg(StrEnum):
    """How a record is signed."""

    ED25519 = "Ed25519"  # EdDSA over edwards25519
    ES256 = "ES256"  # ECDSA over P-256 with SHA-256, r‖s


class BadKey(ValueError):
    """The JWK is not a public or private key of the algorithm it is used for."""


def b64url(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    """Return the bytes of base64url without padding. Raises ValueError for any other spelling."""
    if not _B64URL.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url(data) != text:
        raise ValueError("not the shortest base64url of its bytes")
    return data


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a phone's or server's key."""

    alg: Alg
    key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

    def verifies(self, sig: str, message: bytes) -> bool:
        """Tell whether sig (base64url) is this key's signature of the message; never raises."""
        try:
            raw = unb64url(sig)
            if len(raw) != 2 * _HALF:
                return False
            match self.key:
                case ed25519.Ed25519PublicKey():
                    _verify_ed25519(self.key, raw, message)
                case ec.EllipticCurvePublicKey():
                    self.key.verify(der_of(raw), message, ec.ECDSA(hashes.SHA256()))
                case _:
                    assert_never(self.key)
        except (InvalidSignature, ValueError):
            return False
        return True

    def jwk(self) -> dict[str, str]:
        """Return the key as a JWK with only its required members."""
        match self.key:
            case ed25519.Ed25519PublicKey():
                return {"kty": "OKP", "crv": "Ed25519", "x": b64url(self.key.public_bytes_raw())}
            case ec.EllipticCurvePublicKey():
                at = self.key.public_numbers()
                return {"kty": "EC", "crv": "P-256", "x": _coordinate(at.x), "y": _coordinate(at.y)}
            case _:
                assert_never(self.key)

    def pem(self) -> bytes:
        """Return the key as SubjectPublicKeyInfo PEM, for tools such as openssl."""
        return self.key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key held in Python: the reference phone's, or the server's for acknowledgements."""

    alg: Alg
    key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey

    def sign(self, message: bytes) -> str:
        """Return the signature of the message as base64url; equal messages give equal signatures."""
        match self.key:
            case ed25519.Ed25519PrivateKey():
                return b64url(self.key.sign(message))
            case ec.EllipticCurvePrivateKey():
                der = self.key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
                r, s = decode_dss_signature(der)
                return b64url(r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big"))
            case _:
                assert_never(self.key)

    def public(self) -> PublicKey:
        """Return the public half."""
        return PublicKey(self.alg, self.key.public_key())

    def secret(self) -> bytes:
        """Return the 32 bytes from which signing_key() makes this key again. Keep them as such."""
        match self.key:
            case ed25519.Ed25519PrivateKey():
                return self.key.private_bytes_raw()
            case ec.EllipticCurvePrivateKey():
                return self.key.private_numbers().private_value.to_bytes(_HALF, "big")
            case _:
                assert_never(self.key)


def signing_key(alg: Alg, secret: bytes) -> SigningKey:
    """Return the private key made from 32 secret random bytes. Raises BadKey when they give none."""
    try:
        match alg:
            case Alg.ED25519:
                return SigningKey(alg, ed25519.Ed25519PrivateKey.from_private_bytes(secret))
            case Alg.ES256:
                return SigningKey(alg, ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1()))
            case _:
                assert_never(alg)
    except ValueError as fault:
        raise BadKey(str(fault)) from fault


def public_key(jwk: Mapping[str, Any], *, alg: str) -> PublicKey:
    """Return the public key in a JWK. Raises BadKey, also when the JWK carries a private part."""
    if "d" in jwk:
        raise BadKey("the JWK holds a private key; only the public part may leave the phone")
    try:
        match Alg(alg), jwk.get("kty"), jwk.get("crv"):
            case Alg.ED25519, "OKP", "Ed25519":
                x = unb64url(_text(jwk, "x"))
                return PublicKey(Alg.ED25519, ed25519.Ed25519PublicKey.from_public_bytes(x))
            case Alg.ES256, "EC", "P-256":
                x, y = unb64url(_text(jwk, "x")), unb64url(_text(jwk, "y"))
                at = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
                return PublicKey(Alg.ES256, at.public_key())
            case _:
                raise BadKey(f"expected a public JWK for {alg}")
    except ValueError as fault:
        raise BadKey(f"not a key for {ascii(alg)[:40]}: {fault}") from fault


def der_of(raw: bytes) -> bytes:
    """Return r‖s as the DER form that openssl and X.509 tools expect."""
    return encode_dss_signature(int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))


def _verify_ed25519(key: ed25519.Ed25519PublicKey, raw: bytes, message: bytes) -> None:
    """Verify by libsodium, at half the cost of OpenSSL, which has the last word on what libsodium refuses.

    libsodium refuses more, such as keys of small order; what it takes OpenSSL takes (see the tests). Raises
    InvalidSignature.
    """
    if crypto_sign_open is not None:
        with suppress(BadSignatureError):
            crypto_sign_open(raw + message, key.public_bytes_raw())
            return
    key.verify(raw, message)


def _coordinate(value: int) -> str:
    return b64url(value.to_bytes(_HALF, "big"))


def _text(jwk: Mapping[str, Any], name: str) -> str:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise BadKey(f"the JWK lacks {name}")
    return value
