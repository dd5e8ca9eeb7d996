"""One way to write JSON as bytes, so that a hash means the same on phone and server. Pure.

Source: RFC 8785 (JSON Canonicalization Scheme).
"""

import hashlib
import json
import re
from typing import Any

import rfc8785

_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_ASTRAL = re.compile(rb"[\xf0-\xf4]")  # lead bytes of characters beyond the BMP: RFC 8785 sorts them by UTF-16
_SHA256 = re.compile(r"[0-9a-f]{64}")


class NotCanonisable(ValueError):
    """The value has no RFC 8785 form: a lone surrogate, NaN, or an integer beyond 2^53."""


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value. Raises NotCanonisable."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as fault:
        raise NotCanonisable(str(fault)) from fault


def canonical_plain(value: Any) -> bytes:
    """Return canonical(value) for a value without fractions or integers from 2^53 on, several times as fast.

    All names must be text, as a JSON parser gives them. Raises NotCanonisable.
    """
    try:
        written = _PLAIN.encode(value).encode()
    except (ValueError, TypeError, RecursionError):
        return canonical(value)
    return canonical(value) if _ASTRAL.search(written) else written


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def content_hash(value: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical bytes. Raises NotCanonisable."""
    return sha256_hex(canonical(value))


def is_sha256(text: object) -> bool:
    """Tell whether this is a SHA-256 written as 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None
