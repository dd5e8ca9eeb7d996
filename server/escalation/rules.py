"""Who decides what becomes of a case after the visits, and what follows from it. Pure: no Flask, database or clock.

Source: docs/domain.md §3, the rows Case, VisitScheme (已归总) and EscalationDecision (升级决策).
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from server.cases.rules import CLOSED_STATES, CaseClosed, CaseState
from server.errors import Conflict, Invalid, NotAllowed

REVIEW_DAYS = (30, 90)
DEFAULT_REVIEW_DAYS = 90


class Proposal(StrEnum):
    """What may be proposed for a case, and decided."""

    CONTINUE = "continue"  # 继续催收
    SUSPEND = "suspend"  # 暂停催收
    SUE = "sue"  # 起诉
    PAYMENT_ORDER = "payment_order"  # 申请支付令
    POLICE_PREPARE = "police_prepare"  # 报案准备
    RETURN = "return"  # 退案
    RELIEF = "relief"  # 减免协商


COURT = frozenset({Proposal.SUE, Proposal.PAYMENT_ORDER, Proposal.POLICE_PREPARE})
PROPOSAL_ZH = {
    Proposal.CONTINUE: "继续催收",
    Proposal.SUSPEND: "暂停催收",
    Proposal.SUE: "起诉",
    Proposal.PAYMENT_ORDER: "申请支付令",
    Proposal.POLICE_PREPARE: "报案准备",
    Proposal.RETURN: "退案",
    Proposal.RELIEF: "减免协商",
}


class EscalationState(StrEnum):
    """Where a question to the general manager stands (升级决策状态)."""

    PROPOSED = "proposed"  # 提议
    ADVISED = "advised"  # 已有法务意见
    DECIDED = "decided"  # 已决策


class Opinion(StrEnum):
    """What legal says to a proposal (法务意见)."""

    READY = "ready"  # 证据就绪
    NOT_READY = "not_ready"  # 需补证
    AGAINST = "against"  # 不建议


class EscalationOpen(Conflict):
    """Another escalation of this case waits for its decision."""


class NotProposed(Conflict):
    """The escalation is not waiting for an opinion."""


class NotAdvised(Conflict):
    """The escalation has no opinion of the legal officer yet."""


class AlreadyDecided(Conflict):
    """The escalation is decided."""


class OwnEscalation(NotAllowed):
    """Whoever proposes, whoever advises and whoever decides are three people."""


class ReviewNotDue(Invalid):
    """Only a suspension has a review period, of 30 or 90 days."""


class NotForCourt(Conflict):
    """A dossier is made only of a case decided for court or police."""


class NotAwaitingDecision(Conflict):
    """The case does not wait for a decision."""


class NotInTheField(Conflict):
    """The scheme is not in the field, so there is nothing to close out."""


class StopsOpen(Conflict):
    """Some stops of the scheme are neither reviewed nor left out with a reason."""


class ForeignStop(Invalid):
    """A stop named as left out is none of this scheme's open stops."""


def propose(case_state: CaseState, *, has_open: bool) -> EscalationState:
    """Return the state of a new escalation. Raises CaseClosed or EscalationOpen."""
    if case_state in CLOSED_STATES:
        raise CaseClosed(f"it is {case_state}", state=case_state)
    if has_open:
        raise EscalationOpen("decide that one first")
    return EscalationState.PROPOSED


def advise(state: EscalationState, *, proposer_id: UUID, adviser_id: UUID) -> EscalationState:
    """Return the state once legal has given an opinion. Raises NotProposed, AlreadyDecided or OwnEscalation."""
    if state is EscalationState.DECIDED:
        raise AlreadyDecided("propose again if the case has changed")
    if state is not EscalationState.PROPOSED:
        raise NotProposed(f"it is {state}", state=state)
    if adviser_id == proposer_id:
        raise OwnEscalation("another legal officer gives the opinion", step="opinion")
    return EscalationState.ADVISED


def decide(state: EscalationState, *, proposer_id: UUID, adviser_id: UUID | None, decider_id: UUID) -> EscalationState:
    """Return the state once the general manager has decided. Raises AlreadyDecided, NotAdvised or OwnEscalation."""
    if state is EscalationState.DECIDED:
        raise AlreadyDecided("propose again if the case has changed")
    if state is not EscalationState.ADVISED:
        raise NotAdvised(f"it is {state}", state=state)
    if decider_id in {proposer_id, adviser_id}:
        raise OwnEscalation("another manager decides", step="decision")
    return EscalationState.DECIDED


