"""Calling the debtor from the phone's card: whom, by which number, and recorded only when the agent says so."""

import json

import pytest
from sqlalchemy import select

from server import clock, jobs
from server.audit import AuditEvent
from server.db import db
from tests.flows.test_agents_screens import before_load, hour, screens
from tests.flows.thumb import SHANGHAI, bodies_of, look_at, reseal_card, visits_of
from tests.web.phone_browser import wait_for

__all__ = ["before_load", "hour", "screens"]
BUTTONS = "[...document.querySelectorAll('main > section button')].map((one) => one.textContent.trim())"


def card_of(screens):
    """Open the first card; return what it tells of the debtor."""
    screens.tap("a.card")
    screens.page.wait("document.querySelector('table') !== null")
    return screens.phone.js(
        "const id = location.hash.split('/')[2]; return (await doorstep.documents.one('cards', id)).debtor"
    )


def ask(screens):
    debtor = card_of(screens)
    screens.press("拨打")
    screens.page.wait("document.querySelector('dialog[open]') !== null")
    return debtor


class TestTheCall:
    def test_says_whom_and_is_recorded_when_the_agent_says_how_it_ended(self, app, screens, in_app):
        debtor = ask(screens)
        number = debtor["phone"]
        shown = screens.page.run("document.querySelector('dialog').innerText")
        assert f"拨打 {debtor['name']}（债务人本人）{number}？" in shown
        assert f"拨打 {number[:3]}****{number[-4:]}" in screens.page.run(BUTTONS)
        assert screens.page.run("document.querySelector('dialog a').getAttribute('href')") == f"tel:{number}"
        assert "无人接听" not in shown  # before the call there is nothing to record
        assert screens.violations() == []
        look_at(screens, "call")
        screens.tap("dialog a")
        look_at(screens, "call-ended")
        screens.press("无人接听")
        screens.sees("✓ 已登记联系尝试")
        screens.phone.sync_until_sent()
        wait_for(lambda: "contact_attempt" in bodies_of(app))
        told = bodies_of(app)["contact_attempt"]
        assert (told["with"], told["channel"], told["result"]) == ("debtor", "agent_app", "no_answer")
        assert number not in json.dumps(told)
        assert visits_of(app) == []  # a call is no visit
        with app.app_context():
            jobs.run_chores(clock.now())
        screens.phone.js("await doorstep.sync.now()")
        screens.press("拨打")
        screens.sees("今天已接通 0 次、未接 1 次")
        (noted,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "contact.attempted"))
        assert (noted.subject, noted.facts["result"]) == (f"case:{told['case_id']}", "no_answer")

    def test_says_so_when_the_debtor_was_called_often_enough_today(self, screens):
        today = clock.now().astimezone(SHANGHAI).date().isoformat()
        reseal_card(screens, calls={"on": today, "reached": 3, "unanswered": 0})
        ask(screens)
        screens.sees("今天已接通 3 次")
        screens.sees("FREQ-C")
        screens.sees("GB/T 45251")
        assert screens.violations() == []
        look_at(screens, "call-often")
        assert (
            screens.page.run("document.querySelector('dialog a').innerText") == "拨打"
        )  # a warning, as the pack has it

    def test_of_yesterday_do_not_count(self, screens):
        reseal_card(screens, calls={"on": "2026-01-01", "reached": 3, "unanswered": 9})
        ask(screens)
        screens.sees("今天已接通 0 次、未接 0 次")
        assert "FREQ-C" not in screens.page.run("document.querySelector('dialog').innerText")

    def test_leaves_no_trace_unasked(self, screens):
        ask(screens)
        screens.tap("dialog a")
        screens.press("不登记")
        screens.page.wait("document.querySelector('dialog') === null")
        assert screens.phone.js("return await doorstep.store.record.count()") == 0

    def test_is_not_offered_to_a_third_partys_ears(self, screens):
        card_of(screens)
        assert any(one.startswith("拨打") for one in screens.page.run(BUTTONS))
        for met in ("third_party", "co_resident_adult"):
            screens.press("继续到访" if met == "co_resident_adult" else "到达打卡")
            screens.choose("met", met)
            screens.press("‹ 返回")
            screens.sees("欠款与单据已隐藏")
            assert not [one for one in screens.page.run(BUTTONS) if one.startswith("拨打")], met

    def test_is_not_offered_against_a_stop_flag(self, screens):
        reseal_card(screens, frozen=["do_not_contact"])
        card_of(screens)
        screens.sees("停访：")
        assert not [one for one in screens.page.run(BUTTONS) if one.startswith("拨打")]


class TestThePast:
    HELD = "return await doorstep.store.document.where('coll').anyOf('stops', 'cards', 'papers').count()"

    def test_is_forgotten_without_a_server_and_comes_again_where_the_clock_was_wrong(self, screens):
        held = screens.phone.js(self.HELD)
        assert held > 2
        screens.phone.js("await doorstep.forgetPast()")
        assert screens.phone.js(self.HELD) == held  # the visits are still to come
        screens.phone.js("await doorstep.store.put({clock_offset_ms: 3 * 86400_000}); await doorstep.forgetPast()")
        assert screens.phone.js(self.HELD) == 0
        screens.page.wait("document.querySelectorAll('a.card').length === 0")
        look_at(screens, "past-forgotten")
        screens.phone.js("await doorstep.sync.now(); await doorstep.sync.now()")
        assert screens.phone.js(self.HELD) == held

    def test_stays_while_a_visit_of_it_is_being_written(self, screens):
        screens.tap("a.card")
        screens.press("到达打卡")
        screens.choose("met", "debtor")
        screens.page.wait("document.querySelector('input[name=met]:checked') !== null")
        screens.phone.js("await doorstep.drafts.flushAll()")
        screens.phone.js("await doorstep.store.put({clock_offset_ms: 3 * 86400_000}); await doorstep.forgetPast()")
        assert screens.phone.js("return await doorstep.store.document.where('coll').equals('stops').count()") == 1


@pytest.mark.parametrize("hour", [23])
class TestAtNight:
    def test_nobody_is_called(self, screens):
        ask(screens)
        screens.sees("此时不得拨打")
        screens.sees("HOURS")
        assert screens.page.run("document.querySelector('dialog a')") is None
