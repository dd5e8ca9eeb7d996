"""Who may move a visit scheme (外访方案), and when. Pure: no Flask, no database, no clock.

Source: docs/domain.md §3, the row VisitScheme: compiled by a supervisor, reviewed by somebody else, signed off by the
general manager, dispatched before its date. A material change after sign-off asks for sign-off again.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.errors import Conflict, Invalid, NotAllowed, Stale

MIN_REASON_CHARS = 2
MOST_DAYS = 31


class SchemeState(StrEnum):
    """Where a scheme stands."""

    DRAFTING = "drafting"  # 编制中
    SUBMITTED = "submitted"  # 合规检查/复核中
    REVIEWED = "reviewed"  # 待批准
    SIGNED_OFF = "signed_off"  # 已批准
    RETURNED = "returned"  # 驳回
    CHANGED = "changed"  # 变更待批准
    DISPATCHED = "dispatched"  # 已下发
    UNDER_WAY = "under_way"  # 执行中
    COLLATED = "collated"  # 已归总
    CLOSED = "closed"  # 已关闭


class StopState(StrEnum):
    """Where one visit of a scheme stands."""

    PLANNED = "planned"  # wanted; on a route once there is a plan
    DROPPED = "dropped"  # on no route, with its reason
    WITHDRAWN = "withdrawn"  # taken off by the compiler
    WITHHELD = "withheld"  # kept back at dispatch: frozen, or beyond the manager's limits
    DISPATCHED = "dispatched"  # on the crew's phones
    EN_ROUTE = "en_route"  # the crew drives to it
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    VISITED = "visited"


class Decision(StrEnum):
    """What somebody decided on a scheme."""

    APPROVE = "approve"
    RETURN = "return"


FIELD_STATES = frozenset({StopState.EN_ROUTE, StopState.SKIPPED, StopState.BLOCKED, StopState.VISITED})
"""What records from the phones have set: a new plan leaves these stops as they are."""

OPEN_STATES = frozenset({SchemeState.DRAFTING, SchemeState.RETURNED, SchemeState.CHANGED})
APPROVED_STATES = frozenset({SchemeState.SIGNED_OFF, SchemeState.DISPATCHED, SchemeState.UNDER_WAY})
EDITABLE_STATES = OPEN_STATES | APPROVED_STATES
UNSENT_STATES = OPEN_STATES | {SchemeState.SUBMITTED, SchemeState.REVIEWED, SchemeState.SIGNED_OFF}
"""Nobody was sent out yet; one that was changed after it was sent is among them."""


class NotTheCompiler(NotAllowed):
    """Only its compiler changes or submits a scheme."""


class OwnScheme(NotAllowed):
    """Nobody reviews or signs off a scheme they had a hand in."""


class SchemeNotOpen(Conflict):
    """The scheme is not open for changes."""


class NotSubmitted(Conflict):
    """The scheme is not waiting for review."""


class NotReviewed(Conflict):
    """The scheme is not waiting for sign-off."""


class NotSignedOff(Conflict):
    """The scheme has not been signed off."""


class NotPlanned(Conflict):
    """The scheme has no road plan for what it says now."""


class NothingToVisit(Invalid):
    """No visit of the scheme is on a route."""


class RulesBroken(Conflict):
    """A compliance rule forbids it."""


class NotYourFlag(NotAllowed):
    """A flagged rule must be agreed to by the role that may."""


class DigestMoved(Stale):
    """The scheme is no longer what was seen."""


class DecisionUnexplained(Invalid):
    """To send a scheme back, or to agree to what a rule flags, takes a reason."""


class SchemeOverdue(Conflict):
    """The last day of the scheme is over."""


class OddDates(Invalid):
    """The dates of a scheme are different days, none of them past."""


def edit(state: SchemeState, *, compiler_id: UUID, actor_id: UUID) -> None:
    """Say whether the scheme may be changed. Raises NotTheCompiler or SchemeNotOpen."""
    if actor_id != compiler_id:
        raise NotTheCompiler("ask its compiler")
    if state not in EDITABLE_STATES:
        raise SchemeNotOpen(f"it is {state}", state=state)


def after_change(state: SchemeState, *, is_material: bool) -> SchemeState:
    """Return the state of a scheme after a change: what was signed off must be signed off again if it is material."""
    if state in APPROVED_STATES and is_material:
        return SchemeState.CHANGED
    return SchemeState.DRAFTING if state is SchemeState.RETURNED else state


def check_dates(dates: Sequence[date], *, today: date) -> None:
    """Refuse days that are past, doubled or too many. Raises OddDates."""
    if len(set(dates)) != len(dates) or not 1 <= len(dates) <= MOST_DAYS:
        raise OddDates(f"1 to {MOST_DAYS} different days expected, got {len(dates)}")
    past = sorted(day.isoformat() for day in dates if day < today)
    if past:
        raise OddDates(f"{', '.join(past)} is past", past=past)


def submit(
    state: SchemeState, *, compiler_id: UUID, actor_id: UUID, is_planned: bool, routed: int, blocking: Collection[str]
) -> SchemeState:
    """Return the state of a scheme that its compiler sends to review.

    Raises NotTheCompiler, SchemeNotOpen, NotPlanned, NothingToVisit or RulesBroken.
    """
    edit(state, compiler_id=compiler_id, actor_id=actor_id)
    if state not in {SchemeState.DRAFTING, SchemeState.RETURNED}:
        raise SchemeNotOpen(f"it is {state}", state=state)
    _require_fit(is_planned=is_planned, routed=routed, blocking=blocking)
    return SchemeState.SUBMITTED


def review(
    state: SchemeState,
    *,
    compiler_id: UUID,
    reviewer_id: UUID,
    decision: Decision,
    reason: str,
    reviewer_roles: Collection[str],
    flag_roles: Collection[str],
) -> SchemeState:
    """Return the state of a scheme once somebody other than its compiler has looked at it.

    flag_roles are the roles that the broken rules which can be agreed to ask for; agreeing takes a reason.
    Raises OwnScheme, NotSubmitted, NotYourFlag or DecisionUnexplained.
    """
    if reviewer_id == compiler_id:
        raise OwnScheme("ask another supervisor or compliance")
    if state is not SchemeState.SUBMITTED:
        raise NotSubmitted(f"it is {state}", state=state)
    if decision is Decision.RETURN:
        require_reason(reason)
        return SchemeState.RETURNED
    missing = sorted(set(flag_roles) - set(reviewer_roles))
    if missing:
        raise NotYourFlag(f"flagged for {', '.join(missing)}", needs=missing)
    if flag_roles:
        require_reason(reason)
    return SchemeState.REVIEWED


def sign_off(
    state: SchemeState,
    *,
    hands: Collection[UUID],
    signer_id: UUID,
    decision: Decision,
    reason: str,
    is_planned: bool,
    routed: int,
    blocking: Collection[str],
) -> SchemeState:
    """Return the state of a scheme once the general manager has decided on exactly what he saw.

    hands are the people who compiled or reviewed it. Whether he saw the present content is `same_digest`'s question.
    Raises OwnScheme, NotReviewed, DecisionUnexplained, NotPlanned, NothingToVisit or RulesBroken.
    """
    if signer_id in hands:
        raise OwnScheme("ask another manager")
    if state not in {SchemeState.REVIEWED, SchemeState.CHANGED}:
        raise NotReviewed(f"it is {state}", state=state)
    if decision is Decision.RETURN:
        require_reason(reason)
        return SchemeState.RETURNED
    _require_fit(is_planned=is_planned, routed=routed, blocking=blocking)
    return SchemeState.SIGNED_OFF


def same_digest(seen: str, *, present: str, changes: Sequence[Mapping[str, Any]] | None) -> None:
    """Demand that what is decided on is what was seen. Raises DigestMoved with what changed since, if that is known."""
    if seen != present:
        known = "the changes are listed" if changes is not None else "nothing of this digest is known here"
        raise DigestMoved(f"seen {seen[:12]}, now {present[:12]}: {known}", digest=present, changes=changes)


def dispatch(
    state: SchemeState, *, last_on: date, today: date, is_planned: bool, blocking: Collection[str]
) -> SchemeState:
    """Return the state of a scheme whose day packs go out, the first time or again after a small change.

    Raises NotSignedOff, SchemeOverdue, NotPlanned or RulesBroken.
    """
    if state not in APPROVED_STATES:
        raise NotSignedOff(f"it is {state}", state=state)
    if today > last_on:
        raise SchemeOverdue(f"its last day was {last_on.isoformat()}")
    if not is_planned:
        raise NotPlanned("plan it first")
    require_kept(blocking)
    return state if state is SchemeState.UNDER_WAY else SchemeState.DISPATCHED


def _require_fit(*, is_planned: bool, routed: int, blocking: Collection[str]) -> None:
    if not is_planned:
        raise NotPlanned("plan it first")
    if routed == 0:
        raise NothingToVisit("every stop was left out; see the reasons under /routes")
    require_kept(blocking)


def require_kept(blocking: Collection[str]) -> None:
    """Refuse what a blocking rule forbids. Raises RulesBroken."""
    if blocking:
        raise RulesBroken(f"{', '.join(sorted(blocking))}", rules=sorted(blocking))


def require_reason(reason: str) -> None:
    """Demand words. Raises DecisionUnexplained."""
    if len(reason.strip()) < MIN_REASON_CHARS:
        raise DecisionUnexplained(f"say why, in at least {MIN_REASON_CHARS} characters")


_IMMATERIAL = tuple(
    re.compile(pattern)
    for pattern in (
        r"/(title|risk_notes|plan_version|costs|cost_fen)(/.*)?",
        r"/stops/[^/]+/(seq|arrive_at|depart_at|leg_m|note|drop_reason)(/.*)?",
    )
)


def is_material(pointers: Iterable[str]) -> bool:
    """Tell whether a change must be signed off again: a customer, crew, date, rule or paper, not order or wording.

    Source: docs/domain.md §3, "Change after approval".
    """
    return any(not any(pattern.fullmatch(pointer) for pattern in _IMMATERIAL) for pointer in pointers)
