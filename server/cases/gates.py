"""The rules asked in the office: when a case is put on a list, a paper is issued, or data leaves the house.

What they said is kept with the thing, pack and digest beside it. What blocks, or asks for an agreement that nobody
gave, stops it; whoever the rule names may agree to an exception (`agreements`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from server.accounts import rulebook
from server.cases import agreements
from server.compliance.evaluate import Finding, RuleResult, evaluate
from server.compliance.rulepack import Action, Gate
from server.errors import Conflict

STOPPING = (Action.BLOCK, Action.CONFIRM)
_KEPT = ("rule_id", "finding", "action", "grade", "confirm_by_counsel", "override_role", "pack", "pack_digest")


class GateClosed(Conflict):
    """A compliance rule stands against it; `rules` names each, with the role that may agree to an exception."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules said at a gate, and which exceptions were agreed to."""

    gate: Gate
    results: tuple[RuleResult, ...]
    agreed: Mapping[str, UUID]

    @property
    def against(self) -> tuple[RuleResult, ...]:
        """The rules that stop it: broken or unknown where a fact is missing, and no exception agreed."""
        return tuple(
            one for one in self.results
            if one.finding is not Finding.KEPT and one.action in STOPPING and one.rule_id not in self.agreed
        )  # fmt: skip

    def as_json(self) -> list[dict[str, Any]]:
        """Return every result as it is kept with the thing."""
        return [
            {"gate": self.gate.value}
            | {name: value for name, value in one.as_json().items() if name in _KEPT}
            | ({"agreement_id": str(self.agreed[one.rule_id])} if one.rule_id in self.agreed else {})
            for one in self.results
        ]

    def require(self) -> "Ruling":
        """Return this ruling when nothing stands against it. Raises GateClosed."""
        if self.against:
            names = ", ".join(one.rule_id for one in self.against)
            rules = [told(one) for one in self.against]
            raise GateClosed(f"{names} at {self.gate.value}", gate=self.gate.value, rules=rules)
        return self


def told(result: RuleResult) -> dict[str, Any]:
    """Return a rule that stops something, as the refusal names it: words, source and grade included."""
    full = result.as_json()
    return {name: full[name] for name in ("rule_id", "finding", "action", "text", "source", "grade",
                                          "confirm_by_counsel", "override_role", "pack")}  # fmt: skip


def ask(
    gate: Gate, facts: Mapping[str, Any], *, creditor_id: UUID | None, on: date, case_id: UUID | None = None,
    agreed: Mapping[str, UUID] | None = None,
) -> Ruling:  # fmt: skip
    """Ask the rules in force for a creditor on a day about facts at a gate.

    agreed: the case's agreements, where they were asked for already with those of many.
    """
    pack = rulebook.pack_of(creditor_id, on=on)
    standing = agreements.standing(case_id, gate, on=on) if agreed is None else agreed
    return Ruling(gate, evaluate(pack, gate, facts), standing)
