"""What happened at the door: the signed records as they came, and the visit assembled from them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.cases.models import Case
from server.db import Base, Json
from server.schemes.models import SchemeStop


class Visit(Base):
    """One visit (外访), assembled from its records. Its id is the records' `subject`, made by the phone."""

    __tablename__ = "visit"

    stop_id: Mapped[UUID | None] = mapped_column(ForeignKey("scheme_stop.id"), index=True)
    scheme_id: Mapped[UUID | None] = mapped_column(ForeignKey("scheme.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey("creditor.id"), index=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    witness_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    # One of: open, uploaded, reviewed, returned, sealed.
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    outcome: Mapped[int | None]
    met: Mapped[str] = mapped_column(String(24), default="")
    arrived_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    presence_grade: Mapped[str] = mapped_column(String(1), default="")
    evidence_grade: Mapped[str] = mapped_column(String(1), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    flaws: Mapped[list[Any]] = mapped_column(Json, default=list)
    flaw_count: Mapped[int] = mapped_column(default=0)
    rule_results: Mapped[list[Any]] = mapped_column(Json, default=list)
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    form_version: Mapped[str] = mapped_column(String(40), default="")
    is_complete: Mapped[bool] = mapped_column(default=False)
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]
    review_note_sealed: Mapped[str | None] = mapped_column(Text)
    sealed_at: Mapped[datetime | None]
    seal_sha256: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column(default=1)

    case: Mapped[Case | None] = relationship()
    stop: Mapped[SchemeStop | None] = relationship()
    records: Mapped[list["Record"]] = relationship(order_by="Record.seq")
    files: Mapped[list["VisitFile"]] = relationship(order_by="VisitFile.id")
    promises: Mapped[list["Promise"]] = relationship(order_by="Promise.id")
    signed_papers: Mapped[list["SignedPaper"]] = relationship(order_by="SignedPaper.id")


class Record(Base):
    """A signed record as the phone sent it (原始记录). `env_sealed` holds the exact signed bytes, which never change.

    ack_id names the acknowledgement that told the phone; taken_in_at is when its visit learned of it.
    """

    __tablename__ = "record"
    __table_args__ = (
        Index("ix_record_device_id_seq", "device_id", "seq"),
        Index(
            "ix_record_waiting", "received_at",
            sqlite_where=text("taken_in_at IS NULL"), postgresql_where=text("taken_in_at IS NULL"),
        ),
    )  # fmt: skip

    device_id: Mapped[UUID] = mapped_column(index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    type: Mapped[str] = mapped_column(String(40), index=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    sig: Mapped[str] = mapped_column(Text)
    alg: Mapped[str] = mapped_column(String(10))
    env_sealed: Mapped[str] = mapped_column(Text)
    device_time: Mapped[datetime | None]
    received_at: Mapped[datetime]
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    ack_id: Mapped[UUID | None]
    taken_in_at: Mapped[datetime | None]


class VisitFile(Base):
    """A photo or recording named in a signed manifest (影像); `verified_at` once its bytes have the signed hash.

    looked_at is when the darkroom (server/visits/developing.py) opened it; nothing of it is shown before.
    """

    __tablename__ = "visit_file"
    __table_args__ = (
        Index(
            "ix_visit_file_undeveloped", "verified_at",
            sqlite_where=text("looked_at IS NULL"), postgresql_where=text("looked_at IS NULL"),
        ),
    )  # fmt: skip

    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    device_id: Mapped[UUID] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(String(20), default="photo")  # photo | recording | file
    shows: Mapped[str] = mapped_column(String(20), default="other")
    paper_serial: Mapped[str] = mapped_column(String(40), default="", index=True)  # of the paper it shows
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str] = mapped_column(String(60))
    taken_at: Mapped[datetime | None]
    derivative_sha256: Mapped[str | None] = mapped_column(String(64))  # 1,280 px, re-encoded
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64))  # 320 px
    likeness: Mapped[int | None] = mapped_column(BigInteger)  # perceptual hash, 64 bits
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # as the darkroom found them; no position
    looked_at: Mapped[datetime | None]
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    verified_at: Mapped[datetime | None]


class PaperEvent(Base):
    """What the office says of a paper that no record of the field tells of (单据去向): brought back, or void."""

    __tablename__ = "paper_event"

    paper_id: Mapped[UUID] = mapped_column(ForeignKey("paper.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class Promise(Base):
    """A written promise to pay (还款承诺): instalments in fen. There is no field for money received, by design."""

    __tablename__ = "promise"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey("creditor.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    promisor_role: Mapped[str] = mapped_column(String(24), default="")
    total_fen: Mapped[int] = mapped_column(BigInteger)
    instalments: Mapped[list[Any]] = mapped_column(Json)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("record.id"))


class SignedPaper(Base):
    """A paper signed at the door (签署文件): the hash of what was shown, who signed, and the sealed strokes."""

    __tablename__ = "signed_paper"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    paper_serial: Mapped[str] = mapped_column(String(40), default="")
    document_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(24), default="")  # as in docs/records.md
    objection: Mapped[str] = mapped_column(String(10), default="")
    signer_role: Mapped[str] = mapped_column(String(24))
    signature_sealed: Mapped[str | None] = mapped_column(Text)
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("record.id"))


class Message(Base):
    """A word from the office to an agent's phone (通知): a visit accepted, or returned with what to correct.

    Of kind retake it comes from the darkroom: photos that do not open; sender_id is then the agent's own.
    """

    __tablename__ = "message"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(16))  # accepted | returned | retake
    text_sealed: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime]
