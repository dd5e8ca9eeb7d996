from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from server import clock
from server.db import db
from server.devices import condition
from server.devices.condition import Beyond, ChainState, judge
from server.devices.models import Device

NOON = datetime(2026, 12, 2, 4, tzinfo=UTC)
PLAIN = {"head_seq": 5, "beyond": None, "has_double": False, "is_expecting": False, "at": NOON}


class TestJudge:
    def test_is_whole_when_nothing_is_missing(self):
        assert judge(**PLAIN) == condition.Chain(ChainState.WHOLE, None, None, is_alert=False)

    def test_waits_for_what_the_phone_told_of(self):
        assert judge(**PLAIN | {"is_expecting": True}).state is ChainState.WAITING

    @pytest.mark.parametrize(("hours", "is_alert"), [(23, False), (24, False), (25, True)])
    def test_has_a_gap_that_is_an_alert_after_a_day(self, hours, is_alert):
        since = NOON - timedelta(hours=hours)
        told = judge(**PLAIN | {"beyond": Beyond(7, 9, since)})
        assert told == condition.Chain(ChainState.GAP, 6, since, is_alert=is_alert)

    def test_is_forked_when_the_next_record_does_not_follow(self):
        assert judge(**PLAIN | {"beyond": Beyond(6, 6, NOON)}).state is ChainState.FORK

    def test_is_forked_when_two_hold_one_place(self):
        told = judge(**PLAIN | {"has_double": True, "is_expecting": True})
        assert (told.state, told.is_alert) == (ChainState.FORK, True)


@pytest.mark.usefixtures("in_app")
class TestChains:
    def chain(self, phone, later=timedelta(0)):
        device = db.session.get(Device, UUID(phone.device), populate_existing=True)
        return condition.chains([device], at=clock.now() + later)[device.id]

    def test_follow_a_gap_from_opening_to_closing(self, phone):
        rows = phone.rows(4)
        assert self.chain(phone).state is ChainState.WHOLE
        phone.push([rows[0], rows[3]])
        told = self.chain(phone)
        assert (told.state, told.missing_from, told.is_alert) == (ChainState.GAP, 2, False)
        assert self.chain(phone, timedelta(hours=25)).is_alert
        phone.push(rows[1:3])
        assert self.chain(phone, timedelta(hours=25)).state is ChainState.WHOLE

    def test_tell_one_phone_from_another(self, phone, new_phone, as_luo):
        other, rows = new_phone(as_luo), phone.rows(2)
        phone.push(rows[1:])
        assert self.chain(phone).state is ChainState.GAP
        assert self.chain(other).state is ChainState.WHOLE

    def test_wait_for_a_phone_that_told_of_unsent_records(self, phone):
        phone.rows(2)
        phone.client.head()
        db.session.rollback()
        assert self.chain(phone).state is ChainState.WAITING
