"""How ready a case is for court: what is proven, what is missing, and what the clock says. Pure.

A list for people to weigh; it decides nothing. Source: 民诉法 §122, §124; 证据规定 §19; docs/compliance.md §3.4-3.5.
"""

from dataclasses import dataclass
from typing import Any

from server.cases.limitation import EvidenceGrade, LimitationClock
from server.escalation.demands import DemandCheck, warnings


@dataclass(frozen=True, slots=True)
class ReadinessFacts:
    """What is held of a case. grades: one per visit that has one."""

    has_identity: bool
    has_address: bool
    has_amounts: bool
    visits: int
    unsealed_visits: int
    grades: tuple[EvidenceGrade, ...]
    statements: int
    receipts: int
    missing_files: int
    open_stops: tuple[str, ...]  # kinds of stop flags that are up


@dataclass(frozen=True, slots=True)
class ReadinessItem:
    """One condition: its code, its wording, whether it holds, and a note."""

    code: str
    zh: str
    holds: bool
    note: str = ""


def items(facts: ReadinessFacts) -> tuple[ReadinessItem, ...]:
    """Return the conditions one by one, those that hold included."""
    best = min(facts.grades, default=None)
    sealed = facts.visits - facts.unsealed_visits
    return (
        ReadinessItem("identity", "债务人身份已核实", facts.has_identity),
        ReadinessItem("address", "有可送达的住所地址", facts.has_address),
        ReadinessItem("amounts", "请求金额构成及截至日明确", facts.has_amounts),
        ReadinessItem("statement", "已出具客户对账单", facts.statements > 0, f"{facts.statements} 份"),
        ReadinessItem("visits", "外访已复核封存", sealed > 0 and sealed == facts.visits, f"{sealed}/{facts.visits}"),
        ReadinessItem("receipts", "每次外访均有到访回执单", 0 < facts.visits <= facts.receipts, f"{facts.receipts} 份"),
        ReadinessItem(
            "signed_demand", "有本人签署或合格代收的催告（A/B 级）", best in {EvidenceGrade.A, EvidenceGrade.B},
            f"最高 {best} 级" if best else "无",
        ),
        ReadinessItem("files", "影像原件齐全", facts.missing_files == 0, f"缺 {facts.missing_files} 份"),
        ReadinessItem("contract", "合同与放款凭证", holds=False, note="待委托方提供原件"),
    )  # fmt: skip


def readiness_json(facts: ReadinessFacts, *, clock: LimitationClock, checks: tuple[DemandCheck, ...]) -> dict[str, Any]:
    """Return what legal and the general manager see: score, conditions, limitation, warnings."""
    found = items(facts)
    told = [*warnings(clock), *(f"stop_flag_{kind}" for kind in facts.open_stops)]
    return {
        "score_percent": round(100 * sum(item.holds for item in found) / len(found)),
        "items": [{"code": one.code, "zh": one.zh, "holds": one.holds, "note": one.note} for one in found],
        "limitation": limitation_json(clock),
        "demand_checks": [{"code": one.code, "zh": one.zh, "holds": one.holds, "note": one.note} for one in checks],
        "warnings": told,
    }


def limitation_json(clock: LimitationClock) -> dict[str, Any]:
    """Return the limitation clock as page data."""
    return {
        "start_on": clock.start_on.isoformat() if clock.start_on else None,
        "expires_on": clock.expires_on.isoformat() if clock.expires_on else None,
        "days_left": clock.days_left,
        "grade": clock.grade.value if clock.grade else None,
        "missing_proof": list(clock.missing_proof),
    }
