"""Expression trees of a form: `["selected", ["field", "told"], "identity"]`. Pure; no tree raises on any answer.

A tree is a JSON list whose head names an operation; anything that is not a list stands for itself. What has no answer
is null: comparing it gives false (except `=`), arithmetic with it gives null. The web client holds the same evaluator,
and both are held to `tests/vectors/forms.json`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

Tree: TypeAlias = Any
Value: TypeAlias = Any

MAX_DEPTH = 12
MAX_PATTERN = 120
MAX_QUANTIFIERS = 3
MAX_MATCHED = 200
MAX_NUMBER = (1 << 53) - 1
MAX_SHIFT_DAYS = 36_600
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?")
# Only what Python's re and a browser's RegExp (flags s and u) read alike: no blank, word edge or look-around; a sign
# that means something is escaped. With no repeated group and three quantifiers on a text of 200 characters, a match
# can backtrack 200^3 times and no more.
_CHAR = r"(?:\\[-.()\[\]{}+*?^$|/\\]|[^-\\\[\]^&~|])"
_CLASS = rf"\[\^?(?:\\[dwDW]|{_CHAR}(?:-{_CHAR})?)+-?\]"
_TIMES = r"(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?"
_ATOM = rf"(?:\\[dwDW.()\[\]{{}}+*?^$|/\\]|[^\\^$.|?*+()\[\]{{}}]|\.|{_CLASS}){_TIMES}"
_SAFE_PATTERN = re.compile(rf"(?:{_ATOM}|\((?:{_ATOM}|\|)*\)(?![*+?{{])|\|)*")


class NotAnExpression(ValueError):
    """The tree is not one this form language knows."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a tree may look at: the answers so far, the present row of a repeat, the answer itself and the day."""

    answers: Mapping[str, Value]
    today: date
    row: Mapping[str, Value] | None = None
    own: Value = None

    def find(self, name: str) -> Value:
        """Return an answer, the present row's before the form's; null when there is none."""
        if self.row is not None and name in self.row:
            return self.row[name]
        return self.answers.get(name)


def number(value: Value) -> Decimal | None:
    """Return a whole number or a decimal text as a number, anything else as null. Booleans are no numbers."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


def plain(value: Decimal | None) -> Value:
    """Return a number as an answer holds it: an integer, or a decimal text without trailing zeros."""
    if value is None or abs(value) > MAX_NUMBER:
        return None
    if value == value.to_integral_value():
        return int(value)
    return f"{value:f}".rstrip("0")


def day(value: Value) -> date | None:
    """Return a text `YYYY-MM-DD` as a date, anything else as null."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def is_true(value: Value) -> bool:
    """Tell whether a tree holds: only `true` itself does."""
    return value is True


def _equal(left: Value, right: Value) -> bool:
    left_number, right_number = number(left), number(right)
    if left_number is not None and right_number is not None:
        return left_number == right_number
    return type(left) is type(right) and bool(left == right)


def _ordered(left: Value, right: Value, verdict: Callable[[Any, Any], bool]) -> bool:
    left_number, right_number = number(left), number(right)
    if left_number is not None and right_number is not None:
        return verdict(left_number, right_number)
    left_day, right_day = day(left), day(right)
    if left_day is not None and right_day is not None:
        return verdict(left_day, right_day)
    return False


def _arithmetic(values: Sequence[Value], fold: Callable[[Decimal, Decimal], Decimal]) -> Value:
    numbers = [number(value) for value in values]
    total = numbers[0]
    for following in numbers[1:]:
        if total is None or following is None:
            return None
        total = fold(total, following)
    return plain(total)


def _sum(values: Value) -> Value:
    known = [found for found in map(number, values if isinstance(values, list) else []) if found is not None]
    return plain(sum(known, Decimal(0)))


def _count(values: Value) -> int:
    return sum(1 for value in values if value is not None) if isinstance(values, list) else 0


def _regex(value: Value, pattern: str) -> bool:
    if not isinstance(value, str) or len(value) > MAX_MATCHED:
        return False
    return re.fullmatch(pattern, value, re.ASCII | re.DOTALL) is not None


def _shift(value: Value, days: Value) -> Value:
    start, count = day(value), number(days)
    if start is None or count is None or abs(count) > MAX_SHIFT_DAYS:
        return None
    try:
        return (start + timedelta(days=int(count))).isoformat()
    except OverflowError:
        return None


