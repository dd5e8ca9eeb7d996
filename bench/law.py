"""The law as code: how many cases a second the rules judge, and whether two readings of limitation agree."""

import json
import random
from dataclasses import replace
from typing import Any

from bench.measure import cpu_s
from bench.report import Goal, Report
from server.compliance import rulepack
from server.compliance.evaluate import evaluate
from server.compliance.rulepack import Gate, RulePack
from tests.server.cases import random_debts

GOALS = {
    "oracle_disagreements": Goal("debts", "0", "any date, grade or state differs from the second reading of the law"),
    "debts": Goal("debts", "≥ 10,000", "random histories that both read"),
    "clocks_per_s": Goal("debts/CPU-s", "", "limitation clocks read with up to nine events"),
    "order_disagreements": Goal("evaluations", "0", "findings under shuffled rules, and through JSON, that differ"),
    "evaluations": Goal("evaluations", "≥ 100,000", "rules asked three times: in order, shuffled, through JSON"),
    "cases_per_s": Goal("cases/CPU-s", "≥ 5,000", "planned visits of a pack judged at the gate `plan`"),
    "rules": Goal("rules", "", "in the pack in force"),
}


def run(report: Report) -> None:
    """Measure."""
    pack = rulepack.load()
    debts = 1_000 if report.quick else 10_000
    report.tell("oracle_disagreements", len(random_debts.disagreements(debts, seed=1)))
    report.tell("debts", debts)
    rng = random.Random(2)  # noqa: S311 - a bench, not a secret
    histories = [random_debts.history(rng) for _ in range(500)]
    seconds = cpu_s(lambda: [random_debts.engine(*one) for one in histories], times=1 if report.quick else 5)
    report.tell("clocks_per_s", len(histories) / seconds)
    asked, differing = _under_another_order(pack, least=5_000 if report.quick else 100_000)
    report.tell("order_disagreements", differing)
    report.tell("evaluations", asked)
    facts = [_facts(number) for number in range(200)]
    findings = {result.finding for one in facts for result in evaluate(pack, Gate.PLAN, one)}
    if len(findings) < len(("kept", "broken")):
        raise AssertionError(f"the cases made here are all {findings}")
    times = 3 if report.quick else 20
    seconds = cpu_s(lambda: [evaluate(pack, Gate.PLAN, one) for one in facts], times=times)
    report.tell("cases_per_s", len(facts) / seconds)
    report.tell("rules", len(pack.rules))


def _under_another_order(pack: RulePack, *, least: int) -> tuple[int, int]:
    """Ask the rules in order, shuffled and through JSON; return how many were asked and how many findings differed."""
    rng, asked, differing = random.Random(3), 0, 0  # noqa: S311 - a bench, not a secret
    again = rulepack.parse(json.loads(json.dumps(dict(reversed(list(pack.document.items()))))))
    gates = list(Gate)
    while asked < least:
        shuffled = replace(pack, rules=tuple(rng.sample(pack.rules, len(pack.rules))))
        for _ in range(50):
            gate, facts = rng.choice(gates), _facts(rng.randrange(10_000))
            turned = json.loads(json.dumps(dict(reversed(facts.items()))))
            first, second, third = (
                {one.rule_id: (one.finding, one.action) for one in evaluate(rules, gate, given)}
                for rules, given in ((pack, facts), (shuffled, turned), (again, turned))
            )
            asked += len(first)
            differing += sum(first[rule] != second.get(rule) or first[rule] != third.get(rule) for rule in first)
    return asked, differing


def _facts(number: int) -> dict[str, Any]:
    """Return a planned visit; every seventh comes too late in the evening, every eleventh too often."""
    starts = 22 if number % 7 == 0 else 9 + number % 8
    return {
        "visit": {
            "starts_at": f"2026-12-02T{starts:02d}:{number % 60:02d}:00+08:00",
            "ends_at": f"2026-12-02T{starts:02d}:59:00+08:00",
            "on": "2026-12-02",
            "count_1d": 1,
            "count_7d": 4 if number % 11 == 0 else 1,
            "count_30d": 4 if number % 11 == 0 else 1,
            "notice_given": True,
        },
        "case": {"freeze_kinds": ["complaint"] if number % 13 == 0 else [], "state": "listed"},
        "crew": {"member_ids": ["a", "b"] if number % 17 else ["a"]},
        "agent": {
            "visit_on": "2026-12-02",
            "clearance_until": "2027-06-30",
            "training_until": "2027-06-30",
            "confidentiality_signed": True,
        },
        "limitation": {"days_left": number % 900 - 30, "grade": "ABCD"[number % 4]},
        "text": {"body": "不还就坐牢" if number % 19 == 0 else "请联系委托方"},
    }
