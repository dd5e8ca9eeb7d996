"""Random facts for the rules: every declared fact drawn from what hand-made cases hold, mutated, left out or spoilt."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from server.compliance.rulepack import RulePack
from tests.server.compliance.examples import EXAMPLES

ODD = (None, "", [], {}, "x", 0, -1, 1.5, True, False, "2026-02-30", "2026-12-02", "2026-12-02T13:59:59.5Z", ["a", "a"])
"""What no rule expects, next to what some do."""
Pools = Mapping[str, list[Any]]


def pools(pack: RulePack) -> Pools:
    """Return fact → the values it has anywhere in the hand-made cases, as far as the pack declares it."""
    found: dict[str, list[Any]] = {name: [] for name in pack.document["facts"]}
    abouts = {rule.id: rule.about for rule in pack.rules}
    for rule_id, (_, keeping, breaking, _) in EXAMPLES.items():
        for members in (keeping, *breaking):
            for name, value in members.items():
                found[f"{abouts[rule_id]}.{name}"].append(value)
    return found


def drawn(rng: Random, known: Pools) -> dict[str, dict[str, Any]]:
    """Draw facts: each part is there or not, each fact of it is usual, varied, odd or absent."""
    parts = sorted({name.partition(".")[0] for name in known})
    wanted = set(rng.sample(parts, rng.randrange(1, len(parts) + 1)))
    facts: dict[str, dict[str, Any]] = {part: {} for part in parts if part in wanted}
    for name, values in known.items():
        part, _, member = name.partition(".")
        if part in wanted and rng.random() < 0.9:
            facts[part][member] = _value(rng, values)
    return facts


def _value(rng: Random, values: list[Any]) -> Any:
    if not values or rng.random() < 0.1:
        return rng.choice(ODD)
    value = rng.choice(values)
    if isinstance(value, bool) or rng.random() < 0.6:
        return value
    if isinstance(value, int):
        return value + rng.randrange(-2, 3)
    if isinstance(value, list):
        return [one for one in value if rng.random() < 0.7] + [one for one in value if rng.random() < 0.2]
    return value


def turned(rng: Random, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the same facts through JSON, parts and members in another order."""
    mixed = {part: dict(rng.sample(list(members.items()), len(members))) for part, members in facts.items()}
    again: dict[str, Any] = json.loads(json.dumps(dict(rng.sample(list(mixed.items()), len(mixed)))))
    return again
