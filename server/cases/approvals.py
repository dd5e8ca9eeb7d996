"""Legal's approvals (法务批准): given for a case with a reason and a last day, withdrawn at any time.

Source: 诉讼时效规定 §19: a signature after expiry can be read as giving up the defence, so legal allows such a visit.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from server import clock
from server.cases.models import Case, LegalApproval
from server.db import db
from server.errors import Conflict

CHUNK = 500
MOST_DAYS = 365
DEFAULT_DAYS = 90


class ApprovalKind(StrEnum):
    """What legal approves."""

    EXPIRED_VISIT = "expired_visit"  # 时效届满后的外访


class ApprovalGone(Conflict):
    """The approval was withdrawn already."""


def standing(case_ids: Sequence[UUID], *, on: date) -> dict[UUID, UUID]:
    """Return case → newest approval of a visit after expiry that stands on a day."""
    found: dict[UUID, UUID] = {}
    for start in range(0, len(case_ids), CHUNK):
        query = select(LegalApproval).where(
            LegalApproval.case_id.in_(case_ids[start : start + CHUNK]),
            LegalApproval.withdrawn_at.is_(None),
            LegalApproval.valid_until >= on,
        )
        found |= {row.case_id: row.id for row in db.session.scalars(query.order_by(LegalApproval.id))}
    return found


def of_case(case_id: UUID) -> list[LegalApproval]:
    """Return all approvals ever given for a case, newest first."""
    query = select(LegalApproval).where(LegalApproval.case_id == case_id).order_by(LegalApproval.id.desc())
    return list(db.session.scalars(query))


def give(
    case: Case, *, kind: ApprovalKind, reason: str, days: int, by_id: UUID, at: datetime, today: date
) -> LegalApproval:
    """Add an approval that stands for so many days to the transaction."""
    approval = LegalApproval(
        id=clock.new_id(),
        case_id=case.id,
        creditor_id=case.creditor_id,
        kind=kind.value,
        reason=reason.strip(),
        approved_by_id=by_id,
        approved_at=at,
        valid_until=today + timedelta(days=days),
    )
    db.session.add(approval)
    return approval


def withdraw(approval: LegalApproval, *, at: datetime) -> None:
    """End an approval. Raises ApprovalGone."""
    if approval.withdrawn_at is not None:
        raise ApprovalGone("it does not stand any more")
    approval.withdrawn_at = at
