"""Cases (案件) as the creditors placed them, the people and places in them, the visit list, and issued papers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.cases.rules import CaseState
from server.db import Base, Json


class MappingTemplate(Base):
    """How one creditor's file headers map to our fields (映射模板)."""

    __tablename__ = "mapping_template"

    __table_args__ = (UniqueConstraint("creditor_id", "kind"),)

    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"))
    kind: Mapped[str] = mapped_column(String(10), default="cases")  # cases | payments
    mapping: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)


class ImportRun(Base):
    """One uploaded file (导入批次): its dry-run report and, once committed, what it changed."""

    __tablename__ = "import_run"

    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # cases | payments
    filename: Mapped[str] = mapped_column(String(200))
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(Json)
    report: Mapped[dict[str, Any]] = mapped_column(Json)
    faults_sealed: Mapped[str] = mapped_column(Text, default="")  # the cells' values are personal data
    sealed_sha256: Mapped[str] = mapped_column(String(64))  # the uploaded file, sealed, in the media store
    received_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="dry_run")  # dry_run | committed
    imported_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    committed_at: Mapped[datetime | None]


class Party(Base):
    """A person or company in a case (当事人). The ID number and phone are sealed; `id_index` finds equal numbers."""

    __tablename__ = "party"

    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default="person")  # person | company
    name: Mapped[str] = mapped_column(String(120))
    id_kind: Mapped[str] = mapped_column(String(20), default="id_card")
    id_sealed: Mapped[str | None] = mapped_column(Text)
    id_index: Mapped[str | None] = mapped_column(String(32), index=True)
    id_last4: Mapped[str] = mapped_column(String(4), default="")
    id_confirmed: Mapped[bool] = mapped_column(default=True)
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    phone_index: Mapped[str | None] = mapped_column(String(32), index=True)
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    do_not_contact: Mapped[bool] = mapped_column(default=False)


class Case(Base):
    """One debt placed with the firm (委案). Amounts in fen; `as_of` is the day they are right for."""

    __tablename__ = "case"
    __table_args__ = (UniqueConstraint("creditor_id", "case_no"),)

    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    import_run_id: Mapped[UUID | None] = mapped_column(ForeignKey("import_run.id"))
    case_no: Mapped[str] = mapped_column(String(60))
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    product: Mapped[str] = mapped_column(String(40), default="")
    contract_no_sealed: Mapped[str | None] = mapped_column(Text)
    contract_tail: Mapped[str] = mapped_column(String(8), default="")
    placed_on: Mapped[date | None] = mapped_column(Date)
    return_due_on: Mapped[date | None] = mapped_column(Date)
    as_of: Mapped[date | None] = mapped_column(Date)
    overdue_on: Mapped[date | None] = mapped_column(Date)
    last_instalment_due_on: Mapped[date | None] = mapped_column(Date)
    last_paid_on: Mapped[date | None] = mapped_column(Date)
    last_paid_fen: Mapped[int | None] = mapped_column(BigInteger)
    placed_fen: Mapped[int] = mapped_column(BigInteger)
    principal_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    interest_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    penalty_interest_fen: Mapped[int] = mapped_column(BigInteger, default=0)  # 罚息
    penalty_fen: Mapped[int] = mapped_column(BigInteger, default=0)  # 违约金
    fees_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    outstanding_fen: Mapped[int] = mapped_column(BigInteger)
    contract_amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    penalty_rate: Mapped[int | None]  # hundred-thousandths of the debt a day
    state: Mapped[CaseState] = mapped_column(String(20), default=CaseState.PHONE, index=True)
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    broken_promises: Mapped[int] = mapped_column(default=0)
    contact_result: Mapped[str] = mapped_column(String(20), default="")
    note_sealed: Mapped[str | None] = mapped_column(Text)
    last_visit_on: Mapped[date | None] = mapped_column(Date)
    content_hash: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    debtor: Mapped[Party] = relationship()
    addresses: Mapped[list["Address"]] = relationship(order_by="Address.id")
    stop_flags: Mapped[list["StopFlag"]] = relationship(order_by="StopFlag.id")
    others: Mapped[list["CaseParty"]] = relationship(order_by="CaseParty.id")


class CaseParty(Base):
    """Somebody else in a case: guarantor (保证人), co-debtor (共债人) or contact (联系人)."""

    __tablename__ = "case_party"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    guarantee_kind: Mapped[str] = mapped_column(String(20), default="")

    party: Mapped[Party] = relationship()


class Address(Base):
    """A place where the debtor may be met. The point is kept as given, with datum, precision and source."""

    __tablename__ = "address"

    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="home")  # home | work | registered | delivery | other
    text_sealed: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(String(60), default="")
    adcode: Mapped[str] = mapped_column(String(12), default="")
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    datum: Mapped[str | None] = mapped_column(String(8))  # WGS-84 | GCJ-02 | BD-09
    lon_wgs84: Mapped[float | None] = mapped_column(Float)
    lat_wgs84: Mapped[float | None] = mapped_column(Float)
    precision: Mapped[str] = mapped_column(String(10), default="none")
    source: Mapped[str] = mapped_column(String(40), default="")  # creditor file | centroid | nominatim | agent …
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    access_note: Mapped[str] = mapped_column(Text, default="")
    risk_level: Mapped[str] = mapped_column(String(10), default="normal")


