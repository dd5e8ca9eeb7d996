"""The notice of a personal information incident (个人信息安全事件通知): what was on a phone that is gone. Pure.

A draft: it states what the system knows and leaves blank what only people know; legal completes, decides and sends it.
It names nobody: the holder by his staff number, people by their cases. Source: 个人信息保护法 §57.
"""

from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm

from receipts import blocks, wording
from receipts.blocks import Align, Column, Field
from receipts.facts import Paper, SealFacts, SignatureFacts
from receipts.lettering import BODY
from receipts.page import Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines

_TITLE = Title("个人信息安全事件通知（草稿）", "Data incident notice (draft)")
NOTICE = "草稿：由系统按已知事实生成，须法务核对、补全空白并决定是否发送（个人信息保护法 57）。"
BLANK = "＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿"


@dataclass(frozen=True, slots=True)
class PackFacts:
    """A day pack the phone may still have held: scheme, day, until when it could be read, the cases in it."""

    scheme_no: str
    day: str
    readable_until: datetime
    case_nos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BreachNoticeFacts:
    """Everything the notice says; unsent_count is None when the phone never told."""

    seal: SealFacts
    contact: str
    device_label: str
    holder_no: str
    reported_at: datetime
    last_contact_at: datetime | None
    unsent_count: int | None
    case_count: int
    measures: str
    categories: tuple[str, ...] = ()
    letter: tuple[str, ...] = ()
    packs: tuple[PackFacts, ...] = ()


def render(facts: BreachNoticeFacts) -> Paper:
    """Return the notice as a PDF. Raises FontsMissing, NaiveTime or NotAFact."""
    sheet = Sheet(_TITLE, facts, facts.seal)
    blocks.notice(sheet, NOTICE)
    _authority(sheet, facts)
    _people(sheet, facts)
    _record(sheet, facts)
    blocks.heading(sheet, "签发", "Issued by", keep=HEIGHT + 8 * mm)
    signature_lines(
        sheet, (SignatureLine("法务", SignatureFacts()), SignatureLine("受托机构（盖章）", SignatureFacts()))
    )  # fmt: skip
    return sheet.finish()


def _authority(sheet: Sheet, facts: BreachNoticeFacts) -> None:
    blocks.heading(sheet, "一、致履行个人信息保护职责的部门", "To the authority")
    blocks.fields(
        sheet,
        [
            Field("处理者", facts.seal.firm_name),
            Field("联系方式", wording.or_blank(facts.contact)),
            Field("报失设备", facts.device_label),
            Field("持有人工号", facts.holder_no),
            Field("报失并撤销", wording.moment(facts.reported_at)),
            Field("涉及人数", f"最多 {facts.case_count:,} 件案件的债务人"),
            Field("事件原因", BLANK, wide=True),
            Field("信息种类", "；".join(facts.categories), wide=True),
            Field("可能的危害", f"手机被解锁时，他人可能获知上述信息。{BLANK}", wide=True),
            Field("已采取的措施", f"{facts.measures}。{BLANK}", wide=True),
        ],
    )


def _people(sheet: Sheet, facts: BreachNoticeFacts) -> None:
    blocks.heading(sheet, "二、致个人", "To each person")
    for text in facts.letter:
        blocks.paragraph(sheet, text, BODY)
    blocks.fields(sheet, [Field("不通知个人", f"理由（57 第二款，法务判断）：{BLANK}", wide=True)])


def _record(sheet: Sheet, facts: BreachNoticeFacts) -> None:
    blocks.heading(sheet, "三、系统记录", "What the system knows")
    told = "从未联网" if facts.last_contact_at is None else wording.moment(facts.last_contact_at)
    unsent = "不详" if facts.unsent_count is None else f"{facts.unsent_count:,} 条"
    blocks.fields(sheet, [Field("最后一次联网", told), Field("未上传记录", unsent)])
    rows = [
        (one.scheme_no, one.day, wording.moment(one.readable_until), str(len(one.case_nos)), "、".join(one.case_nos))
        for one in facts.packs
    ]  # fmt: skip
    columns = (Column("方案", 5), Column("日期", 3), Column("日包可读至", 5), Column("件数", 2, Align.RIGHT),
               Column("案件", 9))  # fmt: skip
    blocks.table(sheet, columns, rows, empty="手机上没有可读的日包")
