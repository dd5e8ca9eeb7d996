"""The contract dunning letter (合同催款函) of a case: issued whole or not at all.

The list of what it must say is that of 商业银行信用卡业务监督管理办法 art. 69; a fact that is missing is named
before anything is printed.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from receipts import dunning_letter
from receipts.dunning_letter import Consequence, DunningLetterFacts
from receipts.facts import ObjectionFacts, PartyFacts, fingerprint
from receipts.serials import PaperKind
from server import config
from server.accounts.models import Creditor
from server.cases import ledger, papers, sealing, statement, templates
from server.cases.models import Case, Paper
from server.config import Firm
from server.db import fetch
from server.errors import Conflict

KIND = "dunning_letter"

MISSING = {
    "creditor_contact": {"zh": "委托方联系方式", "en": "the creditor's contact"},
    "commission_no": {"zh": "委托方授权编号", "en": "the number of the creditor's authorisation"},
    "payee_account": {"zh": "委托方收款账户（开户行与账号）", "en": "the creditor's account (bank and number)"},
    "contract_no": {"zh": "合同编号", "en": "the contract's number"},
    "as_of": {"zh": "欠款截至日", "en": "the day the amounts are right for"},
    "amount": {"zh": "到期欠款金额", "en": "an amount that is owed"},
    "firm": {"zh": "本机构名称与异议电话", "en": "the firm's name and its telephone for objections"},
}
"""What a letter cannot do without, in words."""


class LetterFactsMissing(Conflict):
    """A dunning letter cannot be written: facts it must state are missing."""


def missing_facts(case: Case) -> list[str]:
    """Return which facts of MISSING the letter of a case would lack, empty when it can be written."""
    creditor, firm, nobody = fetch(Creditor, case.creditor_id), config.current().firm, Firm()
    known = {
        "creditor_contact": creditor.contact.strip(),
        "commission_no": creditor.commission_no.strip(),
        "payee_account": statement.payee_of(creditor),
        "contract_no": sealing.contract_no(case).strip(),
        "as_of": case.as_of,
        "amount": ledger.balance_of(case).outstanding_fen > 0,
        "firm": firm.name != nobody.name and firm.complaint_phone != nobody.complaint_phone,
    }
    return [name for name in MISSING if not known[name]]


def require_facts(cases: Iterable[Case]) -> None:
    """Demand that the letter of each of these cases can be written. Raises LetterFactsMissing naming case and fact."""
    lacking: list[dict[str, Any]] = [
        {
            "case_id": str(case.id),
            "case_no": case.case_no,
            "missing": [{"code": name, "text": MISSING[name]} for name in missing],
        }
        for case in cases
        if (missing := missing_facts(case))
    ]
    if lacking:
        names = {one["code"]: one["text"] for entry in lacking for one in entry["missing"]}
        zh, en = ("、".join(text["zh"] for text in names.values()), ", ".join(text["en"] for text in names.values()))
        raise LetterFactsMissing(f"{len(lacking)} 户催款函缺少：{zh}; {len(lacking)} letters lack {en}", cases=lacking)


def issue_letter(case: Case, *, until_on: date, at: datetime, on: date) -> Paper:
    """Return the letter that asks for payment until a day, issued now unless the last one says exactly the same.

    `on` is the Shanghai date of `at`. Raises LetterFactsMissing.
    """
    require_facts([case])
    issued = papers.find_paper(KIND, subject_id=case.id, version=case.version)
    if issued is not None and _says_the_same(issued, case=case, until_on=until_on):
        return issued
    serial = papers.draw_serial(PaperKind.DUNNING_LETTER, on=on)
    facts = letter_facts(case, serial=serial, until_on=until_on, at=at)
    return papers.file_paper(
        dunning_letter.render(facts),
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


def _says_the_same(issued: Paper, *, case: Case, until_on: date) -> bool:
    """Tell whether the letter, written again under its own number and time, has the fingerprint it was issued with."""
    again = letter_facts(case, serial=issued.serial, until_on=until_on, at=issued.issued_at)
    return fingerprint(again) == issued.fingerprint


def letter_facts(case: Case, *, serial: str, until_on: date, at: datetime) -> DunningLetterFacts:
    """Return what the letter says; the caller knows that nothing is missing."""
    creditor, firm = fetch(Creditor, case.creditor_id), config.current().firm
    balance = ledger.balance_of(case)
    as_of_on = statement.latest_day(case, balance=balance, at=at)
    return DunningLetterFacts(
        seal=papers.seal_facts(serial, at=at, version=case.version),
        addressee=PartyFacts(name=case.debtor.name, id_last4=case.debtor.id_last4),
        debt=statement.debt_facts(case, creditor=creditor, balance=balance, as_of_on=as_of_on),
        grace_until_on=until_on,
        objection=ObjectionFacts(phone=firm.complaint_phone, address=firm.address, days=statement.OBJECTION_DAYS),
        creditor_contact=f"{creditor.name}　{creditor.contact}",
        mandate_no=creditor.commission_no,
        payee=statement.payee_of(creditor),
        case_no=case.case_no,
        contract_terms=_terms(case),
        overdue_on=case.overdue_on,
        consequences=_consequences(case),
        words=templates.in_force(KIND),
    )


def _terms(case: Case) -> str:
    """Return what is known of the contract's terms: the rate the creditor's file names."""
    return f"合同约定违约金率为日万分之{case.penalty_rate / 10:g}" if case.penalty_rate else ""


def _consequences(case: Case) -> tuple[Consequence, ...]:
    """Return the consequences that fit the case: a guarantor is spoken of only where there is one."""
    is_guaranteed = any(one.role == "guarantor" for one in case.others)
    guarantor = (Consequence.GUARANTOR,) if is_guaranteed else ()
    return (Consequence.INTEREST, *guarantor, Consequence.LAWSUIT, Consequence.COSTS)
