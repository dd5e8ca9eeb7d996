"""Writes `tests/vectors/rules.json`: `python -m tests.server.compliance.make_vectors`.

The expressions written by hand stay; rule evaluations come from `examples.py`, judged by hand, and many more of both
are drawn at random: their values are the server's, and a second evaluator must come to the same ones.
"""

import json
import random
from pathlib import Path
from typing import Any

from server.compliance import expression
from server.compliance.evaluate import evaluate
from server.compliance.expression import Context
from server.compliance.layers import Layer, lay
from server.compliance.rulepack import Gate, RulePack, load
from tests.server.compliance.examples import EXAMPLES

PATH = Path(__file__).parents[2] / "vectors" / "rules.json"
WRITTEN_BY_HAND = 65
DRAWN_EXPRESSIONS, DRAWN_EVALUATIONS = 300, 150
LEAVES = ["", "a", "2026-12-02", "2026-02-29", "20261202", "2026-12-02T01:30:00Z", "2026-12-02T09:30", 0, 1, -3, 480,
          True, False, None, {"fact": "visit.count"}, {"fact": "visit.on"}, {"fact": "visit.starts_at"},
          {"fact": "crew.ids"}, {"fact": "visit.half"}, {"param": "least"}, {"param": "days"}, {"has": "visit.empty"},
          {"fact": "visit.missing"}, ["a", "b"], ["a", None, ""], [1, "a"]]  # fmt: skip
ARITIES = (
    {"and": 3, "or": 3, "not": 1}
    | dict.fromkeys(("distinct", "minute_of_day", "local_date", "year"), 1)
    | dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "in", "disjoint", "subset", "mentions", "days_between"), 2)
)


def everything_on() -> RulePack:
    """Return the pack in force with every optional rule switched on."""
    off = {rule.id: {"enabled": True} for rule in load().rules if not rule.is_enabled}
    return lay(load(), layers=[Layer("firm", off)])


def tree(rng: random.Random, depth: int) -> Any:
    """Draw an expression of the language."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(LEAVES)
    name = rng.choice(sorted(ARITIES))
    return {name: [tree(rng, depth - 1) for _ in range(ARITIES[name])]}


def drawn_expressions(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Draw expressions over the facts of the file, each with its value."""
    rng = random.Random(20261202)
    context = Context(document["facts"], document["params"], document["utc_offset_min"])
    found = []
    for number in range(DRAWN_EXPRESSIONS):
        drawn = tree(rng, 3)
        value = expression.evaluate(drawn, context=context)
        found.append({"name": f"drawn {number}", "expression": drawn, "value": value})
    return found


def by_hand() -> list[dict[str, Any]]:
    """Return the examples as evaluations: one rule, one gate, the facts, the finding expected."""
    abouts = {rule.id: rule.about for rule in load().rules}
    found = []
    for rule_id, (gate, facts, breaking, needed) in EXAMPLES.items():
        cases = [("kept", facts), *(("broken", facts | change) for change in breaking)]
        cases += [("unknown", {k: v for k, v in facts.items() if k != name}) for name in needed]
        for number, (finding, given) in enumerate(cases):
            found.append({"name": f"{rule_id} {finding} {number}", "rule_id": rule_id, "gate": gate,
                          "facts": {abouts[rule_id]: given}, "finding": finding})  # fmt: skip
    return found


def drawn_evaluations(pack: RulePack) -> list[dict[str, Any]]:
    """Mix the facts of the examples at random, at any gate; the findings are all of the gate's, in the pack's order."""
    rng = random.Random(31)
    abouts = {rule.id: rule.about for rule in pack.rules}
    names = sorted(EXAMPLES)
    found = []
    for number in range(DRAWN_EVALUATIONS):
        facts: dict[str, dict[str, Any]] = {}
        for rule_id in rng.sample(names, 6):
            _, good, breaking, needed = EXAMPLES[rule_id]
            given = good | (rng.choice(breaking) if breaking and rng.random() < 0.4 else {})
            if needed and rng.random() < 0.2:
                given = {k: v for k, v in given.items() if k != rng.choice(needed)}
            facts.setdefault(abouts[rule_id], {}).update(given)
        gate = rng.choice(list(Gate))
        results = [[one.rule_id, one.finding.value, one.action.value] for one in evaluate(pack, gate, facts)]
        found.append({"name": f"mixed {number}", "gate": gate.value, "facts": facts, "results": results})
    return found


def document() -> dict[str, Any]:
    """Return the whole file."""
    kept: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    kept["expressions"] = kept["expressions"][:WRITTEN_BY_HAND]
    pack = everything_on()
    return {
        "description": kept["description"],
        "utc_offset_min": kept["utc_offset_min"],
        "facts": kept["facts"],
        "params": kept["params"],
        "expressions": kept["expressions"] + drawn_expressions(kept),
        "refused": kept["refused"],
        "pack": {"name": load().name, "digest": load().digest, "every optional rule is on": True},
        "evaluations": by_hand(),
        "mixed": drawn_evaluations(pack),
    }


def written(told: dict[str, Any]) -> str:
    """Return the file's text: one line for each entry of a list."""
    parts = []
    for name, value in told.items():
        if isinstance(value, list):
            rows = ",\n".join("  " + json.dumps(one, ensure_ascii=False) for one in value)
            parts.append(f" {json.dumps(name)}: [\n{rows}\n ]")
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    PATH.write_text(written(document()), encoding="utf-8")
