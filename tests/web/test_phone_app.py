"""The phone's core in a real Chromium against the real server, through everything that happens to phones."""

import random
import shutil
from uuid import UUID

import pytest

from bench.faults.phones import issue_codes
from server import clock
from server.console.api.phone import BUILT
from server.db import begin_write, db
from server.devices import exporting
from server.devices.enrol import DeviceState
from server.devices.models import Device
from server.simulation.cutter import CLEAR, Cutter, Weather
from sync import packed
from tests.web.phone_browser import BrowserPhone, PageFault, stored, wait_for


@pytest.fixture
def line(live_server):
    with Cutter(live_server.port, weather=CLEAR, rng=random.Random(7)) as cutter:
        yield cutter


@pytest.fixture
def phone(app, line, tmp_path):
    one = BrowserPhone(line.url, tmp_path / "profile").start()
    one.enrol(issue_codes(app, count=1)[0])
    yield one
    one.kill()


def device_of(phone):
    return phone.js("return await doorstep.store.get('device')")


def assert_home(app, phone):
    """Everything the phone signed is on the server, once, byte for byte, and nothing else is."""
    assert list(stored(app, device_of(phone))) == phone.written()


class TestOffline:
    def test_starts_keeps_the_draft_and_the_visit_without_a_server(self, app, phone, live_server):
        live_server.kill()
        phone.js("const d = await begin(1, 2); d.content.answers.note = '敲门三次'; await d.flush()")
        phone.kill()
        phone.start()
        assert phone.page.run("doorstep.session.state.value") == "locked"
        with pytest.raises(PageFault, match="Locked"):
            phone.js("await doorstep.drafts.open(stopOf(1))")
        phone.unlock()
        draft = phone.js("return JSON.parse(JSON.stringify((await doorstep.drafts.open(stopOf(1))).content))")
        assert draft["answers"] == {"note": "敲门三次"}
        assert len(draft["photos"]) == 2
        phone.js("await whole(1, 2)")
        assert phone.unsent() == 7  # check_in, met, outcome, manifest, check_out; two photos
        with pytest.raises(PageFault, match="HasUnsent"):
            phone.js("await doorstep.session.reset()")
        live_server.restart()
        phone.sync_until_sent()
        assert_home(app, phone)

    @pytest.mark.screen
    def test_left_and_come_back_to_at_once_it_still_saves(self, phone):
        note = phone.js(
            "const draft = await doorstep.drafts.open(stopOf(1)); const closing = draft.close();"
            "const again = await doorstep.drafts.open(stopOf(1)); await closing;"
            "again.content.answers.note = '又敲了一次'; await again.flush(); await again.close();"
            "return (await doorstep.drafts.open(stopOf(1))).content.answers.note"
        )
        assert note == "又敲了一次"

    @pytest.mark.screen
    def test_what_is_typed_is_saved_without_asking(self, phone):
        phone.js("globalThis.d = await begin(1); d.content.answers.note = '门牌已拆'")
        saved = "JSON.stringify(await doorstep.store.draft.toArray().then((rows) => rows.map((row) => row.updated_at)))"
        before = phone.js(f"return {saved}")
        phone.js("d.content.answers.note = '门牌已拆，楼下信箱有名'")
        wait_for(lambda: phone.js(f"return {saved}") != before)
        phone.kill()
        phone.start().unlock()
        assert (
            phone.js("return (await doorstep.drafts.open(stopOf(1))).content.answers.note") == "门牌已拆，楼下信箱有名"
        )


