"""Read JSON from strangers: one reading only, or none. Pure.

What two parsers could understand differently is refused: text that is not UTF-8, a member named twice, NaN, integers
beyond 64 bits, lone surrogates, control characters, nesting without end.

Source: RFC 8259 §4, §6, §8 (where implementations differ); RFC 7493 (I-JSON).
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, Literal, NoReturn

from sync.canonical import NotCanonisable, canonical

try:
    from msgspec import DecodeError as Undecodable
    from msgspec import json as fast
except ImportError:  # who verifies a dossier alone needs no haste
    fast, Undecodable = None, ValueError  # type: ignore[assignment,misc]

MAX_DEPTH = 32
MAX_BYTES = 2 * 1024 * 1024
_I64_MIN, _I64_MAX = -(1 << 63), (1 << 63) - 1
_I64_DIGITS = 20
_CONTAINERS = frozenset({dict, list})
# Only an escape can bring a control character or half a surrogate pair; without one the walk skips strings.
_RISKY_ESCAPE = re.compile(r"\\(?:[bfr]|u00[01]|u[dD][89a-fA-F])")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")
# No integer of 15 digits reaches 2^53. Numbers follow `:`, `,` or `[`, here told as one, as are digits and the minus.
_ALIKE, _LONG_NUMBER = bytes.maketrans(b"123456789-,[", b"0000000000::"), b":" + b"0" * 16


class NotStrictJson(ValueError):
    """The text is not JSON that every reader understands alike."""


def loads(raw: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value the text stands for.

    max_bytes bounds the UTF-8 length, max_depth the nesting of arrays and objects (a bare value is 0).
    Raises NotStrictJson.
    """
    text = _text(raw, max_bytes)
    value = _unchanged(text, None)
    if value is None:
        value = _loads_slowly(text, max_depth=max_depth)
    _check_depth(value, text, max_depth=max_depth)
    return value


def loads_noting(text: str, *, max_bytes: int = MAX_BYTES) -> tuple[Any, bool]:
    """Return the value, and whether the text is written as RFC 8785 says.

    Text that comes out the same when written again names no member twice and holds nothing that two readers could
    understand differently; so the common case needs none of the slow checks. Raises NotStrictJson.
    """
    if text.startswith("{") and len(text) * 4 <= max_bytes:
        found = _unchanged(text, "sorted")
        if found is not None and _sorts_alike(text):
            _check_depth(found, text, max_depth=MAX_DEPTH)
            return found, True
    value = loads(text, max_bytes=max_bytes)
    try:
        return value, canonical(value) == text.encode()
    except NotCanonisable:
        return value, False


def _unchanged(text: str, order: Literal["sorted"] | None) -> Any:
    """Return the value of a text that comes out the same when written again, None when it does not or is no JSON.

    Such a text names no member twice; numbers that two readers could understand differently are left to the slow way.
    """
    if _READER is None or not text.startswith(("{", "[")) or _RISKY_ESCAPE.search(text) is not None:
        return None
    try:
        data = text.encode()
        if _LONG_NUMBER in data.translate(_ALIKE):
            return None
        value = _READER.decode(data)
        return value if _WRITERS[order].encode(value) == data else None
    except (Undecodable, ValueError, RecursionError):
        return None


def _no_fraction(digits: str) -> NoReturn:
    raise ValueError(digits)


_READER: Any = None
_WRITERS: dict[str | None, Any] = {}
if fast is not None:
    _READER = fast.Decoder(float_hook=_no_fraction)
    _WRITERS = {None: fast.Encoder(), "sorted": fast.Encoder(order="sorted")}


def _sorts_alike(text: str) -> bool:
    """Tell whether no character lies beyond the BMP: RFC 8785 sorts those by UTF-16, others by code point."""
    return len(text.encode("utf-16-le")) == 2 * len(text)


def _loads_slowly(text: str, *, max_depth: int) -> Any:
    """Return the value, every member and number looked at. Raises NotStrictJson."""
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_real, parse_constant=_constant
        )
    except RecursionError as fault:
        raise NotStrictJson(f"nested deeper than {max_depth}") from fault
    except json.JSONDecodeError as fault:
        raise NotStrictJson(f"not JSON: {fault.msg} at character {fault.pos}") from fault
    if _RISKY_ESCAPE.search(text) is not None:
        _check_strings(value)
    return value


def _text(raw: bytes | str, max_bytes: int) -> str:
    try:
        data = raw if isinstance(raw, bytes) else raw.encode()
        if len(data) > max_bytes:
            raise NotStrictJson(f"expected at most {max_bytes} bytes, got {len(data)}")
        return data.decode()
    except UnicodeError as fault:
        raise NotStrictJson("not UTF-8") from fault


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotStrictJson(f"member named twice: {ascii(twice)[:80]}")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _I64_DIGITS or not _I64_MIN <= int(digits) <= _I64_MAX:
        raise NotStrictJson("an integer does not fit 64 bits")
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise NotStrictJson("a number is too large")
    return value


def _constant(name: str) -> NoReturn:
    raise NotStrictJson(f"{name} is not JSON")


def _check_depth(value: Any, text: str, *, max_depth: int) -> None:
    if text.count("{") + text.count("[") <= max_depth:
        return
    containers = [value] if isinstance(value, dict | list) else []
    for _ in range(max_depth):
        containers = [
            one
            for part in containers
            for one in (part.values() if type(part) is dict else part)
            if type(one) in _CONTAINERS
        ]
        if not containers:
            return
    if containers:
        raise NotStrictJson(f"nested deeper than {max_depth}")


def _check_strings(value: Any) -> None:
    level = [value]
    while level:
        if any(isinstance(part, str) and _FORBIDDEN.search(part) for part in level):
            raise NotStrictJson("a string holds a control character or half a surrogate pair")
        containers = [part for part in level if isinstance(part, dict | list)]
        level = [one for part in containers for one in (*_names(part), *_children(part))]


def _children(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _names(container: dict[str, Any] | list[Any]) -> Iterable[str]:
    return container if isinstance(container, dict) else ()
