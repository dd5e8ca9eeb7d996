"""The account statement (客户对账单) of a case: issued once for each version of what is owed."""

from datetime import date, datetime

from receipts import account_statement
from receipts.account_statement import AccountStatementFacts, RepaymentFacts
from receipts.facts import DebtFacts, ObjectionFacts, PartyFacts, PayeeFacts
from receipts.serials import PaperKind
from server import config
from server.accounts.models import Creditor
from server.cases import ledger, papers, sealing, templates
from server.cases.allocation import Allocated, Balance
from server.cases.models import Case, Paper
from server.db import fetch

KIND = "account_statement"
OBJECTION_DAYS = 15
PAYEE_PARTS = 3


def issue_statement(case: Case, *, at: datetime, on: date) -> Paper:
    """Return the statement of the case as it stands, issued now if this version has none yet.

    `on` is the Shanghai date of `at`. Payments fed since the as-of day are listed and allocated.
    """
    issued = papers.find_paper(KIND, subject_id=case.id, version=case.version)
    if issued is not None:
        return issued
    serial = papers.draw_serial(PaperKind.ACCOUNT_STATEMENT, on=on)
    facts = statement_facts(case, serial=serial, at=at)
    return papers.file_paper(
        account_statement.render(facts),
        facts=facts,
        kind=KIND,
        serial=serial,
        template_version=facts.words.version,
        at=at,
        creditor_id=case.creditor_id,
        case_id=case.id,
        subject_id=case.id,
        version=case.version,
    )


def statement_facts(case: Case, *, serial: str, at: datetime) -> AccountStatementFacts:
    """Return what the statement says."""
    creditor = fetch(Creditor, case.creditor_id)
    balance = ledger.balance_of(case)
    firm = config.current().firm
    as_of = case.as_of or case.placed_on or at.date()
    latest = latest_day(case, balance=balance, at=at)
    return AccountStatementFacts(
        seal=papers.seal_facts(serial, at=at, version=case.version),
        debtor=PartyFacts(name=case.debtor.name, id_last4=case.debtor.id_last4),
        debt=debt_facts(case, creditor=creditor, balance=balance, as_of_on=latest),
        objection=ObjectionFacts(phone=firm.complaint_phone, address=firm.address, days=OBJECTION_DAYS),
        source_note=f"{creditor.name}提供的委案文件（截至 {as_of.isoformat()}）及其后的还款明细",
        payee=payee_of(creditor),
        case_no=case.case_no,
        opening_fen=case.placed_fen,
        opening_on=as_of,
        repayments=tuple(repayment_of(one) for one in balance.allocated),
        interest_note=interest_note(case, as_of_on=as_of),
        words=templates.in_force(KIND),
    )


def latest_day(case: Case, *, balance: Balance, at: datetime) -> date:
    """Return the day the amounts are right for: the creditor's own, or that of a later entry of its feed."""
    as_of = case.as_of or case.placed_on or at.date()
    return max([as_of, *(one.entry.booked_on for one in balance.allocated)])


def debt_facts(case: Case, *, creditor: Creditor, balance: Balance, as_of_on: date) -> DebtFacts:
    """Return what is left by kind; nothing when the creditor declared the debt settled."""
    left = balance.remaining
    is_owed = 0 if balance.is_declared_settled else 1
    return DebtFacts(
        creditor=creditor.name,
        product=case.product,
        contract_no=sealing.contract_no(case),
        as_of_on=as_of_on,
        principal_fen=left.principal_fen * is_owed,
        interest_fen=left.interest_fen * is_owed,
        penalty_fen=left.penalty_interest_fen * is_owed,
        default_fen=left.penalty_fen * is_owed,
        fees_fen=left.fees_fen * is_owed,
    )


def repayment_of(allocated: Allocated) -> RepaymentFacts:
    """Return one entry of the feed as the statement lists it."""
    covered = allocated.covered
    return RepaymentFacts(
        paid_on=allocated.entry.booked_on,
        amount_fen=allocated.entry.amount_fen,
        to_fees_fen=covered.fees_fen,
        to_interest_fen=covered.interest_fen + covered.penalty_interest_fen + covered.penalty_fen,
        to_principal_fen=covered.principal_fen,
    )


def interest_note(case: Case, *, as_of_on: date) -> str:
    """Return how the amounts came about; nothing is computed by us beyond the creditor's figures."""
    rate = f"合同约定违约金率为日万分之{case.penalty_rate / 10:g}。" if case.penalty_rate else ""
    return f"{rate}利息、罚息、违约金均为委托方计算至 {as_of_on.isoformat()} 的金额，本机构不另行计息。"


def payee_of(creditor: Creditor) -> PayeeFacts | None:
    """Return the creditor's own account, None when it is not known well enough to be printed.

    It is stored as `bank account`; the account's holder is the creditor.
    """
    bank, _, account_no = creditor.payee_account.strip().partition(" ")
    if not bank or not account_no:
        return None
    return PayeeFacts(account_name=creditor.name, bank=bank, account_no=account_no.strip())
