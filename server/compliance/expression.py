"""The small closed language that a rule's condition is written in. Pure; `web/shared/` holds its twin.

An expression is a JSON value: a text, whole number, true, false or null stands for itself, a list is a list of
expressions, an object has exactly one member, the operation, whose value is its operands. Logic has three values:
what is not known is unknown (None), and a rule over it is neither kept nor broken. No operation reads a clock, and
nothing but the listed operations exists. Both sides are held to `tests/vectors/rules.json`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from server.errors import Invalid

_MINUTES_PER_HOUR = 60
_PAIR = 2
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


class OddExpression(Invalid):
    """A rule's condition is not written in the rule language."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an expression may look at: the facts of a case in hand, the rule's own numbers and the local time."""

    facts: Mapping[str, Any]
    params: Mapping[str, Any]
    utc_offset_min: int


def evaluate(expression: Any, *, context: Context) -> Any:
    """Return the value of an expression; None when a fact it needs is absent or unreadable.

    Raises OddExpression for anything outside the language.
    """
    match expression:
        case None | bool() | int() | str():
            return expression
        case list():
            return [evaluate(one, context=context) for one in expression]
        case dict() if len(expression) == 1:
            ((name, operands),) = expression.items()
            return _apply(name, operands, context=context)
        case _:
            raise OddExpression(f"a text, number, list or one operation expected, got {expression!r}")


def check(expression: Any, *, fact_names: frozenset[str], param_names: frozenset[str]) -> None:
    """Refuse an expression that uses unknown operations, facts or parameters. Raises OddExpression."""
    match expression:
        case None | bool() | int() | str():
            return
        case list():
            operands: Any = expression
        case dict() if len(expression) == 1:
            ((name, operands),) = expression.items()
            _check_operation(name, operands, fact_names=fact_names, param_names=param_names)
            if name in _NAMING:
                return
        case _:
            raise OddExpression(f"a text, number, list or one operation expected, got {expression!r}")
    for one in operands if isinstance(operands, list) else [operands]:
        check(one, fact_names=fact_names, param_names=param_names)


def _check_operation(name: str, operands: Any, *, fact_names: frozenset[str], param_names: frozenset[str]) -> None:
    if name in _NAMING:
        known = param_names if name == "param" else fact_names
        if operands not in known:
            raise OddExpression(f"{name} {operands!r} is not declared", operation=name)
        return
    if name in _LOGIC:
        arity = None
    elif name in _OPERATIONS:
        arity = _OPERATIONS[name][0]
    else:
        raise OddExpression(f"there is no operation {name!r}", operation=name)
    if not isinstance(operands, list) or (arity is not None and len(operands) != arity):
        raise OddExpression(f"{name} takes a list of {arity or 'some'} operands", operation=name)


def _apply(name: str, operands: Any, *, context: Context) -> Any:
    if name in _NAMING:
        return _NAMING[name](operands, context)
    if name in _LOGIC:
        return _LOGIC[name]([evaluate(one, context=context) for one in operands])
    if name not in _OPERATIONS:
        raise OddExpression(f"there is no operation {name!r}", operation=name)
    arity, operation = _OPERATIONS[name]
    values = [evaluate(one, context=context) for one in operands]
    if len(values) != arity:
        raise OddExpression(f"{name} takes {arity} operands, got {len(values)}", operation=name)
    if any(value is None for value in values):
        return None
    try:
        return operation(context, *values)
    except (TypeError, ValueError, OverflowError):
        return None  # a fact of the wrong kind is as good as no fact


def _fact(path: Any, context: Context) -> Any:
    found: Any = context.facts
    for step in str(path).split("."):
        if not isinstance(found, Mapping) or step not in found:
            return None
        found = found[step]
    if isinstance(found, float):  # JSON has one kind of number; what is no whole number is no fact here
        return int(found) if found.is_integer() else None
    return found


def _has(path: Any, context: Context) -> bool:
    return _fact(path, context) not in (None, "", [], {})


def _and(values: Sequence[Any]) -> bool | None:
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else None


def _or(values: Sequence[Any]) -> bool | None:
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else None


def _not(values: Sequence[Any]) -> bool | None:
    (value,) = values
    return None if not isinstance(value, bool) else not value


def _ordered(left: Any, right: Any) -> int:
    """Return -1, 0 or 1; only two whole numbers or two texts can be put in order."""
    same = type(left) is type(right) and type(left) in (int, str)
    if not same:
        raise TypeError
    return int(left > right) - int(left < right)


def _local(moment: str, context: Context) -> datetime:
    if not _MOMENT.fullmatch(moment):
        raise ValueError
    at = datetime.fromisoformat(moment)
    return at.astimezone(timezone(timedelta(minutes=context.utc_offset_min)))


def _minute_of_day(context: Context, moment: str) -> int:
    local = _local(moment, context)
    return local.hour * _MINUTES_PER_HOUR + local.minute


def _local_date(context: Context, moment: str) -> str:
    return _local(moment, context).date().isoformat()


def _day(text: str) -> date:
    """Return a date written YYYY-MM-DD; the library would read other ways of writing it too."""
    if not _DAY.fullmatch(text):
        raise ValueError
    return date.fromisoformat(text)


def _days_between(_context: Context, first: str, last: str) -> int:
    return (_day(last) - _day(first)).days


def _year(_context: Context, day: str) -> int:
    return _day(day).year


def _distinct(_context: Context, values: Any) -> int:
    return len(_named(values))


def _disjoint(_context: Context, left: Any, right: Any) -> bool:
    return not _named(left) & _named(right)


def _subset(_context: Context, left: Any, right: Any) -> bool:
    return _named(left) <= _named(right)


def _mentions(_context: Context, text: Any, phrases: Any) -> bool:
    if not isinstance(text, str):
        raise TypeError
    return any(phrase in text for phrase in _named(phrases))


def _named(values: Any) -> set[str]:
    """Return the texts of a list, empty ones and nothing left out; a list of anything else is no list of names."""
    named = [value for value in _listed(values) if value is not None]
    if not all(isinstance(value, str) for value in named):
        raise TypeError
    return {value for value in named if value}


def _listed(values: Any) -> list[Any]:
    if not isinstance(values, list):
        raise TypeError
    return values


def _same(left: Any, right: Any) -> bool:
    # JSON knows booleans from numbers; Python would call True and 1 equal.
    return type(left) is type(right) and bool(left == right)


_NAMING: dict[str, Callable[[Any, Context], Any]] = {
    "fact": _fact,
    "has": _has,
    "param": lambda name, context: context.params.get(str(name)),
}
_LOGIC: dict[str, Callable[[Sequence[Any]], bool | None]] = {"and": _and, "or": _or, "not": _not}
_OPERATIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "eq": (_PAIR, lambda _context, left, right: _same(left, right)),
    "ne": (_PAIR, lambda _context, left, right: not _same(left, right)),
    "lt": (_PAIR, lambda _context, left, right: _ordered(left, right) < 0),
    "le": (_PAIR, lambda _context, left, right: _ordered(left, right) <= 0),
    "gt": (_PAIR, lambda _context, left, right: _ordered(left, right) > 0),
    "ge": (_PAIR, lambda _context, left, right: _ordered(left, right) >= 0),
    "in": (_PAIR, lambda _context, value, values: any(_same(value, one) for one in _listed(values))),
    "disjoint": (_PAIR, _disjoint),
    "subset": (_PAIR, _subset),
    "distinct": (1, _distinct),
    "mentions": (_PAIR, _mentions),
    "days_between": (_PAIR, _days_between),
    "minute_of_day": (1, _minute_of_day),
    "local_date": (1, _local_date),
    "year": (1, _year),
}
