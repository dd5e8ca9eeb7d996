"""What the rules say about the facts at one gate. Pure.

A rule is asked only where it belongs and only when the facts hold the part it is about, so the same call serves a
planned stop, a crew, an agent, a paper or a record from the door. An unknown is never a pass: it counts as broken for
what blocks or asks, and says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from server.compliance import expression
from server.compliance.rulepack import Action, Gate, Grade, Rule, RulePack


class Finding(StrEnum):
    """What one rule found."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"  # a fact is missing


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule's finding, with everything a screen or paper must show beside it."""

    rule_id: str
    finding: Finding
    action: Action
    text_zh: str
    text_en: str
    source: str
    source_zh: str
    grade: Grade
    is_for_counsel: bool
    override_role: str | None
    pack: str
    pack_digest: str
    set_by: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether the work stops here."""
        return self.finding is not Finding.KEPT and self.action is Action.BLOCK

    @property
    def needs_agreement(self) -> bool:
        """Whether somebody with the override role must agree before the work goes on."""
        return self.finding is not Finding.KEPT and self.action is Action.CONFIRM

    def as_json(self) -> dict[str, Any]:
        """Return the result as it is stored with the event."""
        return {
            "rule_id": self.rule_id,
            "finding": self.finding.value,
            "action": self.action.value,
            "text": {"zh": self.text_zh, "en": self.text_en},
            "source": self.source,
            "source_zh": self.source_zh,
            "grade": self.grade.value,
            "confirm_by_counsel": self.is_for_counsel,
            "override_role": self.override_role,
            "pack": self.pack,
            "pack_digest": self.pack_digest,
            "set_by": list(self.set_by),
        }


def evaluate(pack: RulePack, gate: Gate, facts: Mapping[str, Any]) -> tuple[RuleResult, ...]:
    """Return the finding of every enabled rule of the gate that is about a part the facts hold, in the pack's order."""
    return tuple(
        result
        for rule in pack.rules
        if rule.is_enabled and gate in rule.where and rule.about in facts
        for result in [_ask(pack, rule, gate=gate, facts=facts)]
        if result is not None
    )


def failing(results: Iterable[RuleResult]) -> tuple[RuleResult, ...]:
    """Return the results that are not kept, the worst first and otherwise in the order given."""
    order = list(Action)
    return tuple(
        sorted((one for one in results if one.finding is not Finding.KEPT), key=lambda one: order.index(one.action))
    )


def _ask(pack: RulePack, rule: Rule, *, gate: Gate, facts: Mapping[str, Any]) -> RuleResult | None:
    context = expression.Context(facts=facts, params=rule.params, utc_offset_min=pack.utc_offset_min)
    if expression.evaluate(rule.when, context=context) is False:
        return None
    value = expression.evaluate(rule.check, context=context)
    finding = Finding.KEPT if value is True else Finding.BROKEN if value is False else Finding.UNKNOWN
    return RuleResult(
        rule_id=rule.id,
        finding=finding,
        action=rule.action_for(gate),
        text_zh=rule.text["zh"],
        text_en=rule.text["en"],
        source=rule.source,
        source_zh=rule.source_zh,
        grade=rule.grade,
        is_for_counsel=rule.is_for_counsel,
        override_role=rule.override_role,
        pack=pack.name,
        pack_digest=pack.digest,
        set_by=rule.set_by,
    )
