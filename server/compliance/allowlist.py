"""Who may know which personal field (允许清单): by role on a screen, on a phone, on a paper, in an export.

One table as data, `allowlist.json`; what it does not name is not shown. Pure but for reading its own file.
Source: 个人信息保护法 §5, §6 (what is necessary, no more), §28 (sensitive), §51 (de-identification).
"""

import json
from collections.abc import Collection, Mapping
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any

from server.errors import NotAllowed


class Shown(IntEnum):
    """How much of a field is shown, least first."""

    NONE = 0
    MASKED = 1  # its last characters, its district
    REVEAL = 2  # masked until it is asked for with a reason, which is logged
    FULL = 3


class FieldNotAllowed(NotAllowed):
    """The allow-list does not give this field to your role."""


@cache
def table() -> Mapping[str, Any]:
    """Return the whole table."""
    text = (resources.files("server.compliance") / "allowlist.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def fields() -> tuple[str, ...]:
    """Return the names of all personal fields."""
    return tuple(table()["fields"])


def on_screen(roles: Collection[str], field: str) -> Shown:
    """Return how much of a field somebody of these roles sees; who holds several sees what the widest one does."""
    return _widest((table()["roles"].get(role, {}) for role in roles), field)


def on_phone(document: str, field: str) -> Shown:
    """Return how much of a field a document of the day pack brings to a crew's phones, for the visits of a day."""
    return _widest([table()["day_pack"].get(document, {})], field)


def on_paper(kind: str, field: str) -> Shown:
    """Return how much of a field a kind of paper prints."""
    return _widest([table()["papers"].get(kind, {})], field)


def exported(kind: str, roles: Collection[str], field: str) -> Shown:
    """Return how much of a field leaves in an export that somebody of these roles asks for."""
    of_kind = table()["exports"].get(kind, {})
    return _widest((of_kind.get(role, {}) for role in roles), field)


def require_reveal(roles: Collection[str], wanted: Collection[str]) -> None:
    """Refuse to show these fields in full to somebody of these roles. Raises FieldNotAllowed naming them."""
    refused = sorted(field for field in wanted if on_screen(roles, field) < Shown.REVEAL)
    if refused:
        raise FieldNotAllowed(f"not for {', '.join(sorted(roles))}: {', '.join(refused)}", fields=refused)


def _widest(rows: Any, field: str) -> Shown:
    return max((Shown[row[field].upper()] for row in rows if field in row), default=Shown.NONE)
