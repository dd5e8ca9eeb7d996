"""Fang's day on the phone's own screens, in a real Chromium: enrolled, offline at the door, sent, acknowledged."""

import pytest

from tests.flows import stories
from tests.flows.thumb import Screens, at_hour, bodies_of, enrolled, reseal_card, visits_of
from tests.web.phone_browser import BrowserPhone, wait_for


@pytest.fixture
def hour():
    """The hour on the phone's clock: in the forenoon every rule about hours is kept."""
    return stories.FORENOON


@pytest.fixture
def before_load(hour):
    """What the phone is told before the app begins."""
    return at_hour(hour)


@pytest.fixture
def screens(app, live_server, beginning, as_zhou, as_fang, dispatched, tmp_path, before_load):
    phone = BrowserPhone(live_server.url, tmp_path / stories.PROFILE, before_load=before_load).start()
    phone.page.call("Browser.grantPermissions", origin=live_server.url, permissions=["geolocation"])
    phone.page.call("Emulation.setGeolocationOverride", latitude=43.8256, longitude=87.6168, accuracy=8)
    if beginning is stories.fang_enrolled:
        one = Screens(phone)
        phone.unlock()
        phone.js("await doorstep.sync.now()")
        one.page.wait("document.querySelectorAll('a.card').length > 0")
    else:
        code = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json["code"]
        one = enrolled(phone, code)
    yield one
    phone.kill()


MOST_TAPS_PROMISE, MOST_TAPS_NOBODY = 16, 6


class TestTheDay:
    def test_a_promise_made_offline_reaches_the_office_signed(self, app, screens, live_server, tmp_path):
        live_server.kill()
        screens.taps = 0
        screens.tap("a.card")
        screens.press("到达打卡")
        screens.choose("met", "debtor")
        screens.choose("id_checked", "id_card_seen")
        screens.sees("我们不收取任何现金")
        screens.press("以上均已宣读")
        screens.choose("outcome", "1")
        screens.press("30 天后")
        screens.press("以上 2 项均已确认")
        screens.press("签署对账单")
        screens.page.wait("document.querySelector('.sign iframe')?.src.startsWith('blob:') === true")
        screens.sees("人民币")
        assert screens.violations() == []
        screens.choose("objection-here", "none")
        screens.sign()
        screens.press("确认签名")
        screens.sees("✓ 已签署")
        screens.sees("回执预览")
        assert screens.violations() == []
        for question in ("photo_door", "photo_paper", "photo_surroundings"):
            screens.photograph(f"#{question}", tmp_path / f"{question}.jpg")
        screens.press("离开并保存")
        screens.page.wait("location.hash === '#/outbox' || document.body.innerText.includes('确定离开')")
        assert screens.page.run("location.hash") == "#/outbox", screens.page.run("document.body.innerText")
        assert screens.taps <= MOST_TAPS_PROMISE
        assert screens.phone.unsent() > 0
        assert screens.violations() == []
        live_server.restart()
        screens.phone.sync_until_sent()
        screens.sees("✓ 已签收")
        wait_for(lambda: visits_of(app) == [(1, True)])
        told = bodies_of(app)
        assert told["check_in"]["address_as_planned"] is None  # nobody had been asked yet
        assert told["check_in"]["rules"]["gate"] == "door"
        assert "FREEZE" in told["check_in"]["rules"]["kept"]
        assert "IDENT" in told["outcome"]["rules"]["kept"]
        assert "人民币" in told["signed_paper"]["said"]
        assert told["outcome"]["delivered"][0]["kind"] == "account_statement"
        assert told["promise"]["instalments"][0]["amount_fen"] == told["promise"]["confirmed_fen"]

    def test_nobody_at_home_takes_six_taps(self, app, screens, tmp_path):
        screens.taps = 0
        screens.tap("a.card")
        screens.press("到达打卡")
        screens.choose("met", "nobody")
        screens.choose("outcome", "7")
        screens.photograph("#photo_door", tmp_path / "door.jpg")
        screens.press("离开并保存")
        screens.page.wait("location.hash === '#/outbox' || document.body.innerText.includes('确定离开')")
        assert screens.page.run("location.hash") == "#/outbox", screens.page.run("document.body.innerText")
        assert screens.taps <= MOST_TAPS_NOBODY
        screens.phone.sync_until_sent()
        wait_for(lambda: visits_of(app) == [(7, True)])

    def test_without_a_position_nobody_waits(self, screens):
        screens.page.call("Emulation.setGeolocationOverride")  # no sky at all
        screens.tap("a.card")
        screens.press("到达打卡")
        screens.choose("met", "nobody")
        screens.choose("outcome", "7")
        screens.press("离开并保存")
        screens.press("离开并保存")
        screens.page.wait("location.hash === '#/outbox'")
        rows = screens.phone.js("return (await doorstep.store.record.toArray()).map((one) => one.type)")
        assert rows == ["check_in", "met", "outcome", "check_out"]

    def test_a_third_party_is_shown_nothing_of_the_debt(self, screens):
        screens.tap("a.card")
        screens.press("到达打卡")
        screens.page.wait("document.querySelector('input[name=met]') !== null")
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
        screens.choose("third_party_step", "pass_contact_slip")
        screens.press("出示联系卡")
        screens.sees("方便时请致电")
        slip = screens.page.run("document.querySelector('.slip').innerText")
        assert not any(word in slip for word in ("欠", "催", "款", "¥"))
        screens.page.run("document.querySelector('.slip').remove()")
        assert screens.page.run("document.querySelectorAll('input[name=signing]').length") == 0
        screens.press("‹ 返回")
        screens.sees("欠款与单据已隐藏")
        assert screens.page.run("document.querySelectorAll('table, a[href*=paper]').length") == 0

    def test_a_relative_signs_for_an_envelope_and_sees_nothing_of_the_debt(self, screens):
        screens.tap("a.card")
        screens.press("到达打卡")
        screens.choose("met", "co_resident_adult")
        screens.choose("is_adult", "yes")
        screens.choose("outcome", "6")
        screens.press("签收密封件")
        screens.sees("也不承担任何债务")
        shown = screens.page.run("document.querySelector('main').innerText")
        assert "欠款" not in shown
        assert "人民币" not in shown
        assert screens.page.run("document.querySelectorAll('main iframe, main a[href*=paper]').length") == 0
        screens.tap(".sign button")
        screens.page.wait("document.querySelector('.sign') === null")
        screens.press("‹ 返回")
        screens.sees("欠款与单据已隐藏")

    def test_a_paper_that_was_not_fetched_is_not_signed(self, screens):
        screens.phone.js("await doorstep.store.paper.clear()")
        screens.tap("a.card")
        screens.press("到达打卡")
        screens.choose("met", "debtor")
        screens.choose("outcome", "2")
        screens.press("签署对账单")
        screens.sees("单据尚未下载")
        assert screens.page.run("document.querySelector('canvas.pad')") is None


