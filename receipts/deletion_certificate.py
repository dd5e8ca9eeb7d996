"""The deletion certificate (个人信息删除证明): what was deleted of a case, why, by whom, and what stays. Pure.

It names nobody: the case by its number, people by their staff numbers. Source: 个人信息保护法 §21, §47.
"""

from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm

from receipts import blocks, wording
from receipts.blocks import Align, Column, Field
from receipts.facts import Paper, SealFacts, SignatureFacts
from receipts.lettering import FINE
from receipts.page import Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines

_TITLE = Title("个人信息删除证明", "Deletion certificate")
NOTICE = "本证明由系统按删除当时的记录生成；其内容与系统所存证明的指纹一致，可凭编号核验。"


@dataclass(frozen=True, slots=True)
class ErasedFacts:
    """How many of one kind of thing were erased."""

    what: str
    count: int


@dataclass(frozen=True, slots=True)
class DeletionCertificateFacts:
    """Everything the certificate says; the two hashes are those of the certificate as data and of the files' list."""

    seal: SealFacts
    creditor: str
    case_no: str
    case_id: str
    deletion_id: str
    ground: str
    article: str
    asked_by_no: str
    carried_out_by_no: str
    carried_out_at: datetime
    method: str
    erased: tuple[ErasedFacts, ...] = ()
    files_sha256: str = ""
    certificate_sha256: str = ""
    kept: str = ""
    backups: str = ""


def render(facts: DeletionCertificateFacts) -> Paper:
    """Return the certificate as a PDF. Raises FontsMissing, NaiveTime or NotAFact."""
    sheet = Sheet(_TITLE, facts, facts.seal)
    _deletion(sheet, facts)
    _erased(sheet, facts)
    _kept(sheet, facts)
    _signatures(sheet)
    return sheet.finish()


def _deletion(sheet: Sheet, facts: DeletionCertificateFacts) -> None:
    blocks.heading(sheet, "删除事项", "What was deleted and why")
    blocks.fields(
        sheet,
        [
            Field("委托方", wording.or_blank(facts.creditor)),
            Field("受托机构", facts.seal.firm_name),
            Field("业务编号", wording.or_blank(facts.case_no)),
            Field("执行时间", wording.moment(facts.carried_out_at)),
            Field("删除事由", facts.ground),
            Field("法律依据", facts.article),
            Field("提出人工号", facts.asked_by_no),
            Field("执行人工号", facts.carried_out_by_no),
            Field("案件标识", facts.case_id, wide=True),
            Field("删除标识", facts.deletion_id, wide=True),
            Field("删除方式", facts.method, wide=True),
        ],
    )


def _erased(sheet: Sheet, facts: DeletionCertificateFacts) -> None:
    blocks.heading(sheet, "已删除内容", "Erased")
    blocks.table(
        sheet,
        (Column("类别", 8), Column("数量", 3, Align.RIGHT)),
        [(one.what, f"{one.count:,}") for one in facts.erased],
        empty="没有记录",
    )


def _kept(sheet: Sheet, facts: DeletionCertificateFacts) -> None:
    blocks.heading(sheet, "保留内容与核验", "What stays, and how to verify")
    blocks.fields(
        sheet,
        [
            Field("保留内容", wording.or_blank(facts.kept), wide=True),
            Field("备份", wording.or_blank(facts.backups), wide=True),
            Field("文件清单指纹", wording.or_blank(facts.files_sha256), wide=True),
            Field("证明指纹", wording.or_blank(facts.certificate_sha256), wide=True),
        ],
    )


def _signatures(sheet: Sheet) -> None:
    blocks.heading(sheet, "签章", "Signatures", keep=HEIGHT + 14 * mm)
    blocks.paragraph(sheet, NOTICE, FINE)
    signature_lines(
        sheet, (SignatureLine("受托机构（盖章）", SignatureFacts()), SignatureLine("委托方接收", SignatureFacts()))
    )  # fmt: skip
