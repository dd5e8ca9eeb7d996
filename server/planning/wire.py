"""A plan as plain JSON and back, so that it can be stored with its scheme and drawn again later. Pure."""

import dataclasses
import types
import typing
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


def encode(value: Any) -> Any:
    """Return a value of `model.py` as JSON: times in RFC 3339, days as dates, sets sorted."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    match value:
        case StrEnum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case frozenset():
            return sorted(encode(one) for one in value)
        case tuple() | list():
            return [encode(one) for one in value]
        case _:
            return value


def decode(kind: type[T], value: Any) -> T:
    """Return the value of `kind` that `encode` wrote."""
    return typing.cast("T", _decode(kind, value))


def _decode(kind: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        wanted = next(one for one in arguments if one is not types.NoneType)
        return None if value is None else _decode(wanted, value)
    if origin in {tuple, frozenset}:
        return origin(_decode(arguments[0], one) for one in value)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        build = typing.cast("typing.Callable[..., Any]", kind)
        return build(**{name: _decode(hints[name], one) for name, one in value.items()})
    if kind in {datetime, date}:
        return kind.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    return value