@pytest.mark.parametrize("hour", [23])
class TestAtNight:
    def test_the_rule_asks_who_agreed_and_why_and_the_answer_is_signed(self, app, screens):
        screens.tap("a.card")
        screens.sees("HOURS")
        screens.press("到达打卡")
        screens.sees("同意人（")
        assert screens.page.run("document.querySelector('button.main').disabled")
        assert screens.phone.unsent() == 0
        screens.type("#by-HOURS", "周主管")
        screens.type("#why-HOURS", "债务人书面同意今晚见面")
        assert screens.violations() == []
        screens.press("到达打卡")
        screens.sees("✓ 已到达")
        screens.phone.sync_until_sent()
        (broken,) = bodies_of(app)["check_in"]["rules"]["broken"]
        assert broken == {
            "rule_id": "HOURS", "finding": "broken", "action": "CONFIRM", "agreed_by": "周主管",
            "reason": "债务人书面同意今晚见面",
        }  # fmt: skip


class TestAStopFlag:
    def test_outranks_everything_and_the_refusal_to_go_is_recorded(self, app, screens):
        reseal_card(screens, frozen=["complaint"])
        screens.tap("a.card")
        screens.sees("停访：")
        screens.press("不上门，报告主管")
        screens.sees("禁止 · FREEZE")
        things = "[...document.querySelectorAll('button')].map((one) => one.textContent.trim())"
        assert "到达打卡" not in screens.page.run(things)
        screens.press("不上门，报告主管")
        screens.page.wait("location.hash === '#/'")
        screens.phone.sync_until_sent()
        told = bodies_of(app)["plan_event"]
        assert (told["event"], "FREEZE" in told["reason"]) == ("blocked", True)


@pytest.mark.screen
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


@pytest.mark.screen
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
