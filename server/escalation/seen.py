"""What is known of a scheme's days: stops, visits, papers, promises, phones. Frozen facts, no behaviour. Pure."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server.cases.limitation import EvidenceGrade


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a figure leads: stop, visit, record, promise, complaint, device, file or paper, and its id."""

    kind: str
    id: UUID
    name: str = ""  # how people call it, where they do not by its id


@dataclass(frozen=True, slots=True)
class PaperSeen:
    """A paper signed, refused or left, with the record that says so."""

    record_id: UUID
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class PromiseSeen:
    """A promise with its total in fen."""

    id: UUID
    record_id: UUID
    total_fen: int


@dataclass(frozen=True, slots=True)
class VisitSeen:
    """One visit as it is known now."""

    id: UUID
    arrived_at: datetime | None
    outcome: int | None
    met: str
    state: str
    grade: EvidenceGrade | None
    has_restarted: bool
    is_complete: bool
    record_ids: tuple[UUID, ...] = ()
    papers: tuple[PaperSeen, ...] = ()
    promises: tuple[PromiseSeen, ...] = ()
    incident_ids: tuple[UUID, ...] = ()
    missing_file_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class StopSeen:
    """One stop of the scheme: the customer, whether it went to the field, its visits. Amounts in fen."""

    id: UUID
    case_id: UUID
    case_no: str
    debtor_name: str
    crew: str
    is_planned: bool
    owed_fen: int
    overdue_days: int | None
    unpaid_days: int | None
    broken_promises: int
    left_out: str = ""  # why nobody goes, or went
    complaint_ids: tuple[UUID, ...] = ()
    stop_kinds: tuple[str, ...] = ()
    unaccounted: tuple[Ref, ...] = ()  # papers nobody says where they are
    visits: tuple[VisitSeen, ...] = ()

    @property
    def decisive(self) -> VisitSeen | None:
        """The visit the stop is counted by."""
        return max(self.visits, key=_arrival, default=None)


@dataclass(frozen=True, slots=True)
class PhoneSeen:
    """A phone of the crews; unsent as it last said, None when it never did since dispatch."""

    id: UUID
    label: str
    unsent: int | None


@dataclass(frozen=True, slots=True)
class SchemeSeen:
    """A scheme's days as they are known now."""

    id: UUID
    serial: str
    state: str
    area: str
    dates: tuple[date, ...]
    crews: tuple[str, ...]
    stops: tuple[StopSeen, ...]
    phones: tuple[PhoneSeen, ...] = ()


def _arrival(visit: VisitSeen) -> tuple[float, str]:
    return (visit.arrived_at.timestamp() if visit.arrived_at else -math.inf, str(visit.id))
