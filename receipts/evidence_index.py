"""The index of a legal transfer dossier (法务移送卷宗目录): the claim, its evidence item by item, and what is missing.

The parties are given as a statement of claim asks. Source: 民事诉讼法 art. 124.
Pure.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from reportlab.lib.units import mm

from receipts import amounts, blocks, wording
from receipts.blocks import Align, Column, Field
from receipts.facts import CheckFacts, Paper, SealFacts, SignatureFacts
from receipts.page import Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines

_TITLE = Title("法务移送卷宗目录", "Evidence index of the dossier")


@dataclass(frozen=True, slots=True)
class LitigantFacts:
    """A party as a statement of claim names it (起诉状要素)."""

    name: str
    kind: str  # 自然人 or 法人
    id_no: str = ""  # 统一社会信用代码, or the last four of an ID card
    address: str = ""
    representative: str = ""  # 法定代表人
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """One part of the amount claimed, in fen (请求金额构成)."""

    item: str
    amount_fen: int
    basis: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceItemFacts:
    """One piece of evidence (证据)."""

    group: str  # 合同与放款凭证, 对账单, 承诺书, 回执与影像, 沟通与投诉记录 ...
    name: str
    source: str
    proves: str  # 证明对象
    gist: str = ""  # 内容摘要
    form: str = "电子数据"
    pages: str = ""
    copies: int = 1
    sha256: str = ""
    obtained_by: str = ""
    obtained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelineFacts:
    """One event of the limitation clock (催告时间线)."""

    on: date
    event: str
    effect: str  # 起算, 中断, 届满 ...
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class AttachedFacts:
    """A file of the system that goes with the dossier (随卷文件), by its name there and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class EvidenceIndexFacts:
    """Everything the index of a dossier says."""

    seal: SealFacts
    case_no: str
    cause: str  # 案由
    creditor: LitigantFacts
    debtor: LitigantFacts
    claims: tuple[ClaimFacts, ...]
    items: tuple[EvidenceItemFacts, ...]
    court: str = ""  # 管辖建议
    timeline: tuple[TimelineFacts, ...] = ()
    collection_checks: tuple[CheckFacts, ...] = ()  # 有效催收核对表
    integrity_note: str = ""  # 系统运行与完整性声明
    missing: tuple[str, ...] = ()  # 缺失项
    attached: tuple[AttachedFacts, ...] = ()
    handed_over: SignatureFacts = field(default_factory=SignatureFacts)
    received: SignatureFacts = field(default_factory=SignatureFacts)


def render(facts: EvidenceIndexFacts) -> Paper:
    """Return the index as a PDF; missing items are printed and flagged.

    Raises FontsMissing, NaiveTime, NotAFact or AmountTooLarge.
    """
    sheet = Sheet(_TITLE, facts, facts.seal)
    for gap in facts.missing:
        sheet.flag(f"missing-item {gap}")
    _case(sheet, facts)
    _claims(sheet, facts)
    _items(sheet, facts)
    _timeline(sheet, facts)
    _collection_checks(sheet, facts)
    _integrity(sheet, facts)
    return sheet.finish()


def _case(sheet: Sheet, facts: EvidenceIndexFacts) -> None:
    blocks.heading(sheet, "案件与当事人", "Case and parties")
    blocks.fields(
        sheet,
        [
            Field("案由", wording.or_blank(facts.cause)),
            Field("案件编号", wording.or_blank(facts.case_no)),
            Field("管辖建议", wording.or_blank(facts.court), wide=True),
            *_litigant("债权人", facts.creditor),
            *_litigant("债务人", facts.debtor),
        ],
    )


def _litigant(role: str, one: LitigantFacts) -> list[Field]:
    return [
        Field(role, one.name, wide=True),
        Field("性质", wording.or_blank(one.kind)),
        Field("证照号", wording.or_blank(one.id_no)),
        Field("代表人", wording.or_blank(one.representative)),
        Field("电话", wording.or_blank(one.phone)),
        Field("住所", wording.or_blank(one.address), wide=True),
    ]


