"""Read JSON from strangers: one reading only, or none. Pure.

What two parsers could understand differently is refused: text that is not UTF-8, a member named twice, NaN, integers
beyond 64 bits, lone surrogates, control characters, nesting without end.

Source: RFC 8259 §4, §6, §8 (where implementations differ); RFC 7493 (I-JSON).
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_BYTES = 2 * 1024 * 1024
_I64_MIN, _I64_MAX = -(1 << 63), (1 << 63) - 1
_I64_DIGITS = 20
_SAFE_DIGITS = 15  # no integer with so few digits reaches 2^53
# Only an escape can bring a control character or half a surrogate pair; without one the walk skips strings.
_RISKY_ESCAPE = re.compile(r"\\(?:[bfr]|u00[01]|u[dD][89a-fA-F])")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")


class NotStrictJson(ValueError):
    """The text is not JSON that every reader understands alike."""


def loads(raw: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value the text stands for.

    max_bytes bounds the UTF-8 length, max_depth the nesting of arrays and objects (a bare value is 0).
    Raises NotStrictJson.
    """
    return loads_noting(raw, max_bytes=max_bytes, max_depth=max_depth)[0]


def loads_noting(raw: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> tuple[Any, bool]:
    """Return the value, and whether its numbers are all integers below 2^53: those are written in one way only.

    Raises NotStrictJson.
    """
    text = _text(raw, max_bytes)
    odd: list[str] = []
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=lambda digits: _integer(digits, odd),
            parse_float=lambda digits: _real(digits, odd),
            parse_constant=_constant,
        )
    except RecursionError as fault:
        raise NotStrictJson(f"nested deeper than {max_depth}") from fault
    except json.JSONDecodeError as fault:
        raise NotStrictJson(f"not JSON: {fault.msg} at character {fault.pos}") from fault
    is_risky = _RISKY_ESCAPE.search(text) is not None
    if is_risky or text.count("{") + text.count("[") > max_depth:
        _check(value, max_depth=max_depth, check_strings=is_risky)
    return value, not odd


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


def _integer(digits: str, odd: list[str]) -> int:
    if len(digits) > _SAFE_DIGITS:
        odd.append(digits)
    if len(digits) > _I64_DIGITS or not _I64_MIN <= int(digits) <= _I64_MAX:
        raise NotStrictJson("an integer does not fit 64 bits")
    return int(digits)


def _real(digits: str, odd: list[str]) -> float:
    odd.append(digits)
    value = float(digits)
    if not math.isfinite(value):
        raise NotStrictJson("a number is too large")
    return value


def _constant(name: str) -> NoReturn:
    raise NotStrictJson(f"{name} is not JSON")


def _check(value: Any, *, max_depth: int, check_strings: bool) -> None:
    level = [value]
    for _ in range(max_depth + 1):
        if check_strings:
            _check_strings(level)
        containers = [part for part in level if isinstance(part, dict | list)]
        if not containers:
            return
        level = [child for part in containers for child in _children(part)]
    raise NotStrictJson(f"nested deeper than {max_depth}")


def _children(container: dict[str, Any] | list[Any]) -> Iterator[Any]:
    if isinstance(container, dict):
        yield from container.keys()
        yield from container.values()
    else:
        yield from container


def _check_strings(level: list[Any]) -> None:
    for part in level:
        if isinstance(part, str) and _FORBIDDEN.search(part):
            raise NotStrictJson("a string holds a control character or half a surrogate pair")
