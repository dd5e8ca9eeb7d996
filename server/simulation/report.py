"""Tells what a simulation came to, in Chinese and English or as JSON."""

import json
from collections.abc import Iterator
from typing import Any

from server.simulation.finding import Finding
from server.simulation.plan import Plan
from server.simulation.simulate import Outcome

MOST_VIOLATIONS = 8
REPLAY = (
    "同一种子重现同一组故障与选择；线程交错随机器而异",
    "the same seed replays the same faults and choices; how threads interleave on a machine differs",
)
HAPPENED = {
    "visits": ("外访", "visits"),
    "unanswered": ("请求无应答", "requests unanswered"),
    "line_cut": ("断线", "connections cut"),
    "rounds_broken_off": ("同步中断", "rounds broken off"),
    "killed_while_writing": ("写入时断电", "phones killed while writing"),
    "killed_while_syncing": ("同步时断电", "phones killed while syncing"),
    "phones_lost": ("挂失换机", "phones lost and replaced"),
    "server_killed": ("服务器 kill -9", "server killed"),
    "restores": ("备份恢复", "restores from backup"),
    "reassignments": ("改派", "reassignments"),
}


def words(outcome: Outcome) -> Iterator[str]:
    """Yield the lines of the report."""
    plan = outcome.plan
    yield f"doorstep simulate · {header(plan)}"
    yield f"  {REPLAY[0]} · {REPLAY[1]}"
    told = [f"{zh} {en} {outcome.counts.get(name, 0)}" for name, (zh, en) in HAPPENED.items()]
    yield "  " + "; ".join(told)
    for finding in outcome.findings:
        yield from _finding(finding)
    for what in outcome.unforeseen:
        yield f"!!  未预料 unforeseen: {what}"
    held = sum(finding.holds for finding in outcome.findings)
    yield f"{'全部成立 all hold' if outcome.holds else '不成立 FAILED'}: {held}/{len(outcome.findings)}"


def header(plan: Plan) -> str:
    """Return what was simulated."""
    wrong = sum(bool(one.clock_error_days) for one in plan.agents)
    away, slow = sum(one.is_away for one in plan.agents), sum(one.is_slow for one in plan.agents)
    return (
        f"外访员 agents {len(plan.agents)}, 天 days {len(plan.days)}, "
        f"故障 faults {plan.faults}, 种子 seed {plan.seed}; "
        f"时钟错误 wrong clocks {wrong}, 全程离线 offline {away}, 2G {slow}"
    )


def _finding(finding: Finding) -> Iterator[str]:
    compared = ", ".join(f"{name} {count}" for name, count in finding.compared.items())
    mark = "ok  " if finding.holds else "FAIL"
    yield f"{mark}{finding.code:>4}  {finding.zh} · {finding.en}: {compared}; 违反 violations {len(finding.violations)}"
    for violation in finding.violations[:MOST_VIOLATIONS]:
        yield f"          - {violation}"
    if len(finding.violations) > MOST_VIOLATIONS:
        yield f"          … {len(finding.violations) - MOST_VIOLATIONS} more"


def as_json(outcome: Outcome) -> str:
    """Return the same as JSON."""
    plan = outcome.plan
    told: dict[str, Any] = {
        "agents": len(plan.agents), "days": len(plan.days), "faults": plan.faults.value, "seed": plan.seed,
        "replay": {"zh": REPLAY[0], "en": REPLAY[1]}, "holds": outcome.holds, "happened": outcome.counts,
        "unforeseen": list(outcome.unforeseen),
        "invariants": [
            {
                "code": one.code, "zh": one.zh, "en": one.en, "holds": one.holds, "compared": dict(one.compared),
                "violations": list(one.violations),
            }
            for one in outcome.findings
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=2)
