"""What the records of a visit say, in the words of the receipt's facts."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from receipts import amounts
from receipts.facts import DebtFacts, PartyFacts, SealFacts, SignatureFacts, SignatureState, strokes_of
from receipts.visit_receipt import DocumentFacts, Notice, VisitReceiptFacts, WhoMet
from server import config
from server.accounts.models import Creditor, Person
from server.cases import keyring, sealing
from server.db import db
from server.schemes.models import Scheme, SchemeDecision
from server.vault import place
from server.visits import told
from server.visits.models import Promise, SignedPaper, Visit
from server.visits.told import Settled

PAPER_ZH = {
    "account_statement": "客户对账单", "dunning_letter": "合同催款函", "lawyers_letter": "律师函",
    "visit_receipt": "到访回执单", "promise": "还款承诺书",
}  # fmt: skip
_NOTICES = {
    "identity": Notice.ENTRUSTMENT, "recording": Notice.RECORDING, "no_cash": Notice.NO_CASH,
    "data_notice": Notice.PRIVACY, "objection_channel": Notice.OBJECTION,
}  # fmt: skip
_OWING_RELATION = {"co_debtor": "共债人", "guarantor": "保证人"}
_SIGNED_FIRST = ("visit_receipt", "account_statement", "dunning_letter", "lawyers_letter", "promise")


def plain(visit: Visit, settled: Settled, *, seal: SealFacts) -> VisitReceiptFacts:
    """Return the receipt's facts without debt, agreement, photos and signatures."""
    check_in, met = settled.last("check_in"), settled.last("met")
    told_met = met.body if met else {}
    planned = _planned_address(visit)
    note = told.text(check_in.body, "place_note", most=200) if check_in else ""
    as_planned = visit.facts.get("address_as_planned")
    return VisitReceiptFacts(
        seal=seal,
        case_no=visit.case.case_no if visit.case else "",
        debtor=_debtor(visit),
        scheme_no=_scheme_no(visit),
        approved_by=_approver(visit),
        arrived_at=visit.arrived_at or seal.generated_at,
        left_at=visit.left_at,
        visited_address=note if as_planned is False and note else planned,
        planned_address=planned,
        address_matches=as_planned if isinstance(as_planned, bool) else None,
        distance_m=(visit.facts.get("presence") or {}).get("distance_m"),
        agents=(),
        met=_who(visit.met),
        outcome=visit.outcome or 0,
        complaint_phone=config.current().firm.complaint_phone,
        met_name="" if visit.met == "third_party" else told.text(told_met, "name", most=120),
        met_relation=_OWING_RELATION.get(visit.met) or told.text(told_met, "relation", most=60),
        met_is_adult=visit.facts.get("is_adult"),
        notices=tuple(notice for name, notice in _NOTICES.items() if (visit.facts.get("told") or {}).get(name)),
        documents=tuple(
            DocumentFacts(PAPER_ZH.get(row["kind"], "文件"), row["serial"], row["copies"], is_sealed=row["sealed"])
            for row in visit.facts.get("delivered") or ()
        ),
    )


def _who(met: str) -> WhoMet:
    if met in {"debtor", "co_debtor", "guarantor"}:
        return WhoMet.DEBTOR
    return WhoMet(met) if met in set(WhoMet) else WhoMet.NOBODY


def _debtor(visit: Visit) -> PartyFacts:
    debtor = visit.case.debtor if visit.case else None
    return PartyFacts(debtor.name, id_last4=debtor.id_last4) if debtor else PartyFacts("")


def _planned_address(visit: Visit) -> str:
    address = visit.stop.address if visit.stop else None
    return sealing.address_text(address) if address else ""


def _scheme_no(visit: Visit) -> str:
    scheme = db.session.get(Scheme, visit.scheme_id) if visit.scheme_id else None
    return scheme.serial if scheme else ""


def _approver(visit: Visit) -> str:
    query = (
        select(Person.name)
        .join(SchemeDecision, SchemeDecision.person_id == Person.id)
        .where(SchemeDecision.scheme_id == visit.scheme_id, SchemeDecision.step == "sign_off")
        .where(SchemeDecision.decision == "approve")
        .order_by(SchemeDecision.decided_at.desc(), SchemeDecision.id.desc())
        .limit(1)
    )
    return db.session.scalar(query) or ""


