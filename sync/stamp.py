"""A time stamp of an authority (时间戳): that some bytes existed at a moment, said by a third party. Pure.

The reply is kept as it came, so that `openssl ts -verify` reads it too.

Source: RFC 3161 §2.4.2 (reply, TSTInfo), RFC 5652 §5.4 (what is signed), RFC 5816 (certificate by SHA-256).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, parser, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_GRANTED = {"granted", "granted_with_mods"}
_LONGEST_CHAIN = 8
_Faults = InvalidSignature, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError


class BadStamp(ValueError):
    """The reply is no time stamp of these bytes by an authority that is trusted."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a time stamp says: when, and the name in the authority's certificate."""

    at: datetime
    authority: str


def read(reply: bytes, data: bytes, *, roots: Sequence[x509.Certificate], nonce: int | None = None) -> Stamp:
    """Return what a reply says of the bytes, once its signature leads to one of the roots. Raises BadStamp.

    nonce is that of the question, when it is at hand.
    """
    try:
        return _read(reply, data, roots=roots, nonce=nonce)
    except BadStamp:
        raise
    except _Faults as fault:  # whatever a damaged reply makes of the parser
        raise BadStamp(f"cannot be read: {type(fault).__name__}") from fault


def token(reply: bytes) -> bytes:
    """Return the signed token of a granted reply, as it came and as PDF signatures carry it. Raises BadStamp."""
    _token(reply)
    contents = parser.parse(reply)[4]
    return bytes(contents[parser.peek(contents) :])


def _token(reply: bytes) -> Any:
    try:
        told = tsp.TimeStampResp.load(reply, strict=True)
        status = told["status"]["status"].native
        if status not in _GRANTED:
            raise BadStamp(f"the authority refused: {status}")
        return told["time_stamp_token"]
    except (ValueError, TypeError, KeyError) as fault:
        raise fault if isinstance(fault, BadStamp) else BadStamp("no granted time stamp") from fault


def _read(reply: bytes, data: bytes, *, roots: Sequence[x509.Certificate], nonce: int | None) -> Stamp:
    signed: Any = _token(reply)["content"]
    content = signed["encap_content_info"]
    if content["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise BadStamp("not a time stamp with one signer")
    told, octets = content["content"].parsed, content["content"].contents
    imprint = told["message_imprint"]
    if imprint["hashed_message"].native != _digest(imprint["hash_algorithm"]["algorithm"].native, data):
        raise BadStamp("it is of other bytes")
    if nonce is not None and told["nonce"].native != nonce:
        raise BadStamp("it answers another question")
    at: datetime = told["gen_time"].native
    held = [x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    signer = _signature_holds(signed["signer_infos"][0], octets, held)
    _require_stamping(signer)
    _lead_to_root(signer, held, roots, at=at)
    return Stamp(at, signer.subject.rfc4514_string())


def _digest(name: str, data: bytes) -> bytes:
    if name not in _HASHES:
        raise BadStamp(f"its hash {name} is not one of {', '.join(_HASHES)}")
    return hashlib.new(name, data).digest()


def _signature_holds(info: cms.SignerInfo, octets: bytes, held: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that signed the content, named by its hash in what is signed. Raises BadStamp."""
    told = {one["type"].native: one["values"] for one in info["signed_attrs"]}
    name = info["digest_algorithm"]["algorithm"].native
    is_stamp = told["content_type"][0].native == "tst_info"
    if not is_stamp or told["message_digest"][0].native != _digest(name, octets):
        raise BadStamp("what is signed is not this time stamp")
    signer = _named(told, held)
    attributes, signature = info["signed_attrs"].untag().dump(), info["signature"].native
    key, algorithm = signer.public_key(), _HASHES[name]
    try:
        match key:
            case rsa.RSAPublicKey():
                key.verify(signature, attributes, PKCS1v15(), algorithm)
            case ec.EllipticCurvePublicKey():
                key.verify(signature, attributes, ec.ECDSA(algorithm))
            case _:
                raise BadStamp("the authority's key is neither RSA nor of an elliptic curve")
    except InvalidSignature as fault:
        raise BadStamp("the signature is not by the authority's key") from fault
    return signer


def _named(told: dict[str, Any], held: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate whose hash is in what is signed, so that nobody can put another in its place."""
    if "signing_certificate_v2" in told:
        one = told["signing_certificate_v2"][0]["certs"][0]
        name = one["hash_algorithm"]["algorithm"].native
    else:  # RFC 3161 itself knows SHA-1 only; it picks the certificate here, and what is trusted is its signature
        one, name = told["signing_certificate"][0]["certs"][0], "sha1"
    wanted = one["cert_hash"].native
    found = [cert for cert in held if hashlib.new(name, cert.public_bytes(Encoding.DER)).digest() == wanted]
    if not found:
        raise BadStamp("it does not carry the authority's certificate")
    return found[0]


def _require_stamping(signer: x509.Certificate) -> None:
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as fault:
        raise BadStamp("its certificate is not for time stamps") from fault
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise BadStamp("its certificate is not for time stamps alone")


def _lead_to_root(
    signer: x509.Certificate, held: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], *, at: datetime
) -> None:
    """Climb from the signer to a root; each certificate must be valid at the moment. Raises BadStamp."""
    one = signer
    for _ in range(_LONGEST_CHAIN):
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            raise BadStamp(f"the certificate of {one.subject.rfc4514_string()} was not valid then")
        if one in roots:
            return
        above = next((other for other in (*roots, *held) if _issued(one, other)), None)
        if above is None or above == one:
            break
        one = above
    raise BadStamp(f"{signer.subject.rfc4514_string()} leads to no trusted root")


def _issued(one: x509.Certificate, other: x509.Certificate) -> bool:
    try:
        is_authority = other.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        one.verify_directly_issued_by(other)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return bool(is_authority)
