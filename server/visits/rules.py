"""When a visit may be reviewed and by whom, and how strong its evidence is. Pure: no Flask, no database, no clock.

Source: docs/domain.md §3, the rows Stop/Visit, Promise and SignedDocument; docs/compliance.md §3.4.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from server.cases.limitation import EvidenceGrade
from server.cases.rules import ReasonMissing
from server.errors import Conflict, NotAllowed

MIN_REASON_CHARS = 2
DEMANDS = frozenset({"account_statement", "dunning_letter", "lawyers_letter", "promise"})
WITNESSES = 2


class VisitState(StrEnum):
    """Where a visit stands (外访状态)."""

    OPEN = "open"  # 到场: records are still coming
    UPLOADED = "uploaded"  # 已上传: closed by its check-out, waiting for review
    REVIEWED = "reviewed"  # 已复核, but a file is still on its way
    RETURNED = "returned"  # 退回补充
    SEALED = "sealed"  # 封存


class Decision(StrEnum):
    """What a supervisor says to a visit."""

    ACCEPT = "accept"  # 通过
    RETURN = "return"  # 退回补充: the phone gets a message and answers with a correction slip


class PromiseState(StrEnum):
    """Where a promise stands (承诺状态). Only the creditor's payment feed can fulfil or break one."""

    DRAFT = "draft"  # 草拟
    SIGNED = "signed"  # 已签
    EFFECTIVE = "effective"  # 生效
    KEPT = "kept"  # 已履行
    PART_KEPT = "part_kept"  # 部分履行
    OVERDUE = "overdue"  # 逾期
    BROKEN = "broken"  # 违约


class Custody(StrEnum):
    """Where a printed paper is (单据去向)."""

    PRINTED = "printed"  # 已打印: with the crew, the day is not over
    HANDED_OVER = "handed_over"  # 已送达
    SIGNED = "signed"  # 已签
    REFUSED = "refused"  # 拒签: shown and not taken
    RETURNED = "returned"  # 已交回: brought back to the office unused
    VOID = "void"  # 作废
    UNACCOUNTED = "unaccounted"  # 去向不明: the visit is over and nobody says where it is


class NotUploaded(Conflict):
    """The visit is not waiting for review."""


class OwnVisit(NotAllowed):
    """Nobody reviews a visit they made."""


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What counts of a signed paper: which, how it was taken, by whom, and whether there is a trace of it."""

    kind: str
    state: str
    signer_role: str
    has_strokes: bool


def review(
    state: VisitState, decision: Decision, *, reviewer_id: UUID, agent_ids: Collection[UUID], reason: str,
    is_complete: bool,
) -> VisitState:  # fmt: skip
    """Return the state of a visit after its review: sealed once every file is here, reviewed until then.

    Raises NotUploaded, OwnVisit or ReasonMissing.
    """
    if reviewer_id in agent_ids:
        raise OwnVisit("ask another supervisor")
    if state is not VisitState.UPLOADED:
        raise NotUploaded(f"it is {state}", state=state)
    if decision is Decision.RETURN:
        if len(reason.strip()) < MIN_REASON_CHARS:
            raise ReasonMissing(f"at least {MIN_REASON_CHARS} characters")
        return VisitState.RETURNED
    return VisitState.SEALED if is_complete else VisitState.REVIEWED


def state_after_upload(state: VisitState, *, is_closed: bool, is_complete: bool, has_news: bool) -> VisitState:
    """Return the state of a visit once records or files arrived.

    is_closed: every record its check-out lists is here. has_news: a record came, not only a file. News reopens a
    visit that was reviewed or returned; a sealed one stays sealed.
    """
    if state is VisitState.SEALED:
        return state
    if has_news:
        return VisitState.UPLOADED if is_closed else VisitState.OPEN
    if state is VisitState.REVIEWED and is_complete:
        return VisitState.SEALED
    return state


def evidence_grade(
    papers: Collection[PaperFacts], *, is_relative_adult: bool, agents: int, is_recorded: bool, photo_of_paper: bool
) -> EvidenceGrade:
    """Return how well the visit proves that a demand arrived.

    A: signed by the debtor or co-debtor. B: received by a co-resident relative of age. C: left or refused before two
    agents, on a recording and with a verified photo of the paper. D: anything else, which is an attempt.
    Source: 诉讼时效规定 2020 §8(1), §17; 民法典 §18; docs/compliance.md §3.4.
    """
    demands = [paper for paper in papers if paper.kind in DEMANDS]
    if any(paper.state == "signed_by_debtor" and _is_signed_by_owner(paper) for paper in demands):
        return EvidenceGrade.A
    if is_relative_adult and any(_is_received(paper) for paper in demands):
        return EvidenceGrade.B
    is_witnessed = agents >= WITNESSES and is_recorded and photo_of_paper
    if is_witnessed and any(paper.state in {"left_sealed", "refused_witnessed"} for paper in demands):
        return EvidenceGrade.C
    return EvidenceGrade.D


def _is_signed_by_owner(paper: PaperFacts) -> bool:
    """Leave out a guarantor, whose guarantee period is a clock of its own (民法典 §692)."""
    return paper.has_strokes and paper.signer_role in {"debtor", "co_debtor"}


def _is_received(paper: PaperFacts) -> bool:
    is_relative = paper.state == "signed_by_relative" and paper.signer_role == "co_resident_adult"
    return is_relative and paper.has_strokes


def custody(*, told: Collection[str], is_photographed: bool, is_delivered: bool, ruled: str, is_over: bool) -> Custody:
    """Return where a paper is, by what the field told of its serial and what the office ruled (returned or void).

    told are the states of signed-paper records; is_photographed: a photo shows the signed original under this serial.
    What the debtor has in hand outranks the office's word; a paper that nobody names after its visit is unaccounted.
    """
    if ruled == Custody.VOID or "void" in told:
        return Custody.VOID
    if is_photographed or any(state.startswith("signed_by_") for state in told):
        return Custody.SIGNED
    if is_delivered or "left_sealed" in told:
        return Custody.HANDED_OVER
    if ruled == Custody.RETURNED:
        return Custody.RETURNED
    if "refused_witnessed" in told:
        return Custody.REFUSED
    return Custody.UNACCOUNTED if is_over else Custody.PRINTED


def promise_state(*, is_signed: bool, is_accepted: bool) -> PromiseState:
    """Return where a promise stands before any payment: a draft, signed, or in force once the supervisor agreed."""
    if not is_signed:
        return PromiseState.DRAFT
    return PromiseState.EFFECTIVE if is_accepted else PromiseState.SIGNED
