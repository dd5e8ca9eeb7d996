"""The legal text of papers as versioned data (单据模板): named clauses, a number, a digest. Pure.

Each paper module ships number 1 of its own kind; a firm may put another in its place after somebody approved it. A
lawyer's letter has no text of ours: its clauses hold merge fields, `{total}`, and nothing else of it is filled in.
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

MERGE_FIELDS = ("debtor", "creditor", "product", "contract", "total", "as_of", "until")
"""What a lawyer's clause may ask for: names, the contract by its last four, amounts in figures and capitals, days."""
_FIELD = re.compile(r"\{([^{}]*)\}")
_LONE = re.compile(r"[{}｛｝]")


class NoSuchClause(LookupError):
    """The template has no clause of this name."""


class UnknownField(ValueError):
    """A clause asks for something that is not a merge field."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One named piece of legal text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """The legal text of one kind of paper under its number."""

    kind: str
    number: int
    clauses: tuple[Clause, ...]

    @property
    def version(self) -> str:
        """Return how a paper remembers its template: dunning_letter/2."""
        return f"{self.kind}/{self.number}"

    def text(self, name: str) -> str:
        """Return a clause. Raises NoSuchClause."""
        for clause in self.clauses:
            if clause.name == name:
                return clause.text
        raise NoSuchClause(f"{self.version} has no clause {name}")


def digest(kind: str, clauses: Mapping[str, str], *, more: object = None) -> str:
    """Return the SHA-256, hex, of a template's content: what an approval names. `more` is what belongs to it beside."""
    content = json.dumps([kind, dict(clauses), more], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def strange_fields(text: str, known: Collection[str] = MERGE_FIELDS) -> list[str]:
    """Return what stands in braces and is no merge field; then every brace that is half of a pair or full-width.

    A paper would print them as they stand. `known` is empty for the papers that fill nothing in.
    """
    return [*(name for name in _FIELD.findall(text) if name not in known), *_LONE.findall(_FIELD.sub("", text))]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a clause with its merge fields filled in; what is filled in is never read as a field.

    Raises UnknownField.
    """
    strange = [name for name in _FIELD.findall(text) if name not in values]
    if strange:
        raise UnknownField(f"expected one of {', '.join(values)}, got {', '.join(strange)}")
    return _FIELD.sub(lambda found: values[found[1]], text)
