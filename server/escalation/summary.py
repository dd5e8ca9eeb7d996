"""The visit summary (走访汇总表): figures over what happened, each with the ids it was counted from. Pure.

Numbers are views over facts and are stored nowhere. A stop counts once, by its decisive visit: the last arrival.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from field_forms.outcomes import find
from server.cases.limitation import EvidenceGrade
from server.escalation.credit import CreditFacts, CreditVerdict, screen_credit
from server.escalation.seen import PaperSeen, Ref, SchemeSeen, StopSeen, VisitSeen

NOT_MET = frozenset({7, 8, 9, 12})
REFUSED = frozenset({3, 10})
ABORTED = frozenset({11})
POSTPONED = frozenset({14})
MET_DEBTOR = frozenset({1, 2, 3, 4, 5, 13})
DEMANDS = frozenset({"account_statement", "dunning_letter", "lawyers_letter", "promise"})
ADVICE = {
    1: "跟进承诺到期日，由委托方账务核对",
    2: "已签对账单：电话跟进，可作证据",
    3: "再访或寄函；符合条件的提请起诉",
    4: "转合规核实异议，期间停止外访",
    5: "协商减免或分期，可提请暂停",
    6: "已代收：电话联系本人",
    7: "换时段再访或寄函",
    8: "核实地址",
    9: "电话联系本人后再访",
    10: "寄函；符合条件的提请起诉",
    11: "安全复盘后再定",
    12: "核实状态，可提请暂停",
    13: "向委托方核对还款",
    14: "改期再访",
}
NO_VISIT_ADVICE = "未走访：查明原因后改期"
POOR_ADVICE = "信誉极差：提请总经理决策"
STOPPED_ADVICE = "有停访标志：先处理，不再外访"


class Unit(StrEnum):
    """What is counted."""

    HOUSEHOLD = "户"
    PAPER = "份"
    PROMISE = "笔"
    EVENT = "件"
    DEVICE = "台"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its wording, what it counts, how many, where it leads; amount in fen where it is about money."""

    zh: str
    unit: Unit
    count: int
    refs: tuple[Ref, ...]
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One household (逐户明细)."""

    stop: StopSeen
    visit: VisitSeen | None
    outcome_zh: str
    advice: str
    credit: CreditVerdict


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole summary: figures by code in the order they are printed, and the households."""

    scheme: SchemeSeen
    figures: dict[str, Figure]
    lines: tuple[Line, ...]
    very_poor: tuple[Line, ...]

    @property
    def met_per_mille(self) -> int | None:
        """Debtors met per thousand visits carried out, None when none was."""
        done = self.figures["completed"].count
        return round(1000 * self.figures["met_debtor"].count / done) if done else None


def collate(scheme: SchemeSeen) -> Summary:
    """Return the summary of a scheme; facts that come later give another one."""
    lines = tuple(_line(stop) for stop in scheme.stops)
    very_poor = tuple(line for line in lines if line.visit is not None and line.credit.is_very_poor)
    return Summary(scheme, _figures(scheme), lines, very_poor)


def _line(stop: StopSeen) -> Line:
    visit = stop.decisive
    outcome = find(visit.outcome) if visit else None
    credit = screen_credit(
        CreditFacts(
            outcome=visit.outcome if visit else None,
            broken_promises=stop.broken_promises,
            overdue_days=stop.overdue_days,
            unpaid_days=stop.unpaid_days,
            stop_kinds=stop.stop_kinds,
        )
    )
    if visit is not None:
        wording = outcome.zh if outcome else "结果未记录"
    else:
        wording = f"未走访：{stop.left_out}" if stop.left_out else "未走访"
    return Line(stop, visit, wording, _advice(stop, visit, credit), credit)


def _advice(stop: StopSeen, visit: VisitSeen | None, credit: CreditVerdict) -> str:
    if stop.stop_kinds:
        return STOPPED_ADVICE
    if visit is None:
        return NO_VISIT_ADVICE
    return POOR_ADVICE if credit.is_very_poor else ADVICE.get(visit.outcome or 0, NO_VISIT_ADVICE)


def _figures(scheme: SchemeSeen) -> dict[str, Figure]:
    planned = [stop for stop in scheme.stops if stop.is_planned]
    visited = [(stop, visit) for stop in scheme.stops if (visit := stop.decisive) is not None]
    visits = [visit for stop in scheme.stops for visit in stop.visits]
    return {
        "planned": Figure("计划", Unit.HOUSEHOLD, len(planned), _refs("stop", (stop.id for stop in planned))),
        **_outcomes([visit for _, visit in visited]),
        "open": _households("未走访", [stop for stop in planned if not stop.visits]),
        "dropped": _households("未排入", [stop for stop in scheme.stops if not stop.is_planned and not stop.visits]),
        **_papers(visits),
        **_grades([visit for _, visit in visited]),
        "limitation_restarted": _visits("时效重新起算", [one for one in visits if one.has_restarted], Unit.PROMISE),
        **_trouble(scheme, visits),
    }


