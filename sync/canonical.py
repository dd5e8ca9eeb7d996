"""One way to write JSON as bytes, so that a hash means the same on phone and server. Pure.

Source: RFC 8785 (JSON Canonicalization Scheme).
"""

import hashlib
from typing import Any

import rfc8785


class NotCanonisable(ValueError):
    """The value has no RFC 8785 form: a lone surrogate, NaN, or an integer beyond 2^53."""


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value. Raises NotCanonisable."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as fault:
        raise NotCanonisable(str(fault)) from fault


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def content_hash(value: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical bytes. Raises NotCanonisable."""
    return sha256_hex(canonical(value))


def is_sha256(text: object) -> bool:
    """Tell whether this is a SHA-256 written as 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and len(text) == 64 and all(c in "0123456789abcdef" for c in text)  # noqa: PLR2004
