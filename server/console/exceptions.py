"""What does not add up and somebody has to look into (异常): papers, device chains, photos, positions. Reads only.

Nothing here accuses anybody: each finding names the rows it was read from.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from server import clock
from server.accounts.auth import current_person
from server.accounts.scope import scoped
from server.cases import sealing
from server.compliance.evaluate import Finding as Verdict
from server.console import duties
from server.db import db
from server.devices.models import Device
from server.schemes.models import DayPack, Scheme
from server.schemes.scope import is_visible
from server.vault import place
from server.visits import custody
from server.visits.models import Record, Visit, VisitFile
from server.visits.rules import Custody
from sync import envelope

MOST_SCHEMES = 100
DUTY_SHOWN = ("case_no", "creditor", "label", "due_on", "rule_id", "finding", "text", "source", "source_zh", "grade",
              "confirm_by_counsel")  # fmt: skip
RULE_SHOWN = ("rule_id", "gate", "finding", "text", "source", "source_zh", "grade", "confirm_by_counsel")
MOST_CHECK_INS = 2_000
TWICE = frozenset({"looks_like_another", "used_before"})


class Kind(StrEnum):
    """What kind of thing does not add up."""

    UNACCOUNTED = "unaccounted_serial"  # 单据去向不明
    GAP = "chain_gap"  # 设备链缺号
    PHOTO = "duplicate_photo"  # 重复照片
    STACKED = "stacked_position"  # 坐标重叠
    RULE = "rule_broken"  # 规则未满足
    DUTY = "duty_overdue"  # 义务逾期


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not add up: when, about what (`kind:id`), and facts without personal data."""

    kind: Kind
    at: datetime
    subject: str
    facts: dict[str, Any] = field(default_factory=dict)


def found(*, since: datetime, kind: Kind | None = None) -> list[Finding]:
    """Return what does not add up since a moment, newest first, at the creditors the caller works for."""
    looks = {
        Kind.UNACCOUNTED: _papers,
        Kind.GAP: _gaps,
        Kind.PHOTO: _photos,
        Kind.STACKED: _positions,
        Kind.RULE: _rules,
        Kind.DUTY: _duties,
    }
    told = [one for name, look in looks.items() if kind in {None, name} for one in look(since)]
    return sorted(told, key=lambda one: (one.at, one.subject), reverse=True)


def _papers(since: datetime) -> Iterator[Finding]:
    """Yield papers that were taken along on a day that is over, and that nobody says where they are."""
    packed = select(DayPack.scheme_id).where(DayPack.issued_at >= since)
    wanted = select(Scheme).where(Scheme.id.in_(packed)).order_by(Scheme.id.desc()).limit(MOST_SCHEMES)
    for scheme in db.session.scalars(wanted):
        if not is_visible(scheme):
            continue
        for one in custody.taken(scheme):
            if one.custody is Custody.UNACCOUNTED:
                about = {"kind": one.paper.kind, "scheme_id": str(scheme.id), "scheme": scheme.serial}
                about |= {"case_id": str(one.stop.case_id), "case_no": one.stop.case.case_no}
                yield Finding(Kind.UNACCOUNTED, one.paper.issued_at, f"paper:{one.paper.serial}", about)


def _gaps(since: datetime) -> Iterator[Finding]:
    """Yield phones with records behind a gap or a fork; phones are the firm's, so to who sees every creditor only."""
    if current_person().creditor_ids is not None:
        return
    behind = (
        select(Record.device_id, func.min(Record.seq), func.max(Record.seq), func.max(Record.received_at))
        .join(Device, Device.id == Record.device_id)
        .where(Record.seq > Device.head_seq, Record.received_at >= since)
        .group_by(Record.device_id)
    )
    for device_id, first, last, at in db.session.execute(behind):
        device = db.session.get_one(Device, device_id)
        about = {"label": device.label, "head_seq": device.head_seq, "first_behind": first, "last_seq": last}
        yield Finding(Kind.GAP, at, f"device:{device_id}", about)


def _photos(since: datetime) -> Iterator[Finding]:
    """Yield photos that look like one of another visit, or are the same file."""
    wanted: Any = (
        select(VisitFile, Visit)
        .join(Visit, Visit.id == VisitFile.visit_id)
        .where(VisitFile.verified_at >= since)
        .order_by(VisitFile.id)
    )
    for file, visit in db.session.execute(scoped(wanted, Visit.creditor_id)):
        if not TWICE & set(file.flags):
            continue
        about = {"visit_id": str(visit.id), "case_no": visit.case.case_no if visit.case else "", "shows": file.shows}
        yield Finding(
            Kind.PHOTO, file.verified_at, f"file:{file.id}", about | {"alike": len(file.facts.get("alike", []))}
        )


def _positions(since: datetime) -> Iterator[Finding]:
    """Yield points from which visits to different customers were checked in, to the last digit the same.

    Satellites never give the same point twice: one that repeats was kept, typed or made up. The newest 2,000 are read.
    """
    wanted: Any = (
        select(Record, Visit)
        .join(Visit, Visit.id == Record.visit_id)
        .where(Record.type == "check_in", Record.received_at >= since, Visit.case_id.is_not(None))
        .order_by(Record.id.desc())
        .limit(MOST_CHECK_INS)
    )
    stacked: dict[tuple[str, Any, Any], list[tuple[Record, Visit]]] = defaultdict(list)
    for record, visit in db.session.execute(scoped(wanted, Visit.creditor_id)):
        fix = _fix(record)
        if fix is not None:
            stacked[fix].append((record, visit))
    for rows in stacked.values():
        if len({visit.case_id for _, visit in rows}) > 1:
            newest = max(rows, key=lambda row: row[0].received_at)
            about = {
                "visits": [{"id": str(visit.id), "case_no": visit.case.case_no} for _, visit in rows if visit.case],
                "devices": sorted({str(record.device_id) for record, _ in rows}),
            }
            yield Finding(Kind.STACKED, newest[0].received_at, f"visit:{newest[1].id}", about)


def _rules(since: datetime) -> Iterator[Finding]:
    """Yield rules that a visit broke, or that could not be told of it: once each, as sync says it if both gates do."""
    wanted = select(Visit).where(Visit.arrived_at >= since, Visit.arrived_at.is_not(None)).order_by(Visit.id)
    for visit in db.session.scalars(scoped(wanted, Visit.creditor_id)):
        last = {
            (one["rule_id"], one.get("record_id")): one for one in visit.rule_results if one["finding"] != Verdict.KEPT
        }
        for one in last.values():
            about = {"visit_id": str(visit.id), "case_no": visit.case.case_no if visit.case else ""}
            about |= {name: one.get(name) for name in RULE_SHOWN}
            yield Finding(Kind.RULE, visit.arrived_at or since, f"visit:{visit.id}", about)


def _duties(_since: datetime) -> Iterator[Finding]:
    """Yield what the firm owes by a day that is past, however long ago."""
    for at, subject, said in duties.overdue(today=clock.today()):
        yield Finding(Kind.DUTY, at, subject, {name: said[name] for name in DUTY_SHOWN if name in said})


def _fix(record: Record) -> tuple[str, Any, Any] | None:
    """Return datum and point of a check-in as it was signed, None where it has none."""
    env = sealing.open_text(record.env_sealed, at=place("record", "env", record.id))
    if not env:
        return None  # its case's data was deleted
    fix = envelope.read(env).body.get("fix")
    if not isinstance(fix, dict) or not isinstance(fix.get("lon_e6"), int) or not isinstance(fix.get("lat_e6"), int):
        return None
    return str(fix.get("datum")), fix["lon_e6"], fix["lat_e6"]
