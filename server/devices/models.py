"""Enrolled phones, what they pushed that could not be taken, and what they were told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person
from server.db import Base, Json


class EnrolCode(Base):
    """A one-time code (登记码) good for ten minutes; only its hash is kept."""

    __tablename__ = "enrol_code"

    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    issued_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("device.id"))


class Device(Base):
    """An enrolled phone (设备): its public key, its token's hash and the head of its chain of records."""

    __tablename__ = "device"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    alg: Mapped[str] = mapped_column(String(10))
    public_key: Mapped[dict[str, Any]] = mapped_column(Json)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="active")  # active | lost | revoked | replaced
    revoked_at: Mapped[datetime | None]
    app_version: Mapped[str] = mapped_column(String(40), default="")
    head_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    head_hash: Mapped[str] = mapped_column(String(64), default="0" * 64)
    last_contact_at: Mapped[datetime | None]
    clock_offset_ms: Mapped[int | None] = mapped_column(BigInteger)  # server minus phone
    clock_error_ms: Mapped[int | None] = mapped_column(BigInteger)  # the offset is right to plus or minus this
    plans_held: Mapped[dict[str, Any] | None] = mapped_column(Json)  # scheme id → road plan's version on the phone
    unsent_count: Mapped[int | None]
    resend_from: Mapped[int | None] = mapped_column(BigInteger)

    person: Mapped[Person] = relationship()


class ClockSample(Base):
    """One comparison of a phone's clock with ours (时钟比对): server minus phone, right to plus or minus `error_ms`.

    error_ms is half the phone's last round trip, None when the phone measured none. The newest 50 of a phone are kept.
    """

    __tablename__ = "clock_sample"
    __table_args__ = (Index("ix_clock_sample_device_id_at", "device_id", "at"),)

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    at: Mapped[datetime]
    offset_ms: Mapped[int] = mapped_column(BigInteger)
    error_ms: Mapped[int | None] = mapped_column(BigInteger)


class Quarantine(Base):
    """A pushed row that could not be taken (隔离区): kept whole, with the reason, for a person to look at."""

    __tablename__ = "quarantine"

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), index=True)
    coll: Mapped[str] = mapped_column(String(20))
    doc_id: Mapped[str] = mapped_column(String(80), default="")
    payload_sealed: Mapped[str] = mapped_column(Text)
    payload_hash: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(16), default="")
    reason: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="open", index=True)  # open | taken | dismissed
    replayed_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
    dismissed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    dismiss_reason: Mapped[str] = mapped_column(String(200), default="")
    ack_id: Mapped[UUID | None]  # the acknowledgement that told the phone

    __table_args__ = (UniqueConstraint("device_id", "coll", "payload_hash"),)


class AckRow(Base):
    """A signed acknowledgement (回执确认) as the phone pulls it: one for each push or finished file."""

    __tablename__ = "ack"

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), index=True)
    document: Mapped[dict[str, Any]] = mapped_column(Json)


class DeviceSetting(Base):
    """A document only one phone writes (设备设置), such as draft notes; `content_hash` tells who saw the last state."""

    __tablename__ = "device_setting"
    __table_args__ = (UniqueConstraint("device_id", "doc_id"),)

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    doc_id: Mapped[str] = mapped_column(String(80))
    document_sealed: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    ack_id: Mapped[UUID | None]  # the acknowledgement of the present state


class Upload(Base):
    """A resumable upload under way (tus 1.0): one per device and attachment. How much came is the part file's size."""

    __tablename__ = "upload"
    __table_args__ = (UniqueConstraint("device_id", "attachment_id"), Index("ix_upload_expires_at", "expires_at"))

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), index=True)
    attachment_id: Mapped[str] = mapped_column(String(80), index=True)
    length: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(200), default="")
    mime: Mapped[str] = mapped_column(String(200), default="")
    expires_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class Submission(Base):
    """A visit filed with ODK Collect (未签名提交): it counts once every attachment is here, and is never signed."""

    __tablename__ = "submission"

    instance_id: Mapped[str] = mapped_column(String(80), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    xml_sealed: Mapped[str] = mapped_column(Text)
    xml_sha256: Mapped[str] = mapped_column(String(64))
    attachments: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # file name → {sha256, size, mime}
    received_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
