"""Fang's day on the phone's own screens, in a real Chromium: enrolled, offline at the door, sent, acknowledged."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from server import clock, jobs
from server.db import db
from server.visits.models import Visit
from tests.web.phone_browser import PIN, BrowserPhone, wait_for

AXE = (Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TOLD = ("identity", "recording", "no_cash", "data_notice", "objection_channel")


class Screens:
    """What Fang does with his thumb; every tap on something of the screen is counted."""

    def __init__(self, phone):
        self.phone, self.page, self.taps = phone, phone.page, 0

    def tap(self, selector):
        self.page.wait(f"document.querySelector({json.dumps(selector)}) !== null")
        self.page.run(f"document.querySelector({json.dumps(selector)}).click()")
        self.taps += 1

    def press(self, words):
        """Tap the button, link or label that begins with these words."""
        things = "[...document.querySelectorAll('button, a, label')]"
        found = f"{things}.find((one) => one.textContent.trim().startsWith({words!r}))"
        self.page.wait(f"{found} !== undefined && !{found}.disabled")
        self.page.run(f"{found}.click()")
        self.taps += 1

    def choose(self, name, value):
        self.tap(f"input[name='{name}'][value='{value}']")

    def type(self, selector, text):
        self.page.wait(f"document.querySelector({json.dumps(selector)}) !== null")
        self.page.run(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)}); one.value = {text!r};"
            " one.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )

    def sees(self, words):
        self.page.wait(f"document.body.innerText.includes({words!r})")

    def violations(self):
        """Return what axe-core holds against the present screen."""
        self.page.run(f"{AXE}; undefined")
        told = f"axe.run(document, {{runOnly: {json.dumps(TAGS)}}}).then((found) => found.violations.map((v) => v.id))"
        return self.page.run(told)

    def sign(self):
        """Draw a line on the pad, as a finger does."""
        self.page.run("document.querySelector('canvas.pad').scrollIntoView({block: 'center'})")
        box = self.page.run("(({x, y}) => [x, y])(document.querySelector('canvas.pad').getBoundingClientRect())")
        at = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": "mouse"}
        self.page.call("Input.dispatchMouseEvent", type="mousePressed", x=box[0] + 20, y=box[1] + 40, **at)
        for step in range(1, 20):
            x, y = box[0] + 20 + step * 6, box[1] + 40 + step % 5
            self.page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, **at)
        self.page.call("Input.dispatchMouseEvent", type="mouseReleased", x=box[0] + 140, y=box[1] + 44, **at)
        self.taps += 1


@pytest.fixture
def screens(app, live_server, as_zhou, as_fang, dispatched, tmp_path):
    phone = BrowserPhone(live_server.url, tmp_path / "profile").start()
    code = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json["code"]
    phone.page.call("Browser.grantPermissions", origin=live_server.url, permissions=["geolocation"])
    phone.page.call("Emulation.setGeolocationOverride", latitude=43.8256, longitude=87.6168, accuracy=8)
    one = Screens(phone)
    assert one.violations() == []
    one.type("#code", code)
    one.type("#pin", PIN)
    one.tap("button[type=submit]")
    one.page.wait("document.querySelectorAll('a.card').length > 0")
    phone.js("await doorstep.sync.now()")
    yield one
    phone.kill()


def visits_of(app):
    with app.app_context():
        jobs.run_chores(clock.now())
        found = db.session.scalars(select(Visit)).all()
        db.session.rollback()
        return [(one.outcome, one.is_complete) for one in found]


class TestTheDay:
    def test_a_promise_made_offline_reaches_the_office_signed(self, app, screens, live_server, tmp_path):
        live_server.kill()
        screens.taps = 0
        screens.tap("a.card")
        screens.press("开始到访")
        screens.press("到达打卡")
        screens.choose("met", "debtor")
        screens.choose("id_checked", "id_card_seen")
        screens.choose("place", "at_door")
        for one in TOLD:
            screens.tap(f"input[type=checkbox][value='{one}']")
        screens.press("已出示工作证件")
        screens.choose("recorded", "yes")
        screens.choose("outcome", "1")
        screens.type("#outcome_note", "承诺分期归还")
        screens.choose("next_step", "await_promise")
        screens.press("＋ 增加一期")
        screens.press("本人自愿")
        screens.press("已说明违约后果")
        screens.tap("input[type=checkbox][value=account_statement]")
        screens.choose("signing", "signed_by_debtor")
        screens.choose("objection", "none")
        screens.press("签署")
        screens.page.wait("document.querySelector('main iframe')?.src.startsWith('blob:') === true")
        screens.sign()
        screens.press("确认签名")
        screens.sees("✓ 已签署")
        assert screens.violations() == []
        picture = tmp_path / "door.jpg"
        taken = screens.phone.js("return [...new Uint8Array(await (await picture(1, 600)).arrayBuffer())]")
        picture.write_bytes(bytes(taken))
        screens.page.choose("#photo_door", picture)
        screens.page.wait("document.querySelector('.shots img')?.complete === true")
        screens.press("离开并保存")
        screens.page.wait("location.hash === '#/outbox' || document.body.innerText.includes('确定离开')")
        assert screens.page.run("location.hash") == "#/outbox", screens.page.run("document.body.innerText")
        assert screens.phone.unsent() > 0
        assert screens.violations() == []
        live_server.restart()
        screens.phone.sync_until_sent()
        screens.sees("✓ 已签收")
        wait_for(lambda: visits_of(app) == [(1, True)])

    def test_a_third_party_is_shown_nothing_of_the_debt(self, screens):
        screens.tap("a.card")
        screens.press("开始到访")
        screens.press("到达打卡")
        name = screens.page.run("document.querySelector('h1').textContent")
        screens.choose("met", "third_party")
        screens.sees("第三人模式")
        shown = screens.page.run("document.querySelector('main').innerText")
        assert name not in shown
        assert "¥" not in shown
        assert "对账单" not in shown.replace("不得出示文件", "")
        offered = "[...document.querySelectorAll('input[name=third_party_step]')]"
        steps = screens.page.run(f"{offered}.map((one) => one.value)")
        assert sorted(steps) == ["leave", "pass_contact_slip"]
        assert screens.page.run("document.querySelectorAll('input[name=signing]').length") == 0
        screens.press("‹ 返回")
        screens.sees("欠款与单据已隐藏")
        assert screens.page.run("document.querySelectorAll('table, a[href*=paper]').length") == 0

    def test_a_relative_signs_for_an_envelope_and_sees_nothing_of_the_debt(self, screens):
        screens.tap("a.card")
        screens.press("开始到访")
        screens.press("到达打卡")
        screens.choose("met", "co_resident_adult")
        screens.choose("is_adult", "yes")
        screens.choose("outcome", "6")
        screens.choose("signing", "signed_by_relative")
        screens.press("签署")
        screens.sees("也不承担任何债务")
        shown = screens.page.run("document.querySelector('main').innerText")
        assert "欠款" not in shown
        assert "人民币" not in shown
        assert screens.page.run("document.querySelectorAll('main iframe, main a[href*=paper]').length") == 0
        screens.press("‹ 返回")
        screens.sees("欠款与单据已隐藏")

    def test_a_paper_that_was_not_fetched_is_not_signed(self, screens):
        screens.phone.js("await doorstep.store.paper.clear()")
        screens.tap("a.card")
        screens.press("开始到访")
        screens.press("到达打卡")
        screens.choose("met", "debtor")
        screens.choose("outcome", "2")
        screens.choose("signing", "signed_by_debtor")
        screens.press("签署")
        screens.sees("单据尚未下载")
        assert screens.page.run("document.querySelector('canvas.pad')") is None


class TestTheAlarm:
    def test_is_sent_by_a_key_held_down_though_the_key_repeats(self, screens):
        screens.page.run("location.hash = '#/me'")
        screens.page.wait("document.querySelector('button.bad') !== null")
        screens.page.run(
            "(() => { const press = (repeat) => document.querySelector('button.bad').dispatchEvent("
            "new KeyboardEvent('keydown', {key: 'Enter', repeat}));"
            " press(false); setInterval(() => press(true), 50); })()"
        )
        screens.sees("警报已记录")
        assert screens.phone.js("return await doorstep.store.record.where({subject: ''}).count()") == 1


class TestEveryScreen:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_has_no_fault_that_axe_finds_and_asks_nobody_else(self, screens, theme):
        screens.page.run(f"document.documentElement.dataset.theme = {theme!r}")
        for where in ("#/", "#/outbox", "#/messages", "#/me"):
            screens.page.run(f"location.hash = {where!r}")
            screens.page.wait(f"location.hash === {where!r} && document.querySelector('h1') !== null")
            assert screens.violations() == [], where
        screens.page.run("location.hash = '#/'")
        screens.tap("a.card")
        screens.page.wait("document.querySelector('table') !== null")
        assert screens.violations() == []
        assert all(url.startswith((screens.phone.url, "blob:", "data:")) for url in screens.page.requests)

    def test_speaks_english_when_asked(self, screens):
        screens.page.run("location.hash = '#/me'")
        screens.press("English")
        screens.sees("I am in danger")
        assert screens.page.run("document.documentElement.lang") == "en"
