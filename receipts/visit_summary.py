"""The visit summary (走访汇总表): the day in figures, each with the records it was counted from, and each household.

Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from reportlab.lib.units import mm

from receipts import blocks, wording
from receipts.blocks import Align, Column, Field
from receipts.facts import Paper, SealFacts, SignatureFacts
from receipts.page import Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines

_TITLE = Title("走访汇总表", "Visit summary")


@dataclass(frozen=True, slots=True)
class Figure:
    """A count and the record numbers it was counted from; amount_fen where it is about money."""

    count: int = 0
    records: tuple[str, ...] = ()
    amount_fen: int | None = None


NONE = Figure()


@dataclass(frozen=True, slots=True)
class SummaryFigures:
    """Every figure of the summary, in the order it is printed."""

    planned: Figure = NONE  # 计划
    completed: Figure = NONE  # 完成
    not_met: Figure = NONE  # 未遇
    refused: Figure = NONE  # 拒绝
    aborted: Figure = NONE  # 中止
    postponed: Figure = NONE  # 改期
    met_debtor: Figure = NONE  # 见本人
    signed_self: Figure = NONE  # 本人签收
    signed_relative: Figure = NONE  # 同住成年亲属代收
    signing_refused: Figure = NONE  # 拒签
    promises: Figure = NONE  # 承诺, with amount_fen
    grade_a: Figure = NONE  # 证据等级 A
    grade_b: Figure = NONE
    grade_c: Figure = NONE
    grade_d: Figure = NONE
    limitation_restarted: Figure = NONE  # 时效重新起算
    complaints: Figure = NONE  # 投诉
    incidents: Figure = NONE  # 安全事件
    unaccounted_papers: Figure = NONE  # 去向不明单据
    unsynced_devices: Figure = NONE  # 未同步设备
    unsynced_items: Figure = NONE  # 未同步份数


@dataclass(frozen=True, slots=True)
class VisitLineFacts:
    """One household of the summary (逐户明细)."""

    case_no: str
    debtor_name: str
    outcome: str
    evidence_grade: str
    advice: str
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PoorCreditFacts:
    """A customer put up for the manager's decision (信誉极差客户), and on what ground."""

    case_no: str
    debtor_name: str
    ground: str


@dataclass(frozen=True, slots=True)
class VisitSummaryFacts:
    """Everything a visit summary says."""

    seal: SealFacts
    scheme_no: str
    start_on: date
    end_on: date
    area: str
    crews: tuple[str, ...]
    figures: SummaryFigures
    lines: tuple[VisitLineFacts, ...] = ()
    poor_credit: tuple[PoorCreditFacts, ...] = ()
    conclusion: str = ""  # 主管结论
    requests: str = ""  # 请示事项
    supplement_note: str = ""  # 补记: what arrived after the first edition
    signature: SignatureFacts = field(default_factory=SignatureFacts)


def render(facts: VisitSummaryFacts) -> Paper:
    """Return the summary as a PDF; figures that cannot all be true are printed and flagged.

    Raises FontsMissing, NaiveTime, NotAFact or AmountTooLarge.
    """
    sheet = Sheet(_TITLE, facts, facts.seal)
    _check(sheet, facts.figures)
    _overview(sheet, facts)
    _figures(sheet, facts.figures)
    _households(sheet, facts)
    _poor_credit(sheet, facts)
    _conclusion(sheet, facts)
    return sheet.finish()


def met_rate(figures: SummaryFigures) -> str:
    """Word the share of completed visits at which the debtor was met: 62.5%, or a dash when none was completed."""
    if not figures.completed.count:
        return wording.BLANK
    return f"{100 * figures.met_debtor.count / figures.completed.count:.1f}%"


def _check(sheet: Sheet, figures: SummaryFigures) -> None:
    if figures.met_debtor.count > figures.completed.count:
        sheet.flag("figures met more than completed")
    if figures.unaccounted_papers.count:
        sheet.flag("unaccounted serials")
    if figures.unsynced_items.count:
        sheet.flag("incomplete records not yet synced")


