"""PAdES signatures by pyHanko, apart from `paper_seal`: loading it takes 22 MiB that a push or a pull never needs.

Source: ETSI EN 319 142-1 (B-B, B-T); ISO 32000-2 §12.8.2.2 (DocMDP, no changes).
"""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms, x509
from asn1crypto.parser import emit
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from server.config import HalfConfigured, SealSettings

FIELD = "Seal"
_UNIVERSAL, _CONTEXT = 0, 2
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class NoRoom(ValueError):
    """The seal of this file has no room for a time stamp."""


class LoadedSigner(signers.Signer):
    """Signs with a key that is loaded already: pyHanko's own loads and checks it anew for each paper."""

    def __init__(self, key: Key, chain: Sequence[Certificate]) -> None:
        """Take the key, and its chain beginning with its own certificate."""
        certificates = _for_pyhanko(chain)
        store = SimpleCertificateStore()
        store.register_multiple(certificates)
        super().__init__(signing_cert=certificates[0], cert_registry=store)
        self._key = key
        self._attributes: tuple[bytes, bytes] | None = None

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

    async def signed_attrs(self, data_digest: bytes, *args: Any, **kwargs: Any) -> cms.CMSAttributes:
        """Return pyHanko's signed attributes, made once: from paper to paper only the digest in them differs."""
        if self._attributes is None:
            made = await super().signed_attrs(data_digest, *args, **kwargs)
            before, found, after = made.dump().partition(data_digest)
            if not found or data_digest in after:
                raise SigningError("expected the digest once in the signed attributes")
            self._attributes = before, after
        return cms.CMSAttributes.load(data_digest.join(self._attributes))

    def signer_info(self, *args: Any, **kwargs: Any) -> cms.SignerInfo:
        """Return pyHanko's entry of who signed, read back from its bytes.

        asn1crypto writes what was put together in memory anew for each question of each level above; what was read it
        keeps as it came.
        """
        return cms.SignerInfo.load(super().signer_info(*args, **kwargs).dump())


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


def sealed(pdf: bytes, *, signer: signers.Signer, at: datetime, room: int) -> bytes:
    """Return the PDF certified against any change as of that time, with `room` bytes kept for the signature."""
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason="单据封存 Sealed as issued",
    )
    writer = _PdfSigner(meta, signer, new_field_spec=SigFieldSpec(FIELD), at=at)
    out: BytesIO = writer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), in_place=True, bytes_reserved=room)
    return out.getvalue()


def hardware_signer(settings: SealSettings, chain: Sequence[Certificate]) -> signers.Signer:
    """Return a signer whose key never leaves its module. Raises HalfConfigured without the extra, or ValueError.

    Modules that know no ECDSA-with-SHA256, SoftHSM2 among them, sign the hash: hence the raw mechanism.
    """
    try:
        from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415  # of the extra
        from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session  # noqa: PLC0415
    except ImportError as missing:
        raise HalfConfigured("a hardware module needs the extra: pip install 'doorstep[hsm]'") from missing
    criteria = TokenCriteria(label=settings.token) if settings.token else None
    try:
        session = open_pkcs11_session(settings.module, token_criteria=criteria, user_pin=settings.passphrase or None)
    except PKCS11Error as fault:
        raise ValueError(f"{type(fault).__name__} {fault}") from fault
    own, *others = _for_pyhanko(chain)
    return PKCS11Signer(
        session, signing_cert=own, ca_chain=set(others), key_label=settings.key_label, use_raw_mechanism=True
    )


def signature_of(pdf: bytes) -> bytes:
    """Return the seal's signature, which a time stamp is of. Raises ValueError for an unsealed file."""
    return bytes(_container(pdf)[0]["content"]["signer_infos"][0]["signature"].native)


def with_stamp(pdf: bytes, token: bytes) -> bytes:
    """Return a sealed file with a time stamp's token inside its seal: B-T. Nothing that was signed changes.

    Raises NoRoom, or ValueError for a file unsealed or stamped. Source: ETSI EN 319 142-1 §5.3 (signature-time-stamp).
    """
    signed, start, end = _container(pdf)
    packed = _stamped(signed, token).hex().encode()
    if len(packed) > end - start:
        raise NoRoom(f"{end - start} digits are kept, {len(packed)} are needed")
    stamped: bytes = pdf[:start] + packed.ljust(end - start, b"0") + pdf[end:]
    return stamped


def _stamped(signed: Any, token: bytes) -> bytes:
    """Return signed data with the token as its signer's one unsigned attribute; all other bytes are as they were.

    Put together of bytes: asn1crypto takes a length that ends in 0x80 for an indefinite one and writes everything below
    it again, for each question of each level above: one stamp in some dozens took eight seconds.
    """
    data, (signer,) = signed["content"], signed["content"]["signer_infos"]
    if len(signer["unsigned_attrs"]):
        raise ValueError("it is stamped already")
    kind = cms.CMSAttributeType("signature_time_stamp_token").dump()
    attributes = emit(_CONTEXT, 1, 1, _sequence(kind + _set(token)))
    before = data.contents.removesuffix(_set(_sequence(signer.contents)))
    body = _sequence(before + _set(_sequence(signer.contents + attributes)))
    return _sequence(signed["content_type"].dump() + emit(_CONTEXT, 1, 0, body))


def _sequence(contents: bytes) -> bytes:
    return bytes(emit(_UNIVERSAL, 1, cms.SignerInfo.tag, contents))


def _set(contents: bytes) -> bytes:
    return bytes(emit(_UNIVERSAL, 1, cms.SignerInfos.tag, contents))


def _for_pyhanko(chain: Sequence[Certificate]) -> list[x509.Certificate]:
    return [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain]


def _container(pdf: bytes) -> tuple[Any, int, int]:
    """Return the seal's signed data, and where its hexadecimal digits begin and end in the file."""
    found = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if len(found) != 1:
        raise ValueError(f"expected one seal, got {len(found)}")
    _, before, after, _ = map(int, found[0].byte_range)
    return cms.ContentInfo.load(bytes(found[0].pkcs7_content)), before + 1, after - 1
