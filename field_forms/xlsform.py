"""Compiles an XLSForm into a form document: the one source of what phone, server and ODK Collect ask. Pure.

The subset and its extra columns are told in docs/forms.md. What is not in the subset is refused, naming the cell: a
form that works on one client and not on the other is worse than none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from field_forms import definitions, expressions, xpath
from field_forms.definitions import FORMAT, Form, NotAForm
from field_forms.expressions import Tree
from field_forms.sheets import OddCell, Row, Sheets
from field_forms.xpath import Names, NotXPath

TYPES: Mapping[str, str] = {
    "text": "text", "integer": "integer", "decimal": "decimal", "date": "date", "geopoint": "geopoint",
    "image": "image", "note": "note", "calculate": "calculate", "acknowledge": "acknowledge",
    "select_one": "select_one", "select_multiple": "select_many", "begin_group": "group", "begin_repeat": "repeat",
}  # fmt: skip
APPEARANCES = frozenset({"camera", "signature", "money", "multiline"})
_TRANSLATED = ("label", "hint", "constraint_message")
_SURVEY = frozenset({
    "type", "name", "appearance", "required", "relevant", "constraint", "calculation", "choice_filter", "parameters",
    "unit", "least", "most",
})  # fmt: skip
_SETTINGS = frozenset({"form_id", "version", "default_language", "reveals_debt"})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CHOICE_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,40}")
_PIXELS = re.compile(r"max-pixels=[0-9]{3,4}")
_LANGUAGE = re.compile(r"(?P<column>[a-z_]+)::(?:.*\((?P<long>zh|en)\)|(?P<short>zh|en))")


@dataclass(slots=True)
class _Compiling:
    """One workbook being compiled: what its rows name, and the choice lists with their filter laid over them."""

    lists: Mapping[str, list[Row]]
    kinds: dict[str, str] = field(default_factory=dict)
    repeats: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def tree(self, row: Row, column: str, *, at: str = "", columns: Mapping[str, str] | None = None) -> Tree:
        try:
            return xpath.read(row.get(column), names=Names(self.kinds, self.repeats, at, columns))
        except NotXPath as fault:
            raise row.fault(column, str(fault)) from fault

    def settled(self, row: Row, column: str, *, at: str, columns: Mapping[str, str] | None = None) -> Tree:
        """Return a tree that looks only at what is asked before its row: one pass settles every answer."""
        tree = self.tree(row, column, at=at, columns=columns)
        if later := set(expressions.names(tree)) - self.seen:
            raise row.fault(column, f"{min(later)} is asked later; only earlier questions may be looked at here")
        return tree


def compile_form(sheets: Sheets) -> Form:
    """Return the checked form of a workbook. Raises OddCell, whose message names the cell."""
    if missing := {"survey", "settings"} - sheets.keys():
        raise OddCell(min(missing), "this sheet is missing")
    if unknown := sheets.keys() - {"survey", "choices", "settings"}:
        raise OddCell(min(unknown), "no such sheet in the subset")
    if not sheets["settings"]:
        raise OddCell("settings", "expected form_id, version and titles")
    work, settings = _Compiling(_lists(sheets.get("choices", ()))), sheets["settings"][0]
    _check_columns(settings, _SETTINGS, ("form_title",))
    _declare(work, sheets["survey"])
    rows = iter(sheets["survey"])
    items = list(_items(work, rows, repeat="", opened=None))
    document = {
        "format": FORMAT,
        "id": _matching(settings, "form_id", _NAME),
        "version": _matching(settings, "version", re.compile(r"[0-9]{10}")),
        "title": _label(settings, "form_title"),
        "reveals_debt": work.tree(settings, "reveals_debt") if settings.get("reveals_debt") else False,
        "choices": work.choices,
        "items": items,
    }
    try:
        return definitions.load(document)
    except NotAForm as fault:
        raise OddCell("survey", str(fault)) from fault


def kind_of(row: Row) -> tuple[str, str]:
    """Return the kind of a survey row and the choice list it names. Raises OddCell."""
    words = row.get("type").split()
    if words[:1] in (["begin"], ["end"]) and len(words) > 1:
        words = [f"{words[0]}_{words[1]}", *words[2:]]
    kind = TYPES.get(words[0]) if words else None
    is_select = kind in {"select_one", "select_many"}
    if kind is None or len(words) != 1 + is_select:
        raise row.fault("type", f"the type {row.get('type') or '(none)'} is not supported")
    return kind, words[1] if is_select else ""


def is_end(row: Row) -> str:
    """Return `group` or `repeat` when the row ends one, else the empty text."""
    ends = re.fullmatch(r"end[ _](group|repeat)", row.get("type"))
    return ends[1] if ends else ""


def language_of(column: str, wanted: str) -> str:
    """Return zh or en when a column is the translation of `wanted` (`label::中文 (zh)`), else the empty text."""
    match = _LANGUAGE.fullmatch(column)
    return (match["long"] or match["short"]) if match and match["column"] == wanted else ""


def _declare(work: _Compiling, rows: Any) -> None:
    """Note every question's kind and repeat, so that an expression may look ahead where that is allowed."""
    inside: list[str] = []
    for row in rows:
        _check_columns(row, _SURVEY, _TRANSLATED)
        if is_end(row):
            inside = inside[:-1]
            continue
        kind, _ = kind_of(row)
        name = _matching(row, "name", _NAME)
        if name in work.kinds:
            raise row.fault("name", f"the name {name} stands twice")
        if kind == "repeat" and any(inside):
            raise row.fault("type", "a repeat stands in another repeat")
        work.kinds[name] = kind
        work.repeats[name] = next((one for one in inside if one), "")
        if kind in {"group", "repeat"}:
            inside = [*inside, name if kind == "repeat" else ""]