def _claims(sheet: Sheet, facts: EvidenceIndexFacts) -> None:
    blocks.heading(sheet, "请求金额构成", "Amount claimed")
    total_fen = sum(one.amount_fen for one in facts.claims)
    blocks.table(
        sheet,
        (
            Column("项目", 8),
            Column("金额小写 (元)", 9, Align.RIGHT),
            Column("金额大写 (人民币)", 20),
            Column("依据", 16),
        ),
        [
            (one.item, amounts.yuan(one.amount_fen), amounts.capitals(one.amount_fen), wording.or_blank(one.basis))
            for one in facts.claims
        ],
        total=("合计", amounts.yuan(total_fen), amounts.capitals(total_fen), ""),
    )


def _items(sheet: Sheet, facts: EvidenceIndexFacts) -> None:
    blocks.heading(sheet, "证据目录", f"共 {len(facts.items)} 项 items")
    blocks.table(
        sheet,
        (
            Column("序", 6, Align.RIGHT),
            Column("类别 / 名称", 19),
            Column("来源", 11),
            Column("证明对象与内容摘要", 24),
            Column("形式", 9),
            Column("页码", 7),
            Column("份数", 7, Align.RIGHT),
            Column("指纹 / 取得人 / 时间", 20),
        ),
        [_item_row(number, one) for number, one in enumerate(facts.items, start=1)],
    )


def _item_row(number: int, one: EvidenceItemFacts) -> tuple[str, ...]:
    origin = [wording.short_hash(one.sha256), one.obtained_by, wording.moment(one.obtained_at)]
    return (
        str(number),
        f"{one.group}\n{one.name}",
        one.source,
        "\n".join(part for part in (one.proves, one.gist) if part),
        one.form,
        wording.or_blank(one.pages),
        str(one.copies),
        "\n".join(part for part in origin if part),
    )


def _timeline(sheet: Sheet, facts: EvidenceIndexFacts) -> None:
    blocks.heading(sheet, "催告与诉讼时效时间线", "Demands and limitation")
    blocks.table(
        sheet,
        (Column("日期", 8), Column("事件", 22), Column("时效影响", 12), Column("证据", 14)),
        [
            (one.on.isoformat(), one.event, one.effect, wording.or_blank(one.evidence))
            for one in sorted(facts.timeline, key=lambda one: one.on)
        ],
    )


def _collection_checks(sheet: Sheet, facts: EvidenceIndexFacts) -> None:
    if facts.collection_checks:
        blocks.heading(sheet, "有效催收核对表", "Valid demands")
        blocks.table(
            sheet,
            (Column("要件", 16), Column("符合", 6, Align.CENTRE), Column("说明", 20)),
            [(one.rule, wording.yes_no(one.passed), wording.or_blank(one.note)) for one in facts.collection_checks],
        )


def _integrity(sheet: Sheet, facts: EvidenceIndexFacts) -> None:
    blocks.heading(sheet, "完整性声明与缺失项", "Integrity and gaps", keep=36 * mm)  # the statement is of six lines
    blocks.fields(
        sheet,
        [
            Field("完整性声明", wording.or_blank(facts.integrity_note), wide=True),
            Field("缺失项", wording.or_blank("\n".join(facts.missing)), wide=True),
        ],
    )
    if facts.attached:
        blocks.heading(sheet, "随卷文件", "Files that go with it")
        columns = (Column("名称", 3), Column("指纹 (SHA-256)", 9))
        blocks.table(sheet, columns, [(one.name, one.sha256) for one in facts.attached])
    blocks.heading(sheet, "移送与接收", "Handed over and received", keep=HEIGHT + 2 * mm)
    signature_lines(sheet, (SignatureLine("移送人", facts.handed_over), SignatureLine("接收人", facts.received)))
