"""The XPath of a cell as an expression tree, for the subset that both evaluators and ODK read alike. Pure.

`${met} = 'debtor' and . <= today()` becomes `["and", ["=", ["field", "met"], "debtor"], ["<=", ["self"], ["today"]]]`.
Whatever has no counterpart in `expressions.py` is refused here, with words for whoever wrote the cell.

Source: docs.getodk.org/form-operators-functions.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from field_forms import expressions
from field_forms.expressions import NotAnExpression, Tree

MAX_CHARS = 1000
MAX_BRACKETS = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<field>\$\{\s*[A-Za-z_][A-Za-z0-9_]*\s*\})|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z_]+)*)|(?P<sign>!=|<=|>=|[=<>+*(),.\-])|(?P<odd>\S))"
)
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_ANCHORED = re.compile(r"\^(?P<inner>.*)\$", re.DOTALL)
_TICKED = "OK"  # what ODK holds for an acknowledged question


class NotXPath(ValueError):
    """The text of a cell is not an expression of the subset."""


@dataclass(frozen=True, slots=True)
class Names:
    """What an expression may name: questions with their kind, the repeat each lies in, and columns of the choice."""

    kinds: Mapping[str, str]
    repeats: Mapping[str, str] = field(default_factory=dict)
    at: str = ""  # the repeat the expression stands in
    columns: Mapping[str, str] | None = None


@dataclass(slots=True)
class _Reader:
    """The tokens of one cell, and how far they are read."""

    tokens: list[tuple[str, str]]
    names: Names
    place: int = 0

    def peek(self) -> str:
        return self.tokens[self.place][1]

    def take(self) -> tuple[str, str]:
        token = self.tokens[self.place]
        self.place += 1
        return token

    def expect(self, sign: str) -> None:
        kind, text = self.take()
        if text != sign or kind == "text":
            raise NotXPath(f"expected {sign}, got {text or 'the end'}")


def read(text: str, *, names: Names) -> Tree:
    """Return the tree of an expression. Raises NotXPath."""
    if len(text) > MAX_CHARS or text.count("(") > MAX_BRACKETS:
        raise NotXPath(f"longer than {MAX_CHARS} characters, or more than {MAX_BRACKETS} brackets")
    reader = _Reader(_tokens(text), names)
    tree = _or(reader)
    if reader.peek():
        raise NotXPath(f"not understood from {reader.peek()} on")
    try:
        expressions.check(tree)
    except NotAnExpression as fault:
        raise NotXPath(str(fault)) from fault
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    found = []
    for match in _TOKEN.finditer(text.strip()):
        kind = str(match.lastgroup)
        if kind == "odd":
            raise NotXPath(f"{match['odd']} is not supported")
        found.append((kind, match[kind]))
    return [*found, ("end", "")]


def _or(reader: _Reader) -> Tree:
    parts = [_and(reader)]
    while reader.tokens[reader.place] == ("name", "or"):
        reader.take()
        parts.append(_and(reader))
    return _any(parts)


def _and(reader: _Reader) -> Tree:
    parts = [_comparison(reader)]
    while reader.tokens[reader.place] == ("name", "and"):
        reader.take()
        parts.append(_comparison(reader))
    if False in parts:
        return False
    parts = [part for part in parts if part is not True] or [True]
    return parts[0] if len(parts) == 1 else ["and", *parts]


def _any(parts: list[Tree]) -> Tree:
    """Join alternatives; several values of one question become one `in`, what is always true stands alone."""
    if any(part is True for part in parts):
        return True
    joined: list[Tree] = []
    for part in (part for part in parts if part is not False):
        last = joined[-1] if joined else None
        if _is_equal(part) and isinstance(last, list) and last[:1] in (["="], ["in"]) and last[1] == part[1]:
            joined[-1] = ["in", *last[1:], part[2]]
        else:
            joined.append(part)
    if not joined:
        return False
    return joined[0] if len(joined) == 1 else ["or", *joined]


def _is_equal(tree: Tree) -> bool:
    return isinstance(tree, list) and tree[0] == "=" and not isinstance(tree[2], list)


def _comparison(reader: _Reader) -> Tree:
    left = _sum(reader)
    kind, sign = reader.tokens[reader.place]
    if kind != "sign" or sign not in _COMPARISONS:
        return left
    reader.take()
    return _compared(sign, left, _sum(reader), reader.names)


def _compared(sign: str, left: Tree, right: Tree, names: Names) -> Tree:
    if sign in {"=", "!="}:
        if not isinstance(left, list) and not isinstance(right, list):
            return (left == right) is (sign == "=")
        if not isinstance(left, list):
            left, right = right, left
        if right == "":
            return ["answered", left] if sign == "!=" else ["not", ["answered", left]]
        if right == _TICKED and _kind(left, names) == "acknowledge":
            right = True
    return [sign, left, right]


def _kind(tree: Tree, names: Names) -> str:
    return names.kinds.get(tree[1], "") if isinstance(tree, list) and tree[0] == "field" else ""


def _sum(reader: _Reader) -> Tree:
    left = _product(reader)
    while reader.tokens[reader.place] in {("sign", "+"), ("sign", "-")}:
        sign = reader.take()[1]
        left = [sign, left, _product(reader)]
    return left


def _product(reader: _Reader) -> Tree:
    left = _single(reader)
    while reader.tokens[reader.place] == ("sign", "*"):
        reader.take()
        left = ["*", left, _single(reader)]
    return left


def _single(reader: _Reader) -> Tree:
    kind, text = reader.take()
    if kind == "field":
        return _field(text.strip("${} \t"), reader.names)
    if kind == "name":
        return _named(text, reader)
    if kind in {"number", "text"}:
        return _literal(kind, text)
    if text == "-" and reader.tokens[reader.place][0] == "number":
        return _literal("number", f"-{reader.take()[1]}")
    if text == ".":
        return ["self"]
    if text == "(":
        inner = _or(reader)
        reader.expect(")")
        return inner
    raise NotXPath(f"expected a value, got {text or 'the end'}")


def _literal(kind: str, text: str) -> Tree:
    if kind == "text":
        return text[1:-1]
    return text if "." in text else int(text)


def _field(name: str, names: Names) -> Tree:
    if name not in names.kinds:
        raise NotXPath(f"there is no question {name}")
    home = names.repeats.get(name, "")
    if home in {"", names.at}:
        return ["field", name]
    return ["each", home, name]


def _named(name: str, reader: _Reader) -> Tree:
    if reader.peek() != "(":
        columns = reader.names.columns
        if columns is None or name not in columns:
            raise NotXPath(f"{name} is not supported; a question is written ${{{name}}}, a text '{name}'")
        return columns[name]
    reader.take()
    arguments: list[Tree] = []
    while reader.peek() != ")":
        arguments.append(_or(reader))
        if reader.peek() != ")":
            reader.expect(",")
    reader.expect(")")
    known = _FUNCTIONS.get(name)
    if known is None:
        raise NotXPath(f"the function {name}() is not supported; known: {', '.join(sorted(_FUNCTIONS))}")
    count, build = known
    if len(arguments) != count:
        raise NotXPath(f"{name}() takes {count} values, got {len(arguments)}")
    return build(arguments, reader.names)


def _selected(arguments: list[Tree], names: Names) -> Tree:
    values, wanted = arguments
    if isinstance(values, str):  # a column of the choice: the values it lists
        return ["in", wanted, *values.split()] if values.split() else False
    if isinstance(wanted, list):
        raise NotXPath("selected() takes a text as its second value")
    if _kind(values, names) == "select_many" or values == ["self"]:
        return ["selected", values, wanted]
    return ["=", values, wanted]


def _regex(arguments: list[Tree], _names: Names) -> Tree:
    """Demand both anchors: ODK's engines search or match as they please, an anchored pattern is the same to all."""
    value, pattern = arguments
    anchored = _ANCHORED.fullmatch(pattern) if isinstance(pattern, str) else None
    if anchored is None or "|" in re.sub(r"\([^)]*\)", "", anchored["inner"]):
        raise NotXPath("a pattern begins with ^ and ends with $; alternatives stand in brackets")
    return ["regex", value, anchored["inner"]]


