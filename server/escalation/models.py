"""Decisions about cases after the visits: proposal, opinion, decision; and the dossiers made for court."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person
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
    readiness: Mapped[dict[str, Any] | None] = mapped_column(Json)  # what legal saw: evidence, clock, warnings
    adviser_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    advised_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(24), default="", index=True)
    decision_reasons: Mapped[str] = mapped_column(Text, default="")
    limits: Mapped[dict[str, Any] | None] = mapped_column(Json)
    decider_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    review_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)

    case: Mapped[Case] = relationship()
    proposer: Mapped[Person] = relationship(foreign_keys=[proposer_id])
    adviser: Mapped[Person | None] = relationship(foreign_keys=[adviser_id])
    decider: Mapped[Person | None] = relationship(foreign_keys=[decider_id])


class CloseOut(Base):
    """A scheme's closing by its supervisor (归总): the conclusion, what was left out and why, and the figures seen."""

    __tablename__ = "close_out"

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), unique=True)
    closed_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime]
    conclusion: Mapped[str] = mapped_column(Text, default="")
    requests: Mapped[str] = mapped_column(Text, default="")
    left_out: Mapped[list[Any]] = mapped_column(Json, default=list)  # {stop_id, reason}
    figures: Mapped[dict[str, Any]] = mapped_column(Json)  # as they were, for the diff of a late sync (补记)


class Dossier(Base):
    """A dossier for court (法务移送卷宗): the ZIP by its hash, and what building it found."""

    __tablename__ = "dossier"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalation.id"))
    built_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    report: Mapped[dict[str, Any]] = mapped_column(Json)
    built_at: Mapped[datetime]

    case: Mapped[Case] = relationship()


class Filing(Base):
    """A case at a court or with the police (立案、报案). Where it stands is read from its steps."""

    __tablename__ = "filing"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalation.id"))
    kind: Mapped[str] = mapped_column(String(16))  # court | payment_order | police
    authority: Mapped[str] = mapped_column(String(120))  # the court or police station
    opened_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))

    case: Mapped[Case] = relationship()
    steps: Mapped[list["FilingStep"]] = relationship(order_by="FilingStep.id")


class FilingStep(Base):
    """One step of a filing, added and never changed; one that was wrong is taken back by another row."""

    __tablename__ = "filing_step"

    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    step: Mapped[str] = mapped_column(String(24))  # empty: takes back the step in retracts_id
    happened_on: Mapped[date] = mapped_column(Date)
    proof: Mapped[str] = mapped_column(String(400))  # file number, date of a stamp, reason of a retraction
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    retracts_id: Mapped[UUID | None] = mapped_column(ForeignKey("filing_step.id"))
