"""The electronic seal (电子签章) on every issued paper: PAdES over the whole file, certified against any change.

Rendering is deterministic, sealing is not (a signature has a random part): the facts' fingerprint and the hash of the
unsealed bytes say that two papers are equal, the hash of the sealed bytes says which file was handed out.
`pades.py` signs; it is loaded at the first paper. Source: docs/evidence.md §1.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509 import Certificate, load_pem_x509_certificates
from flask import current_app

from server import config
from server.config import HalfConfigured, SealKind, SealSettings

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

    from server.pades import Key

_ROOM = 8192  # for the signature in hexadecimal: a chain of two takes under 2 kB; measuring first would double the work
_ROOM_WITH_STAMP = 32_768  # a time stamp brings a chain of its own, of RSA-4096 at times


class SealLevel(StrEnum):
    """How a paper is sealed."""

    NONE = ""  # sealing is off
    B_B = "B-B"  # signature
    B_T = "B-T"  # signature and a time of a time-stamping authority


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """A sealed file, and how."""

    pdf: bytes
    level: SealLevel


@dataclass(frozen=True)
class PaperSeal:
    """The seal of an installation, its key loaded at the first paper."""

    settings: SealSettings
    _one_at_a_time: Lock

    def seal(self, pdf: bytes, *, at: datetime) -> SealedPdf:
        """Return the PDF sealed as of that time; every byte of it is still there, before the seal.

        Raises HalfConfigured when the key cannot be used.
        """
        if self.settings.kind is SealKind.OFF:
            return SealedPdf(pdf, SealLevel.NONE)
        from server import pades  # noqa: PLC0415  # 22 MiB

        room = _ROOM_WITH_STAMP if self.settings.tsa_url else _ROOM
        with self._one_at_a_time:  # a session with a hardware module is no thing to share
            return SealedPdf(pades.sealed(pdf, signer=self._signer, at=at, room=room), SealLevel.B_B)

    @cached_property
    def _signer(self) -> "Signer":
        from server import pades  # noqa: PLC0415  # 22 MiB

        try:
            if self.settings.kind is SealKind.PKCS11:
                chain = load_pem_x509_certificates(self.settings.chain_file.read_bytes())
                return pades.hardware_signer(self.settings, chain)
            return pades.LoadedSigner(*_key_and_chain(self.settings))
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as fault:
            raise _unusable(fault) from fault

    @cached_property
    def _is_usable(self) -> bool:
        """Whether the key can sign, found out without pyHanko where the key is a file."""
        if self.settings.kind is SealKind.PKCS11:
            return self._signer is not None
        try:
            return _key_and_chain(self.settings) is not None
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as fault:
            raise _unusable(fault) from fault

    def root_pem(self) -> bytes | None:
        """Return the root that others need to trust the seal, None while sealing is off."""
        return None if self.settings.kind is SealKind.OFF else self.settings.root_file.read_bytes()

    def check(self) -> str:
        """Return `ok` or why nothing can be sealed."""
        try:
            if self.settings.kind is not SealKind.OFF:
                _ = self._is_usable
        except HalfConfigured as fault:
            return str(fault)
        return "ok"


def _unusable(fault: Exception) -> HalfConfigured:
    return HalfConfigured(f"the seal's key cannot be used: {fault}")


def _key_and_chain(settings: SealSettings) -> "tuple[Key, list[Certificate]]":
    passphrase = settings.passphrase.encode() or None
    if settings.kind is SealKind.PKCS12:
        key, own, others = pkcs12.load_key_and_certificates(settings.key_file.read_bytes(), passphrase)
        chain = [one for one in (own, *others) if one is not None]
    else:
        key = load_pem_private_key(settings.key_file.read_bytes(), passphrase)
        chain = load_pem_x509_certificates(settings.chain_file.read_bytes())
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or not chain:
        raise ValueError(f"expected a P-256 or RSA key with its certificate, got {type(key).__name__}")
    if key.public_key() != chain[0].public_key():
        raise ValueError("the first certificate is not that of the key")
    return key, chain


def current() -> PaperSeal:
    """Return the seal of the running application."""
    seal: PaperSeal = current_app.extensions.setdefault("doorstep.seal", PaperSeal(config.current().seal, Lock()))
    return seal
