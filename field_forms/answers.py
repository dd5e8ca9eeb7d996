"""Is this set of answers complete and lawful for its form? Pure, and never raises, whatever the answers are.

One pass in the order of the document settles relevance, calculations and types; a second judges what is required and
every constraint. What is not relevant is pruned. The web client does the same (`tests/vectors/forms.json`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from field_forms import expressions
from field_forms.definitions import Form, Item, Kind
from field_forms.expressions import Scope, Value

MAX_TEXT = 2000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATUMS = ("WGS-84", "GCJ-02", "BD-09")


class FlawKind(StrEnum):
    """What is wrong with an answer."""

    REQUIRED = "required"  # there is no answer and there must be one
    TYPE = "type"  # the answer has another shape than the question takes
    CHOICE = "choice"  # the answer is not among what was offered
    CONSTRAINT = "constraint"  # the answer breaks the rule of the question
    COUNT = "count"  # too few or too many rows
    PRUNED = "pruned"  # the question was not to be asked; the answer is left out
    UNKNOWN = "unknown"  # the form has no such question; the answer is left out


MESSAGES: Mapping[str, Mapping[FlawKind, str]] = {
    "zh": {
        FlawKind.REQUIRED: "必填",
        FlawKind.TYPE: "格式不对",
        FlawKind.CHOICE: "不在可选项中",
        FlawKind.CONSTRAINT: "不符合规则",
        FlawKind.COUNT: "行数不对",
        FlawKind.PRUNED: "此情形下不应填写",
        FlawKind.UNKNOWN: "表单中没有此项",
    },
    "en": {
        FlawKind.REQUIRED: "an answer is required",
        FlawKind.TYPE: "the answer has another shape",
        FlawKind.CHOICE: "not among the choices offered",
        FlawKind.CONSTRAINT: "breaks the rule of the question",
        FlawKind.COUNT: "too few or too many rows",
        FlawKind.PRUNED: "was not to be asked here",
        FlawKind.UNKNOWN: "the form has no such question",
    },
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong: an RFC 6901 pointer into the answers, the kind and words for people."""

    pointer: str
    kind: FlawKind
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers as the form takes them, what is wrong with them, and whether the debt was allowed on the screen."""

    answers: Mapping[str, Value]
    flaws: tuple[Flaw, ...]
    reveals_debt: bool


@dataclass(slots=True)
class _Reading:
    """One evaluation under way."""

    today: date
    language: str
    answers: dict[str, Value] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    relevant: set[tuple[str, str]] = field(default_factory=set)

    def scope(self, row: Mapping[str, Value] | None, own: Value = None) -> Scope:
        return Scope(self.answers, self.today, row, own)

    def holds(self, tree: Any, row: Mapping[str, Value] | None, own: Value = None) -> bool:
        return expressions.is_true(expressions.evaluate(tree, self.scope(row, own)))

    def fault(self, pointer: str, kind: FlawKind, message: str = "") -> None:
        self.flaws.append(Flaw(pointer, kind, message or MESSAGES[self.language][kind]))


def check(form: Form, answers: object, *, today: date, language: str) -> Checked:
    """Return pruned answers and every flaw. `today` is the date of the visit in Asia/Shanghai, `language` zh or en."""
    reading = _Reading(today, language)
    given = answers if isinstance(answers, dict) else {}
    if not isinstance(answers, dict):
        reading.fault("", FlawKind.TYPE)
    _read(reading, form.items, given, into=reading.answers, row=None, at="", asked=True)
    _report_unknown(reading, form.items, given, at="")
    _judge(reading, form.items, reading.answers, row=None, at="")
    return Checked(reading.answers, tuple(reading.flaws), reading.holds(form.reveals_debt, None))


def asked(form: Form, answers: Mapping[str, Value], *, today: date) -> frozenset[str]:
    """Return the names of the questions, outside of rows, that these answers make relevant."""
    reading = _Reading(today, "en")
    _read(reading, form.items, answers, into=reading.answers, row=None, at="", asked=True)
    return frozenset(name for at, name in reading.relevant if not at)


def pointer(at: str, name: object) -> str:
    """Return the RFC 6901 pointer of a member, cut to a length that fits a screen."""
    return f"{at}/{str(name)[:80].replace('~', '~0').replace('/', '~1')}"


def is_empty(value: object) -> bool:
    """Tell whether this counts as no answer."""
    return value is None or value in ("", [], {})


def _read(
    reading: _Reading,
    items: tuple[Item, ...],
    given: Mapping[Any, Any],
    *,
    into: dict[str, Value],
    row: Mapping[str, Value] | None,
    at: str,
    asked: bool,
) -> None:
    for item in items:
        is_asked = asked and (item.relevant is None or reading.holds(item.relevant, row))
        if item.kind is Kind.GROUP:
            _read(reading, item.items, given, into=into, row=row, at=at, asked=is_asked)
            continue
        where = pointer(at, item.name)
        raw = given.get(item.name)
        if not is_asked:
            if not is_empty(raw) and item.kind is not Kind.CALCULATE:
                reading.fault(where, FlawKind.PRUNED)
            continue
        reading.relevant.add((at, item.name))
        value = _value(reading, item, raw, row=row, where=where)
        if value is not None:
            into[item.name] = value


def _value(reading: _Reading, item: Item, raw: Any, *, row: Mapping[str, Value] | None, where: str) -> Value:
    if item.kind is Kind.CALCULATE:
        return expressions.evaluate(item.calculation, reading.scope(row))
    if item.kind is Kind.REPEAT:
        return _rows(reading, item, raw, where)
    if is_empty(raw):
        return None
    if not fits(item.kind, raw):
        reading.fault(where, FlawKind.TYPE)
        return None
    if item.choices:
        return _chosen(reading, item, raw, row=row, where=where)
    return raw


def _rows(reading: _Reading, item: Item, raw: Any, where: str) -> Value:
    if is_empty(raw):
        return None
    if not isinstance(raw, list):
        reading.fault(where, FlawKind.TYPE)
        return None
    rows: list[dict[str, Value]] = []
    for at, given in enumerate(raw[: item.most]):
        rows.append({})
        if not isinstance(given, dict):
            reading.fault(f"{where}/{at}", FlawKind.TYPE)
            continue
        _read(reading, item.items, given, into=rows[-1], row=rows[-1], at=f"{where}/{at}", asked=True)
        _report_unknown(reading, item.items, given, at=f"{where}/{at}")
    if len(raw) > item.most:
        reading.fault(where, FlawKind.COUNT)
    return rows


def _chosen(reading: _Reading, item: Item, raw: Any, *, row: Mapping[str, Value] | None, where: str) -> Value:
    offered = [choice.value for choice in item.choices if choice.when is None or reading.holds(choice.when, row)]
    wanted = raw if isinstance(raw, list) else [raw]
    kept = [value for value in offered if value in wanted]
    if len(kept) != len(wanted):
        reading.fault(where, FlawKind.CHOICE)
    if isinstance(raw, list):
        return kept or None
    return raw if raw in kept else None


def fits(kind: Kind, raw: object) -> bool:
    """Tell whether an answer that is not empty has the shape its question takes."""
    shape = _SHAPES.get(kind)
    return shape is not None and shape(raw)


def _is_fix(raw: object) -> bool:
    if not isinstance(raw, dict) or raw.get("datum") not in _DATUMS:
        return False
    bounds = (("lon_e6", 180_000_000), ("lat_e6", 90_000_000), ("accuracy_m", 1_000_000))
    return all(type(raw.get(member)) is int and abs(raw[member]) <= most for member, most in bounds)


def _is_text(raw: object) -> bool:
    return isinstance(raw, str) and len(raw) <= MAX_TEXT


def _is_integer(raw: object) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) <= expressions.MAX_NUMBER


def _are_texts(raw: object) -> bool:
    return isinstance(raw, list) and len(raw) <= MAX_TEXT and all(isinstance(one, str) for one in raw)


_SHAPES: Mapping[Kind, Callable[[object], bool]] = {
    Kind.TEXT: _is_text,
    Kind.INTEGER: _is_integer,
    Kind.DECIMAL: lambda raw: isinstance(raw, str) and expressions.number(raw) is not None,
    Kind.DATE: lambda raw: expressions.day(raw) is not None,
    Kind.SELECT_ONE: _is_text,
    Kind.SELECT_MANY: _are_texts,
    Kind.ACKNOWLEDGE: lambda raw: raw is True,
    Kind.GEOPOINT: _is_fix,
    Kind.IMAGE: lambda raw: isinstance(raw, str) and _UUID.fullmatch(raw) is not None,
}


def _report_unknown(reading: _Reading, items: tuple[Item, ...], given: Mapping[Any, Any], *, at: str) -> None:
    known = _level_names(items)
    for name in [name for name in given if name not in known][: expressions.MAX_MATCHED]:
        reading.fault(pointer(at, name), FlawKind.UNKNOWN)


def _level_names(items: tuple[Item, ...]) -> set[str]:
    names: set[str] = set()
    for item in items:
        names |= _level_names(item.items) if item.kind is Kind.GROUP else {item.name}
    return names


def _judge(
    reading: _Reading,
    items: tuple[Item, ...],
    answers: Mapping[str, Value],
    *,
    row: Mapping[str, Value] | None,
    at: str,
) -> None:
    for item in items:
        if item.kind is Kind.GROUP:
            _judge(reading, item.items, answers, row=row, at=at)
        elif (at, item.name) in reading.relevant:
            _judge_one(reading, item, answers.get(item.name), row=row, at=at)


def _judge_one(reading: _Reading, item: Item, value: Value, *, row: Mapping[str, Value] | None, at: str) -> None:
    where = pointer(at, item.name)
    if item.kind is Kind.REPEAT:
        rows = value or []
        for number, inner in enumerate(rows):
            _judge(reading, item.items, inner, row=inner, at=f"{where}/{number}")
        if len(rows) < item.least:
            reading.fault(where, FlawKind.COUNT)
    if value is None:
        if reading.holds(item.required, row) and not _is_reported(reading, where):
            reading.fault(where, FlawKind.REQUIRED)
        return
    if item.constraint is not None and not reading.holds(item.constraint, row, value):
        reading.fault(where, FlawKind.CONSTRAINT, item.constraint_message.get(reading.language, ""))


def _is_reported(reading: _Reading, where: str) -> bool:
    return any(flaw.pointer == where for flaw in reading.flaws)
