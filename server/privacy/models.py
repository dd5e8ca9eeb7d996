"""What is decided about personal data itself: legal holds, deletions with their certificates, people's requests."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person
from server.cases.models import Case
from server.db import Base, Json
from server.schemes.models import Scheme


class LegalHold(Base):
    """Nothing of the case is deleted while it stands (法律保全): a suit, a police report, a complaint under way."""

    __tablename__ = "legal_hold"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    reason: Mapped[str] = mapped_column(String(400))
    placed_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime]
    lifted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()


class Deletion(Base):
    """The deletion of a case's personal data (删除证明): asked by one, carried out by another."""

    __tablename__ = "deletion"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    ground: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(400))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    carried_out_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    carried_out_at: Mapped[datetime | None]
    certificate: Mapped[dict[str, Any] | None] = mapped_column(Json)
    certificate_sha256: Mapped[str] = mapped_column(String(64), default="")
    files: Mapped[list[str]] = mapped_column(Json, default=list)  # hashes to remove once the deletion is committed
    files_removed_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()


class Export(Base):
    """A file that is to leave the house (批量导出): asked by one, agreed to by another, fetched once."""

    __tablename__ = "export"

    kind: Mapped[str] = mapped_column(String(12))  # cases | summary | dossiers
    form: Mapped[str] = mapped_column(String(4))  # csv | xlsx | zip
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey("creditor.id"), index=True)
    scheme_id: Mapped[UUID | None] = mapped_column(ForeignKey("scheme.id"))
    case_ids: Mapped[list[str]] = mapped_column(Json, default=list)
    fields: Mapped[list[str]] = mapped_column(Json, default=list)
    reason: Mapped[str] = mapped_column(String(400))
    rows: Mapped[int]
    needs_second: Mapped[bool]
    compliance: Mapped[list[Any]] = mapped_column(Json, default=list)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(String(10), default="")  # agreed | refused; empty: nobody has decided
    decision_reason: Mapped[str] = mapped_column(String(400), default="")
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]  # an export that needs nobody else: when it was asked for
    taken_at: Mapped[datetime | None]
    sha256: Mapped[str] = mapped_column(String(64), default="")

    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    scheme: Mapped[Scheme | None] = relationship()


class DataRequest(Base):
    """What a person asks about his data (个人信息请求), with the day it has to be answered by; the words are sealed."""

    __tablename__ = "data_request"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # access | copy | correction | deletion | restriction
    words_sealed: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    taken_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(String(12), default="")  # granted | partly | refused; empty: open
    answer_sealed: Mapped[str | None] = mapped_column(Text)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
