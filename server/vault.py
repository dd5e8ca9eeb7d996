"""Encryption of personal data at rest, and the blind index that finds an encrypted number again.

A sealed value is `v1|<key id>|<base64 of nonce and ciphertext>`: AES-256-GCM with the place of the value
(creditor, table, column, row) as associated data, so that a ciphertext moved to another row does not open.
"""

import base64
import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
INDEX_BYTES = 16


class SealBroken(Exception):
    """A sealed value does not open: another key, another place, or altered bytes."""


def place(table: str, column: str, row_id: object) -> str:
    """Return the associated data that ties a sealed value to its place."""
    return f"{table}|{column}|{row_id}"


@dataclass(frozen=True, slots=True)
class Vault:
    """The two keys of personal data: one seals, the other makes blind indexes. Each is 32 bytes."""

    master_key: bytes = field(repr=False)
    index_key: bytes = field(repr=False)
    key_id: str = "k1"

    def seal(self, plain: str, *, at: str) -> str:
        """Encrypt a text for the place `at` (see `place`)."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.master_key).encrypt(nonce, plain.encode(), at.encode())
        return f"v1|{self.key_id}|{base64.b64encode(nonce + sealed).decode()}"

    def unseal(self, sealed: str, *, at: str) -> str:
        """Decrypt a text sealed for the place `at`. Raises SealBroken."""
        try:
            version, _, body = sealed.split("|", 2)
            raw = base64.b64decode(body, validate=True)
            if version != "v1":
                raise SealBroken(f"expected v1, got {version}")
            return AESGCM(self.master_key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], at.encode()).decode()
        except (ValueError, InvalidTag) as broken:
            raise SealBroken(at) from broken

    def blind_index(self, kind: str, value: str) -> str:
        """Return 32 hex digits that are equal for equal numbers of one kind, and tell nothing else.

        HMAC-SHA256 truncated to 128 bit over the normalised value (NFKC, upper case, no spaces or hyphens).
        """
        normal = unicodedata.normalize("NFKC", value).upper().replace(" ", "").replace("-", "")
        digest = hmac.new(self.index_key, f"{kind}|{normal}".encode(), hashlib.sha256).digest()
        return digest[:INDEX_BYTES].hex()

    def derive(self, purpose: str) -> bytes:
        """Return the key for one purpose, 32 bytes: the same whenever asked, and telling nothing of the others."""
        return hmac.digest(self.index_key, f"doorstep.derive/1|{purpose}".encode(), "sha256")
