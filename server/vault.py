"""Encryption of personal data at rest, and the blind index that finds an encrypted number again.

A sealed value is `v1|<key id>|<base64 of nonce and ciphertext>`: AES-256-GCM with the place of the value
(creditor, table, column, row) as associated data, so that a ciphertext moved to another row does not open. The key id
is a mark of the key: while keys are rotated the one before still opens what it sealed.
"""

import base64
import hashlib
import hmac
import os
import unicodedata
from binascii import a2b_base64
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
INDEX_BYTES = 16
KEY_ID_DIGITS = 12


class SealBroken(Exception):
    """A sealed value does not open: another key, another place, or altered bytes."""


@lru_cache(maxsize=8)
def key_id_of(key: bytes) -> str:
    """Return the id of a master key: the same for the same key, and telling nothing of it."""
    return "m" + hashlib.sha256(b"doorstep key id\x00" + key).hexdigest()[:KEY_ID_DIGITS]


def place(table: str, column: str, row_id: object) -> str:
    """Return the associated data that ties a sealed value to its place."""
    return f"{table}|{column}|{row_id}"


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    """Return the cipher of a master key, made once."""
    return AESGCM(key)


def open_body(cipher: AESGCM, body: str, *, at: str) -> str:
    """Decrypt what stands behind the last bar of a sealed value, under one key. Raises SealBroken."""
    try:
        raw = a2b_base64(body, strict_mode=True)
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], at.encode()).decode()
    except (ValueError, InvalidTag) as broken:
        raise SealBroken(at) from broken


@dataclass(frozen=True, slots=True)
class Vault:
    """The two keys of personal data: one seals, the other makes blind indexes. Each is 32 bytes.

    older: master keys from before that still open what they sealed.
    """

    master_key: bytes = field(repr=False)
    index_key: bytes = field(repr=False)
    older: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def key_id(self) -> str:
        """The id of the key that seals."""
        return key_id_of(self.master_key)

    def seal(self, plain: str, *, at: str) -> str:
        """Encrypt a text for the place `at` (see `place`)."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.master_key).encrypt(nonce, plain.encode(), at.encode())
        return f"v1|{self.key_id}|{base64.b64encode(nonce + sealed).decode()}"

    def unseal(self, sealed: str, *, at: str) -> str:
        """Decrypt a text sealed for the place `at`. Raises SealBroken."""
        try:
            version, key_id, body = sealed.split("|", 2)
            raw = a2b_base64(body, strict_mode=True)
            if version != "v1":
                raise SealBroken(f"expected v1, got {version}")
            return self._decrypt(key_id, raw, at.encode()).decode()
        except (ValueError, InvalidTag) as broken:
            raise SealBroken(at) from broken

    def _decrypt(self, key_id: str, raw: bytes, at: bytes) -> bytes:
        """Return the plain bytes. What was sealed before keys had ids is tried with each. Raises InvalidTag."""
        known = (self.master_key, *self.older)
        for key in [one for one in known if key_id_of(one) == key_id] or known:
            with suppress(InvalidTag):
                return _cipher(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], at)
        raise InvalidTag

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
