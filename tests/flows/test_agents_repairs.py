"""What goes wrong in Fang's day, mended on the phone's screens: set aside, returned, another PIN, no Wi-Fi."""

import base64
import json
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from tests.flows.test_agents_screens import before_load, hour, screens
from tests.flows.thumb import bodies_of, look_at, visits_of
from tests.web.phone_browser import PIN, BrowserPhone, wait_for

__all__ = ["before_load", "hour", "screens"]
NEW_PIN = "246802"
NOBODY, MOVED = "7", "8"
SPOIL = """
const {store, session} = doorstep, key = await session.deviceKey();
const row = (await store.record.toArray()).find((one) => one.type === 'outcome');
const bytes = new Uint8Array(row.sealed), told = {name: 'AES-GCM', iv: bytes.slice(0, 12)};
const record = JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(told, key, bytes.slice(12))));
globalThis.good = row.sealed;
record.sig = (record.sig[0] === 'A' ? 'B' : 'A') + record.sig.slice(1);
const iv = crypto.getRandomValues(new Uint8Array(12)), text = new TextEncoder().encode(JSON.stringify(record));
const sealed = new Uint8Array(await crypto.subtle.encrypt({name: 'AES-GCM', iv}, key, text));
await store.record.update(row.seq, {sealed: new Uint8Array([...iv, ...sealed]).buffer});
"""
"""Damages one signed record in the phone's store, as a failing disk would; keeps the good bytes in `good`."""
MEND = """
const {store} = doorstep, rows = await store.record.toArray();
await store.record.update(rows.find((one) => one.type === 'outcome').seq, {sealed: good});
"""
LINE = """
globalThis.line = 'cellular';
Object.defineProperty(NetworkInformation.prototype, 'type', {get: () => globalThis.line});
"""
"""What Android's Chromium tells of the network; the desktop's does not tell it."""


def nobody_home(screens):
    """Visit the first stop, where nobody opens, and leave."""
    screens.tap("a.card")
    screens.press("到达打卡")
    screens.choose("met", "nobody")
    screens.choose("outcome", NOBODY)
    screens.press("离开并保存")
    screens.press("离开并保存")
    screens.page.wait("location.hash === '#/outbox'")


class TestRetry:
    def test_sends_again_what_was_set_aside(self, app, screens, live_server):
        live_server.kill()
        nobody_home(screens)
        screens.phone.js(SPOIL)
        live_server.restart()
        screens.press("立即同步")
        screens.sees("1 项被服务器隔离")
        screens.tap("details summary")
        screens.sees("已隔离：签名或哈希不符")
        look_at(screens, "outbox-aside")
        assert screens.violations() == []
        screens.phone.js(MEND)
        screens.press("重试")
        screens.sees("✓ 已签收")
        wait_for(lambda: visits_of(app) == [(7, False)] or visits_of(app) == [(7, True)])


class TestReturned:
    def test_is_opened_corrected_and_sent_as_a_new_version(self, app, screens, as_zhou):
        nobody_home(screens)
        screens.phone.sync_until_sent()
        wait_for(lambda: visits_of(app) != [])
        (visit,) = as_zhou.get("/v1/visits").json["items"]
        path = f"/v1/visits/{visit['id']}"
        tag = as_zhou.get(path).headers["ETag"]
        body = {"decision": "return", "reason": "邻居说已搬走，请核对结果"}
        assert as_zhou.post(f"{path}/review", json=body, headers={"If-Match": tag}).status_code == 200
        screens.phone.js("await doorstep.sync.now()")
        screens.press("通知")
        screens.sees("邻居说已搬走，请核对结果")
        screens.press("更正")
        screens.page.wait("document.querySelector('#reason') !== null")
        assert not screens.page.run("document.body.innerText.includes('还差')")  # its photos were taken at the door
        look_at(screens, "correct")
        assert screens.violations() == []
        assert screens.page.run(f"document.querySelector(`input[name=outcome][value='{NOBODY}']`).checked")
        screens.choose("outcome", MOVED)
        screens.type("#reason", "楼下保安确认已搬走")
        screens.press("签署并提交更正单")
        screens.page.wait("location.hash === '#/outbox'")
        screens.phone.sync_until_sent()
        wait_for(lambda: [code for code, _ in visits_of(app)] == [int(MOVED)])
        told = bodies_of(app)
        assert told["outcome"]["code"] == int(NOBODY)  # what was signed first stays
        assert (told["correction"]["corrects"], told["correction"]["body"]["code"]) == ("outcome", int(MOVED))
        assert told["correction"]["reason"] == "楼下保安确认已搬走"
        screens.page.run("location.hash = '#/outbox'")
        screens.sees("✓ 已签收")
        screens.page.wait("![...document.querySelectorAll('a')].some((one) => one.textContent === '更正')")


