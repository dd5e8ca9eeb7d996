"""Field forms (外访表单) as versioned data: load a form document, check it, and hold it to its digest. Pure.

A document is JSON: `{format, id, version, title, reveals_debt, choices, items}`. An item is a question, a group (which
adds no level to the answers) or a repeat (whose answer is a list of rows). A published document never changes: its
digest stands in `forms/published.json`, and another text under the same id and version is refused.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import rfc8785

from field_forms import expressions
from field_forms.expressions import NotAnExpression, Tree

FORMAT = "doorstep.form/1"
MAX_ROWS = 60
_MEMBERS = {
    "name",
    "type",
    "label",
    "hint",
    "appearance",
    "unit",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "choices",
    "items",
    "least",
    "most",
    "subject",
}


class Kind(StrEnum):
    """What a question takes for an answer."""

    TEXT = "text"  # a text of at most 2,000 characters
    INTEGER = "integer"  # a whole number; money with `unit` fen
    DECIMAL = "decimal"  # a text such as "12.50", never a float
    DATE = "date"  # YYYY-MM-DD
    SELECT_ONE = "select_one"  # one choice's value
    SELECT_MANY = "select_many"  # a list of choices' values
    ACKNOWLEDGE = "acknowledge"  # true, or no answer
    GEOPOINT = "geopoint"  # a fix as in docs/records.md
    IMAGE = "image"  # the id of a file in the manifest
    NOTE = "note"  # shown, takes no answer
    CALCULATE = "calculate"  # computed, never asked
    GROUP = "group"  # items under one heading
    REPEAT = "repeat"  # a list of rows


class NotAForm(ValueError):
    """The document is no form of this format; the message begins with where."""


class FormChanged(ValueError):
    """A published form was altered: its digest is not the published one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose, offered only while `when` holds (always, when null)."""

    value: str
    label: Mapping[str, str]
    when: Tree


@dataclass(frozen=True, slots=True)
class Item:
    """One question, group or repeat with its rules as trees; null means there is no such rule."""

    name: str
    kind: Kind
    label: Mapping[str, str]
    required: Tree
    relevant: Tree
    constraint: Tree
    constraint_message: Mapping[str, str]
    calculation: Tree
    choices: tuple[Choice, ...]
    items: tuple["Item", ...]
    unit: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form, checked; `reveals_debt` is the tree that says when the debt may be on the screen."""

    id: str
    version: str
    digest: str
    title: Mapping[str, str]
    reveals_debt: Tree
    items: tuple[Item, ...]
    document: Mapping[str, Any]


def digest(document: Any) -> str:
    """Return the SHA-256 of a document's canonical bytes, 64 hexadecimal digits. Raises NotAForm.

    Source: RFC 8785.
    """
    try:
        return hashlib.sha256(rfc8785.dumps(document)).hexdigest()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as fault:
        raise NotAForm(f"/: has no canonical form: {fault}") from fault


