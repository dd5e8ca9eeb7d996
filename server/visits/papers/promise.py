"""The written promise (还款承诺书) as it is issued: what the phone's record says was promised, with its signature.

Made like the receipt: once for what is known, again under its own serial when a correction changes that.
"""

from datetime import datetime

from sqlalchemy import select

from receipts import promise
from receipts.facts import PartyFacts, SealFacts, SignatureFacts
from receipts.promise import InstalmentFacts, PromiseFacts
from receipts.serials import PaperKind
from server.accounts.models import Creditor
from server.cases import papers, sealing, statement, templates
from server.cases.models import Paper
from server.db import db
from server.errors import Missing
from server.visits import projection, told
from server.visits.assembly import local_day
from server.visits.models import Promise, SignedPaper, Visit
from server.visits.papers import receipt, telling
from server.visits.told import Settled

KIND = "promise"
METHOD_ZH = {"bank_transfer": "银行转账", "app": "委托方应用还款", "counter": "委托方柜面"}
SHOWN_DIGITS = 4


class NothingPromised(Missing):
    """Nothing was promised at this visit."""


def promised(visit: Visit) -> Promise:
    """Return the newest promise of a visit. Raises NothingPromised."""
    query = select(Promise).where(Promise.visit_id == visit.id).order_by(Promise.id.desc()).limit(1)
    found = db.session.scalar(query)
    if found is None or visit.case is None:
        raise NothingPromised(f"no promise in visit {visit.id}")
    return found


def issued(visit: Visit) -> Paper | None:
    """Return the promise paper of a visit that counts, or None."""
    query = select(Paper).where(Paper.kind == KIND, Paper.subject_id == visit.id, Paper.state != receipt.SUPERSEDED)
    return db.session.scalar(query.order_by(Paper.version.desc()).limit(1))


def issue(visit: Visit, *, at: datetime) -> Paper:
    """Make, store and record the promise paper of a complete visit. Needs the write transaction.

    Raises NothingPromised, ReceiptNotReady or SealBroken.
    """
    receipt.require_complete(visit)
    before = issued(visit)
    version = before.version + 1 if before else 1
    serial = papers.draw_serial(PaperKind.PROMISE, on=local_day(visit.arrived_at or at))
    said = facts(visit, seal=papers.seal_facts(serial, at=at, version=version))
    if before is not None:
        before.state = receipt.SUPERSEDED
    paper = papers.file_paper(
        promise.render(said), facts=said, kind=KIND, serial=serial, template_version=said.words.version, at=at,
        creditor_id=visit.creditor_id, case_id=visit.case_id, subject_id=visit.id, version=version,
    )  # fmt: skip
    db.session.flush()
    return paper


def facts(visit: Visit, *, seal: SealFacts) -> PromiseFacts:
    """Return everything the promise paper says. Raises NothingPromised or SealBroken."""
    row, settled = promised(visit), projection.read(visit)
    record = next((one for one in settled.records if one.id == row.record_id), None)
    body = record.body if record else {}
    case, debt = visit.case, telling.debt(visit)
    if case is None or debt is None:
        raise NothingPromised(f"no debt is known of visit {visit.id}")
    creditor = db.session.get_one(Creditor, case.creditor_id)
    method = METHOD_ZH.get(told.text(body, "method", most=40), "银行转账")
    name = told.text(told.mapping(body, "promisor"), "name", most=120)
    return PromiseFacts(
        seal=seal,
        debtor=PartyFacts(
            name or case.debtor.name, id_last4=case.debtor.id_last4, phone=_masked(sealing.phone(case.debtor))
        ),
        debt=debt,
        instalments=tuple(
            InstalmentFacts(one["no"], told.day(one, "due_on") or debt.as_of_on, one["amount_fen"], method)
            for one in row.instalments
        ),
        payee=statement.payee_of(creditor),
        case_no=case.case_no,
        service_address=told.text(body, "service_address", most=200),
        signature=_signature(visit, settled),
        witness=telling.witness(visit),
        words=templates.in_force(KIND),
    )


def _masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-SHOWN_DIGITS:]}" if len(phone) > 2 * SHOWN_DIGITS - 1 else ""


def _signature(visit: Visit, settled: Settled) -> SignatureFacts:
    """Return how the promise itself was signed; the signature on another paper is not one on the promise."""
    query = select(SignedPaper).where(SignedPaper.visit_id == visit.id, SignedPaper.kind == KIND)
    paper = db.session.scalar(query.order_by(SignedPaper.id.desc()).limit(1))
    return telling.line_of(settled, paper) if paper is not None else SignatureFacts()
