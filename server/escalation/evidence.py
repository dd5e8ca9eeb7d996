"""What is held of a case as evidence: the list a proposal names, and how ready it is for court."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from server.accounts.models import Creditor
from server.cases import keyring, ledger, timeline
from server.cases.models import Address, Case, Paper, StopFlag
from server.db import Base, db
from server.errors import Invalid
from server.escalation import court_readiness
from server.escalation.court_readiness import FilingFacts, Place
from server.escalation.demands import DemandCheck, demand_checks
from server.escalation.models import Escalation
from server.escalation.proofs import demands_of
from server.escalation.readiness import ReadinessFacts, ReadinessItem, readiness_json
from server.planning.precision import Precision
from server.visits.models import Promise, Record, Visit, VisitFile
from server.visits.rules import VisitState

KINDS: dict[str, type[Base]] = {
    "visit": Visit, "record": Record, "promise": Promise, "file": VisitFile, "paper": Paper,
}  # fmt: skip


class EvidenceElsewhere(Invalid):
    """A piece of evidence does not belong to this case."""


CARD = "信用卡"


def resolve(case: Case, named: Sequence[Any]) -> list[dict[str, str]]:
    """Return the evidence a proposal names: ids checked against the case, other texts kept as notes.

    A text that is no id names nothing we hold. Raises EvidenceElsewhere.
    """
    found, strangers = [], []
    for one in named:
        item = _item(one)
        if "id" in item and not _is_of(case, item):
            strangers.append(item["id"])
        found.append(item)
    if strangers:
        raise EvidenceElsewhere(f"{len(strangers)} pieces", ids=strangers[:20])
    return found


def _item(one: Any) -> dict[str, str]:
    if isinstance(one, Mapping):
        item = {"kind": str(one.get("kind") or "any"), "id": str(one["id"])}
        return item | ({"note": str(one["note"])} if one.get("note") else {})
    try:
        return {"kind": "any", "id": str(UUID(one))}
    except ValueError:
        return {"kind": "note", "note": one}


def _is_of(case: Case, item: dict[str, str]) -> bool:
    """Tell whether the thing is the case's own, and note what kind of thing it is."""
    for kind, model in KINDS.items():
        if item["kind"] not in {kind, "any"}:
            continue
        row = db.session.get(model, UUID(item["id"]))
        if row is not None:
            item["kind"] = kind
            return _case_id(row) == case.id
    return False


def _case_id(row: Any) -> UUID | None:
    if isinstance(row, Record | VisitFile):
        visit = db.session.get(Visit, row.visit_id) if row.visit_id else None
        return visit.case_id if visit else None
    case_id: UUID | None = row.case_id
    return case_id


def readiness(case: Case, *, today: date) -> dict[str, Any]:
    """Return how ready a case is for court on a day, as page data."""
    demands = demands_of(case.id)
    paid_on = [entry.booked_on for entry in ledger.entries_of([case.id])[case.id] if entry.amount_fen > 0]
    checks = demand_checks(
        demands, due_on=timeline.due_day(case), paid_on=paid_on, today=today,
        principal_fen=ledger.balance_of(case).remaining.principal_fen if case.product == CARD else None,
    )  # fmt: skip
    visits = list(db.session.scalars(select(Visit).where(Visit.case_id == case.id)))
    papers = _issued(case)
    facts = ReadinessFacts(
        has_identity=case.debtor.id_sealed is not None and case.debtor.id_confirmed,
        has_address=bool(case.addresses),
        has_amounts=case.as_of is not None and case.outstanding_fen > 0,
        visits=len(visits),
        unsealed_visits=sum(visit.state != VisitState.SEALED for visit in visits),
        grades=tuple(sorted(one.grade for one in demands if one.grade is not None)),
        statements=papers.get("account_statement", 0),
        receipts=papers.get("visit_receipt", 0),
        missing_files=_missing_files(visits),
        open_stops=tuple(sorted({flag.kind for flag in open_flags(case)})),
    )
    return readiness_json(facts, clock=timeline.clock_of(case, today=today), checks=checks)


def filing_readiness(case: Case, *, today: date) -> dict[str, Any]:
    """Return what court, payment order and police each still ask for on a day, as page data."""
    keyring.require_kept(case.id)
    held, clock = readiness(case, today=today), timeline.clock_of(case, today=today)
    outcomes = select(Visit.outcome).where(Visit.case_id == case.id, Visit.outcome.is_not(None)).order_by(Visit.id)
    creditor = db.session.get_one(Creditor, case.creditor_id)
    due_on = timeline.due_day(case)
    facts = FilingFacts(
        has_creditor_code=bool(creditor.credit_code),
        has_identity=case.debtor.id_sealed is not None and case.debtor.id_confirmed,
        places=tuple(_place(address) for address in case.addresses),
        amounts_add_up=ledger.owed_parts(case).total_fen() == case.placed_fen,
        has_as_of=case.as_of is not None,
        outstanding_fen=case.outstanding_fen,
        is_due=due_on is not None and due_on < today,
        has_contract_no=case.contract_no_sealed is not None,
        has_basis_day=case.overdue_on is not None,
        open_stops=tuple(sorted({flag.kind for flag in open_flags(case)})),
        outcomes=tuple(code for code in db.session.scalars(outcomes) if code is not None),
    )
    items = [ReadinessItem(one["code"], one["zh"], one["holds"]) for one in held["items"]]
    checks = [DemandCheck(one["code"], one["zh"], one["holds"], one["note"]) for one in held["demand_checks"]]
    gate = court_readiness.police(checks, is_card=case.product == CARD, open_stops=facts.open_stops)
    return {
        "court": court_readiness.listed(court_readiness.court(facts, clock=clock, evidence=items)),
        "payment_order": court_readiness.listed(court_readiness.payment_order(facts)),
        "police": court_readiness.listed(gate),
        "venues": court_readiness.venues(facts.places),
        "held": held,
    }


def _place(address: Address) -> Place:
    is_routable = Precision(address.precision).is_routable
    return Place(address.kind, address.district, address.adcode, is_routable)


def _issued(case: Case) -> dict[str, int]:
    """Return how many papers of each kind are in force."""
    query = select(Paper.kind).where(Paper.case_id == case.id, Paper.state == "issued")
    return Counter(db.session.scalars(query))


def _missing_files(visits: Sequence[Visit]) -> int:
    query = select(func.count()).select_from(VisitFile)
    wanted = query.where(VisitFile.visit_id.in_([visit.id for visit in visits]), VisitFile.verified_at.is_(None))
    return db.session.scalar(wanted) or 0


def open_flags(case: Case) -> list[StopFlag]:
    """Return the stop flags that are up for another reason than a decision."""
    decided = select(Escalation.id).where(Escalation.case_id == case.id)
    query = select(StopFlag).where(
        StopFlag.case_id == case.id, StopFlag.lifted_at.is_(None), StopFlag.id.not_in(decided)
    )
    return list(db.session.scalars(query.order_by(StopFlag.id)))
