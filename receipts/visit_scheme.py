"""The visit scheme approval sheet (外访方案审批表): who is visited, by whom, and who agreed to exactly that. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reportlab.lib.units import mm

from receipts import amounts, blocks, wording
from receipts.blocks import Align, Column, Field
from receipts.facts import CheckFacts, Paper, SealFacts, SignatureFacts, SignatureState, StaffFacts, StrokeFacts
from receipts.page import Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines

_TITLE = Title("外访方案审批表", "Visit scheme for approval")


class Decision(StrEnum):
    """What a reviewer or the general manager decided."""

    OPEN = "open"  # 待处理
    APPROVED = "approved"  # 同意
    LIMITED = "limited"  # 附条件同意
    REJECTED = "rejected"  # 驳回


_DECISIONS = {
    Decision.OPEN: "待处理",
    Decision.APPROVED: "同意",
    Decision.LIMITED: "附条件同意",
    Decision.REJECTED: "驳回",
}


@dataclass(frozen=True, slots=True)
class SchemeLineFacts:
    """One customer of the scheme (客户清单), owed_fen in fen."""

    case_no: str
    debtor_name: str
    owed_fen: int
    address_precision: str
    reason: str
    last_result: str = ""
    risk: str = ""
    limitation_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class CrewFacts:
    """One crew of at least two and its day (人员分组): metres and minutes as planned."""

    name: str
    members: tuple[StaffFacts, ...]
    vehicle: str
    stops: int
    distance_m: int
    duration_min: int


@dataclass(frozen=True, slots=True)
class MaterialFacts:
    """A kind of paper or equipment to take along (材料清单)."""

    name: str
    count: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class CostFacts:
    """One estimated cost in fen (费用估计)."""

    item: str
    amount_fen: int
    basis: str = ""


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What one person in the approval said, about which content digest, and when."""

    role: str
    name: str = ""
    decision: Decision = Decision.OPEN
    opinion: str = ""
    decided_at: datetime | None = None
    digest: str = ""
    strokes: StrokeFacts | None = None


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """One change after an earlier version (变更记录)."""

    version: int
    changed_at: datetime
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class VisitSchemeFacts:
    """Everything the approval sheet says; `digest` is the content digest that is signed off."""

    seal: SealFacts
    scheme_no: str
    scheme_version: int
    digest: str
    compiled_by: str
    purpose: str
    area: str
    start_on: date
    end_on: date
    hours: str
    lines: tuple[SchemeLineFacts, ...]
    crews: tuple[CrewFacts, ...]
    limitation_due_count: int = 0
    travel_method: str = ""  # 里程/耗时估计方法
    materials: tuple[MaterialFacts, ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    safety_note: str = ""
    costs: tuple[CostFacts, ...] = ()
    decisions: tuple[DecisionFacts, ...] = (
        DecisionFacts("外访部主管"),
        DecisionFacts("总经理"),
    )
    changes: tuple[ChangeFacts, ...] = ()


def render(facts: VisitSchemeFacts) -> Paper:
    """Return the approval sheet as a PDF; a crew of fewer than two is flagged.

    Raises FontsMissing, NaiveTime, NotAFact or AmountTooLarge.
    """
    sheet = Sheet(_TITLE, facts, facts.seal)
    _overview(sheet, facts)
    _crews(sheet, facts)
    _customers(sheet, facts)
    _materials(sheet, facts)
    _checks(sheet, facts)
    _costs(sheet, facts)
    _decisions(sheet, facts)
    _changes(sheet, facts)
    return sheet.finish()


def _overview(sheet: Sheet, facts: VisitSchemeFacts) -> None:
    blocks.heading(sheet, "方案概要", "Overview")
    total_fen = sum(line.owed_fen for line in facts.lines)
    blocks.fields(
        sheet,
        [
            Field("方案号", wording.or_blank(facts.scheme_no)),
            Field("方案版本", f"第 {facts.scheme_version} 版"),
            Field("编制人", wording.or_blank(facts.compiled_by)),
            Field("审批指纹", wording.short_hash(facts.digest)),
            Field("日期", wording.span(facts.start_on, facts.end_on)),
            Field("时段", wording.or_blank(facts.hours)),
            Field("目的", wording.or_blank(facts.purpose), wide=True),
            Field("区域", wording.or_blank(facts.area), wide=True),
            Field("客户数", f"{len(facts.lines)} 户"),
            Field("时效将到期", f"{facts.limitation_due_count} 户"),
            Field("合计金额", blocks.money(total_fen), wide=True),
        ],
    )


def _crews(sheet: Sheet, facts: VisitSchemeFacts) -> None:
    blocks.heading(sheet, "人员、车辆与行程", "Crews and vehicles")
    for crew in facts.crews:
        if len(crew.members) < 2:  # noqa: PLR2004 - nobody visits alone
            sheet.flag(f"crew-too-small {crew.name}")
    blocks.table(
        sheet,
        (
            Column("组别", 8),
            Column("外访人员 (工号)", 24),
            Column("车辆", 12),
            Column("户数", 6, Align.RIGHT),
            Column("里程", 10, Align.RIGHT),
            Column("耗时", 10, Align.RIGHT),
        ),
        [
            (
                crew.name,
                "、".join(f"{one.name}({one.staff_no})" for one in crew.members),
                crew.vehicle,
                str(crew.stops),
                wording.kilometres(crew.distance_m),
                wording.length(crew.duration_min),
            )
            for crew in facts.crews
        ],
    )
    blocks.fields(sheet, [Field("估计方法", wording.or_blank(facts.travel_method), wide=True)])


def _customers(sheet: Sheet, facts: VisitSchemeFacts) -> None:
    blocks.heading(sheet, "客户清单", "Customers")
    blocks.table(
        sheet,
        (
            Column("序", 6, Align.RIGHT),
            Column("案件", 16),
            Column("客户", 18),
            Column("金额 (元)", 15, Align.RIGHT),
            Column("精度", 6.5),
            Column("理由", 18.5),
            Column("上次结果", 9.5),
            Column("风险", 6),
            Column("时效届满", 13.5),
        ),
        [
            (
                str(number),
                line.case_no,
                line.debtor_name,
                amounts.yuan(line.owed_fen),
                line.address_precision,
                line.reason,
                wording.or_blank(line.last_result),
                wording.or_blank(line.risk),
                wording.BLANK if line.limitation_due_on is None else line.limitation_due_on.isoformat(),
            )
            for number, line in enumerate(facts.lines, start=1)
        ],
    )


def _materials(sheet: Sheet, facts: VisitSchemeFacts) -> None:
    blocks.heading(sheet, "材料清单", "Materials")
    blocks.table(
        sheet,
        (Column("材料", 10), Column("数量", 4, Align.RIGHT), Column("说明", 20)),
        [(one.name, str(one.count), wording.or_blank(one.note)) for one in facts.materials],
    )


def _checks(sheet: Sheet, facts: VisitSchemeFacts) -> None:
    blocks.heading(sheet, "合规检查与安全提示", "Compliance and safety")
    blocks.table(
        sheet,
        (Column("规则", 14), Column("结果", 6), Column("说明", 20)),
        [(one.rule, "通过" if one.passed else "需说明", wording.or_blank(one.note)) for one in facts.checks],
        empty="尚未检查",
    )
    blocks.fields(sheet, [Field("安全提示", wording.or_blank(facts.safety_note), wide=True)])


def _costs(sheet: Sheet, facts: VisitSchemeFacts) -> None:
    blocks.heading(sheet, "费用估计", "Estimated cost")
    total_fen = sum(one.amount_fen for one in facts.costs)
    blocks.table(
        sheet,
        (Column("项目", 9), Column("金额小写 (元)", 8, Align.RIGHT), Column("金额大写", 15), Column("依据", 14)),
        [
            (one.item, amounts.yuan(one.amount_fen), amounts.capitals(one.amount_fen), wording.or_blank(one.basis))
            for one in facts.costs
        ],
        total=("合计", amounts.yuan(total_fen), amounts.capitals(total_fen), "") if facts.costs else (),
    )


def _decisions(sheet: Sheet, facts: VisitSchemeFacts) -> None:
    blocks.heading(sheet, "审批", "Approval", keep=HEIGHT + 20 * mm)
    blocks.table(
        sheet,
        (Column("角色", 9), Column("意见", 9), Column("说明/限制条件", 22), Column("所见指纹", 11)),
        [
            (one.role, _DECISIONS[one.decision], wording.or_blank(one.opinion), wording.short_hash(one.digest))
            for one in facts.decisions
        ],
    )
    for one in facts.decisions:
        if one.decision is not Decision.OPEN and one.digest and one.digest != facts.digest:
            sheet.flag(f"stale-digest {one.role}")
    signature_lines(sheet, [SignatureLine(one.role, _signature(one)) for one in facts.decisions])


def _signature(one: DecisionFacts) -> SignatureFacts:
    """Return how a person signed: a line to sign on until they decided, then their strokes or the system's word."""
    if one.decision is Decision.OPEN:
        return SignatureFacts(one.name)
    state = SignatureState.SIGNED if one.strokes else SignatureState.ELECTRONIC
    return SignatureFacts(one.name, state, one.strokes, one.decided_at)


def _changes(sheet: Sheet, facts: VisitSchemeFacts) -> None:
    if facts.changes:
        blocks.heading(sheet, "变更记录", "Changes")
        blocks.table(
            sheet,
            (Column("版本", 4), Column("时间", 10), Column("变更人", 8), Column("内容", 22)),
            [(str(one.version), wording.moment(one.changed_at), one.by, one.what) for one in facts.changes],
        )