def _overview(sheet: Sheet, facts: VisitSummaryFacts) -> None:
    blocks.heading(sheet, "范围", "Scope")
    entries = [
        Field("方案编号", wording.or_blank(facts.scheme_no)),
        Field("期间", wording.span(facts.start_on, facts.end_on)),
        Field("区域", wording.or_blank(facts.area)),
        Field("组别", wording.or_blank("、".join(facts.crews))),
        Field("见本人率", met_rate(facts.figures)),
        Field("逐户明细", f"{len(facts.lines)} 户"),
    ]
    if facts.supplement_note:
        entries.append(Field("补记", facts.supplement_note, wide=True))
    blocks.fields(sheet, entries)


def _figures(sheet: Sheet, figures: SummaryFigures) -> None:
    blocks.heading(sheet, "数据与对应记录", "Figures and their records")
    blocks.table(
        sheet,
        (Column("类别", 7), Column("项目", 11), Column("数量", 6, Align.RIGHT), Column("记录编号", 38)),
        _figure_rows(figures),
    )


def _named(figures: SummaryFigures) -> Iterable[tuple[str, str, Figure, str]]:
    """Yield class, name, figure and unit of every figure."""
    yield "到访", "计划", figures.planned, "户"
    yield "到访", "完成", figures.completed, "户"
    yield "到访", "未遇", figures.not_met, "户"
    yield "到访", "拒绝", figures.refused, "户"
    yield "到访", "中止", figures.aborted, "户"
    yield "到访", "改期", figures.postponed, "户"
    yield "会见", "见本人", figures.met_debtor, "户"
    yield "签收", "本人签收", figures.signed_self, "份"
    yield "签收", "亲属代收", figures.signed_relative, "份"
    yield "签收", "拒签", figures.signing_refused, "份"
    yield "承诺", "承诺", figures.promises, "笔"
    yield "证据等级", "A", figures.grade_a, "户"
    yield "证据等级", "B", figures.grade_b, "户"
    yield "证据等级", "C", figures.grade_c, "户"
    yield "证据等级", "D", figures.grade_d, "户"
    yield "时效", "重新起算", figures.limitation_restarted, "笔"
    yield "异常", "投诉", figures.complaints, "件"
    yield "异常", "安全事件", figures.incidents, "件"
    yield "异常", "去向不明单据", figures.unaccounted_papers, "份"
    yield "同步", "未同步设备", figures.unsynced_devices, "台"
    yield "同步", "未同步份数", figures.unsynced_items, "份"


def _figure_rows(figures: SummaryFigures) -> list[tuple[str, str, str, str]]:
    """Return one row for each figure; a class is named at its first figure only."""
    rows, above = [], ""
    for kind, name, figure, unit in _named(figures):
        records = "、".join(figure.records) or wording.BLANK
        amount = f"{blocks.money(figure.amount_fen)}\n" if figure.amount_fen is not None else ""
        rows.append((kind if kind != above else "", name, f"{figure.count} {unit}", f"{amount}{records}"))
        above = kind
    return rows


def _households(sheet: Sheet, facts: VisitSummaryFacts) -> None:
    blocks.heading(sheet, "逐户明细", "Households")
    blocks.table(
        sheet,
        (
            Column("序", 6, Align.RIGHT),
            Column("案件", 14),
            Column("客户", 16),
            Column("结果", 13),
            Column("证据", 6, Align.CENTRE),
            Column("建议", 15),
            Column("记录编号", 28),
        ),
        [
            (
                str(number),
                line.case_no,
                line.debtor_name,
                line.outcome,
                wording.or_blank(line.evidence_grade),
                wording.or_blank(line.advice),
                wording.or_blank("、".join(line.records)),
            )
            for number, line in enumerate(facts.lines, start=1)
        ],
    )


def _poor_credit(sheet: Sheet, facts: VisitSummaryFacts) -> None:
    blocks.heading(sheet, "信誉极差客户名单及依据", "Customers put up for decision")
    blocks.table(
        sheet,
        (Column("案件", 8), Column("客户", 9), Column("依据", 22)),
        [(one.case_no, one.debtor_name, one.ground) for one in facts.poor_credit],
    )


def _conclusion(sheet: Sheet, facts: VisitSummaryFacts) -> None:
    blocks.heading(sheet, "主管结论与请示事项", "Conclusion and requests", keep=HEIGHT + 18 * mm)
    blocks.fields(
        sheet,
        [
            Field("主管结论", wording.or_blank(facts.conclusion), wide=True),
            Field("请示事项", wording.or_blank(facts.requests), wide=True),
        ],
    )
    sheet.y += 2 * mm
    signature_lines(sheet, (SignatureLine("外访部主管", facts.signature),))
