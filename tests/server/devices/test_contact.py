from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from server import clock
from server.db import db
from server.devices import contact
from server.devices.models import ClockSample, Device
from sync.envelope import write_time

SCHEME = "01939999-0000-7000-8000-000000000001"


def said(**headers):
    at = clock.now().replace(microsecond=0)
    named = {f"Doorstep-{name.replace('_', '-')}": text for name, text in headers.items()}
    return contact.read({"Doorstep-Time": write_time(at - timedelta(seconds=2))} | named, at=at)


class TestRead:
    @pytest.mark.parametrize(
        ("round_trip", "offset_ms", "error_ms"),
        [("0", 2000, 0), ("400", 1800, 200), ("3", 1998, 2), ("", 2000, None), ("-5", 2000, None), ("٣", 2000, None)],
    )
    def test_tells_the_middle_and_the_error_of_the_offset(self, round_trip, offset_ms, error_ms):
        told = said(Rtt_Ms=round_trip)
        assert (told.offset_ms, told.error_ms) == (offset_ms, error_ms)

    @pytest.mark.parametrize(
        ("text", "plans"),
        [(f"{SCHEME}@3", {SCHEME: 3}), (f"{SCHEME.upper()}@3, x@1, @, {SCHEME}@x", {SCHEME: 3}), ("", {})],
    )
    def test_reads_the_plans_and_leaves_out_what_is_none(self, text, plans):
        assert said(Plan=text).plans == plans

    def test_knows_a_mute_phone_from_one_without_plans(self):
        assert contact.read({}, at=clock.now()) == contact.Told(None, None, None, None)

    def test_reads_no_endless_list_of_plans(self):
        assert len(said(Plan=",".join(f"{UUID(int=n)}@1" for n in range(1000))).plans) == contact.MAX_PLANS


@pytest.mark.usefixtures("in_app")
class TestIsNews:
    def test_is_another_plan_at_once(self, phone):
        phone.client.head()
        device = db.session.scalars(select(Device)).one()
        assert device.plans_held == {}
        told = contact.Told(device.clock_offset_ms, 0, 0, {SCHEME: 1})
        assert contact.is_news(device, told, at=device.last_contact_at)
        assert not contact.is_news(device, contact.Told(None, None, 0, {}), at=device.last_contact_at)
        assert not contact.is_news(device, contact.Told(None, None, 0, None), at=device.last_contact_at)


@pytest.mark.usefixtures("in_app")
class TestKeep:
    def test_keeps_the_newest_50_samples_of_each_phone(self, phone, new_phone, as_luo):
        other, at = new_phone(as_luo), clock.now()
        for name, count in ((phone.device, 53), (other.device, 2)):
            device = db.session.get(Device, UUID(name))
            for number in range(count):
                told = contact.Told(number, 5, 0, {})
                contact.keep(device, told, at=at + timedelta(minutes=number))
        kept = {
            name: list(
                db.session.scalars(
                    select(ClockSample.offset_ms).where(ClockSample.device_id == UUID(name)).order_by(ClockSample.at)
                )
            )
            for name in (phone.device, other.device)
        }
        assert kept == {phone.device: list(range(3, 53)), other.device: [0, 1]}

    def test_changes_nothing_a_phone_does_not_speak_of(self, phone):
        device = db.session.get(Device, UUID(phone.device))
        contact.keep(device, contact.Told(7, 2, 3, {SCHEME: 1}), at=clock.now())
        contact.keep(device, contact.Told(None, None, None, None), at=clock.now())
        kept = (device.clock_offset_ms, device.clock_error_ms, device.unsent_count, device.plans_held)
        assert kept == (7, 2, 3, {SCHEME: 1})
