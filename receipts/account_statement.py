"""The account statement (客户对账单): what is owed on a day, how that came about, and the debtor's answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from reportlab.lib.units import mm

from receipts import amounts, blocks, wording
from receipts.blocks import Align, Column, Field
from receipts.facts import DebtFacts, ObjectionFacts, Paper, PartyFacts, PayeeFacts, SealFacts, SignatureFacts
from receipts.lettering import FINE
from receipts.page import Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines
from receipts.templates import Clause, Template

ANSWER_NOTICE = "签字仅表示对截至日数据的确认或异议，不构成额外承诺。"
TEMPLATE = Template("account_statement", 1, (Clause("answer_notice", ANSWER_NOTICE),))
_TITLE = Title("客户对账单", "Account statement")


class StatementAnswer(StrEnum):
    """What the debtor ticked (债务人确认栏)."""

    OPEN = "open"  # nothing yet
    AGREED = "agreed"  # 无异议
    OBJECTS = "objects"  # 部分异议


@dataclass(frozen=True, slots=True)
class RepaymentFacts:
    """One repayment as the creditor's file states it, and what it was set against, in fen."""

    paid_on: date
    amount_fen: int
    to_fees_fen: int = 0
    to_interest_fen: int = 0
    to_principal_fen: int = 0


@dataclass(frozen=True, slots=True)
class AccountStatementFacts:
    """Everything an account statement says; opening_fen is what was owed before the repayments listed."""

    seal: SealFacts
    debtor: PartyFacts
    debt: DebtFacts
    objection: ObjectionFacts
    source_note: str  # 数据来源: the creditor's file and its date
    payee: PayeeFacts | None = None
    case_no: str = ""
    opening_fen: int | None = None
    opening_on: date | None = None
    repayments: tuple[RepaymentFacts, ...] = ()
    interest_note: str = ""  # 计息说明
    answer: StatementAnswer = StatementAnswer.OPEN
    objection_text: str = ""
    signature: SignatureFacts = field(default_factory=SignatureFacts)
    witness: SignatureFacts = field(default_factory=SignatureFacts)
    words: Template = TEMPLATE


def render(facts: AccountStatementFacts) -> Paper:
    """Return the statement as a PDF.

    Raises FontsMissing, NaiveTime, NotAFact or AmountTooLarge.
    """
    sheet = Sheet(_TITLE, facts, facts.seal)
    _parties(sheet, facts)
    _repayments(sheet, facts)
    debt_table(sheet, facts.debt)
    _sources(sheet, facts)
    _answer(sheet, facts)
    return sheet.finish()


def debt_table(sheet: Sheet, debt: DebtFacts) -> None:
    """Lay out what is owed by kind, a kind of which nothing is owed too, with its total, in figures and capitals."""
    _debt_table(sheet, debt, debt.parts())


def short_debt_table(sheet: Sheet, debt: DebtFacts) -> None:
    """Lay out the kinds of which something is owed, with their total, in figures and capitals."""
    _debt_table(sheet, debt, [(name, amount_fen) for name, amount_fen in debt.parts() if amount_fen])


def _debt_table(sheet: Sheet, debt: DebtFacts, parts: Sequence[tuple[str, int]]) -> None:
    blocks.heading(sheet, "欠款组成", f"Balance as of {debt.as_of_on.isoformat()}")
    blocks.table(
        sheet,
        (Column("项目", 3), Column("金额小写 (元)", 4, Align.RIGHT), Column("金额大写 (人民币)", 9)),
        [(name, amounts.yuan(amount_fen), amounts.capitals(amount_fen)) for name, amount_fen in parts],
        total=("合计", amounts.yuan(debt.total_fen()), amounts.capitals(debt.total_fen())),
    )


def payee_fields(payee: PayeeFacts | None) -> list[Field]:
    """Return the creditor's account as fields, or where to ask for it."""
    if payee is None:
        return [Field("收款账户", "请向委托方核实。不要向任何个人账户转账。", wide=True)]
    return [
        Field("收款户名", payee.account_name),
        Field("开户行", payee.bank),
        Field("收款账号", f"{payee.account_no}　(仅限委托方账户，不要向任何个人账户转账)", wide=True),
    ]


