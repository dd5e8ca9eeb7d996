"""Demands (催告) read out of visits and payments: the limitation clock, its timeline, and what the police would ask.

Pure. Source: 民法典 §188, §189, §195; 诉讼时效规定 2020 §8, §14; 法释〔2018〕19号 §6-8 (valid demands of card debts).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from server.cases.limitation import (
    Against,
    Counted,
    EvidenceGrade,
    LimitationClock,
    LimitationEvent,
    LimitationKind,
)
from server.cases.limitation_words import KIND, PROOF, REASON

BETWEEN_DEMANDS = timedelta(days=30)
AFTER_SECOND = timedelta(days=92)  # three months at their longest
WARN_DAYS = 180
POLICE_FEN = 5_000_000
"""Principal from which a card debt is a matter for the police: 50,000 yuan (法释〔2018〕19号 §8)."""
VISIT = "visit:"
PROOF_ZH = {code: zh for code, (zh, _) in PROOF.items()}


@dataclass(frozen=True, slots=True)
class VisitDemand:
    """What one visit did for the clock. grade is the visit's evidence grade, None while it is not known."""

    visit_id: UUID
    on: date
    grade: EvidenceGrade | None
    has_promise: bool = False
    has_own_signature: bool = False  # the debtor signed the statement
    against: Against = Against.DEBTOR  # whom the visit met


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the demand timeline (催告时间线)."""

    on: date
    event: str
    effect: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class DemandCheck:
    """One condition of valid demands (有效催收核对表): its name, whether it holds, None when nobody can tell yet."""

    code: str
    zh: str
    holds: bool | None
    note: str = ""


def visit_event(visit: VisitDemand) -> LimitationEvent | None:
    """Return what a visit is to the clock: an agreement, a demand, or nothing while it has no grade."""
    if visit.grade is None:
        return None
    has_agreed = visit.grade is EvidenceGrade.A and (visit.has_promise or visit.has_own_signature)
    kind = LimitationKind.AGREEMENT if has_agreed else LimitationKind.DEMAND
    return LimitationEvent(kind, visit.on, visit.grade, f"{VISIT}{visit.visit_id}", against=visit.against)


def restarting_visits(clock: LimitationClock) -> frozenset[UUID]:
    """Return the visits that started the clock anew (时效重新起算)."""
    sources = [counted.event.source for counted in clock.events if counted.is_moving]
    return frozenset(UUID(source.removeprefix(VISIT)) for source in sources if source.startswith(VISIT))


def timeline(clock: LimitationClock, *, names: Mapping[str, str]) -> tuple[Moment, ...]:
    """Return start, events and last day in order; names says what a source is called on paper."""
    if clock.start_on is None or clock.expires_on is None:
        return ()
    lines = [Moment(clock.start_on, "债务（最后一期）到期", "时效起算")]
    lines += [_moment(counted, names) for counted in clock.events]
    return (*lines, Moment(clock.expires_on, "诉讼时效最后一日", "届满"))


def _moment(counted: Counted, names: Mapping[str, str]) -> Moment:
    event = counted.event
    effect = "中断，重新起算" if counted.reason is None else REASON[counted.reason][0]
    return Moment(
        event.happened_on,
        f"{KIND[event.kind][0]}（证据等级 {event.grade}）",
        effect,
        names.get(event.source, "委托方账务" if event.kind is LimitationKind.PART_PAYMENT else event.source),
    )


def warnings(clock: LimitationClock) -> tuple[str, ...]:
    """Return what legal and the general manager must see about the clock."""
    if clock.days_left is None:
        return ("limitation_unknown",)
    found = []
    if clock.days_left < 0:
        found.append("limitation_expired")
    elif clock.days_left <= WARN_DAYS:
        found.append("limitation_running_out")
    return (*found, *clock.missing_proof)


def demand_checks(
    visits: Sequence[VisitDemand],
    *,
    due_on: date | None,
    paid_on: Sequence[date],
    today: date,
    principal_fen: int | None = None,
) -> tuple[DemandCheck, ...]:
    """Return the conditions of two valid demands, one by one. Intent is never inferred from not paying alone.

    paid_on: the days the creditor booked a payment; principal_fen: what is left of the principal, None where nobody
    asks for the police. Source: 法释〔2018〕19号 §6-8.
    """
    return (*_of_demands(visits, due_on=due_on, paid_on=paid_on, today=today), *_of_principal(principal_fen))


def _of_principal(principal_fen: int | None) -> tuple[DemandCheck, ...]:
    if principal_fen is None:
        return ()
    yuan = f"{principal_fen // 100:,}.{principal_fen % 100:02d}"
    return (
        DemandCheck(
            "principal", "本金（不含利息、费用）达到五万元", principal_fen >= POLICE_FEN, f"本金余额 {yuan} 元"
        ),
        DemandCheck("intent", "非法占有目的：不得仅凭未归还认定，由委托方与律师判断", None, "系统不作结论"),
    )


def _of_demands(
    visits: Sequence[VisitDemand], *, due_on: date | None, paid_on: Sequence[date], today: date
) -> tuple[DemandCheck, ...]:
    proven = sorted(visit.on for visit in visits if visit.grade in {EvidenceGrade.A, EvidenceGrade.B})
    pair = _first_pair(proven)
    is_after = [visit.on > due_on for visit in visits] if due_on else []
    return (
        DemandCheck("after_due", "催收发生在逾期之后", all(is_after) if is_after else None),
        DemandCheck("confirmed", "采用能够确认债务人收悉的方式", bool(proven), f"A/B 级证据 {len(proven)} 次"),
        DemandCheck(
            "two_30_days", "两次催收至少间隔三十日", pair is not None,
            f"{pair[0].isoformat()} 与 {pair[1].isoformat()}" if pair else "尚未满足",
        ),
        DemandCheck(
            "unpaid_3_months", "两次有效催收后超过三个月仍不归还",
            None if pair is None else today > pair[1] + AFTER_SECOND and not any(day > pair[1] for day in paid_on),
            "" if pair is None else f"第二次催收 {pair[1].isoformat()}",
        ),
    )  # fmt: skip


def _first_pair(days: Sequence[date]) -> tuple[date, date] | None:
    """Return the first day and the first one at least thirty days after it."""
    later = next((day for day in days if day - days[0] >= BETWEEN_DEMANDS), None)
    return (days[0], later) if later is not None else None