class TestThePin:
    def test_is_changed_and_only_the_new_one_opens(self, screens):
        screens.page.run("location.hash = '#/me'")
        screens.tap("details.card summary")
        for field, typed in (("old", PIN), ("next", NEW_PIN), ("again", "111111")):
            screens.type(f"#pin-{field}", typed)
        screens.tap("details button.main")
        screens.sees("两次输入不一致")
        for field, typed in (("old", "000000"), ("next", NEW_PIN), ("again", NEW_PIN)):
            screens.type(f"#pin-{field}", typed)
        screens.tap("details button.main")
        screens.sees("PIN 不正确")
        for field, typed in (("old", PIN), ("next", NEW_PIN), ("again", NEW_PIN)):
            screens.type(f"#pin-{field}", typed)
        screens.tap("details button.main")
        screens.sees("PIN 已修改")
        look_at(screens, "pin-changed")
        screens.press("锁定")
        screens.page.wait("document.querySelector('.pinpad') !== null")
        screens.type("#pin", PIN)
        screens.sees("PIN 不正确")
        screens.type("#pin", NEW_PIN)
        screens.page.wait("document.querySelector('nav.tabs') !== null")


class TestWifiOnly:
    @pytest.fixture
    def before_load(self, before_load):
        return before_load + LINE

    def test_holds_photos_back_and_never_a_record(self, app, screens, tmp_path):
        screens.page.run("location.hash = '#/me'")
        screens.tap(".said input")
        screens.page.wait("document.querySelector('.said input').checked")
        screens.page.run("location.hash = '#/'")
        screens.tap("a.card")
        screens.press("到达打卡")
        screens.choose("met", "nobody")
        screens.choose("outcome", NOBODY)
        screens.photograph("#photo_door", tmp_path / "door.jpg")
        screens.press("离开并保存")
        screens.page.wait("location.hash === '#/outbox'")
        screens.sees("照片等待 Wi-Fi")
        left = "return await doorstep.store.unsent()"
        wait_for(lambda: screens.phone.js(left)["records"] == 0)
        assert screens.phone.js(left)["files"] == 1
        look_at(screens, "photos-wait")
        screens.page.run("globalThis.line = 'wifi'")
        screens.press("立即同步")
        wait_for(lambda: screens.phone.js(left)["files"] == 0)
        wait_for(lambda: visits_of(app) == [(7, True)])


def read_qr(page, address):
    """Return what another's reader finds in a picture as the browser shows it."""
    page.call("Page.navigate", url="about:blank")
    page.run(f"document.body.innerHTML = `<img width=400 src={json.dumps(address)}>`")
    page.wait("document.images[0].complete && document.images[0].naturalWidth > 0")
    shot = base64.b64decode(page.call("Page.captureScreenshot", format="png")["data"])
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(shot)))
    return found.text


class TestEnrolByCode:
    def test_takes_the_code_from_the_link_of_the_desk(self, live_server, as_zhou, as_fang, dispatched, tmp_path):
        told = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json
        phone = BrowserPhone(live_server.url, tmp_path / "profile").start()
        try:
            assert read_qr(phone.page, told["qr_svg"]) == told["link"]
            phone.page.open(live_server.url + "/m/" + told["link"].split("/m/")[1])
            phone.page.wait(f"document.querySelector('#code')?.value === {told['code']!r}")
            phone.page.run(
                f"(() => {{ const box = document.querySelector('#pin'); box.value = {PIN!r};"
                " box.dispatchEvent(new Event('input', {bubbles: true})); })()"
            )
            phone.page.run("document.querySelector('button[type=submit]').click()")
            phone.page.wait("document.querySelectorAll('a.card').length > 0")
        finally:
            phone.kill()


class TestTheLog:
    def test_is_compared_with_and_what_does_not_fit_is_told_in_plain_words(self, app, screens):
        nobody_home(screens)

        def synced(counted):
            visits_of(app)  # the worker's part: the records get their leaves
            screens.phone.js("await doorstep.sync.now()")
            return screens.phone.js(f"return await doorstep.store.{counted}.count()") > 0

        wait_for(lambda: synced("proof"))
        screens.page.run("location.hash = '#/me'")
        screens.sees("条记录，与公开日志一致")
        screens.phone.js(  # as if the log had told another story before
            "const seen = await doorstep.store.get('log_seen');"
            "for (const size of Object.keys(seen)) seen[size] = btoa('\\0'.repeat(32));"
            "await doorstep.store.put({log_seen: seen});"
            "const [{stop}] = await doorstep.documents.today(); await doorstep.visits.contact('reached', stop)"
        )
        wait_for(lambda: synced("finding"))
        screens.sees("公开日志前后矛盾")
        screens.sees("请把本页截图交给合规人员")
        look_at(screens, "log-finding")
        assert screens.violations() == []
