"""The visit scheme (外访方案): crews, stops, the road plan, decisions on it, and the day packs made from it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Float, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person
from server.cases.models import Address, Case
from server.db import Base, Json


class Scheme(Base):
    """A visit scheme: what was seen and signed is named by `version` and `digest`."""

    __tablename__ = "scheme"

    serial: Mapped[str] = mapped_column(String(40), unique=True)
    visit_list_id: Mapped[UUID] = mapped_column(ForeignKey("visit_list.id"))
    title: Mapped[str] = mapped_column(String(120))
    area: Mapped[str] = mapped_column(String(120), default="")
    dates: Mapped[list[str]] = mapped_column(Json)  # ISO dates, Asia/Shanghai
    state: Mapped[str] = mapped_column(String(24), default="drafting", index=True)
    version: Mapped[int] = mapped_column(default=1)
    digest: Mapped[str] = mapped_column(String(64), default="")
    compiler_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    vehicles: Mapped[list[Any]] = mapped_column(Json, default=list)
    materials: Mapped[list[Any]] = mapped_column(Json, default=list)
    costs: Mapped[list[Any]] = mapped_column(Json, default=list)  # {item, amount_fen, basis}
    cost_rates: Mapped[dict[str, Any] | None] = mapped_column(Json)  # {per_km_fen, per_crew_day_fen}
    cost_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    risk_notes: Mapped[str] = mapped_column(Text, default="")
    compliance: Mapped[list[Any]] = mapped_column(Json, default=list)
    pack_version: Mapped[str] = mapped_column(String(40), default="")
    signed_digest: Mapped[str] = mapped_column(String(64), default="")
    signed_version: Mapped[int | None]
    limits: Mapped[dict[str, Any] | None] = mapped_column(Json)
    expires_on: Mapped[date | None] = mapped_column(Date)
    dispatched_at: Mapped[datetime | None]
    plan_job_id: Mapped[UUID | None]
    plan_version: Mapped[int | None]  # the road plan in force; none while the scheme waits for one

    crews: Mapped[list["Crew"]] = relationship(order_by="Crew.name, Crew.id", cascade="all, delete-orphan")
    stops: Mapped[list["SchemeStop"]] = relationship(order_by="SchemeStop.id", cascade="all, delete-orphan")
    decisions: Mapped[list["SchemeDecision"]] = relationship(order_by="SchemeDecision.id")
    plans: Mapped[list["RoutePlan"]] = relationship(order_by="RoutePlan.version")
    versions: Mapped[list["SchemeVersion"]] = relationship(order_by="SchemeVersion.version")
    compiler: Mapped[Person] = relationship(foreign_keys=[compiler_id])

    @property
    def stops_in_order(self) -> list["SchemeStop"]:
        """The visits as they are driven to, crew by crew and day by day; the others last, the best score first."""
        crews = {crew.id: number for number, crew in enumerate(self.crews)}
        return sorted(
            self.stops,
            key=lambda stop: (
                stop.day is None or stop.crew_id is None,
                crews.get(stop.crew_id, 0) if stop.crew_id else 0,
                stop.day or date.min,
                stop.seq or 0,
                -stop.score,
                str(stop.id),
            ),
        )


class Crew(Base):
    """Two agents who share a vehicle (外访小组)."""

    __tablename__ = "crew"

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    vehicle: Mapped[str] = mapped_column(String(40), default="")
    start: Mapped[dict[str, Any]] = mapped_column(Json)  # {lon, lat, datum, precision}
    end: Mapped[dict[str, Any]] = mapped_column(Json)
    shift_from: Mapped[str] = mapped_column(String(5), default="09:00")
    shift_until: Mapped[str] = mapped_column(String(5), default="18:00")

    lead: Mapped[Person] = relationship(foreign_keys=[lead_id])
    second: Mapped[Person] = relationship(foreign_keys=[second_id])


class SchemeStop(Base):
    """One visit planned (拜访点): who, where, when, with what; or why it was left out."""

    __tablename__ = "scheme_stop"
    __table_args__ = (UniqueConstraint("scheme_id", "case_id"),)

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    address_id: Mapped[UUID | None] = mapped_column(ForeignKey("address.id"))
    crew_id: Mapped[UUID | None] = mapped_column(ForeignKey("crew.id"), index=True)
    day: Mapped[date | None] = mapped_column(Date)
    seq: Mapped[int | None]
    arrive_at: Mapped[datetime | None]
    depart_at: Mapped[datetime | None]
    leg_m: Mapped[float | None] = mapped_column(Float)
    windows: Mapped[list[Any]] = mapped_column(Json, default=list)
    service_min: Mapped[int] = mapped_column(default=25)
    prize: Mapped[int] = mapped_column(default=0)
    must_visit: Mapped[bool] = mapped_column(default=False)
    owed_fen: Mapped[int] = mapped_column(BigInteger, default=0)  # as the scheme was compiled with
    owed_as_of: Mapped[date | None] = mapped_column(Date)
    reasons: Mapped[list[Any]] = mapped_column(Json, default=list)  # the score's terms
    score: Mapped[int] = mapped_column(default=0)
    materials: Mapped[list[Any]] = mapped_column(Json, default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    drop_reason: Mapped[dict[str, Any] | None] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(16), default="planned", index=True)

    case: Mapped[Case] = relationship()
    address: Mapped[Address | None] = relationship()
    crew: Mapped[Crew | None] = relationship()


class ContactAttempt(Base):
    """A call to the debtor that an agent recorded (联系尝试), by the record's id: when and how it ended, no number."""

    __tablename__ = "contact_attempt"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    called_at: Mapped[datetime]
    called_on: Mapped[date] = mapped_column(Date, index=True)  # Asia/Shanghai
    result: Mapped[str] = mapped_column(String(16))  # reached | no_answer | wrong_number; empty: not told