def _outcomes(decisive: Sequence[VisitSeen]) -> dict[str, Figure]:
    """Count visits by outcome. "Completed" is every visit carried out; the four below it are read within it or beside.

    Not met and refused lie within the completed ones, broken off and postponed beside them.
    """
    completed = [one for one in decisive if one.outcome is not None and one.outcome not in ABORTED | POSTPONED]
    return {
        "completed": _visits("完成", completed),
        "not_met": _visits("未遇", [one for one in completed if one.outcome in NOT_MET]),
        "refused": _visits("拒绝", [one for one in completed if one.outcome in REFUSED]),
        "aborted": _visits("中止", [one for one in decisive if one.outcome in ABORTED]),
        "postponed": _visits("改期", [one for one in decisive if one.outcome in POSTPONED]),
        "unstated": _visits("结果未记录", [one for one in decisive if one.outcome is None]),
        "met_debtor": _visits("见本人", [one for one in completed if _has_met(one)]),
    }


def _has_met(visit: VisitSeen) -> bool:
    return visit.met == "debtor" if visit.met else visit.outcome in MET_DEBTOR


def _papers(visits: Sequence[VisitSeen]) -> dict[str, Figure]:
    papers = [paper for visit in visits for paper in visit.papers if paper.kind in DEMANDS]
    promises = [promise for visit in visits for promise in visit.promises]
    amount_fen = sum(promise.total_fen for promise in promises)
    refs = _refs("record", (promise.record_id for promise in promises))
    return {
        "signed_self": _in_state("本人签收", papers, "signed_by_debtor"),
        "signed_relative": _in_state("同住成年亲属代收", papers, "signed_by_relative"),
        "signing_refused": _in_state("拒签", papers, "refused_witnessed"),
        "promises": Figure("承诺", Unit.PROMISE, len(promises), refs, amount_fen),
    }


def _grades(decisive: Sequence[VisitSeen]) -> dict[str, Figure]:
    return {
        f"grade_{grade.lower()}": _visits(f"证据等级 {grade}", [one for one in decisive if one.grade is grade])
        for grade in EvidenceGrade
    }


def _trouble(scheme: SchemeSeen, visits: Sequence[VisitSeen]) -> dict[str, Figure]:
    complaints = [one for stop in scheme.stops for one in stop.complaint_ids]
    incidents = [one for visit in visits for one in visit.incident_ids]
    late = [phone for phone in scheme.phones if phone.unsent is None or phone.unsent]
    files = [one for visit in visits for one in visit.missing_file_ids]
    lost = tuple(ref for stop in scheme.stops for ref in stop.unaccounted)
    unsent = sum(phone.unsent or 0 for phone in late)
    return {
        "complaints": Figure("投诉", Unit.EVENT, len(complaints), _refs("complaint", complaints)),
        "incidents": Figure("安全事件", Unit.EVENT, len(incidents), _refs("record", incidents)),
        "unaccounted_papers": Figure("去向不明单据", Unit.PAPER, len(lost), lost),
        "unsynced_devices": Figure("未同步设备", Unit.DEVICE, len(late), _refs("device", (one.id for one in late))),
        "unsynced_items": Figure(
            "未同步份数", Unit.PAPER, unsent + len(files),
            (*_refs("device", (one.id for one in late if one.unsent)), *_refs("file", files)),
        ),
    }  # fmt: skip


def _visits(zh: str, visits: Sequence[VisitSeen], unit: Unit = Unit.HOUSEHOLD) -> Figure:
    return Figure(zh, unit, len(visits), _refs("visit", (one.id for one in visits)))


def _households(zh: str, stops: Sequence[StopSeen]) -> Figure:
    return Figure(zh, Unit.HOUSEHOLD, len(stops), _refs("stop", (stop.id for stop in stops)))


def _in_state(zh: str, papers: Sequence[PaperSeen], state: str) -> Figure:
    found = [paper for paper in papers if paper.state == state]
    return Figure(zh, Unit.PAPER, len(found), _refs("record", (paper.record_id for paper in found)))


def _refs(kind: str, ids: Iterable[UUID]) -> tuple[Ref, ...]:
    return tuple(Ref(kind, one) for one in ids)
