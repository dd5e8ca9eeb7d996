"""The draft of a notice when a phone is lost (个人信息泄露通知)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate
from sqlalchemy import select

from server import audit, clock, config, media
from server.accounts.auth import allow, current_person
from server.accounts.models import Person
from server.accounts.roles import Role
from server.accounts.scope import require_every_creditor
from server.body import Body, Strict, answers, asks
from server.cases.models import Case
from server.db import db, fetch
from server.devices.models import Device
from server.devices.rules import DeviceState
from server.errors import Conflict
from server.privacy import breach, notices
from server.privacy.breach import BreachFacts, PackHeld
from server.schemes.models import DayPack, Scheme, SchemeStop

bp = Blueprint("breaches", __name__, url_prefix="/v1")
TYPES = {"md": "text/markdown; charset=utf-8", "pdf": "application/pdf"}


class NoticeQuery(Strict):
    """As Markdown, or on paper."""

    form = fields.String(load_default="md", validate=validate.OneOf(list(TYPES)))


class PhoneNotLost(Conflict):
    """A notice is drafted only for a phone that was reported lost or was revoked."""


@bp.post("/devices/<uuid:device_id>/breach-notice")
@allow(Role.COMPLIANCE, Role.LEGAL)
@asks(NoticeQuery)
@answers(None, content_type="application/octet-stream")
def draft_notice(device_id: UUID, query: Body) -> ResponseReturnValue:
    """Draft the notice for a lost phone: what was on it, for the authority and for the people; legal completes it.

    `form=pdf`: as a sealed paper with a serial, of a new version each time; else as Markdown, to be written into.
    """
    require_every_creditor(f"no Device {device_id}")  # a phone holds stops of several
    device, person, at = fetch(Device, device_id), current_person(), clock.now()
    if device.state == DeviceState.ACTIVE or device.revoked_at is None:
        raise PhoneNotLost(f"it is {device.state}", state=device.state)
    packs = tuple(packs_held(device, lost_at=device.revoked_at))
    facts = BreachFacts(
        firm=config.current().firm.name,
        contact=config.current().firm.complaint_phone,
        device_label=device.label,
        holder_staff_no=db.session.get_one(Person, device.person_id).staff_no,
        last_contact_at=device.last_contact_at,
        reported_at=device.revoked_at,
        unsent_count=device.unsent_count,
        packs=packs,
        drafted_at=at,
    )
    serial, content = "", breach.draft(facts).encode()
    if query["form"] == "pdf":
        paper = notices.issue(device, facts, on=at.astimezone(clock.SHANGHAI).date())
        serial, content = paper.serial, media.store().get(paper.sha256)
    audit.note("breach.drafted", f"device:{device.id}", actor_id=person.id, cases=len(facts.case_nos), paper=serial)
    answer = Response(content, content_type=TYPES[query["form"]])
    name = serial or f"breach-{str(device_id)[-12:]}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{query["form"]}"'
    db.session.commit()
    return answer


def packs_held(device: Device, *, lost_at: datetime) -> Iterable[PackHeld]:
    """Yield the packs the phone may still have held: sent out before it was lost, and readable after its last contact.

    A phone that was never heard of holds none.
    """
    if device.last_contact_at is None:
        return
    query = select(DayPack).where(
        DayPack.person_id == device.person_id, DayPack.issued_at <= lost_at, DayPack.expires_at > device.last_contact_at
    )
    for pack in db.session.scalars(query.order_by(DayPack.day, DayPack.id)):
        stops = [UUID(one) for one in pack.content["stops"]]
        numbers = select(Case.case_no).join(SchemeStop, SchemeStop.case_id == Case.id).where(SchemeStop.id.in_(stops))
        scheme = db.session.get_one(Scheme, pack.scheme_id)
        yield PackHeld(scheme.serial, pack.day.isoformat(), pack.expires_at, tuple(sorted(db.session.scalars(numbers))))
