"""Decisions about cases after the visits: proposal, opinion, decision; and the dossiers made for court."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.cases.models import Case
from server.db import Base, Json


class Escalation(Base):
    """One question to the general manager about a case (升级决策): continue, suspend, sue or other, with reasons."""

    __tablename__ = "escalation"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    scheme_id: Mapped[UUID | None] = mapped_column(ForeignKey("scheme.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="proposed", index=True)  # proposed | advised | decided
    proposal: Mapped[str] = mapped_column(String(24))
    reasons: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[Any]] = mapped_column(Json, default=list)
    proposer_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    opinion: Mapped[str] = mapped_column(String(24), default="")
    opinion_text: Mapped[str] = mapped_column(Text, default="")
    adviser_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    advised_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(24), default="", index=True)
    decision_reasons: Mapped[str] = mapped_column(Text, default="")
    decider_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    review_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)

    case: Mapped[Case] = relationship()


class Dossier(Base):
    """A dossier for court (法务移送卷宗): the ZIP by its hash, and what building it found."""

    __tablename__ = "dossier"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    built_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    report: Mapped[dict[str, Any]] = mapped_column(Json)
    built_at: Mapped[datetime]
