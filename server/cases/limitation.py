"""The limitation clock (诉讼时效): when a claim may no longer be enforced, and which events moved that day. Pure.

Source: 民法典 §188 (three years, at most twenty), §189 (instalments: from the last due day), §192 (after expiry), §195
(restarts), §194 (an obstacle in the last half year), §200-203 (how periods are counted, a last day that is a day of
rest); 诉讼时效规定 2020 §8-§19.
"""

import calendar
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

PERIOD_YEARS = 3
CAP_YEARS = 20
HALF_YEAR = 6
MONTHS_PER_YEAR = 12
AHEAD = timedelta(days=31)
"""How far after today an event may be dated and still count: a phone's clock may run ahead, and flags say so."""


class EvidenceGrade(StrEnum):
    """How well an event can be proven (证据等级)."""

    A = "A"  # signed by the debtor
    B = "B"  # signed by a qualified relative or authorised person, or in the creditor's books
    C = "C"  # proven delivery without a signature; counsel confirms that it counts
    D = "D"  # an attempt: never moves the clock


class LimitationKind(StrEnum):
    """What happened."""

    DEMAND = "demand"  # 催告 that arrived
    LETTER = "letter"  # 信件、短信、数据电文送达
    DEDUCTION = "deduction"  # 金融机构扣收本息
    NOTICE = "notice"  # 下落不明，公告催收
    AGREEMENT = "agreement"  # promise, plan, security, extension asked, signed statement
    PART_PAYMENT = "part_payment"  # 部分履行
    SUIT = "suit"  # suit, arbitration, payment order, preservation, enforcement
    MEDIATION = "mediation"  # 向调解组织等请求保护
    POLICE = "police"  # 报案或控告
    ASSIGNMENT = "assignment"  # 债权转让通知到达债务人
    OBSTACLE = "obstacle"  # 中止事由：不可抗力、无法定代理人、继承未确定、被控制等（民法典 194）


PROCEEDINGS = frozenset({LimitationKind.SUIT, LimitationKind.MEDIATION, LimitationKind.POLICE})
"""What keeps the clock still until it ends; the period begins anew on the day of the end."""

LASTING = PROCEEDINGS | {LimitationKind.OBSTACLE}
"""What has an end of its own."""

ACKNOWLEDGING = frozenset({LimitationKind.AGREEMENT, LimitationKind.PART_PAYMENT})
"""What, after expiry, can be read as giving up the defence: legal decides (民法典 §192, 规定 §19)."""


class Against(StrEnum):
    """Whom an event was addressed to."""

    DEBTOR = "debtor"
    CO_DEBTOR = "co_debtor"  # joint debtors: it counts for all (规定 §15)
    GUARANTOR = "guarantor"  # moves only the guarantee, never the debt's own clock


class Reason(StrEnum):
    """Why an event did not move the clock."""

    ATTEMPT_ONLY = "attempt_only"
    BEFORE_START = "before_start"
    NOT_YET = "not_yet"  # dated long after today: a wrong clock proves nothing
    GUARANTOR_ONLY = "guarantor_only"
    AFTER_EXPIRY = "after_expiry"  # a signature then may still give up the defence (规定 §19): legal decides
    BEYOND_CAP = "beyond_cap"
    NOT_IN_LAST_HALF_YEAR = "not_in_last_half_year"  # an obstacle that was gone before the last six months


class ClockState(StrEnum):
    """How the claim stands today."""

    UNKNOWN = "unknown"  # the due day is missing
    NOT_DUE = "not_due"  # 尚未起算
    RUNNING = "running"  # 进行中
    PAUSED = "paused"  # 程序进行中，终结后重新计算
    EXPIRED = "expired"  # 已届满
    WAIVER_POSSIBLE = "waiver_possible"  # 已届满，届满后有同意履行的表示，须法务判断


@dataclass(frozen=True, slots=True)
class LimitationEvent:
    """One event with its day, proof and the record it comes from; ended_on: the day proceedings came to their end."""

    kind: LimitationKind
    happened_on: date
    grade: EvidenceGrade
    source: str = ""
    ended_on: date | None = None
    against: Against = Against.DEBTOR