OPERATIONS: dict[str, tuple[int, int, Callable[[list[Value]], Value]]] = {
    # name: least and most arguments, what it gives
    "and": (1, 20, lambda a: all(map(is_true, a))),
    "or": (1, 20, lambda a: any(map(is_true, a))),
    "not": (1, 1, lambda a: not is_true(a[0])),
    "=": (2, 2, lambda a: _equal(a[0], a[1])),
    "!=": (2, 2, lambda a: not _equal(a[0], a[1])),
    "<": (2, 2, lambda a: _ordered(a[0], a[1], lambda x, y: x < y)),
    "<=": (2, 2, lambda a: _ordered(a[0], a[1], lambda x, y: x <= y)),
    ">": (2, 2, lambda a: _ordered(a[0], a[1], lambda x, y: x > y)),
    ">=": (2, 2, lambda a: _ordered(a[0], a[1], lambda x, y: x >= y)),
    "+": (2, 20, lambda a: _arithmetic(a, lambda x, y: x + y)),
    "-": (2, 2, lambda a: _arithmetic(a, lambda x, y: x - y)),
    "*": (2, 2, lambda a: _arithmetic(a, lambda x, y: x * y)),
    "if": (3, 3, lambda a: a[1] if is_true(a[0]) else a[2]),
    "in": (2, 30, lambda a: any(_equal(a[0], option) for option in a[1:])),
    "coalesce": (2, 20, lambda a: next((value for value in a if value is not None), None)),
    "selected": (2, 2, lambda a: isinstance(a[0], list) and a[1] in a[0]),
    "answered": (1, 1, lambda a: a[0] is not None),
    "count": (1, 1, lambda a: _count(a[0])),
    "sum": (1, 1, lambda a: _sum(a[0])),
    "length": (1, 1, lambda a: len(a[0]) if isinstance(a[0], str) else 0),
    "regex": (2, 2, lambda a: _regex(a[0], a[1])),
    "add_days": (2, 2, lambda a: _shift(a[0], a[1])),
}


def _looked_up(tree: list[Tree], scope: Scope) -> Value:
    match tree:
        case ["self"]:
            return scope.own
        case ["today"]:
            return scope.today.isoformat()
        case ["field", str(name)]:
            return scope.find(name)
        case ["each", str(repeat), str(name)]:
            rows = scope.find(repeat)
            return [row.get(name) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        case _:
            return None


def evaluate(tree: Tree, scope: Scope) -> Value:
    """Return what a checked tree gives in a scope. Never raises for any answer."""
    if not isinstance(tree, list):
        return tree
    known = OPERATIONS.get(tree[0])
    if known is None:
        return _looked_up(tree, scope)
    return known[2]([evaluate(part, scope) for part in tree[1:]])


def _check_arguments(tree: list[Tree]) -> None:
    least, most, _ = OPERATIONS[tree[0]]
    if not least <= len(tree) - 1 <= most:
        raise NotAnExpression(f"{tree[0]} takes {least} to {most} arguments, got {len(tree) - 1}")
    if tree[0] == "regex":
        check_pattern(tree[2])


def check_pattern(pattern: object) -> None:
    """Demand a pattern that Python and browsers read alike and that cannot run away. Raises NotAnExpression."""
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN or not _SAFE_PATTERN.fullmatch(pattern):
        raise NotAnExpression(f"pattern not allowed: {str(pattern)[:60]}")
    if sum(pattern.count(sign) for sign in "*+?{") > MAX_QUANTIFIERS:
        raise NotAnExpression(f"more than {MAX_QUANTIFIERS} quantifiers: {pattern[:60]}")
    try:
        re.compile(pattern, re.ASCII | re.DOTALL)
    except re.error as fault:
        raise NotAnExpression(f"pattern not understood: {fault}") from fault


def check(tree: Tree, *, depth: int = 0) -> None:
    """Demand a tree of known operations, bounded in depth. Raises NotAnExpression."""
    if not isinstance(tree, list):
        if tree is not None and not isinstance(tree, bool | int | str):
            raise NotAnExpression(f"a literal is null, true, false, an integer or a text, not {type(tree).__name__}")
        return
    if depth >= MAX_DEPTH:
        raise NotAnExpression(f"nested deeper than {MAX_DEPTH}")
    match tree:
        case ["self"] | ["today"] | ["field", str()] | ["each", str(), str()]:
            return
        case [str(head), *parts] if head in OPERATIONS:
            _check_arguments(tree)
            for part in parts:
                check(part, depth=depth + 1)
        case _:
            raise NotAnExpression(f"unknown operation {str(tree[:1])[:60]}")


def names(tree: Tree) -> Iterator[str]:
    """Yield the name of every question a tree looks at."""
    match tree:
        case ["field", str(name)]:
            yield name
        case ["each", str(repeat), str(name)]:
            yield repeat
            yield name
        case [str(), *parts]:
            for part in parts:
                yield from names(part)
        case _:
            return
