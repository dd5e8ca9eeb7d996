"""How the system ran while a case was worked on (系统运行声明): versions, clocks, downtimes, the log, backups, faults.

It is part of a dossier, so it is told as of the decision and the same each time. Of a phone's clock
comparisons only the newest 50 are kept. Source: docs/evidence.md §7.
"""

import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from server import uptime
from server.audit import AuditEvent
from server.db import db
from server.devices.models import ClockSample, Quarantine
from server.jobs import Job, JobState
from server.transparency.tables import log_checkpoint
from server.visits.models import Record
from sync.envelope import write_time
from sync.verdict import Flag

PAUSE = timedelta(hours=24)
"""A pause of the log that is told: offices rest at night, and nothing happens to be logged."""
_CLOCK = (Flag.CLOCK_SKEW, Flag.CLOCK_JUMP, Flag.FUTURE_DATE)
_GAPS = (Flag.SEQ_GAP, Flag.FORK, Flag.REPLAY)
_RESTORED = "installation.restored"
_BACKED_UP = "installation.backed_up"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first record of the case to the decision."""

    start_at: datetime
    end_at: datetime


def period_of(record_ids: Sequence[UUID], *, decided_at: datetime) -> Period:
    """Return the period a statement is about: a case without records has an empty one at its decision."""
    query = select(func.min(Record.received_at)).where(Record.id.in_(record_ids))
    first = db.session.scalar(query) if record_ids else None
    return Period(min(first or decided_at, decided_at), decided_at)


def statement(record_ids: Sequence[UUID], *, decided_at: datetime) -> dict[str, Any]:
    """Return how the system ran in the period of a case, as canonical JSON can hold it."""
    period = period_of(record_ids, decided_at=decided_at)
    rows = db.session.execute(select(Record.device_id, Record.flags).where(Record.id.in_(record_ids))).all()
    flags = Counter(flag for row in rows for flag in row.flags)
    return {
        "period": {"from": write_time(period.start_at), "until": write_time(period.end_at)},
        "versions": {"doorstep": version("doorstep"), "python": platform.python_version(),
                     "database": db.engine.dialect.name},
        "clocks": [_clock(device, period) for device in sorted({row.device_id for row in rows})],
        "clock_flags": {flag.value: flags[flag] for flag in _CLOCK},
        "chain_flags": {flag.value: flags[flag] for flag in _GAPS},
        "quarantined": _quarantined(period),
        "log": _log(period),
        "uptime": _uptime(period),
        "backups": [write_time(at) for at in _noted(_BACKED_UP, period)],
        "restores": [write_time(at) for at in _noted(_RESTORED, period)],
        "failed_jobs": _failed(period),
    }  # fmt: skip


def words_zh(told: dict[str, Any]) -> str:
    """Return the statement in two sentences, as the index prints it."""
    clock, chain, log = told["clock_flags"], told["chain_flags"], told["log"]
    odd, ran = (sum(clock.values()), sum(chain.values())), told["uptime"]
    since = ran["recorded_from"]
    downtime = f"{since[:10]} 起记录的停机 {len(ran['downtimes'])} 次" if since else "停机时段无记录"
    return (
        f"运行期间 {told['period']['from'][:10]} 至 {told['period']['until'][:10]}：时钟异常标记 {odd[0]} 条，"
        f"记录链异常标记 {odd[1]} 条，隔离数据 {told['quarantined']} 条，数据恢复 {len(told['restores'])} 次，"
        f"失败任务 {sum(told['failed_jobs'].values())} 项；日志检查点 {log['checkpoints']} 个，"
        f"超过 24 小时的停顿 {len(log['pauses'])} 次；{downtime}，备份 {len(told['backups'])} 次。"
        f"软件版本 {told['versions']['doorstep']}。详见 system.json。"
    )


def _clock(device_id: UUID, period: Period) -> dict[str, Any]:
    """Return the comparisons of a phone's clock with ours that are kept of the period."""
    at = ClockSample
    query = select(func.count(), func.min(at.offset_ms), func.max(at.offset_ms)).where(
        at.device_id == device_id, at.at.between(period.start_at, period.end_at)
    )
    count, least, most = db.session.execute(query).one()
    return {"device": str(device_id), "comparisons": count, "offset_ms_min": least, "offset_ms_max": most}


def _log(period: Period) -> dict[str, Any]:
    at = log_checkpoint.c
    query = select(at.made_at, at.size, at.stamp.is_not(None)).where(at.made_at.between(period.start_at, period.end_at))
    rows = db.session.execute(query.order_by(at.size)).all()
    pauses = [
        {"from": write_time(one.made_at), "until": write_time(other.made_at)}
        for one, other in pairwise(rows)
        if other.made_at - one.made_at > PAUSE
    ]
    return {"checkpoints": len(rows), "pauses": pauses, "newest_size": rows[-1].size if rows else 0}


def _uptime(period: Period) -> dict[str, Any]:
    since = uptime.recorded_from()
    return {
        "recorded_from": write_time(since) if since and since <= period.end_at else None,
        "downtimes": [
            {"from": write_time(one.start_at), "until": write_time(one.end_at)}
            for one in uptime.downtimes(period.start_at, period.end_at)
        ],
    }


def _noted(action: str, period: Period) -> Sequence[datetime]:
    query = select(AuditEvent.at).where(
        AuditEvent.action == action, AuditEvent.at.between(period.start_at, period.end_at)
    )
    return db.session.scalars(query.order_by(AuditEvent.seq)).all()


def _failed(period: Period) -> dict[str, int]:
    query = select(Job.kind, func.count()).where(
        Job.state == JobState.FAILED, Job.created_at.between(period.start_at, period.end_at)
    )
    rows = db.session.execute(query.group_by(Job.kind).order_by(Job.kind))
    return {row[0]: row[1] for row in rows}


def _quarantined(period: Period) -> int:
    came = Quarantine.received_at.between(period.start_at, period.end_at)
    return db.session.scalar(select(func.count()).select_from(Quarantine).where(came)) or 0
