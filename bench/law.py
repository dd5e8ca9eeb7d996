"""Compliance: how many cases a second the rule pack judges."""

from typing import Any

from bench.measure import cpu_s
from bench.report import Goal, Report
from server.compliance import rulepack
from server.compliance.evaluate import evaluate
from server.compliance.rulepack import Gate

GOALS = {
    "oracle_disagreements": Goal("cases", "0", "against an independent reading of the same rules"),
    "cases_per_s": Goal("cases/CPU-s", "≥ 5,000", "planned visits of a pack judged at the gate `plan`"),
    "rules": Goal("rules", "", "in the pack in force"),
}


def run(report: Report) -> None:
    """Measure."""
    report.skip("oracle_disagreements", "no second, independent reading of the rules exists yet")
    pack = rulepack.load()
    facts = [_facts(number) for number in range(200)]
    findings = {result.finding for one in facts for result in evaluate(pack, Gate.PLAN, one)}
    if len(findings) < len(("kept", "broken")):
        raise AssertionError(f"the cases made here are all {findings}")
    times = 3 if report.quick else 20
    seconds = cpu_s(lambda: [evaluate(pack, Gate.PLAN, one) for one in facts], times=times)
    report.tell("cases_per_s", len(facts) / seconds)
    report.tell("rules", len(pack.rules))


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
    }
