"""Who may move a visit list (名单) and a case (案件), and when. Pure: no Flask, no database, no clock.

Source: docs/domain.md §3, the rows Case and VisitList.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.errors import Conflict, Invalid, NotAllowed

MIN_REASON_CHARS = 2
MAX_LINES = 2_000


class CaseState(StrEnum):
    """Where a case stands (案件状态), domain.md §3."""

    PHONE = "phone"  # 电催中
    LISTED = "listed"  # 拟外访
    VISITING = "visiting"  # 外访中
    AWAITING_DECISION = "awaiting_decision"  # 待决策
    CONTINUED = "continued"  # 继续催收
    SUSPENDED = "suspended"  # 暂停催收
    LEGAL = "legal"  # 法务中
    RECALLED = "recalled"  # 退案/撤回
    SETTLED = "settled"  # 结清


OPEN_STATES = frozenset({CaseState.PHONE, CaseState.LISTED, CaseState.CONTINUED})
CLOSED_STATES = frozenset({CaseState.RECALLED, CaseState.SETTLED})


class ListState(StrEnum):
    """Where a visit list stands (名单状态)."""

    DRAFT = "draft"  # 草稿
    SUBMITTED = "submitted"  # 待审核
    ACCEPTED = "accepted"  # 通过
    PARTLY_ACCEPTED = "partly_accepted"  # 部分通过
    RETURNED = "returned"  # 退回
    IN_SCHEME = "in_scheme"  # 已并入方案
    VOID = "void"  # 作废


LIVE_LIST_STATES = frozenset(
    {ListState.DRAFT, ListState.SUBMITTED, ListState.ACCEPTED, ListState.PARTLY_ACCEPTED, ListState.RETURNED}
)


class LineDecision(StrEnum):
    """What the supervisor decided on one line."""

    PENDING = "pending"
    ACCEPT = "accept"  # 通过
    RETURN = "return"  # 退回: the specialist may correct and submit again
    REMOVE = "remove"  # 剔除: not to be visited on this list


class StopKind(StrEnum):
    """Why nobody may go to this door (停访标志)."""

    COMPLAINT = "complaint"  # 投诉
    DISPUTE = "dispute"  # 异议
    RECALL = "recall"  # 撤回
    SETTLED = "settled"  # 结清
    DO_NOT_CONTACT = "do_not_contact"  # 拒绝联系
    SPECIAL = "special"  # 特殊情况: illness, minors, bereavement
    OTHER = "other"


class ListNotDraft(Conflict):
    """The visit list is not open for changes."""


class ListNotSubmitted(Conflict):
    """The visit list is not waiting for review."""


class ListNotAccepted(Conflict):
    """The visit list has not been accepted."""


class EmptyList(Invalid):
    """A visit list without lines cannot be submitted."""


class OverlongList(Invalid):
    """The visit list holds more lines than one review can weigh."""


class OwnList(NotAllowed):
    """Nobody reviews a visit list they wrote."""


class NotTheAuthor(NotAllowed):
    """Only its author changes or submits a visit list."""


class UndecidedLines(Invalid):
    """Every line of a visit list needs a decision."""


class UnknownLine(Invalid):
    """A decision names a line that is not on this visit list."""


class ReasonMissing(Invalid):
    """The decision needs a reason."""


class CaseClosed(Conflict):
    """The case is settled or recalled."""


class NotEligible(Conflict):
    """The case may not be put on a visit list."""


class StopNotRaised(Conflict):
    """The stop flag is not up any more."""


class WrongLifter(NotAllowed):
    """This stop flag is lifted by compliance only."""


def edit(state: ListState, *, author_id: UUID, actor_id: UUID) -> ListState:
    """Return the state of a list whose lines its author changes: a returned list becomes a draft again.

    Raises NotTheAuthor or ListNotDraft.
    """
    if actor_id != author_id:
        raise NotTheAuthor("ask its author")
    if state not in {ListState.DRAFT, ListState.RETURNED}:
        raise ListNotDraft(f"it is {state}", state=state)
    return ListState.DRAFT


def submit(state: ListState, *, author_id: UUID, actor_id: UUID, line_count: int) -> ListState:
    """Return the state of a list that its author sends to the supervisor.

    Raises NotTheAuthor, ListNotDraft, EmptyList or OverlongList.
    """
    edit(state, author_id=author_id, actor_id=actor_id)
    if line_count == 0:
        raise EmptyList("put at least one case on it")
    if line_count > MAX_LINES:
        raise OverlongList(f"{line_count} lines, {MAX_LINES} allowed", over=line_count - MAX_LINES)
    return ListState.SUBMITTED


def review(
    state: ListState,
    *,
    author_id: UUID,
    reviewer_id: UUID,
    line_ids: Collection[UUID],
    decisions: Mapping[UUID, tuple[LineDecision, str]],
) -> ListState:
    """Return the state of a list once the supervisor has decided every line.

    Raises ListNotSubmitted, OwnList, UnknownLine, UndecidedLines or ReasonMissing.
    """
    if state is not ListState.SUBMITTED:
        raise ListNotSubmitted(f"it is {state}", state=state)
    if reviewer_id == author_id:
        raise OwnList("ask another supervisor")
    strangers = sorted(str(line_id) for line_id in set(decisions) - set(line_ids))
    if strangers:
        raise UnknownLine(f"{len(strangers)} decisions name no line of this list", line_ids=strangers[:20])
    open_lines = sorted(str(line_id) for line_id in line_ids if not is_decided(decisions.get(line_id)))
    if open_lines:
        raise UndecidedLines(f"{len(open_lines)} lines are undecided", line_ids=open_lines[:20])
    require_reasons(decisions)
    verdicts = {decision for decision, _ in decisions.values()}
    if verdicts == {LineDecision.ACCEPT}:
        return ListState.ACCEPTED
    return ListState.PARTLY_ACCEPTED if LineDecision.ACCEPT in verdicts else ListState.RETURNED


def is_decided(decision: tuple[LineDecision, str] | None) -> bool:
    """Return whether a line has a decision other than pending."""
    return decision is not None and decision[0] is not LineDecision.PENDING


def require_reasons(decisions: Mapping[UUID, tuple[LineDecision, str]]) -> None:
    """Demand words for every line that is not simply accepted. Raises ReasonMissing."""
    silent = sorted(
        str(line_id)
        for line_id, (decision, reason) in decisions.items()
        if decision is not LineDecision.ACCEPT and len(reason.strip()) < MIN_REASON_CHARS
    )
    if silent:
        raise ReasonMissing("a line that is returned or removed needs a reason", line_ids=silent[:20])


def merge_into_scheme(state: ListState) -> ListState:
    """Return the state of a list whose accepted lines went into a visit scheme. Raises ListNotAccepted."""
    if state not in {ListState.ACCEPTED, ListState.PARTLY_ACCEPTED}:
        raise ListNotAccepted(f"it is {state}", state=state)
    return ListState.IN_SCHEME


def void(state: ListState, *, author_id: UUID, actor_id: UUID, reason: str) -> ListState:
    """Return the state of a list that its author gives up before a scheme was made of it.

    Raises NotTheAuthor, ListNotDraft or ReasonMissing.
    """
    if actor_id != author_id:
        raise NotTheAuthor("ask its author")
    if state not in LIVE_LIST_STATES:
        raise ListNotDraft(f"it is {state}", state=state)
    require_reason(reason)
    return ListState.VOID


def require_reason(reason: str) -> None:
    """Demand words for an act that must be explained. Raises ReasonMissing."""
    if len(reason.strip()) < MIN_REASON_CHARS:
        raise ReasonMissing("say why, in at least two characters")


def list_case(state: CaseState, *, exclusions: Collection[str]) -> CaseState:
    """Return the state of a case that is put on a visit list. Raises NotEligible with the reasons."""
    if exclusions or state not in OPEN_STATES:
        raise NotEligible(f"{', '.join(exclusions) or state}", exclusions=list(exclusions), state=state)
    return CaseState.LISTED


def unlist_case(state: CaseState) -> CaseState:
    """Return the state of a case that left its list without a visit; other states stay as they are."""
    return CaseState.PHONE if state == CaseState.LISTED else state


def settle(state: CaseState, *, outstanding_fen: int, is_declared: bool) -> CaseState:
    """Return the state of a case after a payment: settled when the creditor declares it or nothing is left.

    A reversal opens a settled case again. A recalled case stays recalled: recall and settlement outrank everything.
    """
    if state == CaseState.RECALLED:
        return state
    if is_declared or outstanding_fen <= 0:
        return CaseState.SETTLED
    return CaseState.PHONE if state == CaseState.SETTLED else state


def raise_stop(state: CaseState, *, reason: str) -> None:
    """Say whether a stop flag may be raised: in every state but closed. Raises CaseClosed or ReasonMissing."""
    if state in CLOSED_STATES:
        raise CaseClosed(f"it is {state}", state=state)
    require_reason(reason)


def lift_stop(kind: StopKind, *, is_up: bool, is_compliance: bool, reason: str) -> None:
    """Say whether a stop flag may be lifted; complaints and disputes only by compliance (qa).

    Raises StopNotRaised, WrongLifter or ReasonMissing.
    """
    if not is_up:
        raise StopNotRaised("it was lifted already")
    if kind in {StopKind.COMPLAINT, StopKind.DISPUTE, StopKind.DO_NOT_CONTACT} and not is_compliance:
        raise WrongLifter("complaints, disputes and refusals of contact return through compliance", kind=kind)
    require_reason(reason)


def compare_lists(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return what changed between two versions of a list: lines added, removed and changed, by case id."""
    old = {line["case_id"]: line for line in before["lines"]}
    new = {line["case_id"]: line for line in after["lines"]}
    changed = [
        {"case_id": case_id, "before": differing(old[case_id], line), "after": differing(line, old[case_id])}
        for case_id, line in new.items()
        if case_id in old and line != old[case_id]
    ]
    return {
        "added": [line for case_id, line in new.items() if case_id not in old],
        "removed": [line for case_id, line in old.items() if case_id not in new],
        "changed": changed,
    }


def differing(line: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of one line that the other has not or has otherwise."""
    return {key: value for key, value in line.items() if other.get(key) != value}
