"""Complaints (投诉): anyone may raise one; it freezes visits to the case until compliance closes it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.cases.models import Case
from server.db import Base


class Complaint(Base):
    """One complaint and what became of it. Its stop flag on the case has the same id."""

    __tablename__ = "complaint"
    __table_args__ = (Index("ix_complaint_paper_serial_created_at", "paper_serial", "created_at"),)

    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey("creditor.id"), index=True)
    paper_serial: Mapped[str] = mapped_column(String(40), default="")
    channel: Mapped[str] = mapped_column(String(20))  # phone | counter | letter | qr
    text_sealed: Mapped[str] = mapped_column(Text)
    contact_sealed: Mapped[str | None] = mapped_column(Text)
    registered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # none: over the QR code
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)  # open | answered | closed
    answer_sealed: Mapped[str | None] = mapped_column(Text)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    finding: Mapped[str] = mapped_column(String(16), default="")  # upheld | partly | rejected
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    case: Mapped[Case | None] = relationship()
