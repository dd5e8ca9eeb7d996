"""Loads what is known of a scheme's days (see `seen`): stops, visits, stop flags and phones, as they stand now."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server.cases.allocation import Entry
from server.cases.ledger import entries_of
from server.cases.models import Case, StopFlag
from server.cases.rules import StopKind
from server.cases.timeline import clock_of
from server.clock import SHANGHAI
from server.db import db
from server.devices.models import Device
from server.escalation.demands import restarting_visits
from server.escalation.models import CloseOut, Escalation
from server.escalation.proofs import grade_of
from server.escalation.seen import PaperSeen, PhoneSeen, PromiseSeen, Ref, SchemeSeen, StopSeen, VisitSeen
from server.schemes.models import Scheme, SchemeStop
from server.schemes.rules import StopState
from server.visits import custody
from server.visits.models import Promise, Record, SignedPaper, Visit, VisitFile
from server.visits.rules import Custody

COMPLAINT_DAYS = 14  # a complaint up to two weeks after the last day counts to the scheme
NOT_PLANNED = frozenset({StopState.DROPPED, StopState.WITHDRAWN, StopState.WITHHELD})
LEFT_OUT_ZH = {
    StopState.DROPPED: "未排入路线",
    StopState.WITHDRAWN: "编制人撤下",
    StopState.WITHHELD: "下发时扣留",
    "skipped": "现场跳过",
    "blocked": "道路受阻",
}
STOP_ZH = {
    StopKind.COMPLAINT: "投诉",
    StopKind.DISPUTE: "异议",
    StopKind.RECALL: "撤回",
    StopKind.SETTLED: "结清",
    StopKind.DO_NOT_CONTACT: "拒绝联系",
    StopKind.SPECIAL: "特殊情况",
    StopKind.OTHER: "其他",
}


def days_of(scheme: Scheme) -> tuple[date, ...]:
    """Return the scheme's days in order."""
    return tuple(sorted(date.fromisoformat(day) for day in scheme.dates))


def scheme_seen(scheme: Scheme) -> SchemeSeen:
    """Return what is known of a scheme now."""
    days = days_of(scheme)
    cases = [stop.case for stop in scheme.stops]
    booked = entries_of([case.id for case in cases])
    visits = _visits(scheme, restarted=_restarted(scheme, last_on=days[-1]))
    flags = _flags([case.id for case in cases])
    left_out, lost = _left_out(scheme), _unaccounted(scheme)
    return SchemeSeen(
        id=scheme.id,
        serial=scheme.serial,
        state=scheme.state,
        area=scheme.area,
        dates=days,
        crews=tuple(f"{crew.name}（{crew.lead.name}、{crew.second.name}）" for crew in scheme.crews),
        stops=tuple(
            _stop(stop, days=days, visits=visits[stop.id], flags=flags[stop.case_id], booked=booked[stop.case_id],
                  left_out=left_out.get(stop.id, ""), lost=lost[stop.id])
            for stop in sorted(scheme.stops, key=lambda one: (str(one.crew_id or ""), one.seq or 0, str(one.id)))
        ),
        phones=_phones(scheme),
    )  # fmt: skip


def _stop(
    stop: SchemeStop, *, days: tuple[date, ...], visits: Sequence[VisitSeen], flags: Sequence[StopFlag],
    booked: Sequence[Entry], left_out: str, lost: Sequence[Ref],
) -> StopSeen:  # fmt: skip
    case = stop.case
    return StopSeen(
        id=stop.id,
        case_id=case.id,
        case_no=case.case_no,
        debtor_name=case.debtor.name,
        crew=stop.crew.name if stop.crew else "",
        is_planned=stop.state not in NOT_PLANNED,
        owed_fen=case.outstanding_fen,
        overdue_days=_days_since(case.overdue_on, days[-1]),
        unpaid_days=_days_since(_last_paid_on(case, booked), days[-1]),
        broken_promises=case.broken_promises,
        left_out=left_out or _drop_zh(stop.drop_reason) or LEFT_OUT_ZH.get(stop.state, ""),
        complaint_ids=tuple(flag.id for flag in flags if _is_complaint_of(flag, days)),
        stop_kinds=tuple(dict.fromkeys(STOP_ZH[StopKind(flag.kind)] for flag in flags if flag.lifted_at is None)),
        visits=tuple(visits),
        unaccounted=tuple(lost),
    )


def _unaccounted(scheme: Scheme) -> dict[UUID, list[Ref]]:
    """Return stop → the papers taken there that nobody says where they are."""
    found: dict[UUID, list[Ref]] = defaultdict(list)
    for one in custody.taken(scheme):
        if one.custody is Custody.UNACCOUNTED:
            found[one.stop.id].append(Ref("paper", one.paper.id, one.paper.serial))
    return found


