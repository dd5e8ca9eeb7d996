"""The dunning letter (催款函, 合同催告函): what is owed, on what ground, until when, and the lawful consequences.

Its content answers the list a card issuer's letter must meet. Source: 商业银行信用卡业务监督管理办法 art. 69.
Pure.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from reportlab.lib.units import mm

from receipts import account_statement, blocks, wording
from receipts.blocks import Field
from receipts.facts import DebtFacts, ObjectionFacts, Paper, PartyFacts, PayeeFacts, SealFacts, SignatureFacts
from receipts.lettering import FINE, SMALL
from receipts.page import Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines
from receipts.templates import Clause, Template

PRIVATE_NOTICE = "仅限收函人本人拆阅；不得公开张贴，密封送达。"
_TITLE = Title("催款函", "Dunning letter")


class Consequence(StrEnum):
    """The consequences a letter may name; there is no free text, so nobody can be threatened."""

    INTEREST = "interest"
    CREDIT_RECORD = "credit_record"
    ACCELERATION = "acceleration"
    GUARANTOR = "guarantor"
    LAWSUIT = "lawsuit"
    COSTS = "costs"
    ENFORCEMENT = "enforcement"


_CONSEQUENCES = {
    Consequence.INTEREST: "逾期期间，依合同约定并在法律保护的限度内继续计收利息、罚息或违约金。",
    Consequence.CREDIT_RECORD: "债权人可依征信管理规定如实报送还款情况。",
    Consequence.ACCELERATION: "合同约定的条件成就时，债权人可主张尚未到期的款项提前到期。",
    Consequence.GUARANTOR: "债权人可依法向保证人主张保证责任。",
    Consequence.LAWSUIT: "债权人可依法向有管辖权的人民法院起诉或申请支付令。",
    Consequence.COSTS: "诉讼费用由人民法院依法决定负担；合同约定的实现债权的费用依约定主张。",
    Consequence.ENFORCEMENT: "生效法律文书确定的义务未履行的，债权人可依法申请强制执行。",
}
_RIGHTS = (
    "您有权查询账户、核对金额与计算依据，有权提出异议并提交证据，有权就还款安排与债权人协商；"
    "有权拒绝任何现金收取与个人账户转账。您应当按合同约定履行还款义务，并在联系方式变化时告知债权人。"
)


_RECEIPT_NOTE = "签收仅表示收到本函，不表示同意其内容。"
TEMPLATE = Template(
    "dunning_letter",
    1,
    (
        Clause("private_notice", PRIVATE_NOTICE),
        *(Clause(f"consequence.{one}", text) for one, text in _CONSEQUENCES.items()),
        Clause("rights", _RIGHTS),
        Clause("receipt_note", _RECEIPT_NOTE),
    ),
)


@dataclass(frozen=True, slots=True)
class DunningLetterFacts:
    """Everything a dunning letter says; the letter number is the seal's serial unless one is given."""

    seal: SealFacts
    addressee: PartyFacts
    debt: DebtFacts
    grace_until_on: date
    objection: ObjectionFacts
    creditor_contact: str
    mandate_no: str  # 授权编号
    payee: PayeeFacts | None = None
    letter_no: str = ""  # 文号
    case_no: str = ""
    reason: str = "贵方未按合同约定履行还款义务"
    contract_signed_on: date | None = None
    contract_terms: str = ""
    overdue_on: date | None = None  # first day overdue
    consequences: tuple[Consequence, ...] = (Consequence.INTEREST, Consequence.LAWSUIT)
    delivery: str = "外访人员密封直接送达"
    signature: SignatureFacts = field(default_factory=SignatureFacts)
    witness: SignatureFacts = field(default_factory=SignatureFacts)
    words: Template = TEMPLATE


def render(facts: DunningLetterFacts) -> Paper:
    """Return the letter as a PDF.

    Raises FontsMissing, NaiveTime, NotAFact, AmountTooLarge, or ValueError for a consequence that is not approved.
    """
    consequences = tuple(Consequence(one) for one in facts.consequences)
    sheet = Sheet(_TITLE, facts, facts.seal)
    _address(sheet, facts)
    _ground(sheet, facts)
    account_statement.short_debt_table(sheet, facts.debt)
    _demand(sheet, facts)
    _outlook(sheet, facts.words, consequences)
    sheet.together(lambda: _ways_and_seals(sheet, facts))
    return sheet.finish()