@dataclass(frozen=True, slots=True)
class Counted:
    """An event and what it did: the new last day, or why it changed nothing."""

    event: LimitationEvent
    is_moving: bool
    expires_on: date
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class LimitationClock:
    """The clock on one day. Without a start nothing can be computed, and missing_proof says so.

    certain_on is the last day without events of grade C, which counsel has to confirm. While proceedings are under way
    the last day is the twenty-year cap; while an obstacle lasts it is counted as if the obstacle ended today. act_by_on
    is the last day before §203 moved it behind days of rest: whoever must act keeps to that one.
    """

    start_on: date | None
    events: tuple[Counted, ...]
    expires_on: date | None
    days_left: int | None
    grade: EvidenceGrade | None
    missing_proof: tuple[str, ...]
    state: ClockState = ClockState.UNKNOWN
    certain_on: date | None = None
    cap_on: date | None = None
    act_by_on: date | None = None

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


def months_later(day: date, months: int) -> date:
    """Return the same day some months on, the month's last day where there is none. Source: 民法典 §202."""
    index = day.year * MONTHS_PER_YEAR + day.month - 1 + months
    year, month = divmod(index, MONTHS_PER_YEAR)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


IsClosed = Callable[[date], bool]


def never(_: date) -> bool:
    """Say of every day that it is no day of rest: the last day is then the one that was counted to."""
    return False


def open_from(day: date, is_closed: IsClosed) -> date:
    """Return a day, or the first after it that is no day of rest. Source: 民法典 §203."""
    while is_closed(day):
        day += timedelta(days=1)
    return day