def case_after(decision: Proposal, state: CaseState) -> CaseState:
    """Return the state of a case after a decision; settlement and recall outrank everything.

    A relief (减免协商) is negotiated while ordinary collection goes on; it needs the creditor's own consent.
    Source: docs/domain.md §3, row Case.
    """
    if state in CLOSED_STATES:
        return state
    match decision:
        case Proposal.CONTINUE | Proposal.RELIEF:
            return CaseState.CONTINUED
        case Proposal.SUSPEND:
            return CaseState.SUSPENDED
        case Proposal.SUE | Proposal.PAYMENT_ORDER | Proposal.POLICE_PREPARE:
            return CaseState.LEGAL
        case Proposal.RETURN:
            return CaseState.RECALLED
        case _:
            assert_never(decision)


def keeps_agents_away(decision: Proposal) -> bool:
    """Tell whether nobody may go to the door after this decision: the stop flag is raised."""
    return decision not in {Proposal.CONTINUE, Proposal.RELIEF}


def review_on(decision: Proposal, *, decided_on: date, days: int | None) -> date | None:
    """Return the day a suspension is looked at again, 30 or 90 days on (90 unless said). Raises ReviewNotDue."""
    if decision is not Proposal.SUSPEND:
        if days is not None:
            raise ReviewNotDue(f"the decision is {decision}", decision=decision)
        return None
    if days is not None and days not in REVIEW_DAYS:
        raise ReviewNotDue(f"expected 30 or 90, got {days}", review_days=days)
    return decided_on + timedelta(days=days or DEFAULT_REVIEW_DAYS)


def require_court(decision: Proposal | None, *, has_opinion: bool) -> Proposal:
    """Return the decision a dossier is made under. Raises NotForCourt naming what is missing."""
    if decision in COURT:
        return decision
    missing = [] if has_opinion else ["legal_opinion"]
    missing.append("decision")
    raise NotForCourt(
        "no decision yet" if decision is None else f"the last decision is {decision}",
        missing=missing,
        decision=decision,
        needs=sorted(COURT),
    )


def continue_case(state: CaseState, *, has_open: bool) -> CaseState:
    """Return the state of a case the supervisor sends back to ordinary collection (继续催收).

    Raises NotAwaitingDecision, or EscalationOpen while the general manager is asked.
    """
    if state is not CaseState.AWAITING_DECISION:
        raise NotAwaitingDecision(f"it is {state}", state=state)
    if has_open:
        raise EscalationOpen("the general manager has been asked")
    return CaseState.CONTINUED


def close_out(
    *, is_in_field: bool, open_stops: Mapping[UUID, str], left_out: Collection[UUID], unreviewed: Collection[UUID]
) -> None:
    """Say whether the supervisor may close a scheme out (归总).

    open_stops: stops without a visit, by id, with the case number; each must be in left_out, which names no other.
    unreviewed: visits that nobody has reviewed. Raises NotInTheField, StopsOpen or ForeignStop.
    """
    if not is_in_field:
        raise NotInTheField("dispatch it first; a closed-out scheme stays closed out")
    strangers = sorted(str(stop_id) for stop_id in set(left_out) - set(open_stops))
    if strangers:
        raise ForeignStop(f"{len(strangers)} stops", stop_ids=strangers[:20])
    waiting = {stop_id: case_no for stop_id, case_no in open_stops.items() if stop_id not in set(left_out)}
    if waiting or unreviewed:
        raise StopsOpen(
            f"{len(waiting)} stops without a visit, {len(unreviewed)} visits not reviewed",
            stop_ids=sorted(str(stop_id) for stop_id in waiting),
            case_nos=sorted(waiting.values()),
            visit_ids=sorted(str(visit_id) for visit_id in unreviewed),
        )


def case_after_close_out(state: CaseState, *, was_visited: bool) -> CaseState:
    """Return the state of a case when its scheme is closed out.

    A visited case waits for a decision (待决策); one nobody got to goes back to the phones and may be listed again.
    """
    if state not in {CaseState.LISTED, CaseState.VISITING}:
        return state
    return CaseState.AWAITING_DECISION if was_visited else CaseState.PHONE
