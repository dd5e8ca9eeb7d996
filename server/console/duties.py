"""What the firm itself owes by a day (合规义务): answers to people, a notice, deletion, return, an audit. Reads only.

The rules are asked at their gate `export`; what is overdue stands among the exceptions until it is done.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from server import clock, config
from server.accounts import rulebook
from server.accounts.auth import current_person
from server.accounts.models import Creditor
from server.accounts.roles import Role
from server.accounts.scope import scoped
from server.cases.keyring import CaseKey
from server.cases.models import Case
from server.clock import SHANGHAI
from server.compliance.evaluate import Finding as Verdict
from server.compliance.evaluate import evaluate
from server.compliance.rulepack import Gate
from server.db import db
from server.devices.models import Device
from server.privacy import keeping, notices
from server.privacy.models import DataRequest

OVERSEERS = frozenset({Role.MANAGER, Role.COMPLIANCE, Role.AUDITOR})
MOST_CASES = 200
AUDIT = {
    "rule_id": "PI-AUDIT",
    "text": {
        "zh": "个人信息保护合规审计已到本公司设定的日期（DOORSTEP_AUDIT_DUE_ON）。",
        "en": "The compliance audit of how personal data is handled is due by the day the firm set.",
    },
    "source": "个人信息保护法 54 (regularly; the day is the firm's)",
    "source_zh": "个人信息保护法 54（定期；日期为本公司参数）",
    "grade": "A",
    "confirm_by_counsel": True,
    "finding": Verdict.BROKEN.value,
}
"""The duty of PIPL §54: the law says regularly, the day is a setting."""

Duty = tuple[datetime, str, dict[str, Any]]
"""Since when it is due, what it is about (`kind:id`), and the rule with its source and grade."""


def overdue(*, today: date) -> Iterator[Duty]:
    """Yield what is overdue, to who oversees it; each creditor's to who works for him."""
    if not current_person().roles & OVERSEERS:
        return
    yield from _requests(today)
    yield from _data(today)
    if current_person().creditor_ids is None:  # the firm's own
        yield from _commissions(today)
        yield from _notices(today)
        due_on = config.current().audit_due_on
        if due_on is not None and due_on < today:
            yield _at(due_on), "firm:audit", AUDIT | {"due_on": due_on.isoformat()}


def broken(rule_id: str, facts: Mapping[str, Any], *, creditor_id: UUID | None, on: date) -> dict[str, Any] | None:
    """Return what a rule says of facts at `export` as it is shown, None while it is kept."""
    asked = evaluate(rulebook.pack_of(creditor_id, on=on), Gate.EXPORT, facts)
    return next((one.as_json() for one in asked if one.rule_id == rule_id and one.finding is not Verdict.KEPT), None)


def _requests(today: date) -> Iterator[Duty]:
    """Yield requests of people that nobody answered in time."""
    query = select(DataRequest).where(DataRequest.answer == "").options(joinedload(DataRequest.case))
    for one in db.session.scalars(scoped(query.order_by(DataRequest.id), DataRequest.creditor_id)):
        facts = {"kind": one.kind, "received_on": one.received_on.isoformat(), "on": today.isoformat()}
        said = broken("PI-REQUEST", {"request": facts}, creditor_id=one.creditor_id, on=today)
        if said:
            yield _at(one.due_on), f"data_request:{one.id}", said | {"case_no": one.case.case_no}


def _data(today: date) -> Iterator[Duty]:
    """Yield closed cases whose records may not be kept any longer and on which no hold stands."""
    creditors = list(db.session.scalars(scoped(select(Creditor.id), Creditor.id)))
    query = keeping.outlived(creditors, today=today, within_days=-1).order_by(Case.id).limit(MOST_CASES)
    for case in db.session.scalars(query):
        until = keeping.clock_of(case, today=today)["kept_until"]
        facts = {"kind": "personal", "on": today.isoformat(), "due_on": until,
                 "has_legal_hold": bool(keeping.holds(case.id))}  # fmt: skip
        said = broken("PI-KEEP", {"storage": facts}, creditor_id=case.creditor_id, on=today)
        if said:
            yield _at(date.fromisoformat(until)), f"case:{case.id}", said | {"case_no": case.case_no}


def _commissions(today: date) -> Iterator[Duty]:
    """Yield creditors whose commission has ended and of whose cases some are not deleted yet."""
    kept = select(Case.creditor_id).outerjoin(CaseKey, CaseKey.id == Case.id).where(CaseKey.destroyed_at.is_(None))
    ended = select(Creditor).where(Creditor.contract_ends_on < today, Creditor.id.in_(kept)).order_by(Creditor.id)
    for one in db.session.scalars(ended):
        last = one.contract_ends_on or today
        facts = {"on": today.isoformat(), "contract_until": last.isoformat()}
        said = broken("PI-RETURN", {"agency": facts | {"deletion_certificate_id": None}}, creditor_id=one.id, on=today)
        if said:
            yield _at(last), f"creditor:{one.id}", said | {"creditor": one.name}


def _notices(today: date) -> Iterator[Duty]:
    """Yield lost phones for which no notice was drafted."""
    for one in db.session.scalars(notices.owed().order_by(Device.id)):
        facts = {"kind": "breach", "breach_notice_id": None}
        said = broken("PI-BREACH", {"request": facts}, creditor_id=None, on=today)
        if said:
            yield one.revoked_at or clock.now(), f"device:{one.id}", said | {"label": one.label}


def _at(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)
