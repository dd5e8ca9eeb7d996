"""The lawyer's letter (律师函) of a case: the law firm's approved words with its merge fields filled in, or nothing."""

from datetime import date, datetime

from receipts import lawyers_letter
from receipts.facts import PartyFacts, fingerprint
from receipts.lawyers_letter import LawFirmFacts, LawyersLetterFacts
from receipts.serials import PaperKind
from server import media
from server.accounts.models import Creditor, PaperTemplate
from server.cases import ledger, papers, statement, templates
from server.cases.models import Case, Paper
from server.cases.templates import LawFirmMissing
from server.db import fetch

KIND = lawyers_letter.KIND


def require_firm() -> PaperTemplate:
    """Return the law firm's approved text. Raises LawFirmMissing, naming what is missing."""
    row = templates.standing(KIND)
    lacking = templates.missing_of_firm(row)
    if row is None or lacking:
        raise LawFirmMissing(f"no approved letter: {', '.join(lacking)}", missing=lacking)
    return row


def issue_letter(case: Case, *, until_on: date, at: datetime, on: date) -> Paper:
    """Return the letter that asks for payment until a day, issued now unless the last one says exactly the same.

    `on` is the Shanghai date of `at`. Raises LawFirmMissing.
    """
    row = require_firm()
    issued = papers.find_paper(KIND, subject_id=case.id, version=case.version)
    if issued is not None:
        again = letter_facts(case, row, serial=issued.serial, until_on=until_on, at=issued.issued_at)
        if fingerprint(again) == issued.fingerprint:
            return issued
    serial = papers.draw_serial(PaperKind.LAWYERS_LETTER, on=on)
    facts = letter_facts(case, row, serial=serial, until_on=until_on, at=at)
    return papers.file_paper(
        lawyers_letter.render(facts), facts=facts, kind=KIND, serial=serial,
        template_version=templates.as_template(row).version, at=at, creditor_id=case.creditor_id, case_id=case.id,
        subject_id=case.id, version=case.version,
    )  # fmt: skip


def letter_facts(case: Case, row: PaperTemplate, *, serial: str, until_on: date, at: datetime) -> LawyersLetterFacts:
    """Return what the letter says."""
    creditor, firm, balance = fetch(Creditor, case.creditor_id), row.law_firm or {}, ledger.balance_of(case)
    as_of_on = statement.latest_day(case, balance=balance, at=at)
    return LawyersLetterFacts(
        seal=papers.seal_facts(serial, at=at, version=case.version),
        firm=LawFirmFacts(firm["name"], firm["lawyer"], firm["licence_no"], firm.get("contact", "")),
        seal_image=media.store().get(row.seal_sha256),
        addressee=PartyFacts(name=case.debtor.name, id_last4=case.debtor.id_last4),
        debt=statement.debt_facts(case, creditor=creditor, balance=balance, as_of_on=as_of_on),
        until_on=until_on,
        words=templates.as_template(row),
        case_no=case.case_no,
    )
