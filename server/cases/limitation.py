"""The limitation clock (诉讼时效): when a claim may no longer be enforced, and which events moved that day. Pure.

Source: 民法典 §188 (three years, at most twenty), §189 (instalments: from the last due day), §195 (restarts),
§200-202 (how periods are counted); 诉讼时效规定 2020 §8, §14, §19. The last day is not moved behind holidays (§203):
the earlier day is the safe one for whoever must act.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

PERIOD_YEARS = 3
CAP_YEARS = 20


class EvidenceGrade(StrEnum):
    """How well an event can be proven (证据等级)."""

    A = "A"  # signed by the debtor
    B = "B"  # signed by a qualified relative or authorised person, or in the creditor's books
    C = "C"  # proven delivery without a signature; counsel confirms that it counts
    D = "D"  # an attempt: never moves the clock


class LimitationKind(StrEnum):
    """What happened."""

    DEMAND = "demand"  # 催告 that arrived (§195(1), 规定 §8)
    AGREEMENT = "agreement"  # promise, plan, signed statement (§195(2), 规定 §14)
    PART_PAYMENT = "part_payment"  # 部分履行 (规定 §14)
    SUIT = "suit"  # suit, arbitration, payment order (§195(3)-(4))


class Reason(StrEnum):
    """Why an event did not move the clock."""

    ATTEMPT_ONLY = "attempt_only"
    BEFORE_START = "before_start"
    AFTER_EXPIRY = "after_expiry"  # a signature then may still give up the defence (规定 §19): legal decides
    BEYOND_CAP = "beyond_cap"


@dataclass(frozen=True, slots=True)
class LimitationEvent:
    """One event with its day, proof and the record it comes from."""

    kind: LimitationKind
    happened_on: date
    grade: EvidenceGrade
    source: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """An event and what it did: the new last day, or why it changed nothing."""

    event: LimitationEvent
    is_moving: bool
    expires_on: date
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class LimitationClock:
    """The clock on one day. Without a start nothing can be computed, and missing_proof says so."""

    start_on: date | None
    events: tuple[Counted, ...]
    expires_on: date | None
    days_left: int | None
    grade: EvidenceGrade | None
    missing_proof: tuple[str, ...]

    @property
    def is_expired(self) -> bool:
        """Has the last day passed?"""
        return self.days_left is not None and self.days_left < 0


def years_later(day: date, years: int) -> date:
    """Return the same day some years on, the last day of February where there is none. Source: 民法典 §202."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def read_clock(due_on: date | None, *, events: Iterable[LimitationEvent], today: date) -> LimitationClock:
    """Count from the day the debt (its last instalment) fell due; the day itself does not count.

    The clock runs from each moving event anew, never beyond twenty years after the due day. days_left is 0 on the
    last day.
    """
    if due_on is None:
        return LimitationClock(None, (), None, None, None, ("due_on",))
    cap_on = years_later(due_on, CAP_YEARS)
    expires_on = years_later(due_on, PERIOD_YEARS)
    grade: EvidenceGrade | None = None
    counted: list[Counted] = []
    for event in sorted(events, key=lambda one: (one.happened_on, one.kind, one.grade, one.source)):
        reason = why_not(event, due_on=due_on, expires_on=expires_on, cap_on=cap_on)
        if reason is None:
            expires_on = min(years_later(event.happened_on, PERIOD_YEARS), cap_on)
            grade = event.grade
        counted.append(Counted(event, reason is None, expires_on, reason))
    return LimitationClock(
        start_on=due_on,
        events=tuple(counted),
        expires_on=expires_on,
        days_left=(expires_on - today).days,
        grade=grade,
        missing_proof=missing_proof(counted),
    )


def why_not(event: LimitationEvent, *, due_on: date, expires_on: date, cap_on: date) -> Reason | None:
    """Return why an event leaves the clock alone, None when it moves it."""
    if event.grade is EvidenceGrade.D:
        return Reason.ATTEMPT_ONLY
    if event.happened_on <= due_on:
        return Reason.BEFORE_START
    if event.happened_on > cap_on:
        return Reason.BEYOND_CAP
    return Reason.AFTER_EXPIRY if event.happened_on > expires_on else None


def missing_proof(counted: list[Counted]) -> tuple[str, ...]:
    """Return what a court would still ask for."""
    gaps = []
    if not any(one.is_moving and one.event.grade in {EvidenceGrade.A, EvidenceGrade.B} for one in counted):
        gaps.append("signed_demand_or_agreement")
    if any(one.is_moving and one.event.grade is EvidenceGrade.C for one in counted):
        gaps.append("counsel_confirms_unsigned_delivery")
    if any(one.reason is Reason.AFTER_EXPIRY for one in counted):
        gaps.append("legal_reads_events_after_expiry")
    return tuple(gaps)