class StopFlag(Base):
    """A reason not to go to this door (停访标志): complaint, dispute, recall, settlement, do-not-contact."""

    __tablename__ = "stop_flag"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    raised_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    raised_at: Mapped[datetime]
    lifted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]


class LimitationFact(Base):
    """Something outside the visits and the feed that moves a clock (时效事件): a suit, a police report, a letter."""

    __tablename__ = "limitation_fact"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    happened_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    grade: Mapped[str] = mapped_column(String(1))
    against: Mapped[str] = mapped_column(String(12), default="debtor")
    proof: Mapped[str] = mapped_column(Text)  # what shows it: file number, receipt, date of a stamp
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]


class LegalApproval(Base):
    """Legal's approval (法务批准) of what the rules otherwise stop, such as a visit after limitation has run out."""

    __tablename__ = "legal_approval"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # expired_visit
    reason: Mapped[str] = mapped_column(Text)
    approved_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime]
    valid_until: Mapped[date] = mapped_column(Date)
    withdrawn_at: Mapped[datetime | None]


class PaymentFact(Base):
    """A payment the creditor says it got (还款事实). The creditor's feed is the only source of money facts."""

    __tablename__ = "payment_fact"
    __table_args__ = (UniqueConstraint("creditor_id", "reference"),)

    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    case_no: Mapped[str] = mapped_column(String(60))
    booked_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(20))  # payment | settlement | reversal
    reference: Mapped[str] = mapped_column(String(60))
    import_run_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id"))


class VisitList(Base):
    """The customers a specialist proposes to visit (定期上门催收客户名单)."""

    __tablename__ = "visit_list"

    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    lines: Mapped[list["VisitListLine"]] = relationship(order_by="VisitListLine.id", cascade="all, delete-orphan")


class VisitListLine(Base):
    """One customer on a list, with the score's terms and the supervisor's decision."""

    __tablename__ = "visit_list_line"
    __table_args__ = (UniqueConstraint("list_id", "case_id"),)

    list_id: Mapped[UUID] = mapped_column(ForeignKey("visit_list.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    address_id: Mapped[UUID | None] = mapped_column(ForeignKey("address.id"))
    score: Mapped[int] = mapped_column(default=0)
    terms: Mapped[list[Any]] = mapped_column(Json, default=list)
    compliance: Mapped[list[Any]] = mapped_column(Json, default=list)  # what the rules said when it was put here
    note: Mapped[str] = mapped_column(Text, default="")
    decision: Mapped[str] = mapped_column(String(10), default="pending")  # pending | accept | return | remove
    reason: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship()
    address: Mapped[Address | None] = relationship()


class VisitListVersion(Base):
    """A list as it was submitted or reviewed, so that versions can be compared."""

    __tablename__ = "visit_list_version"
    __table_args__ = (UniqueConstraint("list_id", "version"),)

    list_id: Mapped[UUID] = mapped_column(ForeignKey("visit_list.id"), index=True)
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(Json)


class Paper(Base):
    """An issued paper (单据): serial, content hash and file. Every printed page leads back to a row here."""

    __tablename__ = "paper"
    __table_args__ = (Index("ix_paper_kind_subject", "kind", "subject_id"),)

    kind: Mapped[str] = mapped_column(String(24))  # account_statement | visit_receipt | visit_scheme | …
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey("creditor.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    subject_id: Mapped[UUID | None] = mapped_column(index=True)  # the scheme, stop or visit it is about
    version: Mapped[int] = mapped_column(default=1)
    template_version: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))  # of the file handed out, its seal included
    unsealed_sha256: Mapped[str] = mapped_column(String(64), default="")  # of what was rendered: the same every time
    seal_level: Mapped[str] = mapped_column(String(8), default="")  # B-B | B-T | empty: not sealed
    stamped_sha256: Mapped[str] = mapped_column(String(64), default="")  # of the same file with the time in its seal
    fingerprint: Mapped[str] = mapped_column(String(64))
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    compliance: Mapped[list[Any]] = mapped_column(Json, default=list)  # what the rules said before it was issued
    issued_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="issued")


class SerialCounter(Base):
    """The next number of a kind of paper on a day; locked while a serial is drawn."""

    __tablename__ = "serial_counter"
    __table_args__ = (UniqueConstraint("prefix", "day"),)

    prefix: Mapped[str] = mapped_column(String(8))
    day: Mapped[str] = mapped_column(String(8))
    last: Mapped[int] = mapped_column(default=0)
