"""A browser that comes back with an empty database: what only the phone had is found in its spare copies, handed in."""

import pytest

from bench.faults.phones import issue_codes
from tests.web.phone_browser import PIN, BrowserPhone, stored, wait_for

SPARES = "(await (await caches.open('spare')).keys()).map((one) => one.url)"


@pytest.fixture
def phone(app, live_server, tmp_path):
    one = BrowserPhone(f"http://127.0.0.1:{live_server.port}", tmp_path / "profile").start()
    one.enrol(issue_codes(app, count=1)[0])
    yield one
    one.kill()


def empty(phone):
    """Do what Chromium was seen to do after a kill: the whole IndexedDB of the origin is gone, its caches are not."""
    phone.page.open("about:blank")
    phone.page.call("Storage.clearDataForOrigin", origin=phone.url, storageTypes="indexeddb")
    phone.load()
    assert phone.js("return doorstep.session.state.value") == "new"


def device_of(phone):
    return phone.js("return await doorstep.store.get('device')")


class TestSpare:
    def test_hands_in_what_the_emptied_database_held(self, app, phone, live_server):
        live_server.kill()
        phone.js("await whole(1, 2); await whole(2, 1); await doorstep.spare.idle()")
        written, device = phone.written(), device_of(phone)
        live_server.restart()
        empty(phone)
        phone.page.wait("document.body.innerText.includes('找到 2 份未上传走访的加密备份')")
        phone.enrol(issue_codes(app, count=1)[0])
        phone.js("await doorstep.sync.now()")
        wait_for(lambda: not phone.js("return await doorstep.spare.orphans()"))
        assert device_of(phone) != device
        assert list(stored(app, device)) == written
        assert (len(written[0]), len(written[1])) == (10, 3)

    def test_is_gone_once_the_server_has_all(self, phone):
        phone.js("await whole(1, 1); await doorstep.spare.idle()")
        assert len(phone.js(f"return {SPARES}")) == 1
        phone.sync_until_sent()
        phone.js("await doorstep.sync.now()")
        assert phone.js(f"return {SPARES}") == []

    def test_says_nothing_to_who_has_the_phone_in_his_hands(self, phone):
        phone.js("await whole(1, 1); await doorstep.spare.idle()")
        script = "return await (await caches.match((await (await caches.open('spare')).keys())[0])).text()"
        assert "门口无人" not in phone.js(script)

    def test_a_damaged_one_is_kept_and_holds_up_nothing(self, app, phone, live_server):
        live_server.kill()
        phone.js("await whole(1, 1); await doorstep.spare.idle()")
        phone.js(
            "const cache = await caches.open('spare'), [one] = await cache.keys();"
            "await cache.put(one, new Response('cut off in the middle', { headers: { 'First-Seq': '1' } }))"
        )
        live_server.restart()
        empty(phone)
        phone.enrol(issue_codes(app, count=1)[0])
        phone.js("await whole(2, 1)")
        phone.sync_until_sent()
        assert list(stored(app, device_of(phone))) == phone.written()
        assert len(phone.js("return await doorstep.spare.orphans()")) == 1

    def test_is_of_no_phone_that_keeps_its_database(self, phone):
        phone.js("await whole(1, 1); await doorstep.spare.idle()")
        phone.kill()
        phone.start()
        assert phone.js("return await doorstep.spare.orphans()") == []
        phone.js(f"await doorstep.unlock('{PIN}')")
