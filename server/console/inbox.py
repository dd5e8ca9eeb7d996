"""What waits for whoever is signed in (待办): how many of each kind, and since when. Reads only; nothing of a person.

Who asked for an export or a deletion is not the one it waits for: another person decides.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from server import wall
from server.accounts.auth import current_person
from server.accounts.roles import Role
from server.accounts.scope import scoped
from server.cases.models import VisitList, VisitListLine
from server.cases.rules import ListState
from server.clock import SHANGHAI
from server.complaints.models import Complaint
from server.complaints.rules import ComplaintState
from server.db import db
from server.devices.models import Device
from server.escalation.models import Escalation
from server.escalation.rules import EscalationState
from server.privacy import exporting, exports, notices
from server.privacy.exports import SECONDS
from server.privacy.models import DataRequest, Deletion, Export
from server.schemes.delegation import HOLDERS
from server.schemes.lending import held_by
from server.schemes.models import Scheme, SchemeDecision, SchemeStop
from server.schemes.rules import SchemeState
from server.visits import safety
from server.visits.access import visible
from server.visits.models import Visit


class Kind(StrEnum):
    """What waits."""

    ALARM = "alarm"  # 安全警报
    EXPORT = "export"  # 待我同意的导出
    EXPORT_ANSWERED = "export_answered"  # 我申请的导出已有结果
    BREACH_NOTICE = "breach_notice"  # 遗失手机待生成通知
    COMPLAINT = "complaint"  # 待答复的投诉
    DATA_REQUEST = "data_request"  # 待答复的个人信息请求
    DELETION = "deletion"  # 待执行的删除
    OPINION = "opinion"  # 待法务意见
    DECISION = "decision"  # 待决策
    VISIT_LIST = "visit_list"  # 待审核的名单
    SCHEME_REVIEW = "scheme_review"  # 待复核的方案
    SCHEME_SIGN_OFF = "scheme_sign_off"  # 待签批的方案


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many things of one kind wait for the caller, and since when the oldest does."""

    kind: Kind
    count: int
    since: datetime


def waiting(*, now: datetime) -> list[Waiting]:
    """Return what waits for the caller, at the creditors he works for; a kind of which nothing waits is left out."""
    roles = current_person().roles
    found = [
        (kind, count, since) for kind, (whose, look) in _LOOKS.items() if roles & whose for count, since in look(now)
    ]
    return [Waiting(kind, count, since) for kind, count, since in found if count]


def _counted(query: Select[Any], since: Any) -> Iterator[tuple[int, Any]]:
    yield from ((count, oldest) for count, oldest in db.session.execute(query.with_only_columns(func.count(), since)))


def _alarms(now: datetime) -> Iterator[tuple[int, Any]]:
    stops = scoped(select(SchemeStop), SchemeStop.creditor_id)
    found = safety.alerts(visible(select(Visit)), stops, now=now)
    if found:
        yield len(found), min(one.since for one in found)


def _exports(_now: datetime) -> Iterator[tuple[int, Any]]:
    return _counted(exporting.waiting_for(current_person()), func.min(Export.asked_at))


def _answered(now: datetime) -> Iterator[tuple[int, Any]]:
    """Count one's own exports that another decided of within the day that the file may be fetched in."""
    mine = select(Export).where(
        Export.asked_by_id == current_person().id, Export.needs_second.is_(True), Export.taken_at.is_(None),
        Export.decided_at > now - exports.WINDOW,
    )  # fmt: skip
    return _counted(mine, func.min(Export.decided_at))


def _notices(_now: datetime) -> Iterator[tuple[int, Any]]:
    """Count lost phones without a notice; a phone holds stops of several creditors, so to who sees all of them."""
    if current_person().creditor_ids is None:
        yield from _counted(notices.owed(), func.min(Device.revoked_at))


def _complaints(_now: datetime) -> Iterator[tuple[int, Any]]:
    query = select(Complaint).where(Complaint.state == ComplaintState.OPEN.value)
    return _counted(scoped(query, Complaint.creditor_id), func.min(Complaint.created_at))


def _requests(_now: datetime) -> Iterator[tuple[int, Any]]:
    query = select(DataRequest).where(DataRequest.answer == "")
    return _counted(scoped(query, DataRequest.creditor_id), func.min(DataRequest.created_at))


