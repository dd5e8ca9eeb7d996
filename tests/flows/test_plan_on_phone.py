"""The office sees which plan a phone works from: the one sent out, an older one, or none."""

from sqlalchemy import update

from server.db import begin_write, db
from server.schemes.models import DayPack


class TestPlans:
    def seen(self, caller, phone):
        shown = caller.get(f"/v1/devices/{phone.store.get('device')}").json
        [listed] = [one for one in caller.get("/v1/devices").json["items"] if one["id"] == shown["id"]]
        assert listed == shown
        return [(one["scheme_id"], one["dispatched"], one["held"], one["is_old"]) for one in shown["plans"]]

    def test_tell_an_old_plan_from_the_one_sent_out(self, as_zhou, fangs_phone, dispatched):
        assert self.seen(as_zhou, fangs_phone) == [(dispatched, 1, None, True)]
        fangs_phone.sync()
        assert self.seen(as_zhou, fangs_phone) == [(dispatched, 1, 1, False)]
        begin_write()
        db.session.execute(update(DayPack).values(plan_version=2))
        db.session.commit()
        fangs_phone.sync()
        assert self.seen(as_zhou, fangs_phone) == [(dispatched, 2, 1, True)]

    def test_are_not_missed_on_a_phone_that_was_revoked(self, as_zhou, fangs_phone, dispatched):
        fangs_phone.sync()
        assert as_zhou.post(f"/v1/devices/{fangs_phone.store.get('device')}/revoke", json={}).status_code == 200
        assert self.seen(as_zhou, fangs_phone) == [(dispatched, None, 1, False)]

    def test_name_the_plan_of_the_oldest_stop(self, fangs_phone, dispatched):
        stops = fangs_phone.store.documents("stops")
        assert fangs_phone.store.plans() == {dispatched: 1}
        assert len(stops) > 1


class TestClockSamples:
    def test_are_shown_with_their_error(self, as_zhou, as_lin, fangs_phone):
        fangs_phone.clock.forward(minutes=5)
        fangs_phone.sync()
        path = f"/v1/devices/{fangs_phone.store.get('device')}/clock-samples"
        told = as_zhou.get(path).json["items"]
        assert [one["error_ms"] for one in told] == [0, None]
        assert -300_000 <= told[0]["offset_ms"] < -240_000
        assert as_lin.get(path).status_code == 403
