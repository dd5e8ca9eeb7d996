"""Which cases may be visited, scored: the facts of each case gathered for the published formula."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from server.accounts import rulebook
from server.cases import agreements, approvals, gates
from server.cases.allocation import Entry
from server.cases.faults import Code
from server.cases.freezing import frozen_kinds
from server.cases.gates import Ruling
from server.cases.identity import mask_address
from server.cases.intake import COMPLAINED_BEFORE
from server.cases.ledger import entries_of
from server.cases.models import Address, Case, VisitList, VisitListLine
from server.cases.rules import LIVE_LIST_STATES, OPEN_STATES, CaseState, LineDecision
from server.cases.screening import (
    EXCLUSION_NAMES,
    Exclusion,
    Screened,
    ScreeningFacts,
    ScreeningPolicy,
    Term,
    screen,
)
from server.cases.sealing import address_text
from server.cases.timeline import clock_with
from server.compliance.rulepack import Gate
from server.db import db
from server.planning.precision import Precision

BEST_FIRST = [
    Precision.DOOR, Precision.BUILDING, Precision.STREET, Precision.VILLAGE, Precision.DISTRICT, Precision.NONE,
]  # fmt: skip
CARD = "信用卡"
KIND_FIRST = ["home", "delivery", "work", "other", "registered"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case with its best address and its score; limitation as known on the screening day."""

    case: Case
    address: Address | None
    screened: Screened
    days_left: int | None = None
    legal_approval_id: UUID | None = None
    agreed: Mapping[str, UUID] | None = None  # None: not asked for yet

    def ruling(self, today: date) -> Ruling:
        """Return what the rules say to visiting this case, asked at their gate `screening`."""
        approval = str(self.legal_approval_id) if self.legal_approval_id else None
        facts = {
            "case": {"freeze_kinds": frozen_kinds(self.case)} | lender_of(self.case),
            "limitation": {"days_left": self.days_left, "legal_approval_id": approval},
        }
        return gates.ask(
            Gate.SCREENING, facts, creditor_id=self.case.creditor_id, case_id=self.case.id, on=today, agreed=self.agreed
        )  # fmt: skip


def screened_cases(
    query: Select[Any], *, today: date, policy: ScreeningPolicy, min_days: int, min_fen: int
) -> list[Candidate]:
    """Screen the cases of a query, best score first; closed cases are left out by the caller's query or excluded."""
    if min_days:
        query = query.where(Case.overdue_on <= today - timedelta(days=min_days))
    query = query.where(Case.outstanding_fen >= min_fen).options(
        joinedload(Case.debtor), selectinload(Case.addresses), selectinload(Case.stop_flags)
    )
    cases: list[Case] = list(db.session.scalars(query))
    listed = listed_case_ids(today=today)
    ids = [case.id for case in cases]
    booked, approved = entries_of(ids), approvals.standing(ids, on=today)
    agreed = agreements.standing_of(ids, Gate.SCREENING, on=today)
    found = [
        judge(case, today=today, policy=policy, listed=listed, entries=booked[case.id],
              approval_id=approved.get(case.id), agreed=agreed[case.id])
        for case in cases
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.screened.score, one.case.case_no))


def judge(
    case: Case,
    *,
    today: date,
    policy: ScreeningPolicy,
    listed: frozenset[UUID],
    entries: Iterable[Entry],
    approval_id: UUID | None = None,
    agreed: Mapping[str, UUID] | None = None,
) -> Candidate:
    """Score one case; entries are the payment feed's about it, listed the cases that stand on unfinished lists.

    approval_id: legal's approval of a visit after limitation has run out.
    """
    facts = facts_of(case, today=today, listed=listed, entries=entries)
    facts = replace(facts, has_legal_approval=approval_id is not None)
    screened = screen(facts, today=today, policy=policy)
    return Candidate(case, best_address(case.addresses), screened, facts.limitation_days_left, approval_id, agreed)


def lender_of(case: Case) -> dict[str, Any]:
    """Return what is known of the lender's licence: only licensed lenders issue cards; else nobody has told us."""
    return {"lender_is_licensed": True} if case.product == CARD else {}


