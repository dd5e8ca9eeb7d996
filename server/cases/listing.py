"""The lines of a visit list (名单明细): adding and dropping cases, and the snapshots that make versions comparable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from server import clock
from server.cases import agreements, approvals, rules
from server.cases.candidates import Candidate, best_address, judge, listed_case_ids, terms_json
from server.cases.ledger import entries_of
from server.cases.models import Address, Case, VisitList, VisitListLine, VisitListVersion
from server.cases.rules import LineDecision
from server.cases.screening import ScreeningPolicy
from server.compliance.rulepack import Gate
from server.db import db
from server.errors import Invalid


class ForeignAddress(Invalid):
    """The address belongs to another case."""


class CaseTwice(Invalid):
    """The case is on this visit list already."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One case that the author wants on the list; no address means the best known one."""

    case: Case
    address_id: UUID | None
    note: str


def add_lines(visit_list: VisitList, wanted: Iterable[Wanted], *, today: date, policy: ScreeningPolicy) -> int:
    """Put cases on a list with their score and its terms; return how many.

    Raises NotEligible with the reasons, CaseTwice or ForeignAddress; then nothing may be committed.
    """
    present = {line.case_id for line in visit_list.lines}
    cases = list(wanted)
    listed = listed_case_ids(today=today, apart_from=visit_list.id)
    booked = entries_of([one.case.id for one in cases])
    approved = approvals.standing([one.case.id for one in cases], on=today)
    agreed = agreements.standing_of([one.case.id for one in cases], Gate.SCREENING, on=today)
    for one in cases:
        if one.case.id in present:
            raise CaseTwice(one.case.case_no, case_id=str(one.case.id))
        candidate = judge(
            one.case, today=today, policy=policy, listed=listed, entries=booked[one.case.id],
            approval_id=approved.get(one.case.id), agreed=agreed[one.case.id],
        )  # fmt: skip
        exclusions = [exclusion.value for exclusion in candidate.screened.exclusions]
        try:
            one.case.state = rules.list_case(one.case.state, exclusions=exclusions)
        except rules.NotEligible as refusal:
            refusal.facts |= {"case_id": str(one.case.id), "case_no": one.case.case_no}
            raise
        visit_list.lines.append(new_line(candidate, one, today=today))
        present.add(one.case.id)
    return len(cases)


def new_line(candidate: Candidate, wanted: Wanted, *, today: date) -> VisitListLine:
    """Return a line for a case, with what the rules said. Raises ForeignAddress or GateClosed."""
    address = chosen_address(wanted.case, wanted.address_id)
    return VisitListLine(
        id=clock.new_id(),
        creditor_id=wanted.case.creditor_id,
        case_id=wanted.case.id,
        case=wanted.case,
        address_id=address.id if address else None,
        score=candidate.screened.score,
        terms=terms_json(candidate.screened.terms),
        compliance=candidate.ruling(today).require().as_json(),
        note=wanted.note,
        decision=LineDecision.PENDING.value,
        reason="",
    )


def chosen_address(case: Case, address_id: UUID | None) -> Address | None:
    """Return the address that was named, or the best one. Raises ForeignAddress."""
    if address_id is None:
        return best_address(case.addresses)
    for address in case.addresses:
        if address.id == address_id:
            return address
    raise ForeignAddress(f"case {case.case_no} has no address {address_id}", address_id=str(address_id))


def recheck_lines(lines: Iterable[VisitListLine], *, list_id: UUID, today: date, policy: ScreeningPolicy) -> None:
    """Look again whether every case may still be visited, for a complaint may have come in since.

    Raises NotEligible naming the lines and the reasons.
    """
    looked_at = list(lines)
    listed = listed_case_ids(today=today, apart_from=list_id)
    booked = entries_of([line.case_id for line in looked_at])
    approved = approvals.standing([line.case_id for line in looked_at], on=today)
    agreed = agreements.standing_of([line.case_id for line in looked_at], Gate.SCREENING, on=today)
    found = []
    for line in looked_at:
        entries = booked[line.case_id]
        judged = judge(
            line.case, today=today, policy=policy, listed=listed, entries=entries,
            approval_id=approved.get(line.case_id), agreed=agreed[line.case_id],
        )  # fmt: skip
        exclusions = judged.screened.exclusions
        line.compliance = judged.ruling(today).as_json()
        if exclusions:
            found.append({"line_id": str(line.id), "case_no": line.case.case_no, "exclusions": list(exclusions)})
    if found:
        raise rules.NotEligible(f"{len(found)} cases may not be visited any more", lines=found[:50])


def drop_lines(visit_list: VisitList, case_ids: Iterable[UUID]) -> int:
    """Take cases off a list; return how many were on it."""
    unwanted = set(case_ids)
    dropped = [line for line in visit_list.lines if line.case_id in unwanted]
    for line in dropped:
        visit_list.lines.remove(line)
        line.case.state = rules.unlist_case(line.case.state)
    return len(dropped)


def reopen_lines(visit_list: VisitList) -> None:
    """Make a returned list ready for its author: removed lines go, returned ones are open again."""
    for line in list(visit_list.lines):
        if line.decision == LineDecision.REMOVE:
            visit_list.lines.remove(line)
        elif line.decision == LineDecision.RETURN:
            line.decision, line.reason = LineDecision.PENDING.value, ""
            line.case.state = rules.CaseState.LISTED if line.case.state in rules.OPEN_STATES else line.case.state


def decide_lines(visit_list: VisitList, decisions: Mapping[UUID, tuple[LineDecision, str]]) -> None:
    """Write the supervisor's decisions; cases that are not to be visited leave the list's hold."""
    for line in visit_list.lines:
        decision, reason = decisions[line.id]
        line.decision, line.reason = decision.value, reason.strip()
        if decision is not LineDecision.ACCEPT:
            line.case.state = rules.unlist_case(line.case.state)


def content_of(visit_list: VisitList) -> dict[str, Any]:
    """Return a list as it stands, in plain JSON without personal data."""
    return {
        "title": visit_list.title,
        "state": visit_list.state,
        "lines": [
            {
                "case_id": str(line.case_id),
                "creditor_id": str(line.creditor_id),
                "case_no": line.case.case_no,
                "address_id": str(line.address_id) if line.address_id else None,
                "outstanding_fen": line.case.outstanding_fen,
                "score": line.score,
                "note": line.note,
                "decision": line.decision,
                "reason": line.reason,
            }
            for line in sorted(visit_list.lines, key=lambda one: one.id)
        ],
    }


def keep_version(visit_list: VisitList) -> None:
    """Count the list one version further and keep it as it now stands."""
    visit_list.version += 1
    db.session.add(
        VisitListVersion(
            id=clock.new_id(), list_id=visit_list.id, version=visit_list.version, content=content_of(visit_list)
        )
    )
