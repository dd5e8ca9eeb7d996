"""Who in the field needs help: a silent alarm held on the phone, a crew that does not check out, on the board."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock, jobs
from server.audit import AuditEvent
from server.db import begin_write, db
from server.demo import doors
from server.demo.doors import Door
from server.visits.models import Visit
from tests.flows.test_agents_screens import before_load, hour, screens
from tests.flows.thumb import look_at

__all__ = ["before_load", "hour", "screens"]


def alerts(caller):
    return caller.get("/v1/safety/alerts").json["items"]


class TestSilentAlarm:
    def test_is_held_on_the_phone_and_stands_on_the_board_with_the_place(self, app, desk, screens, as_fang, as_zhou):
        screens.phone.js("location.hash = '#/me'")
        held = "document.querySelector('button.bad')"
        screens.page.wait(f"{held} !== null")
        screens.page.run(f"{held}.dispatchEvent(new PointerEvent('pointerdown', {{bubbles: true}}))")
        screens.page.wait("document.body.innerText.includes('警报已记录')")
        look_at(screens, "alarm-phone")
        screens.phone.sync_until_sent()
        with app.app_context():
            jobs.run_chores(clock.now())
        (alert,) = alerts(as_zhou)
        assert (alert["kind"], alert["severity"], alert["visit_id"]) == ("incident", 3, None)
        assert (alert["agent_ids"], alert["agent_names"]) == ([as_fang.person_id], ["方外访"])
        assert (alert["facts"]["place"]["lon"], alert["facts"]["place"]["lat"]) == pytest.approx((87.6168, 43.8256))
        zhou = desk("zhou", "/cases")  # wherever he is
        zhou.act("inbox")
        zhou.sees("安全警报")
        zhou.tap("[data-waits=alarm]")
        zhou.sees("现场险情")
        zhou.sees("方外访")
        zhou.sees("43.82560")
        zhou.gone("[data-waits]")
        assert zhou.flawless() == []
        look_at(zhou, "alarm-board")
        zhou.press("已处理")
        zhou.page.wait("document.querySelector('.el-message-box textarea') !== null")
        zhou.type(".el-message-box textarea", "已通话，人员安全")
        zhou.press("确定")
        zhou.gone(".alarm")
        zhou.page.wait("document.querySelector('.side .el-badge') === null")
        db.session.rollback()
        (seen,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "safety.seen"))
        assert seen.facts["done"] == "已通话，人员安全"


class TestAwayFromAnyDoor:
    def test_a_note_is_no_alarm_and_a_planned_visit_is_named(self, fangs_phone, as_zhou):
        stop = fangs_phone.stops()[0]
        told = {"visit_id": "", "stop_id": stop["id"], "kind": "threat", "note": "", "police_called": True, "fix": None}
        for severity in (1, 2):
            fangs_phone.records().write("incident", told | {"severity": severity})
        fangs_phone.sync()
        (alert,) = alerts(as_zhou)
        assert (alert["severity"], alert["case_id"], alert["facts"]["place"]) == (2, stop["case_id"], None)


class TestMissedCheckOut:
    def test_rings_after_the_planned_minutes_and_half_an_hour_until_somebody_called(self, fangs_phone, as_zhou):
        stop = fangs_phone.stops()[0]
        doors.begin(Door(fangs_phone, dict(stop) | {"arrive_at": fangs_phone.clock.at.isoformat()}, 3))
        fangs_phone.sync()
        assert alerts(as_zhou) == []
        begin_write()
        visit = db.session.scalars(select(Visit)).one()
        visit.arrived_at -= timedelta(minutes=stop["service_min"] + 31)
        db.session.commit()
        (alert,) = alerts(as_zhou)
        assert (alert["kind"], alert["case_id"]) == ("overdue_check_out", stop["case_id"])
        assert {one["kind"]: one["count"] for one in as_zhou.get("/v1/inbox").json["items"]} == {"alarm": 1}
        seen = as_zhou.post(f"/v1/safety/alerts/{alert['key']}/seen", json={"done": "电话联系，仍在协商"})
        assert (seen.status_code, alerts(as_zhou)) == (200, [])
