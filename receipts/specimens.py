"""Papers of invented facts (样本), by which a text is looked at before it is in force. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from receipts import account_statement, dunning_letter, lawyers_letter, promise, visit_receipt, wording
from receipts.facts import DebtFacts, ObjectionFacts, Paper, PartyFacts, PayeeFacts, SpecimenSeal, StaffFacts
from receipts.lawyers_letter import LawFirmFacts
from receipts.templates import Template

_CREDITOR = "样本银行股份有限公司"
_CASE_NO = "YB-000000"
_PARTY = PartyFacts("样本某", "0000", "138****0000", "样本市样本区样本路 1 号")
_PAYEE = PayeeFacts(_CREDITOR, "样本支行", "0000 0000 0000 0000")
_OBJECTION = ObjectionFacts("000-00000000", "样本路 1 号", days=15)
_STAFF = (StaffFacts("样本甲", "WF-0001", id_shown=True), StaffFacts("样本乙", "WF-0002", id_shown=True))
_FIRM = LawFirmFacts("样本律师事务所", "样本律师", "00000000000000000", "样本路 2 号 000-00000000")
_PRINCIPAL_FEN, _INTEREST_FEN, _PENALTY_FEN = 5_000_000, 400_000, 100_000


def render(
    words: Template, *, firm_name: str, at: datetime, firm: LawFirmFacts | None = None, seal: bytes = b""
) -> Paper:
    """Return the paper of a text's kind with invented facts, marked 样本 on every page.

    `firm` and `seal` (a PNG or JPEG) are a lawyer's letter's; what is not given is invented too. Raises KeyError for a
    kind without a text, and what the kind's own `render` raises.
    """
    mark = SpecimenSeal("样本 SPECIMEN", at, firm_name, verify_url="")
    if words.kind == lawyers_letter.KIND:
        return _lawyers_letter(words, mark, firm or _FIRM, seal or _round_seal())
    return _PAPERS[words.kind](words, mark)


def _debt(mark: SpecimenSeal) -> DebtFacts:
    on = wording.day_in_beijing(mark.generated_at)
    return DebtFacts(_CREDITOR, "样本贷款", "YB0000000000", on, _PRINCIPAL_FEN, _INTEREST_FEN, _PENALTY_FEN)


def _statement(words: Template, mark: SpecimenSeal) -> Paper:
    debt = _debt(mark)
    paid = account_statement.RepaymentFacts(debt.as_of_on - timedelta(days=30), 100_000, 0, 20_000, 80_000)
    return account_statement.render(
        account_statement.AccountStatementFacts(
            mark, _PARTY, debt, _OBJECTION, "样本文件", _PAYEE, _CASE_NO, opening_fen=debt.total_fen() + 100_000,
            opening_on=debt.as_of_on - timedelta(days=60), repayments=(paid,), words=words,
        )
    )  # fmt: skip


def _letter(words: Template, mark: SpecimenSeal) -> Paper:
    debt = _debt(mark)
    return dunning_letter.render(
        dunning_letter.DunningLetterFacts(
            mark, _PARTY, debt, debt.as_of_on + timedelta(days=15), _OBJECTION, f"{_CREDITOR} 000-00000000",
            "YB-SQ-0000", _PAYEE, case_no=_CASE_NO, contract_terms="样本条款",
            consequences=tuple(dunning_letter.Consequence), overdue_on=debt.as_of_on - timedelta(days=90), words=words,
        )
    )  # fmt: skip


def _receipt(words: Template, mark: SpecimenSeal) -> Paper:
    arrived = mark.generated_at - timedelta(hours=1)
    return visit_receipt.render(
        visit_receipt.VisitReceiptFacts(
            mark, _CASE_NO, _PARTY, "样本方案", "样本总", arrived, arrived + timedelta(minutes=30), _PARTY.address,
            _STAFF, visit_receipt.WhoMet.DEBTOR, outcome=2, complaint_phone=_OBJECTION.phone, address_matches=True,
            distance_m=18, debt=_debt(mark), met_name=_PARTY.name, met_relation="本人", met_is_adult=True,
            notices=tuple(visit_receipt.Notice), documents=(visit_receipt.DocumentFacts("客户对账单", "样本"),),
            words=words,
        )
    )  # fmt: skip


def _promise(words: Template, mark: SpecimenSeal) -> Paper:
    debt = _debt(mark)
    half = debt.total_fen() // 2
    return promise.render(
        promise.PromiseFacts(
            mark, _PARTY, debt, payee=_PAYEE, case_no=_CASE_NO, service_address=_PARTY.address, words=words,
            instalments=tuple(
                promise.InstalmentFacts(number, debt.as_of_on + timedelta(days=30 * number), half) for number in (1, 2)
            ),
        )
    )  # fmt: skip


def _lawyers_letter(words: Template, mark: SpecimenSeal, firm: LawFirmFacts, seal: bytes) -> Paper:
    debt = _debt(mark)
    until_on = debt.as_of_on + timedelta(days=15)
    return lawyers_letter.render(
        lawyers_letter.LawyersLetterFacts(mark, firm, seal, _PARTY, debt, until_on, words, case_no=_CASE_NO)
    )


@cache
def _round_seal() -> bytes:
    """Draw a ring where the seal of the law firm will be."""
    picture = Image.new("RGB", (300, 300), "white")
    ImageDraw.Draw(picture).ellipse((8, 8, 292, 292), outline=(200, 20, 20), width=10)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


_PAPERS: dict[str, Callable[[Template, SpecimenSeal], Paper]] = {
    account_statement.TEMPLATE.kind: _statement,
    dunning_letter.TEMPLATE.kind: _letter,
    visit_receipt.TEMPLATE.kind: _receipt,
    promise.TEMPLATE.kind: _promise,
}
