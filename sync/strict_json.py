"""Read JSON from strangers: one reading only, or none. Pure.

What two parsers could understand differently is refused: text that is not UTF-8, a member named twice, NaN, integers
beyond 64 bits, lone surrogates, control characters, nesting without end.

Source: RFC 8259 §4, §6, §8 (where implementations differ); RFC 7493 (I-JSON).
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from sync.canonical import NotCanonisable, canonical, canonical_plain

MAX_DEPTH = 32
MAX_BYTES = 2 * 1024 * 1024
_I64_MIN, _I64_MAX = -(1 << 63), (1 << 63) - 1
_I64_DIGITS = 20
# Only an escape can bring a control character or half a surrogate pair; without one the walk skips strings.
_RISKY_ESCAPE = re.compile(r"\\(?:[bfr]|u00[01]|u[dD][89a-fA-F])")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")
# Where a number can stand in text without idle spaces (not within a time); no integer of 15 digits reaches 2^53.
_ODD_NUMBER = re.compile(r"[:\[,](?<!\d:)-?(?:\d{16}|\d{1,15}[.eE])")


class NotStrictJson(ValueError):
    """The text is not JSON that every reader understands alike."""


def loads(raw: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value the text stands for.

    max_bytes bounds the UTF-8 length, max_depth the nesting of arrays and objects (a bare value is 0).
    Raises NotStrictJson.
    """
    text = _text(raw, max_bytes)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_real, parse_constant=_constant
        )
    except RecursionError as fault:
        raise NotStrictJson(f"nested deeper than {max_depth}") from fault
    except json.JSONDecodeError as fault:
        raise NotStrictJson(f"not JSON: {fault.msg} at character {fault.pos}") from fault
    _check_depth(value, text, max_depth=max_depth)
    if _RISKY_ESCAPE.search(text) is not None:
        _check_strings(value)
    return value


def loads_noting(text: str, *, max_bytes: int = MAX_BYTES) -> tuple[Any, bool]:
    """Return the value, and whether the text is written as RFC 8785 says.

    Text that comes out the same when written again names no member twice and holds nothing that two readers could
    understand differently; so the common case needs none of the slow checks. Raises NotStrictJson.
    """
    found = None if _needs_a_closer_look(text, max_bytes) else _unchanged(text)
    if found is not None:
        _check_depth(found, text, max_depth=MAX_DEPTH)
        return found, True
    value = loads(text, max_bytes=max_bytes)
    try:
        return value, canonical(value) == text.encode()
    except NotCanonisable:
        return value, False


def _unchanged(text: str) -> Any:
    """Return the object whose canonical text this is, None when it is not or no JSON."""
    try:
        value = json.loads(text)
        return value if canonical_plain(value) == text.encode() else None
    except (ValueError, RecursionError):
        return None


def _needs_a_closer_look(text: str, max_bytes: int) -> bool:
    return (
        not text.startswith("{")
        or len(text) * 4 > max_bytes
        or _ODD_NUMBER.search(text) is not None
        or _RISKY_ESCAPE.search(text) is not None
    )


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
        containers = [one for part in containers for one in _children(part) if isinstance(one, dict | list)]
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
