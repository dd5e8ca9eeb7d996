"""What leaves the house as a file (批量导出): who may ask, who agrees, how long and how often it may be fetched. Pure.

From the number of cases a day that PI-BULK names, another person has to agree.
Source: 刑法 §253之一; 法释〔2017〕10号 §5.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from server.accounts.roles import Role
from server.errors import Conflict, Invalid, NotAllowed

WINDOW = timedelta(hours=24)
"""How long a file may be fetched, from the moment it was agreed to."""
ASKERS = (Role.SPECIALIST, Role.SUPERVISOR, Role.MANAGER, Role.LEGAL, Role.COMPLIANCE)
SECONDS = (Role.MANAGER, Role.COMPLIANCE)
MOST_ROWS = 5_000


class ExportKind(StrEnum):
    """What is exported."""

    CASES = "cases"  # 案件清单
    SUMMARY = "summary"  # 走访汇总表
    DOSSIERS = "dossiers"  # 卷宗批量


class ExportState(StrEnum):
    """How an export stands."""

    WAITING = "waiting"  # 待第二人同意
    READY = "ready"  # 可下载一次
    REFUSED = "refused"  # 已拒绝
    TAKEN = "taken"  # 已下载
    EXPIRED = "expired"  # 已过期


class OwnExport(NotAllowed):
    """Nobody agrees to an export they asked for."""


class ExportNotWaiting(Conflict):
    """The export does not wait for a second person."""


class ExportNotReady(Conflict):
    """The export cannot be fetched: it waits for a second person, was refused, was fetched already, or has expired."""


class NotYourExport(NotAllowed):
    """Only who asked for an export fetches it."""


class NothingToExport(Invalid):
    """No case matches, or more than one file may hold."""


class UnfitExport(Invalid):
    """An export of this kind is not made in this form or with these members."""


def state_of(*, decision: str, decided_at: datetime | None, taken_at: datetime | None, at: datetime) -> ExportState:
    """Return how an export stands at a moment; decision is empty, `agreed` or `refused`."""
    if taken_at is not None:
        return ExportState.TAKEN
    if decision == "refused":
        return ExportState.REFUSED
    if decided_at is None:
        return ExportState.WAITING
    return ExportState.READY if at < decided_at + WINDOW else ExportState.EXPIRED


def decide(state: ExportState, *, asked_by_id: UUID, by_id: UUID) -> None:
    """Say whether a person may agree to an export or refuse it. Raises ExportNotWaiting or OwnExport."""
    if state is not ExportState.WAITING:
        raise ExportNotWaiting(f"it is {state}", state=state.value)
    if asked_by_id == by_id:
        raise OwnExport("ask the manager or compliance")


def take(state: ExportState, *, asked_by_id: UUID, by_id: UUID) -> None:
    """Say whether a person may fetch the file now. Raises NotYourExport or ExportNotReady."""
    if asked_by_id != by_id:
        raise NotYourExport("ask for one of your own")
    if state is not ExportState.READY:
        raise ExportNotReady(f"it is {state}", state=state.value)


def require_rows(rows: int) -> None:
    """Refuse an export of nothing, and one too large. Raises NothingToExport."""
    if not 0 < rows <= MOST_ROWS:
        raise NothingToExport(f"expected 1 to {MOST_ROWS} cases, got {rows}", rows=rows)


def require_fit(kind: ExportKind, *, form: str, given: Collection[str]) -> None:
    """Refuse a form or members that do not go with a kind of export. Raises UnfitExport."""
    forms, needed, allowed = {
        ExportKind.CASES: ({"csv", "xlsx"}, {"creditor_id", "fields"}, {"creditor_id", "fields", "state", "case_ids"}),
        ExportKind.SUMMARY: ({"xlsx"}, {"scheme_id"}, {"scheme_id"}),
        ExportKind.DOSSIERS: ({"zip"}, {"creditor_id", "case_ids"}, {"creditor_id", "case_ids"}),
    }[kind]
    lacking, strange = sorted(needed - set(given)), sorted(set(given) - allowed)
    if form not in forms or lacking or strange:
        wanted = f"{kind}: {'/'.join(sorted(forms))} with {', '.join(sorted(needed))}"
        raise UnfitExport(wanted, lacking=lacking, strange=strange)