class TestLine:
    def test_killed_in_the_middle_of_an_upload_goes_on_where_the_server_stands(self, app, phone, line):
        phone.js("await whole(1, 3, 1600)")
        line.weather = Weather(bytes_per_s=200_000)
        phone.js("void doorstep.sync.now()")
        sent = "(await doorstep.store.media.toArray()).reduce((sum, one) => sum + one.offset, 0)"
        wait_for(lambda: phone.js(f"return {sent}") > 0)
        phone.kill()
        line.weather = CLEAR
        phone.start()
        assert phone.js(f"return {sent}") > 0
        phone.sync_until_sent()  # locked all the time: what waits does not wait for the PIN
        assert phone.page.run("doorstep.session.state.value") == "locked"
        assert_home(app, phone)

    def test_hands_in_packed_and_comes_out_as_it_was_signed(self, app, phone):
        phone.js(
            "globalThis.sent = []; const real = fetch; globalThis.fetch = async (url, init) => {"
            " const answer = await real(url, init);"
            " if (String(url).endsWith('/records/push'))"
            "  sent.push([new Headers(init.headers).get('Content-Type'), answer.status]);"
            " return answer }"
        )
        phone.js("await whole(1, 1)")
        phone.sync_until_sent()
        told = phone.js("return sent")
        assert told
        assert {tuple(one) for one in told} == {(packed.CONTENT_TYPE, 200)}
        assert_home(app, phone)

    def test_a_lost_answer_costs_nothing(self, app, phone, line):
        line.weather = Weather(lose_every=2)
        phone.js("for (const n of [1, 2, 3]) await whole(n, 1)")
        phone.sync_until_sent()
        assert_home(app, phone)

    def test_an_overloaded_server_is_asked_again(self, app, phone, line, live_server):
        live_server.kill()
        phone.js("await whole(1, 1)")
        wait_for(lambda: phone.js("await doorstep.sync.now(); return doorstep.sync.state.phase") == "offline")
        assert phone.js("return doorstep.sync.records.failures") > 0
        live_server.restart()
        phone.sync_until_sent()
        assert phone.js("return doorstep.sync.state.records + doorstep.sync.state.files") == 0
        assert_home(app, phone)

    def test_a_strangers_ok_changes_nothing(self, phone):
        phone.js("globalThis.fetch = async () => new Response('{\"acks\": []}', {status: 200}); await whole(1)")
        # A round that began with the real server may still be ending.
        wait_for(lambda: phone.js("await doorstep.sync.now(); return doorstep.sync.state.phase") == "offline")
        assert phone.unsent() > 0


class TestPhone:
    def test_a_wrong_clock_is_flagged_and_costs_nothing(self, app, line, tmp_path):
        phone = BrowserPhone(line.url, tmp_path / "wrong")
        phone.before_load = "const real = Date.now; Date.now = () => real() + 400 * 86400e3;"
        try:
            phone.start()
            phone.enrol(issue_codes(app, count=1)[0])
            phone.js("await whole(1, 1)")
            phone.sync_until_sent()
            assert_home(app, phone)
            assert phone.js("return doorstep.sync.state.clockOffsetMs") < -390 * 86400e3
        finally:
            phone.kill()

    def test_a_full_phone_says_so_and_keeps_what_it_has(self, app, phone):
        phone.js("await begin(1, 1)")
        phone.kill()
        phone.quota_bytes = 4_000_000
        phone.start().unlock()
        more = "await doorstep.photos.add(await begin(1), await picture(n, 1600), { shows: 'other', fix: null })"
        with pytest.raises(PageFault, match="Quota"):
            phone.js(f"for (let n = 0; n < 59; n++) {more}")
        phone.kill()
        phone.quota_bytes = None
        phone.start().unlock()
        phone.js("await whole(1, 1)")
        phone.sync_until_sent()
        assert_home(app, phone)

    def test_a_revoked_phone_hands_in_and_forgets(self, app, phone):
        device = device_of(phone)
        phone.js("await doorstep.sync.now(); await whole(1, 1)")
        with app.app_context():
            begin_write()
            row = db.session.get(Device, UUID(device))
            row.state, row.revoked_at = DeviceState.REVOKED.value, clock.now()
            db.session.commit()
            db.session.remove()
        wait_for(lambda: phone.js("await doorstep.sync.now(); return doorstep.session.state.value") == "revoked")
        assert_home(app, phone)
        assert phone.js("return await doorstep.store.document.count()") == 0

    def test_ten_wrong_pins_take_the_customers_data_and_nothing_that_waits(self, app, phone):
        phone.js("await whole(1, 1); await begin(2)")
        phone.js("await doorstep.lock()")
        for _ in range(4):
            with pytest.raises(PageFault, match="left"):
                phone.js("await doorstep.session.unlock('000000')")
        with pytest.raises(PageFault, match="5 left"):
            phone.js("await doorstep.session.unlock('000000')")
        with pytest.raises(PageFault, match="PinDelayed"):
            phone.unlock()
        for _ in range(5):
            phone.js(
                "await doorstep.store.put({ pin_after: 0 }); await doorstep.session.unlock('000000').catch(() => 0)"
            )
        assert phone.js("return doorstep.session.state.value") == "pin_lost"
        assert phone.js("return await doorstep.store.draft.count()") == 0
        phone.sync_until_sent()
        assert_home(app, phone)
        phone.enrol(issue_codes(app, count=1)[0])
        phone.js("await whole(3)")
        phone.sync_until_sent()
        assert_home(app, phone)


