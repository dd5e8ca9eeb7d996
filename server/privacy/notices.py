"""The notice after a lost phone on paper (个人信息安全事件通知): the draft as a sealed PDF, a new version each time."""

from datetime import date

from sqlalchemy import Select, func, select

from receipts import breach_notice
from receipts.breach_notice import BreachNoticeFacts, PackFacts
from receipts.serials import PaperKind
from server.cases import papers
from server.cases.models import Paper
from server.db import db
from server.devices.models import Device
from server.devices.rules import DeviceState
from server.privacy import breach
from server.privacy.breach import BreachFacts

KIND = "breach_notice"
TEMPLATE_VERSION = "breach_notice/1"


def owed() -> Select[Device]:
    """Return the query of the lost phones for which no notice was drafted."""
    drafted = select(Paper.subject_id).where(Paper.kind == KIND, Paper.subject_id.is_not(None))
    return select(Device).where(Device.state == DeviceState.LOST.value, Device.id.not_in(drafted))


def issue(device: Device, told: BreachFacts, *, on: date) -> Paper:
    """Issue the draft of a notice for a phone as a paper. Raises GateClosed."""
    earlier = select(func.count()).select_from(Paper).where(Paper.kind == KIND, Paper.subject_id == device.id)
    version = 1 + (db.session.scalar(earlier) or 0)
    serial = papers.draw_serial(PaperKind.BREACH_NOTICE, on=on)
    facts = facts_of(told, serial=serial, version=version)
    return papers.file_paper(
        breach_notice.render(facts), facts=facts, kind=KIND, serial=serial, template_version=TEMPLATE_VERSION,
        at=told.drafted_at, subject_id=device.id, version=version,
    )  # fmt: skip


def facts_of(told: BreachFacts, *, serial: str, version: int) -> BreachNoticeFacts:
    """Return what the paper says: what the draft says, field by field."""
    return BreachNoticeFacts(
        seal=papers.seal_facts(serial, at=told.drafted_at, version=version),
        contact=told.contact,
        device_label=told.device_label,
        holder_no=told.holder_staff_no,
        reported_at=told.reported_at,
        last_contact_at=told.last_contact_at,
        unsent_count=told.unsent_count,
        case_count=len(told.case_nos),
        measures=breach.DONE,
        categories=breach.CATEGORIES,
        letter=breach.letter(told),
        packs=tuple(PackFacts(one.scheme_serial, one.day, one.expires_at, one.case_nos) for one in told.packs),
    )