def _items(work: _Compiling, rows: Iterator[Row], *, repeat: str, opened: Row | None) -> Iterator[dict[str, Any]]:
    """Yield the items up to the row that ends what `opened` began."""
    for row in rows:
        if ends := is_end(row):
            if opened is None or kind_of(opened)[0] != ends:
                raise row.fault("type", f"no {ends} is open here")
            return
        kind, list_name = kind_of(row)
        item = _question(work, row, kind, list_name, repeat=repeat)
        work.seen.add(row.get("name"))
        if kind in {"group", "repeat"}:
            inner = row.get("name") if kind == "repeat" else repeat
            item["items"] = list(_items(work, rows, repeat=inner, opened=row))
        yield item
    if opened is not None:
        raise opened.fault("type", "this is never ended")


def _question(work: _Compiling, row: Row, kind: str, list_name: str, *, repeat: str) -> dict[str, Any]:
    item: dict[str, Any] = {"name": row.get("name"), "type": kind, "label": _label(row, "label")}
    if any(language_of(column, "hint") for column in row.cells):
        item["hint"] = _label(row, "hint")
    if list_name:
        item["choices"] = _offer(work, row, list_name, repeat=repeat)
    elif row.get("choice_filter"):
        raise row.fault("choice_filter", "only a select has one")
    item |= {column: work.settled(row, column, at=repeat) for column in ("relevant", "calculation") if row.get(column)}
    if row.get("required"):
        item["required"] = True if row.get("required").lower() == "yes" else work.tree(row, "required", at=repeat)
    if row.get("constraint"):
        if kind in {"group", "repeat", "calculate", "note"}:
            raise row.fault("constraint", f"a {kind} has no answer to judge")
        item["constraint"] = work.tree(row, "constraint", at=repeat)
        item["constraint_message"] = _label(row, "constraint_message")
    return item | _looks(row, kind) | _bounds(row, kind)


def _looks(row: Row, kind: str) -> dict[str, Any]:
    appearance, unit, parameters = row.get("appearance"), row.get("unit"), row.get("parameters")
    if appearance and appearance not in APPEARANCES:
        raise row.fault("appearance", f"expected one of {', '.join(sorted(APPEARANCES))}")
    if unit and (unit != "fen" or kind not in {"integer", "calculate"}):
        raise row.fault("unit", "only fen, on an integer or a calculate")
    if parameters and (kind != "image" or not _PIXELS.fullmatch(parameters)):
        raise row.fault("parameters", "only max-pixels=1600 or the like, on an image")
    return {name: text for name, text in (("appearance", appearance), ("unit", unit)) if text}


def _bounds(row: Row, kind: str) -> dict[str, int]:
    found = {}
    for column in ("least", "most"):
        if row.get(column):
            if kind != "repeat" or not row.get(column).isdigit():
                raise row.fault(column, "a number of rows, on begin_repeat")
            found[column] = int(row.get(column))
    return found


def _lists(rows: Any) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get("list_name"), []).append(row)
        _matching(row, "name", _CHOICE_NAME)
    return found


def _offer(work: _Compiling, row: Row, list_name: str, *, repeat: str) -> str:
    """Lay the question's filter over its choice list and return the list's name."""
    if list_name not in work.lists:
        raise row.fault("type", f"there is no choice list {list_name}")
    every = {name: "" for one in work.lists[list_name] for name in one.letters}
    offered = []
    for one in work.lists[list_name]:
        choice: dict[str, Any] = {"value": one.get("name"), "label": _label(one, "label")}
        if row.get("choice_filter"):
            when = work.settled(row, "choice_filter", at=repeat, columns={**every, **one.cells})
            choice |= {} if when is True else {"when": when}
        offered.append(choice)
    if work.choices.setdefault(list_name, offered) != offered:
        raise row.fault("choice_filter", f"the list {list_name} is used with another filter; copy the list")
    return list_name


def _label(row: Row, column: str) -> dict[str, str]:
    found = {lang: text for name, text in row.cells.items() if (lang := language_of(name, column))}
    for language in ("zh", "en"):
        if language not in found:
            place = next((one for one in row.letters if language_of(one, column) == language), column)
            raise row.fault(place, f"expected {column}::中文 (zh) and {column}::English (en)")
    return {"zh": found["zh"], "en": found["en"]}


def _matching(row: Row, column: str, shape: re.Pattern[str]) -> str:
    if not shape.fullmatch(row.get(column)):
        raise row.fault(column, f"expected {shape.pattern}, got {row.get(column) or 'nothing'}")
    return row.get(column)


def _check_columns(row: Row, known: frozenset[str], translated: tuple[str, ...]) -> None:
    for column in row.cells:
        if column not in known and not any(language_of(column, one) for one in translated):
            raise row.fault(column, "this column is not in the subset")