def _deletions(_now: datetime) -> Iterator[tuple[int, Any]]:
    query = select(Deletion).where(Deletion.carried_out_at.is_(None), Deletion.asked_by_id != current_person().id)
    return _counted(scoped(query, Deletion.creditor_id), func.min(Deletion.asked_at))


def _opinions(_now: datetime) -> Iterator[tuple[int, Any]]:
    return _escalations(EscalationState.PROPOSED)


def _decisions(_now: datetime) -> Iterator[tuple[int, Any]]:
    return _escalations(EscalationState.ADVISED)


def _escalations(state: EscalationState) -> Iterator[tuple[int, Any]]:
    query = select(Escalation).where(Escalation.state == state.value)
    return _counted(scoped(query, Escalation.creditor_id), func.min(Escalation.created_at))


def _lists(_now: datetime) -> Iterator[tuple[int, Any]]:
    """Count the lists somebody else submitted; a line behind the wall hides its list."""
    query = select(VisitList).where(
        VisitList.state == ListState.SUBMITTED.value, VisitList.author_id != current_person().id
    )
    hidden = VisitList.lines.any(VisitListLine.creditor_id.not_in(_creditors()))
    yield from _whole(query, hidden, func.min(VisitList.submitted_at))


def _to_review(_now: datetime) -> Iterator[tuple[int, Any]]:
    states = [SchemeState.SUBMITTED.value]
    return _schemes(select(Scheme).where(Scheme.compiler_id != current_person().id), states)


def _to_sign(now: datetime) -> Iterator[tuple[int, Any]]:
    """Count the schemes to sign; who signs for the manager compiled and reviewed none of them."""
    person, query = current_person(), select(Scheme)
    if Role.MANAGER not in person.roles:
        today = now.astimezone(SHANGHAI).date()
        if not any(one.holds(today) for one in held_by(person, today=today)):
            return iter(())
        query = query.where(
            Scheme.compiler_id != person.id, ~Scheme.decisions.any(SchemeDecision.person_id == person.id)
        )
    return _schemes(query, [SchemeState.REVIEWED.value, SchemeState.CHANGED.value])


def _schemes(query: Select[Any], states: Sequence[str]) -> Iterator[tuple[int, Any]]:
    hidden = Scheme.stops.any(SchemeStop.creditor_id.not_in(_creditors()))
    yield from _whole(query.where(Scheme.state.in_(states)), hidden, func.min(Scheme.created_at))


def _creditors() -> list[UUID]:
    return [UUID(text) for text in current_person().creditor_ids or []]


def _whole(query: Select[Any], hidden: Any, since: Any) -> Iterator[tuple[int, Any]]:
    """Count what the caller may know every case of; who works for all creditors sees all."""
    if current_person().creditor_ids is not None:
        query = query.where(~hidden)
    with wall.everything():  # what stands behind the wall hides what it is part of
        yield from list(_counted(query, since))


_LOOKS: Mapping[Kind, tuple[frozenset[Role], Callable[[datetime], Iterator[tuple[int, Any]]]]] = {
    Kind.ALARM: (frozenset({Role.SUPERVISOR}), _alarms),
    Kind.EXPORT: (frozenset(SECONDS), _exports),
    Kind.EXPORT_ANSWERED: (frozenset(exports.ASKERS), _answered),
    Kind.BREACH_NOTICE: (frozenset({Role.COMPLIANCE, Role.LEGAL}), _notices),
    Kind.COMPLAINT: (frozenset({Role.COMPLIANCE}), _complaints),
    Kind.DATA_REQUEST: (frozenset({Role.COMPLIANCE}), _requests),
    Kind.DELETION: (frozenset({Role.MANAGER}), _deletions),
    Kind.OPINION: (frozenset({Role.LEGAL}), _opinions),
    Kind.DECISION: (frozenset({Role.MANAGER}), _decisions),
    Kind.VISIT_LIST: (frozenset({Role.SUPERVISOR}), _lists),
    Kind.SCHEME_REVIEW: (frozenset({Role.SUPERVISOR, Role.COMPLIANCE}), _to_review),
    Kind.SCHEME_SIGN_OFF: (HOLDERS, _to_sign),
}
"""Whom each kind waits for, and how it is counted."""