def objection_field(objection: ObjectionFacts) -> Field:
    """Return how, where and until when to object."""
    until = f"，请于 {wording.day(objection.until_on)} 前提出" if objection.until_on else ""
    days = f"，请于收到之日起 {objection.days} 日内提出" if objection.days and not objection.until_on else ""
    address = f"，地址 {objection.address}" if objection.address else ""
    return Field("异议途径", f"可致电 {objection.phone}{address}{until}{days}，并可提交证据。", wide=True)


def _parties(sheet: Sheet, facts: AccountStatementFacts) -> None:
    blocks.heading(sheet, "当事人与账户", "Parties and account")
    blocks.fields(
        sheet,
        [
            Field("委托方", facts.debt.creditor),
            Field("受托机构", facts.seal.firm_name),
            Field("债务人", wording.or_blank(facts.debtor.name)),
            Field("证件", wording.last_four(facts.debtor.id_last4)),
            Field("产品", wording.or_blank(facts.debt.product)),
            Field("合同/账号", wording.last_four(facts.debt.contract_no)),
            Field("业务编号", wording.or_blank(facts.case_no)),
            Field("截至日期", wording.day(facts.debt.as_of_on)),
        ],
    )


def _repayments(sheet: Sheet, facts: AccountStatementFacts) -> None:
    blocks.heading(sheet, "期初欠款与已还明细", "Opening balance and repayments")
    if facts.opening_fen is not None:
        opening = f"{blocks.money(facts.opening_fen)}　({wording.day(facts.opening_on)})"
        blocks.fields(sheet, [Field("期初欠款", opening, wide=True)])
    rows = [
        (
            one.paid_on.isoformat(),
            amounts.yuan(one.amount_fen),
            amounts.capitals(one.amount_fen),
            amounts.yuan(one.to_fees_fen),
            amounts.yuan(one.to_interest_fen),
            amounts.yuan(one.to_principal_fen),
        )
        for one in facts.repayments
    ]
    blocks.table(
        sheet,
        (
            Column("日期", 10),
            Column("金额小写", 11, Align.RIGHT),
            Column("金额大写", 28),
            Column("冲抵费用", 10, Align.RIGHT),
            Column("冲抵利息", 10, Align.RIGHT),
            Column("冲抵本金", 11, Align.RIGHT),
        ),
        rows,
        empty="委托方文件中没有还款记录",
        total=_repaid_total(facts.repayments) if rows else (),
    )


def _repaid_total(repayments: tuple[RepaymentFacts, ...]) -> tuple[str, str, str, str, str, str]:
    total_fen = sum(one.amount_fen for one in repayments)
    return (
        "合计",
        amounts.yuan(total_fen),
        amounts.capitals(total_fen),
        amounts.yuan(sum(one.to_fees_fen for one in repayments)),
        amounts.yuan(sum(one.to_interest_fen for one in repayments)),
        amounts.yuan(sum(one.to_principal_fen for one in repayments)),
    )


def _sources(sheet: Sheet, facts: AccountStatementFacts) -> None:
    blocks.heading(sheet, "说明", "Notes")
    blocks.fields(
        sheet,
        [
            Field("计息说明", wording.or_blank(facts.interest_note), wide=True),
            Field("数据来源", wording.or_blank(facts.source_note), wide=True),
            objection_field(facts.objection),
            *payee_fields(facts.payee),
        ],
    )


def _answer(sheet: Sheet, facts: AccountStatementFacts) -> None:
    blocks.heading(sheet, "债务人确认栏", "Debtor's answer", keep=HEIGHT + 18 * mm)
    agreed = wording.tick(given=facts.answer is StatementAnswer.AGREED, label="无异议")
    objects = wording.tick(given=facts.answer is StatementAnswer.OBJECTS, label="部分异议：")
    total = f"截至 {wording.day(facts.debt.as_of_on)}，欠款合计 {blocks.money(facts.debt.total_fen())}。"
    blocks.paragraph(sheet, total)
    blocks.paragraph(sheet, f"{agreed}　　{objects}{facts.objection_text.strip() or '＿' * 24}")
    blocks.paragraph(sheet, facts.words.text("answer_notice"), FINE)
    signature_lines(sheet, (SignatureLine("债务人签字", facts.signature), SignatureLine("见证人", facts.witness)))