class TestBrowser:
    def test_two_tabs_write_one_chain_and_send_it_once(self, app, phone):
        other = phone.page.tab(phone.url + "/m/")
        wait_for(lambda: phone.js("return globalThis.doorstep?.session.state.value === 'locked'", session=other))
        phone.js("await doorstep.unlock('135790')", session=other)
        script = "globalThis.done = Promise.all([3, 4, 5].map((n) => whole(n + START, 1)))"
        phone.js(script.replace("START", "0"))
        phone.js(script.replace("START", "10"), session=other)
        phone.js("await done")
        phone.js("await done", session=other)
        phone.js("void doorstep.sync.now()", session=other)
        phone.sync_until_sent()
        assert_home(app, phone)
        chain = phone.js("return (await doorstep.store.record.toArray()).map((one) => one.seq)")
        assert chain == list(range(1, len(chain) + 1))
        assert len(chain) == 6 * 5

    def test_a_deploy_changes_nothing_under_a_draft_until_it_is_asked_for(
        self, phone, live_server, tmp_path, monkeypatch
    ):
        phone.load().unlock()
        phone.js("const d = await begin(1); d.content.answers.note = '写到一半'; await d.flush()")
        title = phone.page.run("document.title")
        monkeypatch.setenv("DOORSTEP_TEST_BUILT", str(deploy(tmp_path / "built")))
        live_server.application = "tests.web.deployed:app"
        live_server.restart()
        phone.js("await (await navigator.serviceWorker.getRegistration('/m/')).update()")
        phone.page.wait("navigator.serviceWorker.getRegistration('/m/').then((one) => one.waiting !== null)")
        phone.load().unlock()
        assert phone.page.run("document.title") == title
        phone.js("(await navigator.serviceWorker.getRegistration('/m/')).waiting.postMessage('take-over')")
        phone.page.wait("navigator.serviceWorker.getRegistration('/m/').then((one) => one.waiting === null)")
        phone.load().unlock()
        assert phone.page.run("document.title") == f"{title} 2"
        assert phone.js("return (await doorstep.drafts.open(stopOf(1))).content.answers.note") == "写到一半"

    @pytest.mark.screen
    def test_asks_nobody_but_its_server_for_anything(self, phone):
        phone.load()
        assert {one.split("/m/")[0] for one in phone.page.requests if not one.startswith(("data:", "blob:"))} <= {
            phone.url, *(one for one in phone.page.requests if one.startswith(phone.url + "/v1/"))
        }  # fmt: skip


class TestExport:
    def test_the_office_opens_what_the_phone_cannot_send(self, app, phone, live_server):
        live_server.kill()
        phone.js("await whole(1, 1)")
        content = phone.js(
            "const bytes = new Uint8Array(await (await doorstep.exportUnsent()).arrayBuffer());return Array.from(bytes)"
        )
        with app.app_context():
            told = exporting.take(bytes(content), at=clock.now(), actor_id=None, keep=db.session.commit)
        assert (told.kept, told.set_aside, told.files) == (5, 0, 1)
        assert_home(app, phone)
        live_server.restart()
        phone.sync_until_sent()
        assert_home(app, phone)


def deploy(folder):
    """Make another build: the same files with another service worker and another title. Return its folder."""
    shutil.copytree(BUILT, folder)
    worker, page = folder / "sw.js", folder / "index.html"
    worker.write_text(worker.read_text(encoding="utf-8").replace('"doorstep-', '"doorstep-2', 1), encoding="utf-8")
    page.write_text(page.read_text(encoding="utf-8").replace("</title>", " 2</title>"), encoding="utf-8")
    return folder