def _address(sheet: Sheet, facts: DunningLetterFacts) -> None:
    blocks.paragraph(sheet, facts.words.text("private_notice"), SMALL)
    blocks.fields(
        sheet,
        [
            Field("文号", facts.letter_no or facts.seal.serial),
            Field("日期", wording.day_of(facts.seal.generated_at)),
            Field("致", f"{facts.addressee.name}　({wording.last_four(facts.addressee.id_last4)})"),
            Field("业务编号", wording.or_blank(facts.case_no)),
            Field("事由", f"{facts.reason}，现就到期欠款向您催告。", wide=True),
        ],
    )


def _ground(sheet: Sheet, facts: DunningLetterFacts) -> None:
    """Name the contract; what the creditor did not tell of it has no row, because an empty one looks unfinished."""
    blocks.heading(sheet, "合同依据", "Contract")
    told = (
        ("债权人", facts.debt.creditor, False),
        ("产品", facts.debt.product, False),
        ("合同编号", wording.last_four(facts.debt.contract_no), False),
        ("签订日期", wording.day(facts.contract_signed_on) if facts.contract_signed_on else "", False),
        ("逾期起始日", wording.day(facts.overdue_on) if facts.overdue_on else "", False),
        ("条款摘要", facts.contract_terms, True),
    )
    blocks.fields(sheet, [Field(label, value, wide=wide) for label, value, wide in told if value.strip()])


def _demand(sheet: Sheet, facts: DunningLetterFacts) -> None:
    blocks.heading(sheet, "请您履行", "What is asked of you")
    blocks.paragraph(
        sheet,
        f"请于 {wording.day(facts.grace_until_on)} 前向下列账户归还到期欠款 {blocks.money(facts.debt.total_fen())}"
        f"（截至 {wording.day(facts.debt.as_of_on)}）。如已归还，请告知还款日期与凭证，并对本函不予理会。",
    )
    blocks.fields(sheet, account_statement.payee_fields(facts.payee))


def _outlook(sheet: Sheet, words: Template, consequences: tuple[Consequence, ...]) -> None:
    blocks.heading(sheet, "法律后果与您的权利", "Consequences and your rights")
    numbered = enumerate(consequences, start=1)
    lines = [f"{number}. {words.text(f'consequence.{consequence}')}" for number, consequence in numbered]
    blocks.paragraph(sheet, "\n".join(lines))
    blocks.paragraph(sheet, words.text("rights"))


def _ways_and_seals(sheet: Sheet, facts: DunningLetterFacts) -> None:
    """Lay out the last two sections: a seal never stands alone on a page without words above it."""
    _ways(sheet, facts)
    _seals(sheet, facts)


def _ways(sheet: Sheet, facts: DunningLetterFacts) -> None:
    blocks.heading(sheet, "查询、还款与异议", "Enquiries, payment, objections")
    blocks.fields(
        sheet,
        [
            Field("委托方联系", wording.or_blank(facts.creditor_contact), wide=True),
            account_statement.objection_field(facts.objection),
            Field("受托机构", facts.seal.firm_name, wide=True),
            Field("授权编号", wording.or_blank(facts.mandate_no)),
            Field("送达方式", wording.or_blank(facts.delivery)),
        ],
    )


def _seals(sheet: Sheet, facts: DunningLetterFacts) -> None:
    blocks.heading(sheet, "盖章与签收", "Seal and receipt", keep=HEIGHT + 11 * mm)
    as_of, total = wording.day(facts.debt.as_of_on), blocks.money(facts.debt.total_fen())
    blocks.paragraph(sheet, f"就截至 {as_of} 的到期欠款 {total}，特此催告。")
    blocks.paragraph(sheet, facts.words.text("receipt_note"), FINE)
    signature_lines(
        sheet,
        (
            SignatureLine("委托方盖章", SignatureFacts()),
            SignatureLine("签收人", facts.signature),
            SignatureLine("送达/见证人", facts.witness),
        ),
    )