def crew(visit: Visit) -> tuple[Person, ...]:
    """Return who stood at the door, as the check-in says; else the agent and the other of the crew."""
    ids = [UUID(one) for one in visit.facts.get("agents") or ()]
    ids = ids or [one for one in (visit.agent_id, visit.witness_id) if one]
    found = [db.session.get(Person, one) for one in ids]
    return tuple(one for one in found if one is not None)


def debt(visit: Visit) -> DebtFacts | None:
    """Return what is owed as the creditor's file says, or None when the file names no day."""
    case = visit.case
    if case is None or (as_of := case.as_of or case.placed_on) is None:
        return None
    creditor = db.session.get_one(Creditor, case.creditor_id)
    return DebtFacts(
        creditor=creditor.name, product=case.product, contract_no=case.contract_tail, as_of_on=as_of,
        principal_fen=case.principal_fen, interest_fen=case.interest_fen, penalty_fen=case.penalty_interest_fen,
        default_fen=case.penalty_fen, fees_fen=case.fees_fen,
    )  # fmt: skip


def agreement(visit: Visit) -> str:
    """Return the promises of the visit in words, empty when there are none."""
    query = select(Promise).where(Promise.visit_id == visit.id).order_by(Promise.id)
    return "\n".join(
        f"承诺分 {len(one.instalments)} 期还款，合计 {amounts.yuan(one.total_fen)} 元："
        + "；".join(
            f"第 {row['no']} 期 {row['due_on']} {amounts.yuan(row['amount_fen'])} 元" for row in one.instalments
        )
        + "。款项只付至委托方账户。"
        for one in db.session.scalars(query)
    )


def opened_signature(paper: SignedPaper) -> dict[str, Any] | None:
    """Return the sealed strokes of a paper with capture and signer. Raises SealBroken."""
    if paper.signature_sealed is None:
        return None
    text = keyring.unseal(paper.signature_sealed, at=place("signed_paper", "signature", paper.id))
    found: dict[str, Any] = json.loads(text)
    return found


def witness(visit: Visit) -> SignatureFacts:
    """Return the line of the second agent, who signs as witness."""
    person = db.session.get(Person, visit.witness_id) if visit.witness_id else None
    return SignatureFacts(name=person.name) if person else SignatureFacts()


def signature(visit: Visit, settled: Settled) -> SignatureFacts:
    """Return the line of whoever took the papers: signed, refused, or open when nothing was put to them."""
    papers = db.session.scalars(select(SignedPaper).where(SignedPaper.visit_id == visit.id)).all()
    ranked = sorted((one for one in papers if one.kind in _SIGNED_FIRST), key=lambda one: _SIGNED_FIRST.index(one.kind))
    for paper in ranked:
        record = next((one for one in settled.records if one.id == paper.record_id), None)
        if record is not None and paper.state not in {"void", "left_sealed"}:
            return _signature(paper, record.body, record.told_at)
    return SignatureFacts()


def line_of(settled: Settled, paper: SignedPaper) -> SignatureFacts:
    """Return the line of whoever was asked to sign one paper. Raises SealBroken."""
    record = next((one for one in settled.records if one.id == paper.record_id), None)
    if record is None or paper.state in {"void", "left_sealed"}:
        return SignatureFacts()
    return _signature(paper, record.body, record.told_at)


def _signature(paper: SignedPaper, body: Any, at: datetime) -> SignatureFacts:
    name = told.text(told.mapping(body, "signer"), "name", most=120)
    if paper.state == "refused_witnessed":
        return SignatureFacts(name, SignatureState.REFUSED, signed_at=at, reason=told.text(body, "reason", most=120))
    taken = opened_signature(paper)
    capture = taken["capture"] if taken else None
    if taken is None or not capture:
        return SignatureFacts(name)
    strokes = strokes_of(capture, taken["strokes"])
    return SignatureFacts(name, SignatureState.SIGNED, strokes, at)
