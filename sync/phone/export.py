"""The last resort (导出文件): what exists only on this phone, in one file that nobody but its server's keeper can open.

For a phone that can sync no more: storage about to be evicted, a broken radio, a server that knows it no longer. Any
browser can write one (web/src/phone/core/export.ts). The file is sealed to the key that signs acknowledgements, which
the phone has from enrolment. Records in it are signed and name their files' hashes, so the way it travels need not be
trusted.

Source: RFC 7748 §4.1 (the Montgomery u of an Edwards point), RFC 5869 (HKDF), NIST SP 800-38D (AES-GCM).
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.canonical import sha256_hex
from sync.envelope import FileRef
from sync.phone.store import Store
from sync.signature import unb64url

MAGIC = b"doorstep.export/2\n"
_KEY_BYTES, _P, _NONCE = 32, 2**255 - 19, bytes(12)
_ALL = 2**31 - 1


class NotAnExport(ValueError):
    """The file is no export, is damaged, or was sealed to another server's key."""


@dataclass(frozen=True, slots=True)
class Export:
    """What an export holds: the device that made it, its unacknowledged records, its files with their bytes."""

    device: str
    records: tuple[Mapping[str, Any], ...]
    files: tuple[tuple[FileRef, bytes], ...]


def write(store: Store, *, random: Callable[[int], bytes]) -> bytes:
    """Return the export of everything the server has not acknowledged; the store stays as it is.

    random gives so many random bytes. Raises NotAnExport when the phone was never enrolled.
    """
    told = json.loads(store.get("ack_key") or "{}")
    if "x" not in told:
        raise NotAnExport("the phone knows no server's key")
    records = [record for state in ("waiting", "quarantined") for record in store.records(state, limit=_ALL)]
    plain = {
        "device": store.get("device") or "",
        "records": [record.document() for record in sorted(records, key=lambda one: one.seq)],
        "files": [_file(ref, content) for ref, content in store.unverified_media()],
    }
    return seal(json.dumps(plain, ensure_ascii=False).encode(), to=unb64url(told["x"]), random=random)


def seal(plain: bytes, *, to: bytes, random: Callable[[int], bytes]) -> bytes:
    """Return bytes that only the holder of the Ed25519 key with public half `to` can open."""
    once = X25519PrivateKey.from_private_bytes(random(_KEY_BYTES))
    head = MAGIC + once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(_montgomery(to)))
    return head + _cipher(shared, head, to).encrypt(_NONCE, plain, head)


def read(content: bytes, *, key: Ed25519PrivateKey) -> Export:
    """Return what an export holds; key is the one that signs acknowledgements. Raises NotAnExport."""
    end = len(MAGIC) + _KEY_BYTES
    head = content[:end]
    if not content.startswith(MAGIC) or len(content) <= end:
        raise NotAnExport("no export of this version")
    mine = X25519PrivateKey.from_private_bytes(hashlib.sha512(key.private_bytes_raw()).digest()[:_KEY_BYTES])
    try:
        shared = mine.exchange(X25519PublicKey.from_public_bytes(head[len(MAGIC) :]))
        cipher = _cipher(shared, head, key.public_key().public_bytes_raw())
        told = json.loads(cipher.decrypt(_NONCE, content[end:], head))
    except (InvalidTag, ValueError) as fault:
        raise NotAnExport("damaged, or sealed to another server's key") from fault
    return Export(told["device"], tuple(told["records"]), tuple(_opened(one) for one in told["files"]))


def _file(ref: FileRef, content: bytes) -> dict[str, Any]:
    return {
        "id": ref.id, "sha256": ref.sha256, "bytes": ref.bytes, "mime": ref.mime,
        "content": base64.b64encode(content).decode(),
    }  # fmt: skip


def _opened(told: Mapping[str, Any]) -> tuple[FileRef, bytes]:
    content = base64.b64decode(told["content"])
    if sha256_hex(content) != told["sha256"]:
        raise NotAnExport(f"file {told['id']} is not what its hash says")
    return FileRef(told["id"], told["sha256"], told["bytes"], told["mime"]), content


def _montgomery(edwards: bytes) -> bytes:
    """Return the X25519 public key of the same secret as an Ed25519 public key: u = (1 + y) / (1 - y)."""
    y = int.from_bytes(edwards, "little") & ((1 << 255) - 1)
    return ((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(_KEY_BYTES, "little")


def _cipher(shared: bytes, head: bytes, to: bytes) -> AESGCM:
    """Return the cipher of this one file: its key is used once, so the nonce may be zero."""
    return AESGCM(HKDF(SHA256(), _KEY_BYTES, salt=head + to, info=MAGIC).derive(shared))