class SchemeVersion(Base):
    """What a scheme said after one change (方案版本): the content its digest stands for, so that versions compare."""

    __tablename__ = "scheme_version"
    __table_args__ = (UniqueConstraint("scheme_id", "version"),)

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), index=True)
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    changed_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(200), default="")
    is_material: Mapped[bool] = mapped_column(default=True)

    changed_by: Mapped[Person] = relationship()


class RoutePlan(Base):
    """A solved road plan (外访路线计划) of one version of a scheme, with the parameters that give it again."""

    __tablename__ = "route_plan"
    __table_args__ = (UniqueConstraint("scheme_id", "version"),)

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), index=True)
    version: Mapped[int]
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    result: Mapped[dict[str, Any]] = mapped_column(Json)


class SchemeDecision(Base):
    """What somebody decided on a scheme: the version and digest he saw, and why."""

    __tablename__ = "scheme_decision"

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    step: Mapped[str] = mapped_column(String(16))  # review | compliance | sign_off
    decision: Mapped[str] = mapped_column(String(16))  # approve | return
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(Json)  # what was seen, for the diff
    limits: Mapped[dict[str, Any] | None] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime]
    delegation_id: Mapped[UUID | None] = mapped_column(ForeignKey("delegation.id"))  # signed for the general manager

    person: Mapped[Person] = relationship()
    delegation: Mapped["Delegation | None"] = relationship()


class Delegation(Base):
    """The general manager's signature lent to somebody (授权签批): days inclusive, a ceiling on the scheme's cost."""

    __tablename__ = "delegation"

    giver_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    most_cost_fen: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="")
    revoked_at: Mapped[datetime | None]

    giver: Mapped[Person] = relationship(foreign_keys=[giver_id])
    holder: Mapped[Person] = relationship(foreign_keys=[holder_id])


class DayPack(Base):
    """What one agent's phone got for one day (日包): its hash and until when it may be used."""

    __tablename__ = "day_pack"
    __table_args__ = (UniqueConstraint("scheme_id", "person_id", "day", "scheme_version"),)

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), index=True)
    crew_id: Mapped[UUID] = mapped_column(ForeignKey("crew.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    plan_version: Mapped[int]
    scheme_version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class FieldForm(Base):
    """A version of a field form that the office added (外访表单); it never changes, and shipped ones stand in files."""

    __tablename__ = "field_form"
    __table_args__ = (UniqueConstraint("form_id", "version"),)

    form_id: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    xform: Mapped[str] = mapped_column(Text)
    source_sha256: Mapped[str] = mapped_column(String(64))  # of the workbook, in the media store
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class FormActivation(Base):
    """From which day on a version of a form is in use (启用); the last word for a day counts."""

    __tablename__ = "form_activation"

    form_id: Mapped[str] = mapped_column(String(40), index=True)
    version: Mapped[str] = mapped_column(String(10))
    active_on: Mapped[date] = mapped_column(Date)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