def _rows(name: str) -> Callable[[list[Tree], Names], Tree]:
    def build(arguments: list[Tree], names: Names) -> Tree:
        (values,) = arguments
        is_repeat = name == "count" and _kind(values, names) == "repeat"
        if not is_repeat and not (isinstance(values, list) and values[0] == "each"):
            raise NotXPath(f"{name}() takes a question of a repeat, and stands outside of that repeat")
        return [name, values]

    return build


def _date(arguments: list[Tree], _names: Names) -> Tree:
    match arguments[0]:
        case ["+", day, days]:
            return ["add_days", day, days]
        case ["-", day, int(days)]:
            return ["add_days", day, -days]
        case str() as text if expressions.day(text) is not None:
            return text
    raise NotXPath("date() takes '2026-12-31', or a date plus or minus days, such as date(today() + 30)")


def _count_selected(arguments: list[Tree], names: Names) -> Tree:
    if _kind(arguments[0], names) != "select_many" and arguments[0] != ["self"]:
        raise NotXPath("count-selected() takes a select_multiple")
    return ["count", arguments[0]]


_FUNCTIONS: dict[str, tuple[int, Callable[[list[Any], Names], Tree]]] = {
    # name: arguments, the tree
    "not": (1, lambda a, _names: ["not", a[0]]),
    "true": (0, lambda _a, _names: True),
    "false": (0, lambda _a, _names: False),
    "today": (0, lambda _a, _names: ["today"]),
    "date": (1, _date),
    "selected": (2, _selected),
    "count-selected": (1, _count_selected),
    "string-length": (1, lambda a, _names: ["length", a[0]]),
    "regex": (2, _regex),
    "if": (3, lambda a, _names: ["if", *a]),
    "coalesce": (2, lambda a, _names: ["coalesce", *a]),
    "count": (1, _rows("count")),
    "sum": (1, _rows("sum")),
}
