"""The written promise (还款承诺书): what the debtor will pay, when and how, of their own free will.

There is no line for a third party to sign. Pure.
"""

from dataclasses import dataclass, field
from datetime import date

from reportlab.lib.units import mm

from receipts import account_statement, amounts, blocks, wording
from receipts.blocks import Align, Column, Field
from receipts.facts import DebtFacts, Paper, PartyFacts, PayeeFacts, SealFacts, SignatureFacts
from receipts.lettering import FINE
from receipts.page import Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines
from receipts.templates import Clause, Template

_TITLE = Title("还款承诺书", "Repayment promise")
_VOLUNTARY = (
    "本承诺系本人在知悉债务情况、未受任何强迫、欺骗或误导的情况下自愿作出。"
    "本人知悉：本承诺不改变依法享有的异议权与其他权利，外访人员不收取任何款项。"
)
_BREACH = "未按计划履行的，债权人可在原合同约定与法律规定的范围内主张权利；本承诺不增加原合同以外的违约金或费用。"
_CHANGE = (
    "因收入、健康等情况变化需要变更或撤回未到期部分的，可书面或电话向债权人提出，"
    "经双方重新签署后生效；已履行部分不受影响。"
)


_DATA_NOTE = "本人确认以上联系电话与送达地址真实有效，个人信息仅用于本债务的处理与通知。"
TEMPLATE = Template(
    "promise",
    1,
    (
        Clause("voluntary", _VOLUNTARY),
        Clause("breach", _BREACH),
        Clause("change", _CHANGE),
        Clause("data_note", _DATA_NOTE),
    ),
)


@dataclass(frozen=True, slots=True)
class InstalmentFacts:
    """One instalment of the plan, in fen."""

    number: int
    due_on: date
    amount_fen: int
    method: str = "银行转账"


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """Everything a written promise says."""

    seal: SealFacts
    debtor: PartyFacts
    debt: DebtFacts
    instalments: tuple[InstalmentFacts, ...]
    payee: PayeeFacts | None = None
    case_no: str = ""
    service_address: str = ""  # 送达地址, confirmed by the debtor
    confirms_by_code: bool = False  # 同意以手机验证码方式确认
    signature: SignatureFacts = field(default_factory=SignatureFacts)
    witness: SignatureFacts = field(default_factory=SignatureFacts)
    words: Template = TEMPLATE


def render(facts: PromiseFacts) -> Paper:
    """Return the promise as a PDF; a plan that does not add up to the debt is printed as it is and flagged.

    Raises FontsMissing, NaiveTime, NotAFact or AmountTooLarge.
    """
    sheet = Sheet(_TITLE, facts, facts.seal)
    _parties(sheet, facts)
    account_statement.debt_table(sheet, facts.debt)
    _plan(sheet, facts)
    _terms(sheet, facts)
    _confirmation(sheet, facts)
    return sheet.finish()


def _parties(sheet: Sheet, facts: PromiseFacts) -> None:
    blocks.heading(sheet, "承诺人与债权人", "Parties")
    blocks.fields(
        sheet,
        [
            Field("承诺人", wording.or_blank(facts.debtor.name)),
            Field("证件", wording.last_four(facts.debtor.id_last4)),
            Field("债权人", facts.debt.creditor),
            Field("产品 / 合同", f"{facts.debt.product}　{wording.last_four(facts.debt.contract_no)}"),
            Field("业务编号", wording.or_blank(facts.case_no)),
            Field("确认金额日", wording.day(facts.debt.as_of_on)),
        ],
    )


def _plan(sheet: Sheet, facts: PromiseFacts) -> None:
    total_fen = sum(one.amount_fen for one in facts.instalments)
    if total_fen != facts.debt.total_fen():
        sheet.flag("promise-total differs from debt")
    blocks.heading(sheet, "还款计划", "Repayment plan")
    rows = [
        (
            str(one.number),
            one.due_on.isoformat(),
            amounts.yuan(one.amount_fen),
            amounts.capitals(one.amount_fen),
            one.method,
        )
        for one in facts.instalments
    ]
    blocks.table(
        sheet,
        (
            Column("期次", 5),
            Column("日期", 9),
            Column("金额小写 (元)", 11, Align.RIGHT),
            Column("金额大写 (人民币)", 25),
            Column("方式", 10),
        ),
        rows,
        total=("合计", "", amounts.yuan(total_fen), amounts.capitals(total_fen), ""),
    )
    blocks.fields(sheet, account_statement.payee_fields(facts.payee))


def _terms(sheet: Sheet, facts: PromiseFacts) -> None:
    blocks.heading(sheet, "承诺内容", "Terms")
    blocks.fields(
        sheet,
        [
            Field("自愿声明", facts.words.text("voluntary"), wide=True),
            Field("违约后果", facts.words.text("breach"), wide=True),
            Field("变更与撤回", facts.words.text("change"), wide=True),
            Field("送达地址", wording.or_blank(facts.service_address), wide=True),
            Field("联系电话", wording.or_blank(facts.debtor.phone), wide=True),
        ],
    )


def _confirmation(sheet: Sheet, facts: PromiseFacts) -> None:
    blocks.heading(sheet, "确认", "Confirmation", keep=HEIGHT + 18 * mm)
    total_fen = sum(one.amount_fen for one in facts.instalments)
    blocks.paragraph(sheet, f"本人承诺分 {len(facts.instalments)} 期归还，合计 {blocks.money(total_fen)}。")
    blocks.paragraph(sheet, wording.tick(given=facts.confirms_by_code, label="同意以手机验证码方式确认本承诺"))
    blocks.paragraph(sheet, facts.words.text("data_note"), FINE)
    signature_lines(sheet, (SignatureLine("承诺人签字", facts.signature), SignatureLine("见证人", facts.witness)))
