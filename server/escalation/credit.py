"""Customers of very poor credit (信誉极差客户): a published rule that names its grounds. Pure.

The rule screens for the general manager; it decides nothing. Behaviour must be among the grounds: a large or old debt
alone, hardship, a dispute, an open complaint or a claimed payment never make poor credit. The thresholds are firm
policy, not law. Source: docs/domain.md, step 6.
"""

from dataclasses import dataclass
from typing import Any

RULE_VERSION = "credit-1"
BROKEN_PROMISES = 2
OVERDUE_DAYS = 180
UNPAID_DAYS = 365
LEAST_GROUNDS = 2
_REFUSED = frozenset({3, 10})
_MOVED = frozenset({8})
_SPARED = {
    4: "债务人有异议",
    5: "债务人生活困难或正在协商",
    11: "外访因安全原因中止，情况未明",
    12: "有死亡、失踪或羁押线索",
    13: "债务人称已还款，待核实",
}
RULE_ZH = (
    f"至少{LEAST_GROUNDS}项依据，且其中至少一项为行为依据（外访中拒绝还款或拒绝沟通；违约承诺≥{BROKEN_PROMISES}次；"
    f"已搬离且未告知新地址）；其余依据：逾期≥{OVERDUE_DAYS}天，连续≥{UNPAID_DAYS}天无还款。"
    "有异议、困难、投诉、停访标志、已还款主张或死亡/失踪/羁押线索的，一律不列入。"
)


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """What is known of a customer after the visit. Days are counted to the last day of the scheme."""

    outcome: int | None
    broken_promises: int
    overdue_days: int | None
    unpaid_days: int | None
    stop_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground: its code, its wording and whether it is about behaviour."""

    code: str
    zh: str
    is_behaviour: bool = False


@dataclass(frozen=True, slots=True)
class CreditVerdict:
    """What the rule found: the grounds, why it spares the customer, and its result."""

    grounds: tuple[Ground, ...]
    spared: tuple[str, ...]

    @property
    def is_very_poor(self) -> bool:
        """Is the customer put up for the general manager's decision?"""
        has_behaviour = any(ground.is_behaviour for ground in self.grounds)
        return has_behaviour and len(self.grounds) >= LEAST_GROUNDS and not self.spared


def screen_credit(facts: CreditFacts) -> CreditVerdict:
    """Weigh one customer by the published rule."""
    return CreditVerdict(tuple(_grounds(facts)), tuple(_spared(facts)))


def published_rule() -> dict[str, Any]:
    """Return the rule as it is printed with every list it made."""
    return {
        "version": RULE_VERSION,
        "zh": RULE_ZH,
        "thresholds": {
            "broken_promises": BROKEN_PROMISES,
            "overdue_days": OVERDUE_DAYS,
            "unpaid_days": UNPAID_DAYS,
            "least_grounds": LEAST_GROUNDS,
        },
    }


def _grounds(facts: CreditFacts) -> list[Ground]:
    found = []
    if facts.outcome in _REFUSED:
        found.append(Ground("refused", "外访中拒绝还款或拒绝沟通", is_behaviour=True))
    if facts.outcome in _MOVED:
        found.append(Ground("moved", "已搬离且未告知新地址", is_behaviour=True))
    if facts.broken_promises >= BROKEN_PROMISES:
        found.append(Ground("broken_promises", f"违约承诺 {facts.broken_promises} 次", is_behaviour=True))
    if (facts.overdue_days or 0) >= OVERDUE_DAYS:
        found.append(Ground("long_overdue", f"逾期 {facts.overdue_days} 天"))
    if (facts.unpaid_days or 0) >= UNPAID_DAYS:
        found.append(Ground("long_unpaid", f"连续 {facts.unpaid_days} 天无还款"))
    return found


def _spared(facts: CreditFacts) -> list[str]:
    reasons = [_SPARED[facts.outcome]] if facts.outcome in _SPARED else []
    if facts.stop_kinds:
        reasons.append(f"有停访标志（{'、'.join(facts.stop_kinds)}）")
    return reasons