def _days_since(day: date | None, until: date) -> int | None:
    return (until - day).days if day is not None else None


def _last_paid_on(case: Case, booked: Sequence[Entry]) -> date | None:
    paid = [one.booked_on for one in booked if one.amount_fen > 0]
    known = [day for day in (*paid, case.last_paid_on) if day is not None]
    return max(known) if known else case.overdue_on


def _drop_zh(reason: Mapping[str, Any] | None) -> str:
    if not reason:
        return ""
    text = reason.get("text")
    return str(text.get("zh", "")) if isinstance(text, dict) else str(reason.get("reason", ""))


def _is_complaint_of(flag: StopFlag, days: tuple[date, ...]) -> bool:
    start_at = datetime.combine(days[0], time.min, SHANGHAI)
    end_at = datetime.combine(days[-1] + timedelta(days=COMPLAINT_DAYS + 1), time.min, SHANGHAI)
    return flag.kind == StopKind.COMPLAINT and start_at <= flag.raised_at < end_at


def _flags(case_ids: Sequence[UUID]) -> dict[UUID, list[StopFlag]]:
    """Return the stop flags of cases, but for those that only carry out a decision."""
    decided = select(Escalation.id).where(Escalation.case_id.in_(case_ids))
    query = select(StopFlag).where(StopFlag.case_id.in_(case_ids), StopFlag.id.not_in(decided)).order_by(StopFlag.id)
    found: dict[UUID, list[StopFlag]] = defaultdict(list)
    for flag in db.session.scalars(query):
        found[flag.case_id].append(flag)
    return found


def _left_out(scheme: Scheme) -> dict[UUID, str]:
    closing = db.session.scalar(select(CloseOut).where(CloseOut.scheme_id == scheme.id))
    return {UUID(one["stop_id"]): str(one["reason"]) for one in closing.left_out} if closing else {}


def _restarted(scheme: Scheme, *, last_on: date) -> frozenset[UUID]:
    return frozenset(one for stop in scheme.stops for one in restarting_visits(clock_of(stop.case, today=last_on)))


def _visits(scheme: Scheme, *, restarted: Collection[UUID]) -> dict[UUID, list[VisitSeen]]:
    rows = list(db.session.scalars(select(Visit).where(Visit.scheme_id == scheme.id).order_by(Visit.id)))
    records = _grouped(Record, rows)
    papers, promises, files = _grouped(SignedPaper, rows), _grouped(Promise, rows), _grouped(VisitFile, rows)
    found: dict[UUID, list[VisitSeen]] = defaultdict(list)
    for visit in rows:
        if visit.stop_id is None:
            continue
        found[visit.stop_id].append(
            VisitSeen(
                id=visit.id,
                arrived_at=visit.arrived_at,
                outcome=visit.outcome,
                met=visit.met,
                state=visit.state,
                grade=grade_of(visit),
                has_restarted=visit.id in restarted,
                is_complete=visit.is_complete,
                record_ids=tuple(one.id for one in sorted(records[visit.id], key=lambda one: (one.device_id, one.seq))),
                papers=tuple(PaperSeen(one.record_id, one.kind, one.state) for one in papers[visit.id]),
                promises=tuple(PromiseSeen(one.id, one.record_id, one.total_fen) for one in promises[visit.id]),
                incident_ids=tuple(UUID(one["record_id"]) for one in visit.facts.get("incidents", [])),
                missing_file_ids=tuple(one.id for one in files[visit.id] if one.verified_at is None),
            )
        )
    return found


def _grouped(model: Any, visits: Sequence[Visit]) -> dict[UUID, list[Any]]:
    query = select(model).where(model.visit_id.in_([visit.id for visit in visits])).order_by(model.id)
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.session.scalars(query):
        found[row.visit_id].append(row)
    return found


def _phones(scheme: Scheme) -> tuple[PhoneSeen, ...]:
    """Return the phones of the crews; one not heard of since dispatch has said nothing of what it holds."""
    people = {person for crew in scheme.crews for person in (crew.lead_id, crew.second_id)}
    query = select(Device).where(Device.person_id.in_(people), Device.state == "active").order_by(Device.id)
    return tuple(PhoneSeen(one.id, one.label, _unsent(one, scheme.dispatched_at)) for one in db.session.scalars(query))


def _unsent(device: Device, dispatched_at: datetime | None) -> int | None:
    if dispatched_at is not None and (device.last_contact_at is None or device.last_contact_at < dispatched_at):
        return None
    return max(device.unsent_count or 0, 1 if device.resend_from is not None else 0)