def load(document: Any) -> Form:
    """Check a decoded document and return the form. Raises NotAForm."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotAForm(f"/format: expected {FORMAT}")
    choices = _choices(document.get("choices", {}))
    items = _items(document.get("items"), choices, "/items")
    _check_names(items)
    reveals = _tree(document.get("reveals_debt", False), "/reveals_debt")
    _check_references(items, reveals)
    return Form(
        id=_text(document, "id", ""),
        version=_text(document, "version", ""),
        digest=digest(document),
        title=_label(document.get("title"), "/title"),
        reveals_debt=reveals,
        items=items,
        document=document,
    )


def walk(items: tuple[Item, ...]) -> Iterator[Item]:
    """Yield every item in the order of the document, those inside groups and repeats too."""
    for item in items:
        yield item
        yield from walk(item.items)


@cache
def shipped() -> Mapping[tuple[str, str], Form]:
    """Return every form that came with this release, by id and version. Raises NotAForm or FormChanged."""
    folder = resources.files("field_forms") / "forms"
    published = json.loads((folder / "published.json").read_text(encoding="utf-8"))
    forms: dict[tuple[str, str], Form] = {}
    for name, expected in published.items():
        form = load(json.loads((folder / name).read_text(encoding="utf-8")))
        if form.digest != expected:
            raise FormChanged(f"{name}: expected digest {expected}, got {form.digest}; publish a new version instead")
        forms[form.id, form.version] = form
    return forms


def find(form_id: object, version: object) -> Form | None:
    """Return the shipped form of this id and version, or None: a record may name a form that nobody knows."""
    if not isinstance(form_id, str) or not isinstance(version, str):
        return None
    return shipped().get((form_id, version))


def newest(form_id: str) -> Form:
    """Return the newest shipped version of a form. Raises KeyError."""
    return shipped()[max(key for key in shipped() if key[0] == form_id)]


def _text(holder: Mapping[str, Any], member: str, where: str) -> str:
    text = holder.get(member)
    if not isinstance(text, str) or not text:
        raise NotAForm(f"{where}/{member}: expected a text")
    return text


def _label(raw: object, where: str) -> Mapping[str, str]:
    if not isinstance(raw, dict) or not {"zh", "en"} <= raw.keys() or not all(isinstance(t, str) for t in raw.values()):
        raise NotAForm(f"{where}: expected a text in zh and in en")
    return raw


def _tree(raw: Tree, where: str) -> Tree:
    try:
        expressions.check(raw)
    except NotAnExpression as fault:
        raise NotAForm(f"{where}: {fault}") from fault
    return raw


def _choices(raw: object) -> dict[str, tuple[Choice, ...]]:
    if not isinstance(raw, dict) or not all(isinstance(rows, list) for rows in raw.values()):
        raise NotAForm("/choices: expected lists of choices by name")
    return {
        name: tuple(_choice(row, f"/choices/{name}/{at}") for at, row in enumerate(rows)) for name, rows in raw.items()
    }


def _choice(raw: object, where: str) -> Choice:
    if not isinstance(raw, dict):
        raise NotAForm(f"{where}: expected a choice")
    when = _tree(raw.get("when"), f"{where}/when")
    return Choice(_text(raw, "value", where), _label(raw.get("label"), f"{where}/label"), when)


def _items(raw: object, choices: Mapping[str, tuple[Choice, ...]], where: str) -> tuple[Item, ...]:
    if not isinstance(raw, list) or not raw:
        raise NotAForm(f"{where}: expected a list of items")
    return tuple(_item(row, choices, f"{where}/{at}") for at, row in enumerate(raw))


def _item(raw: object, choices: Mapping[str, tuple[Choice, ...]], where: str) -> Item:
    if not isinstance(raw, dict):
        raise NotAForm(f"{where}: expected an item")
    if unknown := raw.keys() - _MEMBERS:
        raise NotAForm(f"{where}/{min(unknown)}: unknown member")
    kind = _kind(raw, where)
    inner = _items(raw.get("items"), choices, f"{where}/items") if kind in {Kind.GROUP, Kind.REPEAT} else ()
    trees = {
        member: _tree(raw.get(member), f"{where}/{member}")
        for member in ("required", "relevant", "constraint", "calculation")
    }
    least, most = raw.get("least", 0), raw.get("most", MAX_ROWS)
    if not isinstance(least, int) or not isinstance(most, int) or not 0 <= least <= most <= MAX_ROWS:
        raise NotAForm(f"{where}/most: expected 0 <= least <= most <= {MAX_ROWS}")
    return Item(
        name=_text(raw, "name", where),
        kind=kind,
        label=_label(raw.get("label"), f"{where}/label"),
        constraint_message=_message(raw, where),
        choices=_offered(raw, kind, choices, where),
        items=inner,
        unit=str(raw.get("unit", "")),
        least=least,
        most=most,
        **trees,
    )


def _kind(raw: Mapping[str, Any], where: str) -> Kind:
    try:
        kind = Kind(raw.get("type", ""))
    except ValueError as fault:
        raise NotAForm(f"{where}/type: {fault}") from fault
    if (kind is Kind.CALCULATE) != ("calculation" in raw):
        raise NotAForm(f"{where}/calculation: a calculate has one, nothing else has")
    return kind


def _message(raw: Mapping[str, Any], where: str) -> Mapping[str, str]:
    if "constraint" not in raw:
        return {}
    return _label(raw.get("constraint_message"), f"{where}/constraint_message")


def _offered(
    raw: Mapping[str, Any], kind: Kind, choices: Mapping[str, tuple[Choice, ...]], where: str
) -> tuple[Choice, ...]:
    if kind not in {Kind.SELECT_ONE, Kind.SELECT_MANY}:
        return ()
    if raw.get("choices") not in choices:
        raise NotAForm(f"{where}/choices: no list of this name")
    return choices[raw["choices"]]


def _check_names(items: tuple[Item, ...]) -> None:
    seen: set[str] = set()
    for item in walk(items):
        if item.name in seen:
            raise NotAForm(f"/items: the name {item.name} stands twice")
        seen.add(item.name)
        if item.kind is Kind.REPEAT and any(inner.kind is Kind.REPEAT for inner in walk(item.items)):
            raise NotAForm(f"/items: the repeat {item.name} holds another repeat")


def _check_references(items: tuple[Item, ...], reveals: Tree) -> None:
    """Relevance, choices and calculations look only backwards, so that one pass settles every answer."""
    every = {item.name for item in walk(items)}
    earlier: set[str] = set()
    for item in walk(items):
        backwards = [item.relevant, item.calculation, *(choice.when for choice in item.choices)]
        for name in (name for tree in backwards for name in expressions.names(tree)):
            if name not in earlier:
                raise NotAForm(f"/items: {item.name} looks at {name}, which does not come before it")
        anywhere = {name for tree in (item.required, item.constraint, reveals) for name in expressions.names(tree)}
        if unknown := anywhere - every:
            raise NotAForm(f"/items: {item.name} looks at {min(unknown)}, which does not exist")
        earlier.add(item.name)
