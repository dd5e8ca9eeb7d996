"""How phones stand towards the office: which plan each holds and which it should, and who is silent with work on it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from server.db import db
from server.devices.models import Device
from server.devices.rules import DeviceState
from server.schemes import reach
from server.schemes.models import DayPack, Scheme

SILENT_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PlanOnPhone:
    """A scheme's road plan as sent out and as the phone last said it holds it; None: not sent out, or not held."""

    scheme_id: UUID
    scheme_serial: str
    dispatched: int | None
    held: int | None

    @property
    def is_old(self) -> bool:
        """Does the crew work from an older plan than the one sent out, or from none?"""
        return self.dispatched is not None and (self.held is None or self.held < self.dispatched)


def is_silent(device: Device, *, at: datetime) -> bool:
    """Tell whether a phone in use was not heard of for more than 24 hours although it holds unsent work."""
    if device.state != DeviceState.ACTIVE or not device.unsent_count or device.last_contact_at is None:
        return False
    return at - device.last_contact_at > SILENT_AFTER


@reach.hears
def heard(person_ids: Collection[UUID], since: datetime) -> set[UUID]:
    """Return which people's phones in use were heard of since a moment."""
    query = select(Device.person_id).where(
        Device.person_id.in_(person_ids), Device.state == DeviceState.ACTIVE, Device.last_contact_at >= since
    )
    return set(db.session.scalars(query))


def plans(devices: Sequence[Device], *, at: datetime) -> Mapping[UUID, list[PlanOnPhone]]:
    """Return phone id → the plans it should hold at this moment or says it holds, in three questions for all phones."""
    sent = _sent({device.person_id for device in devices}, at=at)
    named = {scheme_id for of_person in sent.values() for scheme_id in of_person}
    named |= {UUID(one) for device in devices for one in device.plans_held or {}}
    serials = {
        row.id: row.serial for row in db.session.execute(select(Scheme.id, Scheme.serial).where(Scheme.id.in_(named)))
    }
    return {device.id: _of(device, sent.get(device.person_id, {}), serials) for device in devices}


def _of(device: Device, sent: Mapping[UUID, int], serials: Mapping[UUID, str]) -> list[PlanOnPhone]:
    held = {UUID(one): int(version) for one, version in (device.plans_held or {}).items()}
    should = sent if device.state == DeviceState.ACTIVE else {}
    known = sorted((should.keys() | held.keys()) & serials.keys(), key=lambda one: serials[one])
    return [PlanOnPhone(one, serials[one], should.get(one), held.get(one)) for one in known]


def _sent(person_ids: set[UUID], *, at: datetime) -> dict[UUID, dict[UUID, int]]:
    """Return person → scheme → plan version of the last dispatch, while a pack of it may still be used."""
    last = select(DayPack.scheme_id, func.max(DayPack.scheme_version).label("version")).group_by(DayPack.scheme_id)
    newest = last.subquery()
    query = (
        select(DayPack.person_id, DayPack.scheme_id, func.max(DayPack.plan_version))
        .join(newest, (newest.c.scheme_id == DayPack.scheme_id) & (newest.c.version == DayPack.scheme_version))
        .where(DayPack.person_id.in_(person_ids), DayPack.expires_at > at)
        .group_by(DayPack.person_id, DayPack.scheme_id)
    )
    found: dict[UUID, dict[UUID, int]] = {}
    for person_id, scheme_id, version in db.session.execute(query):
        found.setdefault(person_id, {})[scheme_id] = version
    return found
