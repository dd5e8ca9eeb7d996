"""People, the creditors they work for, and the tokens they hold."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.roles import Role
from server.db import Base, Json


class Creditor(Base):
    """A client of the firm (委托方): the wall inside an installation; every case belongs to one."""

    __tablename__ = "creditor"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    credit_code: Mapped[str] = mapped_column(String(18), default="")
    contact: Mapped[str] = mapped_column(String(120), default="")
    payee_account: Mapped[str] = mapped_column(Text, default="")
    commission_no: Mapped[str] = mapped_column(String(60), default="")
    contract_ends_on: Mapped[date | None] = mapped_column(Date)
    rule_overrides: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    version: Mapped[int] = mapped_column(default=1)


class PaperTemplate(Base):
    """The legal text of a kind of paper (单据模板): numbered, never changed, in force once somebody else approved it.

    Number 1 of a kind is the text that ships (`receipts.templates`). law_firm and seal_sha256 are a lawyer's letter's.
    """

    __tablename__ = "paper_template"
    __table_args__ = (UniqueConstraint("kind", "number"),)

    kind: Mapped[str] = mapped_column(String(24))
    number: Mapped[int]
    clauses: Mapped[dict[str, Any]] = mapped_column(Json)
    law_firm: Mapped[dict[str, Any] | None] = mapped_column(Json)
    seal_sha256: Mapped[str] = mapped_column(String(64), default="")
    digest: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Person(Base):
    """Somebody who works here. `creditor_ids` None means all creditors."""

    __tablename__ = "person"

    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    staff_no: Mapped[str] = mapped_column(String(20), unique=True)
    role_names: Mapped[list[str]] = mapped_column(Json)
    creditor_ids: Mapped[list[str] | None] = mapped_column(Json)
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    qualified_until: Mapped[date | None] = mapped_column(Date)
    password_hash: Mapped[str] = mapped_column(Text)  # empty: nothing opens the account yet
    password_until: Mapped[datetime | None]  # of a first password: until when it opens the account
    is_active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held."""
        return frozenset(Role(name) for name in self.role_names)

    def sees(self, creditor_id: UUID) -> bool:
        """May this person know the creditor's cases?"""
        return self.creditor_ids is None or str(creditor_id) in self.creditor_ids


class TokenKind(StrEnum):
    """What a token opens."""

    ACCESS = "access"  # bearer for the API
    REFRESH = "refresh"  # exchanged once for a new pair
    SESSION = "session"  # browser cookie, with a CSRF token
    CALENDAR = "calendar"  # the address a calendar subscribes to: deadlines, no names, no amounts


class Token(Base):
    """A bearer token or session; only its SHA-256 is kept."""

    __tablename__ = "token"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[TokenKind] = mapped_column(String(10))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    csrf: Mapped[str | None] = mapped_column(String(64))
    family: Mapped[UUID] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # when a person last used the session, to the minute
    device: Mapped[str] = mapped_column(String(60), default="", server_default="")  # browser and system, as they say
    challenge: Mapped[str | None] = mapped_column(String(100))  # what a passkey has to sign next: purpose:base64url
    challenged_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]  # when its person last proved himself with a passkey
    proved_with_id: Mapped[UUID | None]


class TotpFactor(Base):
    """Somebody's second factor (双因素); in force once confirmed. Of recovery codes only hashes are kept."""

    __tablename__ = "totp_factor"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    secret_sealed: Mapped[str] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger)  # 30-second step of the last code used: each works once
    recovery_hashes: Mapped[list[str]] = mapped_column(Json)


class Passkey(Base):
    """The public half of a key that proves who decides (通行密钥)."""

    __tablename__ = "passkey"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[str] = mapped_column(Text, unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    last_used_at: Mapped[datetime | None]


class AddressFailure(Base):
    """Wrong passwords from one address, kept as a blind index."""

    __tablename__ = "address_failure"

    address_index: Mapped[str] = mapped_column(String(32), unique=True)
    failed: Mapped[int]
    since: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class IdempotencyKey(Base):
    """One POST that a person may send again and the answer it got; `status` None while it has none yet."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_idempotency_key_created_at", "created_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(255))
    target: Mapped[str] = mapped_column(Text)  # method and path
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    answer_sealed: Mapped[str | None] = mapped_column(Text)
