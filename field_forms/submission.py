"""A filled-in XForm as ODK Collect submits it, read into answers of its form. Pure.

Values become what a phone of ours would have answered; what does not fit its question stays as text, so that
`answers.check` says so and nothing is lost.

Source: docs.getodk.org/openrosa-form-submission; getodk.github.io/xforms-spec.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from field_forms.definitions import Form, Item, Kind

MAX_BYTES = 1024 * 1024
MAX_FILES = 60
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_FIX_PARTS = 4  # latitude, longitude, altitude, accuracy


class NotASubmission(ValueError):
    """The XML is no filled-in form."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A filled-in form: which, its instanceID, and the tree of what was answered."""

    instance_id: str
    form_id: str
    version: str
    root: Element = field(compare=False, repr=False)

    @property
    def uuid(self) -> UUID:
        """Return the visit's id: the instanceID's own, or one that always follows from it."""
        try:
            return UUID(self.instance_id.removeprefix("uuid:"))
        except ValueError:
            return uuid5(NAMESPACE_URL, self.instance_id)

    def text(self, name: str) -> str:
        """Return the text of an element right under the root, empty when there is none."""
        return _text(_child(self.root, name))


def read(xml: bytes) -> Submission:
    """Return what a submission says of itself. Raises NotASubmission."""
    try:
        if len(xml) > MAX_BYTES:
            raise NotASubmission(f"expected at most {MAX_BYTES} bytes, got {len(xml)}")
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as fault:
        raise NotASubmission(f"the XML is not readable: {type(fault).__name__}") from fault
    instance_id = _text(_child(_child(root, "meta"), "instanceID"))
    if not instance_id or len(instance_id) > 80:  # noqa: PLR2004  # the width of its column
        raise NotASubmission("meta/instanceID is missing or longer than 80 characters")
    return Submission(instance_id, root.get("id", ""), root.get("version", ""), root)


def file_id(told: Submission, name: str) -> str:
    """Return the id that a file of a submission has in its record."""
    return str(uuid5(told.uuid, name))


def file_names(told: Submission, form: Form) -> tuple[str, ...]:
    """Return the names of the files that the answers speak of."""
    found: list[str] = []

    def note(name: str) -> str:
        found.append(name)
        return name

    _level(told.root, form.items, note)
    return tuple(dict.fromkeys(found))[:MAX_FILES]


def answers(told: Submission, form: Form) -> dict[str, Any]:
    """Return the answers of a submission under the names of its form; a photo is the id of its file."""
    return _level(told.root, form.items, lambda name: file_id(told, name))


def _level(parent: Element, items: tuple[Item, ...], file: Callable[[str], str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        if item.kind is Kind.REPEAT:
            rows = [_level(one, item.items, file) for one in _children(parent, item.name)]
            found |= {item.name: rows} if any(rows) else {}
        elif item.kind is Kind.GROUP:
            inner = _child(parent, item.name)
            found |= _level(inner, item.items, file) if inner is not None else {}
        elif item.kind not in {Kind.NOTE, Kind.CALCULATE} and (text := _text(_child(parent, item.name))):
            found[item.name] = _value(item, text, file)
    return found


def _value(item: Item, text: str, file: Callable[[str], str]) -> Any:
    read = _READERS.get(item.kind)
    return file(text) if item.kind is Kind.IMAGE else read(text) if read else text


def fix(text: str) -> dict[str, Any] | None:
    """Return a geopoint as a fix of docs/records.md without its time, None when it is none. ODK speaks WGS-84."""
    try:
        numbers = [float(part) for part in text.split()]
        if len(numbers) != _FIX_PARTS:
            return None
        lat, lon, _, accuracy = numbers
        return {
            "lon_e6": round(lon * 1e6), "lat_e6": round(lat * 1e6), "datum": "WGS-84", "accuracy_m": round(accuracy),
        }  # fmt: skip
    except (ValueError, OverflowError):
        return None


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(parent: Element | None, name: str) -> list[Element]:
    return [one for one in parent if _name(one) == name] if parent is not None else []


def _child(parent: Element | None, name: str) -> Element | None:
    return next(iter(_children(parent, name)), None)


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


_READERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.INTEGER: lambda text: int(text) if _WHOLE.fullmatch(text) else text,
    Kind.SELECT_MANY: str.split,
    Kind.ACKNOWLEDGE: lambda text: True if text == "OK" else text,
    Kind.GEOPOINT: lambda text: fix(text) or text,
    Kind.DATE: lambda text: text[:10],
}
