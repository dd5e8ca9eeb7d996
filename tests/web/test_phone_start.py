"""The phone's first screen in a real Chromium: there before the database is open, and right once it is."""

import pytest

from bench.faults.phones import issue_codes
from tests.web.phone_browser import PIN, BrowserPhone

HELD = """(() => {
  const open = indexedDB.open.bind(indexedDB);
  const held = new Promise((done) => (globalThis.letGo = done));
  indexedDB.open = (...told) => {
    const asked = {};
    held.then(() => {
      const real = open(...told);
      for (const name of ["result", "error", "transaction"]) {
        Object.defineProperty(asked, name, { get: () => real[name] });
      }
      for (const kind of ["success", "error", "blocked", "upgradeneeded"]) {
        real.addEventListener(kind, (event) => asked[`on${kind}`]?.(event));
      }
    });
    return asked;
  };
})()"""
"""Keeps the database from opening until letGo() is called."""
TYPED = f"""(() => {{
  const box = document.querySelector('#pin');
  box.value = '{PIN}';
  box.dispatchEvent(new Event('input', {{ bubbles: true }}));
}})()"""
STATE = "doorstep.session.state.value"
PIN_ONLY = "document.querySelector('#pin') !== null && document.querySelector('#code') === null"


@pytest.fixture
def phone(app, live_server, tmp_path):
    one = BrowserPhone(live_server.url, tmp_path / "profile").start()
    one.enrol(issue_codes(app, count=1)[0])
    yield one
    one.kill()


def held_again(phone):
    """Load the app anew, its database held."""
    phone.page.call("Page.addScriptToEvaluateOnNewDocument", source=HELD)
    phone.page.open(phone.url + "/m/?again")
    phone.page.wait("globalThis.letGo !== undefined && globalThis.doorstep !== undefined")
    return phone.page


@pytest.mark.screen
class TestStart:
    def test_takes_the_pin_before_the_database_is_open(self, phone):
        page = held_again(phone)
        page.wait(PIN_ONLY)
        page.run(TYPED)
        assert page.run(STATE) == "starting"
        page.run("letGo()")
        page.wait(f"{STATE} === 'open'")

    def test_asks_for_no_code_where_how_it_stood_was_forgotten(self, phone):
        phone.page.run("localStorage.removeItem('doorstep.standing')")
        page = held_again(phone)
        page.wait("document.querySelector('#code') !== null")
        page.run("letGo()")
        page.wait(PIN_ONLY)

    def test_says_so_when_the_browser_threw_away_what_was_kept(self, phone):
        told = "document.querySelector('[role=alert].stop')?.innerText.includes('已被系统清除') === true"
        assert not phone.page.run(told)
        phone.js("await doorstep.store.delete()")
        phone.page.open(phone.url + "/m/?emptied")
        phone.page.wait(f"globalThis.doorstep !== undefined && {STATE} === 'new'")
        phone.page.wait(told)

    def test_tells_a_revoked_phone_so_at_once(self, phone):
        phone.js("await doorstep.store.put({ revoked: true })")
        phone.page.open(phone.url + "/m/?once")
        phone.page.wait(f"globalThis.doorstep !== undefined && {STATE} === 'revoked'")
        held_again(phone).wait("document.querySelector('[role=alert].stop') !== null")
