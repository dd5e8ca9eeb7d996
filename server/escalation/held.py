"""What is held of a case for court, as frozen facts: visits, signed records, originals, papers, keys, lacks. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sync.envelope import Record
from sync.signature import PublicKey


@dataclass(frozen=True, slots=True)
class Lack:
    """Something a court would ask for that is not here: a code, its wording, and the thing it is about."""

    code: str
    zh: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class HeldVisit:
    """A visit of the case; agents by name, the first who told of it."""

    id: UUID
    arrived_at: datetime | None
    agents: tuple[str, ...]
    outcome: int | None
    grade: str
    state: str


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A signed record with when it came and who told it."""

    record: Record
    visit_id: UUID | None
    told_by: str
    device_time: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class HeldFile:
    """An original file bound by a signed manifest."""

    id: str
    record_id: str
    mime: str
    sha256: str
    shows: str
    taken_at: datetime | None
    taken_by: str


@dataclass(frozen=True, slots=True)
class HeldPaper:
    """An issued paper; pages counted in its PDF; stamped_sha256 is the same with an authority's time in its seal."""

    kind: str
    serial: str
    sha256: str
    pages: int
    issued_at: datetime
    is_superseded: bool
    stamped_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything held of a case, in a fixed order."""

    visits: tuple[HeldVisit, ...]
    records: tuple[HeldRecord, ...]
    files: tuple[HeldFile, ...]
    papers: tuple[HeldPaper, ...]
    keys: dict[str, PublicKey]
    lacks: tuple[Lack, ...]
