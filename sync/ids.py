"""Ids made by whoever creates the thing, sortable by the time of their making. Pure.

Source: RFC 9562 §5.7 (UUID version 7).
"""

import re
import uuid

_MS_LIMIT = 1 << 48
RANDOM_BYTES = 10
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def uuid7(ms: int, random_bytes: bytes) -> str:
    """Return a version 7 UUID for a Unix time in milliseconds and ten random bytes.

    Raises ValueError when the time does not fit 48 bits or there are not exactly ten bytes.
    """
    if not 0 <= ms < _MS_LIMIT:
        raise ValueError(f"expected 0 <= ms < 2**48, got {ms}")
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"expected {RANDOM_BYTES} random bytes, got {len(random_bytes)}")
    raw = bytearray(ms.to_bytes(6, "big") + random_bytes)
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return str(uuid.UUID(bytes=bytes(raw)))


def is_uuid(text: object) -> bool:
    """Tell whether this is a UUID written the one way we write them: lower case, hyphens."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None
