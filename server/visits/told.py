"""What a record says, read without trust: values of the right kind or nothing, and the corrections applied. Pure.

Source: docs/records.md. A body that breaks its shape is kept; whoever reads it gets None and the visit gets a flaw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sync import strict_json
from sync.envelope import Envelope, FileRef

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

MAX_FLAWS = 20
POINT = (3, 4)
MOST = 1 << 40
_WORDS = {
    "required": "缺少必填内容",
    "type": "类型不对",
    "enum": "不在允许的取值中",
    "pattern": "格式不对",
    "maxLength": "过长",
    "minItems": "过少",
    "const": "必须确认",
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with what a record says: shown to the supervisor, never a reason to refuse it."""

    record_id: UUID
    pointer: str
    kind: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Return the flaw as it is stored with the visit."""
        return {
            "record_id": str(self.record_id), "pointer": self.pointer, "kind": self.kind, "message": self.message,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One record as read; after `settle` its body is the one that counts."""

    id: UUID
    device_id: UUID
    seq: int
    type: str
    hash: str
    told_at: datetime
    body: Mapping[str, Any]
    manifest: tuple[FileRef, ...] = ()
    corrected_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The records of a visit in the order of their phones, corrections applied, and what to show about that."""

    records: tuple[Told, ...]
    flags: tuple[str, ...]

    def of(self, kind: str) -> tuple[Told, ...]:
        """Return the records of one type."""
        return tuple(record for record in self.records if record.type == kind)

    def last(self, kind: str) -> Told | None:
        """Return the record of a type that counts, the last one told."""
        found = self.of(kind)
        return found[-1] if found else None


def from_envelope(told: Envelope, *, digest: str) -> Told:
    """Return a record as read from its signed envelope; digest is its hash."""
    return Told(
        id=UUID(told.id), device_id=UUID(told.device), seq=told.seq, type=told.type, hash=digest,
        told_at=told.stamp.device_time, body=told.body, manifest=told.manifest,
    )  # fmt: skip


def settle(records: Sequence[Told]) -> Settled:
    """Put the records in order and lay each correction (更正单) over what it corrects, whatever order they came in.

    A correction counts when it names the hash of what it corrects and came from the same phone; else it is flagged.
    """
    ordered = sorted(records, key=lambda record: (str(record.device_id), record.seq, str(record.id)))
    known = {record.id: record for record in ordered}
    root = {record.id: record.id for record in ordered}
    current = dict(known)
    flags: list[str] = []
    for slip in (record for record in ordered if record.type == "correction"):
        target = uuid(slip.body, "supersedes")
        named = known.get(target) if target else None
        if named is None:
            flags.append("correction_without_target")
        elif not _fits(slip, named, current[root[named.id]]):
            flags.append("correction_does_not_fit")
        else:
            root[slip.id] = root[named.id]
            current[root[named.id]] = replace(
                current[root[named.id]], body=mapping(slip.body, "body"), corrected_by=slip.id
            )
    return Settled(tuple(current[record.id] for record in ordered), tuple(dict.fromkeys(flags)))


def _fits(slip: Told, named: Told, target: Told) -> bool:
    return (
        slip.body.get("supersedes_hash") == named.hash
        and slip.body.get("corrects") == target.type
        and slip.device_id == named.device_id
        and isinstance(slip.body.get("body"), dict)
    )


def flaws(record: Told) -> tuple[Flaw, ...]:
    """Return where a body breaks the shape of its type; at most 20, and nothing for a type we do not know."""
    validator = validators().get(record.type)
    if validator is None:
        return ()
    found = [
        Flaw(
            record.id,
            "".join(f"/{part}" for part in fault.absolute_path)[:200],
            str(fault.validator),
            _WORDS.get(str(fault.validator), "不符合格式"),
        )
        for fault in islice(validator.iter_errors(record.body), MAX_FLAWS)
    ]
    if not found and record.type == "signed_paper" and not _are_points(record.body.get("strokes")):
        found.append(Flaw(record.id, "/strokes", "points", "笔迹坐标不符合格式"))
    return tuple(found)


def _are_points(strokes: Any) -> bool:
    """Tell whether every point of every stroke is three or four whole numbers that a paper can show."""
    points = [point for stroke in strokes or () for point in stroke["p"]]
    return all(
        isinstance(point, list) and len(point) in POINT and all(type(n) is int and abs(n) < MOST for n in point)
        for point in points
    )


def is_sound(record: Told) -> bool:
    """Tell whether a body keeps the shape of its type."""
    return not flaws(record)


@cache
def validators() -> "Mapping[str, Draft202012Validator]":
    """Return the shape of each type's body, as `bodies.json` has it."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # see server/compliance/rulepack.py

    raw = (resources.files("server.visits") / "bodies.json").read_text(encoding="utf-8")
    document = strict_json.loads(raw)
    return {
        kind: Draft202012Validator(body | {"$defs": document["$defs"]}) for kind, body in document["bodies"].items()
    }


def text(body: Mapping[str, Any], name: str, *, most: int) -> str:
    """Return a member that is a text, cut to `most` characters, else the empty text."""
    value = body.get(name)
    return value[:most] if isinstance(value, str) else ""


def whole(body: Mapping[str, Any], name: str) -> int | None:
    """Return a member that is a whole number."""
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def yes_no(body: Mapping[str, Any], name: str) -> bool | None:
    """Return a member that is true or false."""
    value = body.get(name)
    return value if isinstance(value, bool) else None


def mapping(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a member that is an object, else an empty one."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def rows(body: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """Return the objects in a member that is a list."""
    value = body.get(name)
    return tuple(row for row in value if isinstance(row, dict)) if isinstance(value, list) else ()


def uuid(body: Mapping[str, Any], name: str) -> UUID | None:
    """Return a member that is a UUID."""
    return as_uuid(body.get(name))


def as_uuid(value: object) -> UUID | None:
    """Return a text as a UUID."""
    if not isinstance(value, str):
        return None
    try:
        return UUID(value)
    except ValueError:
        return None


def moment(body: Mapping[str, Any], name: str) -> datetime | None:
    """Return a member that is a UTC time."""
    value = body.get(name)
    if not isinstance(value, str) or not value.endswith("Z"):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(body: Mapping[str, Any], name: str) -> date | None:
    """Return a member that is a date."""
    value = body.get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
