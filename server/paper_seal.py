"""The electronic seal (电子签章) on every issued paper: PAdES over the whole file, certified against any change.

Rendering is deterministic, sealing is not (a signature has a random part): the facts' fingerprint and the hash of the
unsealed bytes say that two papers are equal, the hash of the sealed bytes says which file was handed out.
Source: ETSI EN 319 142-1 (B-B, B-T); ISO 32000-2 §12.8.2.2 (DocMDP, no changes); docs/evidence.md §1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from io import BytesIO
from threading import Lock
from typing import Any

from asn1crypto import cms, x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificates
from flask import current_app
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from server import config
from server.config import HalfConfigured, SealKind, SealSettings

FIELD = "Seal"
_ROOM = 8192  # for the signature in hexadecimal: a chain of two takes under 2 kB; measuring first would double the work
_ROOM_WITH_STAMP = 32_768  # a time stamp brings a chain of its own, of RSA-4096 at times
_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SealLevel(StrEnum):
    """How a paper is sealed."""

    NONE = ""  # sealing is off
    B_B = "B-B"  # signature
    B_T = "B-T"  # signature and a time of a time-stamping authority


class NoRoom(ValueError):
    """The seal of this file has no room for a time stamp."""


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """A sealed file, and how."""

    pdf: bytes
    level: SealLevel


class _LoadedSigner(signers.Signer):
    """Signs with a key that is loaded already: pyHanko's own loads and checks it anew for each paper."""

    def __init__(self, key: _Key, chain: Sequence[x509.Certificate]) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(chain)
        super().__init__(signing_cert=chain[0], cert_registry=store)
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002 - always SHA-256
        dry_run: bool = False,  # noqa: ARG002, FBT001, FBT002 - pyHanko's own signature
    ) -> bytes:
        """Return the signature over the data."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), SHA256())
        return self._key.sign(data, ec.ECDSA(SHA256()))


class _PdfSigner(signers.PdfSigner):
    """Says that it signed when the paper was issued."""

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        """Return pyHanko's session with our time."""
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session


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
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            reason="单据封存 Sealed as issued",
        )
        with self._one_at_a_time:  # a session with a hardware module is no thing to share
            signer = _PdfSigner(meta, self._signer, new_field_spec=SigFieldSpec(FIELD), at=at)
            out = signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), in_place=True, bytes_reserved=self._room)
        return SealedPdf(out.getvalue(), SealLevel.B_B)

    @property
    def _room(self) -> int:
        return _ROOM_WITH_STAMP if self.settings.tsa_url else _ROOM

    @cached_property
    def _signer(self) -> signers.Signer:
        try:
            return _load(self.settings)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as fault:
            raise HalfConfigured(f"the seal's key cannot be used: {fault}") from fault

    def root_pem(self) -> bytes | None:
        """Return the root that others need to trust the seal, None while sealing is off."""
        return None if self.settings.kind is SealKind.OFF else self.settings.root_file.read_bytes()

    def check(self) -> str:
        """Return `ok` or why nothing can be sealed."""
        try:
            if self.settings.kind is not SealKind.OFF:
                _ = self._signer
        except HalfConfigured as fault:
            return str(fault)
        return "ok"


def _load(settings: SealSettings) -> signers.Signer:
    passphrase = settings.passphrase.encode() or None
    match settings.kind:
        case SealKind.PKCS11:
            return _hardware(settings)
        case SealKind.PKCS12:
            key, own, others = pkcs12.load_key_and_certificates(settings.key_file.read_bytes(), passphrase)
            chain = [one for one in (own, *others) if one is not None]
        case _:
            key = load_pem_private_key(settings.key_file.read_bytes(), passphrase)
            chain = load_pem_x509_certificates(settings.chain_file.read_bytes())
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or not chain:
        raise ValueError(f"expected a P-256 or RSA key with its certificate, got {type(key).__name__}")
    if key.public_key() != chain[0].public_key():
        raise ValueError("the first certificate is not that of the key")
    return _LoadedSigner(key, [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain])


def _hardware(settings: SealSettings) -> signers.Signer:
    """Return a signer whose key never leaves its module.

    Modules that know no ECDSA-with-SHA256, SoftHSM2 among them, sign the hash: hence the raw mechanism.
    """
    try:
        from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415  # of the extra
        from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session  # noqa: PLC0415
    except ImportError as missing:
        raise HalfConfigured("a hardware module needs the extra: pip install 'doorstep[hsm]'") from missing
    chain = [
        x509.Certificate.load(one.public_bytes(Encoding.DER))
        for one in load_pem_x509_certificates(settings.chain_file.read_bytes())
    ]
    criteria = TokenCriteria(label=settings.token) if settings.token else None
    try:
        session = open_pkcs11_session(settings.module, token_criteria=criteria, user_pin=settings.passphrase or None)
    except PKCS11Error as fault:
        raise ValueError(f"{type(fault).__name__} {fault}") from fault
    return PKCS11Signer(
        session, signing_cert=chain[0], ca_chain=set(chain[1:]), key_label=settings.key_label, use_raw_mechanism=True
    )


def signature_of(pdf: bytes) -> bytes:
    """Return the seal's signature, which a time stamp is of. Raises ValueError for an unsealed file."""
    return bytes(_container(pdf)[0]["content"]["signer_infos"][0]["signature"].native)


def with_stamp(pdf: bytes, token: Any) -> bytes:
    """Return a sealed file with a time stamp inside its seal: B-T. Nothing that was signed changes.

    Raises NoRoom, or ValueError for an unsealed file. Source: ETSI EN 319 142-1 §5.3 (signature-time-stamp).
    """
    signed, start, end = _container(pdf)
    attribute = cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})
    signed["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([attribute])
    packed = signed.dump().hex().encode()
    if len(packed) > end - start:
        raise NoRoom(f"{end - start} digits are kept, {len(packed)} are needed")
    stamped: bytes = pdf[:start] + packed.ljust(end - start, b"0") + pdf[end:]
    return stamped


def _container(pdf: bytes) -> tuple[Any, int, int]:
    """Return the seal's signed data, and where its hexadecimal digits begin and end in the file."""
    found = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if len(found) != 1:
        raise ValueError(f"expected one seal, got {len(found)}")
    _, before, after, _ = map(int, found[0].byte_range)
    return cms.ContentInfo.load(bytes(found[0].pkcs7_content)), before + 1, after - 1


def current() -> PaperSeal:
    """Return the seal of the running application."""
    seal: PaperSeal = current_app.extensions.setdefault("doorstep.seal", PaperSeal(config.current().seal, Lock()))
    return seal