def facts_of(case: Case, *, today: date, listed: frozenset[UUID], entries: Iterable[Entry]) -> ScreeningFacts:
    """Return what is known about a case on the screening day."""
    first = case.overdue_on
    return ScreeningFacts(
        days_past_due=0 if first is None else max((today - first).days, 0),
        owed_fen=case.outstanding_fen,
        broken_promises=case.broken_promises,
        contact_result=case.contact_result,
        limitation_days_left=clock_with(case, entries=entries, today=today).days_left,
        last_visit_on=case.last_visit_on,
        is_open=case.state in OPEN_STATES,
        is_settled=case.state == CaseState.SETTLED or case.outstanding_fen <= 0,
        is_identity_confirmed=case.debtor.id_confirmed,
        has_address=bool(case.addresses),
        has_active_text=Code.ACTIVE_TEXT.value in case.flags,
        complained_before=COMPLAINED_BEFORE in case.flags,
        is_already_listed=case.id in listed,
        stop_kinds=stop_kinds(case),
    )


def stop_kinds(case: Case) -> tuple[str, ...]:
    """Return the kinds of the stop flags that are up, and the debtor's own wish not to be contacted."""
    up = [flag.kind for flag in case.stop_flags if flag.lifted_at is None]
    return (*up, "do_not_contact") if case.debtor.do_not_contact else tuple(up)


def best_address(addresses: Sequence[Address]) -> Address | None:
    """Return the address known most exactly; a confirmed one first, a home before a workplace."""
    return min(
        addresses,
        key=lambda one: (
            one.confirmed_at is None,
            BEST_FIRST.index(Precision(one.precision)),
            KIND_FIRST.index(one.kind) if one.kind in KIND_FIRST else len(KIND_FIRST),
        ),
        default=None,
    )


Planned = Callable[[date], Iterable[UUID]]
_planned: list[Planned] = []


def also_listed(planned: Planned) -> Planned:
    """Register what else holds cases that no other list may take: takes the day, returns the cases."""
    _planned.append(planned)
    return planned


def listed_case_ids(*, today: date, apart_from: UUID | None = None) -> frozenset[UUID]:
    """Return the cases that stand on a list which is not finished, or in a scheme that is still to be sent out.

    Lines sent back or removed do not count.
    """
    query = (
        select(VisitListLine.case_id)
        .join(VisitList, VisitList.id == VisitListLine.list_id)
        .where(VisitList.state.in_([state.value for state in LIVE_LIST_STATES]))
        .where(VisitListLine.decision.in_([LineDecision.PENDING.value, LineDecision.ACCEPT.value]))
    )
    if apart_from is not None:
        query = query.where(VisitList.id != apart_from)
    return frozenset(db.session.scalars(query)).union(*(planned(today) for planned in _planned))


def term_json(term: Term) -> dict[str, Any]:
    """Return one summand of a score."""
    return {
        "code": term.code,
        "name": term.name,
        "name_en": term.name_en,
        "value": term.value,
        "points": term.points,
        "most": term.most,
    }


def terms_json(terms: Iterable[Term]) -> list[dict[str, Any]]:
    """Return all summands of a score."""
    return [term_json(term) for term in terms]


def exclusions_json(exclusions: Iterable[Exclusion]) -> list[dict[str, str]]:
    """Return the reasons against a visit, in both languages."""
    return [
        {"code": one.value, "name": EXCLUSION_NAMES[one][0], "name_en": EXCLUSION_NAMES[one][1]} for one in exclusions
    ]


def candidate_json(candidate: Candidate, *, today: date) -> dict[str, Any]:
    """Return a candidate as the screening answers it, its address masked."""
    case, address = candidate.case, candidate.address
    return {
        "case_id": str(case.id),
        "creditor_id": str(case.creditor_id),
        "case_no": case.case_no,
        "debtor": case.debtor.name,
        "state": case.state,
        "outstanding_fen": case.outstanding_fen,
        "address_id": str(address.id) if address else None,
        "address_masked": mask_address(address_text(address)) if address else "",
        "district": address.district if address else "",
        "precision": address.precision if address else Precision.NONE.value,
        "score": candidate.screened.score,
        "terms": terms_json(candidate.screened.terms),
        "exclusions": exclusions_json(candidate.screened.exclusions),
        "compliance": rulebook.quoted(candidate.ruling(today).as_json()),
    }
