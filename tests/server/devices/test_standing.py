from datetime import UTC, datetime, timedelta

import pytest

from server.devices import standing
from server.devices.models import Device
from server.devices.standing import PlanOnPhone

AT = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)


class TestPlanOnPhone:
    @pytest.mark.parametrize(
        ("dispatched", "held", "is_old"),
        [(2, 1, True), (2, None, True), (2, 2, False), (2, 3, False), (None, 1, False)],
    )
    def test_is_old_when_a_newer_one_was_sent_out(self, dispatched, held, is_old):
        assert PlanOnPhone(None, "", dispatched, held).is_old is is_old


class TestIsSilent:
    @pytest.mark.parametrize(
        ("hours", "unsent", "state", "is_silent"),
        [
            (25, 1, "active", True),
            (24, 1, "active", False),
            (25, 0, "active", False),
            (25, None, "active", False),
            (25, 1, "lost", False),
        ],
    )
    def test_is_a_day_without_a_word_and_work_on_the_phone(self, hours, unsent, state, is_silent):
        device = Device(state=state, unsent_count=unsent, last_contact_at=AT - timedelta(hours=hours))
        assert standing.is_silent(device, at=AT) is is_silent

    def test_is_not_told_of_a_phone_never_heard_of(self):
        assert not standing.is_silent(Device(state="active", unsent_count=1), at=AT)