def read_clock(
    due_on: date | None, *, events: Iterable[LimitationEvent], today: date, is_closed: IsClosed = never
) -> LimitationClock:
    """Count from the day the debt (its last instalment) fell due; the day itself does not count.

    The clock runs from each moving event anew, never beyond twenty years after the due day. days_left is 0 on the
    last day. is_closed tells days of rest, behind which a last day moves.
    """
    if due_on is None:
        return LimitationClock(None, (), None, None, None, ("due_on",))
    walk = _Walk(due_on, today, is_closed)
    ordered = sorted(events, key=lambda one: (one.happened_on, one.kind, one.grade, one.source))
    counted, expires_on, act_by_on = walk.along(ordered)
    certain_on = walk.along([one for one in ordered if one.grade is not EvidenceGrade.C])[1]
    proven = [one.event for one in counted if one.is_moving and one.event.kind is not LimitationKind.OBSTACLE]
    return LimitationClock(
        start_on=due_on,
        events=tuple(counted),
        expires_on=expires_on,
        days_left=(expires_on - today).days,
        grade=proven[-1].grade if proven else None,
        missing_proof=missing_proof(counted),
        state=walk.state(counted, expires_on),
        certain_on=certain_on,
        cap_on=walk.cap_on,
        act_by_on=act_by_on,
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """One debt looked at on one day: how far the period reaches after each event, in their order."""

    due_on: date
    today: date
    is_closed: IsClosed

    @property
    def cap_on(self) -> date:
        return open_from(years_later(self.due_on, CAP_YEARS), self.is_closed)

    def along(self, ordered: Sequence[LimitationEvent]) -> tuple[list[Counted], date, date]:
        """Return the events with their effects, the last day, and the last day before §203 moved it."""
        act_by_on = min(years_later(self.due_on, PERIOD_YEARS), self.cap_on)
        expires_on = min(open_from(act_by_on, self.is_closed), self.cap_on)
        counted: list[Counted] = []
        for event in ordered:
            reason = why_not(event, due_on=self.due_on, expires_on=expires_on, cap_on=self.cap_on, today=self.today)
            anew = min(self._anew(event), self.cap_on)
            if reason is None and event.kind is LimitationKind.OBSTACLE and anew <= act_by_on:
                reason = Reason.NOT_IN_LAST_HALF_YEAR
            if reason is None:
                act_by_on = max(act_by_on, anew)
                expires_on = max(expires_on, min(open_from(anew, self.is_closed), self.cap_on))
            counted.append(Counted(event, reason is None, expires_on, reason))
        return counted, expires_on, act_by_on

    def _anew(self, event: LimitationEvent) -> date:
        if event.kind is LimitationKind.OBSTACLE:
            return months_later(obstacle_end(event, today=self.today), HALF_YEAR)
        if is_pending(event, today=self.today):
            return self.cap_on
        return years_later(restart_of(event), PERIOD_YEARS)

    def state(self, counted: Sequence[Counted], expires_on: date) -> ClockState:
        """Return how the claim stands today."""
        if self.today <= self.due_on:
            return ClockState.NOT_DUE
        if self.today <= expires_on:
            is_paused = any(self._holds(one, expires_on) for one in counted)
            return ClockState.PAUSED if is_paused else ClockState.RUNNING
        late = (one.event.kind in ACKNOWLEDGING for one in counted if one.reason is Reason.AFTER_EXPIRY)
        return ClockState.WAIVER_POSSIBLE if any(late) else ClockState.EXPIRED

    def _holds(self, one: Counted, expires_on: date) -> bool:
        """Tell whether an event stops the clock today: proceedings do, an obstacle when the last day rests on it."""
        if not is_pending(one.event, today=self.today):
            return False
        if one.event.kind is not LimitationKind.OBSTACLE:
            return one.is_moving
        is_in_time = one.reason in {None, Reason.NOT_IN_LAST_HALF_YEAR}
        return is_in_time and min(open_from(self._anew(one.event), self.is_closed), self.cap_on) == expires_on


def obstacle_end(event: LimitationEvent, *, today: date) -> date:
    """Return the day an obstacle went away, today while it lasts. Source: 民法典 §194(2): six months count from it."""
    return max(event.happened_on, min(event.ended_on or today, today))


def is_pending(event: LimitationEvent, *, today: date) -> bool:
    """Tell whether an event is a proceeding or an obstacle that has not ended. Source: 民法典 §194, §195."""
    return event.kind in LASTING and (event.ended_on is None or event.ended_on > today)


def restart_of(event: LimitationEvent) -> date:
    """Return the day from which the period is counted anew: the event's own, or the end of the proceedings."""
    if event.kind in PROCEEDINGS and event.ended_on is not None:
        return max(event.happened_on, event.ended_on)
    return event.happened_on


def why_not(event: LimitationEvent, *, due_on: date, expires_on: date, cap_on: date, today: date) -> Reason | None:
    """Return why an event leaves the clock alone, None when it moves it."""
    tests = (
        (Reason.GUARANTOR_ONLY, event.against is Against.GUARANTOR),
        (Reason.ATTEMPT_ONLY, event.grade is EvidenceGrade.D),
        (Reason.BEFORE_START, event.happened_on <= due_on and event.kind is not LimitationKind.OBSTACLE),
        (Reason.NOT_YET, event.happened_on - AHEAD > today),
        (Reason.BEYOND_CAP, event.happened_on > cap_on),
        (Reason.AFTER_EXPIRY, event.happened_on > expires_on),
    )
    return next((reason for reason, applies in tests if applies), None)


def missing_proof(counted: Sequence[Counted]) -> tuple[str, ...]:
    """Return what a court would still ask for."""
    gaps = []
    restarts = [one.event for one in counted if one.is_moving and one.event.kind is not LimitationKind.OBSTACLE]
    if not any(event.grade in {EvidenceGrade.A, EvidenceGrade.B} for event in restarts):
        gaps.append("signed_demand_or_agreement")
    if any(one.is_moving and one.event.grade is EvidenceGrade.C for one in counted):
        gaps.append("counsel_confirms_unsigned_delivery")
    if any(one.reason is Reason.AFTER_EXPIRY for one in counted):
        gaps.append("legal_reads_events_after_expiry")
    return tuple(gaps)
