"""The lawyer's letter (律师函): a law firm's own words, in which only the merge fields it approved are filled in.

It is printed only with the firm's name, the lawyer's licence number and the firm's seal file.
Source: 律师法 art. 13, 55. Pure.
"""

from dataclasses import dataclass, field
from datetime import date

from reportlab.lib.units import mm

from receipts import blocks, images, marks, wording
from receipts.blocks import Field
from receipts.facts import DebtFacts, Paper, PartyFacts, SealFacts, SignatureFacts
from receipts.lettering import BODY, FINE, SMALL
from receipts.page import RIGHT, Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines
from receipts.templates import Template, fill

KIND = "lawyers_letter"
CLAUSES = ("facts", "analysis", "demand", "attachments")
"""事实陈述, 法律分析, 主张与期限, 附件: what the law firm writes."""
PRIVATE_NOTICE = "不得公开张贴，密封送达；仅限收函人本人拆阅。"
_TITLE = Title("律师函", "Lawyer's letter")
_SEAL_MM = 38
_NAME_MM = 34  # the firm's name begins so far left of its seal
_HEADINGS = {"facts": ("事实陈述", "Facts"), "analysis": ("法律分析", "Law"), "demand": ("主张与期限", "Demand")}


class LetterIncomplete(ValueError):
    """A lawyer's letter without firm, licence number or seal is nobody's letter."""


@dataclass(frozen=True, slots=True)
class LawFirmFacts:
    """The law firm and the lawyer who answers for the letter (律所)."""

    name: str
    lawyer: str
    licence_no: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class LawyersLetterFacts:
    """Everything a lawyer's letter says; seal_image is the firm's own picture of its seal."""

    seal: SealFacts
    firm: LawFirmFacts
    seal_image: bytes
    addressee: PartyFacts
    debt: DebtFacts
    until_on: date
    words: Template
    letter_no: str = ""  # 函号; the serial unless the firm gave one
    case_no: str = ""
    received: SignatureFacts = field(default_factory=SignatureFacts)


def render(facts: LawyersLetterFacts) -> Paper:
    """Return the letter as a PDF.

    Raises LetterIncomplete, UnknownField, NoSuchClause, FontsMissing, NaiveTime, NotAFact or AmountTooLarge.
    """
    picture = images.for_print(facts.seal_image)
    lacking = [name for name in ("name", "lawyer", "licence_no") if not getattr(facts.firm, name).strip()]
    if lacking or not isinstance(picture, images.PrintPhoto):
        raise LetterIncomplete(f"lacks {', '.join([*lacking, *([] if facts.seal_image else ['seal'])]) or 'a seal'}")
    sheet = Sheet(_TITLE, facts, facts.seal)
    _address(sheet, facts)
    values = merge_values(facts)
    for name, (chinese, english) in _HEADINGS.items():
        blocks.heading(sheet, chinese, english)
        blocks.paragraph(sheet, fill(facts.words.text(name), values))
    attachments = fill(facts.words.text("attachments"), values)
    sheet.together(lambda: _close(sheet, facts, picture, attachments=attachments))
    return sheet.finish()


def merge_values(facts: LawyersLetterFacts) -> dict[str, str]:
    """Return what the merge fields stand for; no others exist."""
    return {
        "debtor": facts.addressee.name,
        "creditor": facts.debt.creditor,
        "product": facts.debt.product,
        "contract": wording.last_four(facts.debt.contract_no),
        "total": blocks.money(facts.debt.total_fen()),
        "as_of": wording.day(facts.debt.as_of_on),
        "until": wording.day(facts.until_on),
    }


def _address(sheet: Sheet, facts: LawyersLetterFacts) -> None:
    blocks.paragraph(sheet, PRIVATE_NOTICE, SMALL)
    blocks.fields(
        sheet,
        [
            Field("律师事务所", facts.firm.name),
            Field("函号", facts.letter_no or facts.seal.serial),
            Field("律师", facts.firm.lawyer),
            Field("执业证号", facts.firm.licence_no),
            Field("委托人", facts.debt.creditor),
            Field("业务编号", wording.or_blank(facts.case_no)),
            Field("收函人", f"{facts.addressee.name}　({wording.last_four(facts.addressee.id_last4)})"),
            Field("日期", wording.day_of(facts.seal.generated_at)),
        ],
    )


def _close(sheet: Sheet, facts: LawyersLetterFacts, picture: images.PrintPhoto, *, attachments: str) -> None:
    """Lay out contact, attachments, and the firm's seal over its name, with the line for whoever takes the letter."""
    blocks.heading(sheet, "联系与落款", "Contact and seal", keep=_SEAL_MM * mm + HEIGHT)
    blocks.fields(
        sheet,
        [
            Field("联系方式", wording.or_blank(facts.firm.contact), wide=True),
            Field("附件", wording.or_blank(attachments), wide=True),
        ],
    )
    box = marks.Box(RIGHT - _SEAL_MM * mm, sheet.y + 1 * mm, _SEAL_MM * mm, _SEAL_MM * mm)
    sheet.step(lambda canvas: marks.draw_photo(canvas, picture, box))
    left = box.x - _NAME_MM * mm
    y = box.y + (box.height - 3 * BODY.leading) / 2
    for text in (facts.firm.name, f"律师　{facts.firm.lawyer}", wording.day_of(facts.seal.generated_at)):
        lines = sheet.set(text, BODY, (_NAME_MM + _SEAL_MM) * mm)
        sheet.lines(lines, BODY, left, y)
        y += len(lines) * BODY.leading
    sheet.y = box.y + box.height + 1 * mm
    blocks.paragraph(sheet, "签收仅表示收到本函，不表示同意其内容。", FINE)
    signature_lines(sheet, (SignatureLine("签收人", facts.received), SignatureLine("送达人", SignatureFacts())))
