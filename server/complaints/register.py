"""Taking a complaint: the words are sealed, and visits to the case are frozen at once, whatever state it is in."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from server import clock
from server.cases import keyring, timeline
from server.cases.models import Case, Paper, StopFlag
from server.cases.rules import StopKind
from server.cases.timeline import Entry
from server.complaints.models import Complaint
from server.complaints.rules import PER, Channel
from server.db import db
from server.vault import place

STOP_REASON = "投诉处理中"


def seal(text: str, column: str, complaint_id: UUID, *, case_id: UUID | None) -> str:
    """Seal what somebody said for its place, under the key of the case it is about."""
    return keyring.seal(text, at=place("complaint", column, complaint_id), case_id=case_id)


def opened(sealed: str | None, column: str, complaint_id: UUID) -> str:
    """Open what somebody said, empty once it was deleted. Raises SealBroken."""
    return keyring.open_or_empty(sealed, at=place("complaint", column, complaint_id))


def register(
    *, case: Case | None, serial: str, channel: Channel, text: str, contact: str, by_id: UUID | None, at: datetime
) -> Complaint:
    """Add a complaint to the transaction, and the stop flag of the same id when the case is known."""
    complaint_id, case_id = clock.new_id(), case.id if case else None
    complaint = Complaint(
        id=complaint_id,
        created_at=at,
        case=case,
        creditor_id=case.creditor_id if case else None,
        paper_serial=serial,
        channel=channel.value,
        text_sealed=seal(text, "text", complaint_id, case_id=case_id),
        contact_sealed=seal(contact, "contact", complaint_id, case_id=case_id) if contact else None,
        registered_by_id=by_id,
        version=1,
    )
    db.session.add(complaint)
    if case is not None:
        db.session.add(
            StopFlag(
                id=complaint_id, case_id=case.id, kind=StopKind.COMPLAINT.value, reason=STOP_REASON,
                raised_by_id=by_id, raised_at=at,
            )
        )  # fmt: skip
    db.session.flush()
    return complaint


def unfreeze(complaint: Complaint, *, by_id: UUID, at: datetime) -> None:
    """Lift the stop flag of a closed complaint, unless compliance lifted it before."""
    flag = db.session.get(StopFlag, complaint.id)
    if flag is not None and flag.lifted_at is None:
        flag.lifted_at, flag.lifted_by_id = at, by_id
        db.session.flush()


def case_of(paper: Paper) -> Case | None:
    """Return the case a paper is about, None when it is about several or none."""
    return db.session.get(Case, paper.case_id) if paper.case_id else None


def recent(serial: str, *, at: datetime) -> int:
    """Return how many complaints the public has made about a paper within the last day."""
    query = select(func.count()).select_from(Complaint).where(
        Complaint.paper_serial == serial, Complaint.channel == Channel.QR.value, Complaint.created_at > at - PER
    )  # fmt: skip
    return db.session.scalar(query) or 0


@timeline.tells
def complaints_on(case_id: UUID) -> Iterable[Entry]:
    """Yield the complaints about a case, without their words."""
    query = select(Complaint).where(Complaint.case_id == case_id).order_by(Complaint.id)
    for one in db.session.scalars(query):
        subject = f"complaint:{one.id}"
        yield Entry(one.created_at, "complaint", "投诉登记", "complaint taken", subject, {"channel": one.channel})
        if one.answered_at is not None:
            facts = {"finding": one.finding}
            yield Entry(one.answered_at, "complaint_answered", "投诉答复", "complaint answered", subject, facts)
        if one.closed_at is not None:
            yield Entry(one.closed_at, "complaint_closed", "投诉关闭", "complaint closed", subject, {})
