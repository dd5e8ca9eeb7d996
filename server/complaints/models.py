"""Complaints (投诉): anyone may raise one; it freezes visits to the case until compliance closes it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class Complaint(Base):
    """One complaint and what became of it."""

    __tablename__ = "complaint"

    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey("creditor.id"), index=True)
    paper_serial: Mapped[str] = mapped_column(String(40), default="")
    channel: Mapped[str] = mapped_column(String(20))  # phone | counter | qr
    text_sealed: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)  # open | answered | closed
    answer: Mapped[str] = mapped_column(Text, default="")
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
