"""The keys of an installation: made once, mode 0600, never overwritten; and the certificate of its seal.

The self-made seal proves integrity and nothing more: who has the root from us can tell that a paper came from here and
was not changed since. Legal weight takes a certificate of a licensed authority. Source: 电子签名法 art. 13, 16.
"""

import base64
import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

KEY_NAMES = ("master", "index", "session", "ack", "log")
OLDER_KEYS = "master.before-*.key"
SIGNING = frozenset({"ack", "log"})
SEAL_KEY, SEAL_CHAIN, SEAL_ROOT = "seal.key", "seal.pem", "seal-root.pem"
_BEGINS = datetime(2020, 1, 1, tzinfo=UTC)
_NEVER_ENDS = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)  # RFC 5280 §4.1.2.5: no well-defined end


def make_keys(folder: Path, *, seal_passphrase: str = "") -> list[str]:
    """Write the keys that are missing, the seal's with its certificates; return the names of those written."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name in KEY_NAMES:
        path = folder / f"{name}.key"
        if path.exists():
            continue
        _write(path, fresh_key(name))
        made.append(name)
    if not (folder / SEAL_KEY).exists():
        _make_seal(folder, seal_passphrase)
        made.append("seal")
    return made


def fresh_key(name: str) -> bytes:
    """Return a new key as it stands in its file: Ed25519 in PEM for signing, else 32 random bytes in base64."""
    if name in SIGNING:
        return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(os.urandom(32)) + b"\n"


def _make_seal(folder: Path, passphrase: str) -> None:
    """Write a P-256 key, its certificate and the root that issued it, whose own key is forgotten at once.

    So nobody can ever issue another certificate under that root. Ed25519 would not do: pdfsig does not know it.
    The key comes last, because its presence says that all is there.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    mark = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()[:12]
    issuer = _name(f"Doorstep 外访通 单据签章根 {mark}")
    root = _certificate(issuer, root_key, issuer, root_key, is_root=True)
    leaf = _certificate(_name(f"Doorstep 外访通 单据签章 {mark}"), key, issuer, root_key, is_root=False)
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    for stale in (SEAL_CHAIN, SEAL_ROOT):
        (folder / stale).unlink(missing_ok=True)  # left by a run that died before the key
    _write(folder / SEAL_ROOT, root.public_bytes(Encoding.PEM))
    _write(folder / SEAL_CHAIN, leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM))
    _write(folder / SEAL_KEY, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not is_root, content_commitment=not is_root, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=is_root, crl_sign=is_root, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGINS)
        .not_valid_after(_NEVER_ENDS)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, SHA256())
    )


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
