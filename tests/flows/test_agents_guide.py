"""Every screen of a visit, looked at in both languages, both themes and two sizes, and at twice the size of text.

Nothing sticks out or is cut, nothing is too small to hit or lies under something else, axe finds nothing. The pictures
go to the folder named by DOORSTEP_SHOTS, for whoever looks at them; those that the agent's guide shows are made
anew where DOORSTEP_GUIDE_PICTURES is set, and none may stand there that is not taken here.
"""

import base64
import itertools
import json
import os
import re
from pathlib import Path

import pytest

from tests.flows.thumb import Screens, at_hour, visits_of
from tests.web.phone_browser import PIN, BrowserPhone, wait_for

LARGE, SMALL = (390, 844), (360, 640)
LOOKS = list(itertools.product(("zh", "en"), ("light", "dark"), (LARGE, SMALL)))
TWICE = list(itertools.product(("zh", "en"), ("light",), (SMALL,)))
AXED = {("zh", "light", LARGE), ("en", "dark", SMALL), ("zh", "light", SMALL)}
DRESS = """(() => {
  document.documentElement.dataset.theme = %s;
  dispatchEvent(new StorageEvent('storage', {key: 'doorstep.language', newValue: %s}));
})()"""
LOOK = """(() => {
  const text = (one) => (one.getAttribute('aria-label') || one.textContent || one.id).trim().slice(0, 30);
  const seen = (one) => one.getClientRects().length > 0 && one.checkVisibility({visibilityProperty: true});
  const scrolls = (one) => one && (/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  const modal = document.querySelector('dialog[open], .sign');
  const all = [...(modal ?? document.body).querySelectorAll('*')].filter((one) => seen(one) && !one.closest('.hidden'));
  const out = all.filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !scrolls(one.parentElement));
  const cut = all.filter((one) => one.matches('button, .button, .choice span, h1, h2, p, a, td, th, label')
    && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0);
  const targets = all.filter((one) => one.matches('button, a, input, textarea, summary') && !one.disabled);
  const small = targets.filter((one) => one.matches('button, a.button, .tabs a, summary'))
    .filter((one) => one.getBoundingClientRect().width < 24 || one.getBoundingClientRect().height < 43.5);
  const was = scrollY;
  const covered = targets.filter((one) => {
    one.scrollIntoView({block: 'center', inline: 'nearest'});
    const {left, top, width, height} = one.getBoundingClientRect();
    const there = document.elementFromPoint(left + Math.min(width, innerWidth - left) / 2, top + height / 2);
    return !(there && (one.contains(there) || there.contains(one) || there.closest('label') === one.closest('label')));
  });
  scrollTo(0, was);
  return {
    wide: document.documentElement.scrollWidth > innerWidth + 1, out: out.map(text), cut: cut.map(text),
    small: small.map(text), covered: covered.map(text),
  };
})()"""
"""What hand and eye would hold against the screen: what sticks out, is cut, too small, or lies under something."""
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/guide/agent.md"
SHOWN = re.compile(r"!\[[^\]]+\]\(img/agent-([\w-]+)\.webp\)")
IN_GUIDE = ("zh", "light", LARGE)
CLEAN = {"wide": False, "out": [], "cut": [], "small": [], "covered": []}


class Album:
    """Looks at each screen in every look, and takes a picture of it where a folder is named."""

    def __init__(self, screens, looks, mark=""):
        self.screens, self.page, self.looks, self.mark = screens, screens.page, looks, mark
        self.folder = Path(os.environ["DOORSTEP_SHOTS"]) if os.environ.get("DOORSTEP_SHOTS") else None
        self.across = False
        self.shown = set(SHOWN.findall(GUIDE.read_text(encoding="utf-8")))
        self.taken = set()
        self.dress(looks[0])

    def dress(self, look):
        language, theme, (width, height) = look
        if self.across:
            width, height = height, width
        self.page.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True
        )
        self.page.run(DRESS % (json.dumps(theme), json.dumps(language)))
        self.page.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")

    def take(self, name, at=None):
        """Look at the present screen, scrolled to a place where one is named."""
        for look in self.looks:
            self.dress(look)
            if at:
                self.page.run(f"document.querySelector({at!r}).scrollIntoView({{block: 'start'}})")
            self.keep(name, look)
            assert self.page.run(LOOK) == CLEAN, (name, look)
            if look in AXED:
                # Scrolled to a place, something lies half under what stays in sight: LOOK tells whether it is reached.
                held = [one for one in self.screens.violations() if not (at and one == "target-size")]
                assert held == [], (name, look)
        self.dress(self.looks[0])
        self.taken.add(name)

    def keep(self, name, look):
        """Keep the picture where somebody wants it."""
        language, theme, (width, _) = look
        files = [self.folder / f"{name}-{language}-{theme}-{width}{self.mark}.png"] if self.folder else []
        if os.environ.get("DOORSTEP_GUIDE_PICTURES") and look == IN_GUIDE and name in self.shown:
            files.append(GUIDE.parent / f"img/agent-{name}.webp")
        for file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
            shot = self.page.call("Page.captureScreenshot", format=file.suffix[1:])["data"]
            file.write_bytes(base64.b64decode(shot))


@pytest.mark.screen
@pytest.mark.parametrize("text", ["", "-twice"])
def test_every_screen_of_a_visit(app, live_server, as_zhou, as_fang, dispatched, tmp_path, text):
    font_px = 32 if text else 16
    phone = BrowserPhone(live_server.url, tmp_path / "profile", before_load=at_hour(10), font_px=font_px).start()
    try:
        size = phone.page.run("getComputedStyle(document.documentElement).fontSize")
        assert size == f"{font_px}px"
        screens = Screens(phone)
        album = Album(screens, TWICE if text else LOOKS, text)
        walk(screens, album, live_server=live_server, office=(app, as_zhou, as_fang))
        assert album.shown
        assert album.shown <= album.taken, "a picture of the guide that nobody takes"
    finally:
        phone.kill()


def walk(screens, album, *, live_server, office):
    app, as_zhou, as_fang = office
    code = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json["code"]
    screens.page.call("Browser.grantPermissions", origin=live_server.url, permissions=["geolocation"])
    screens.page.call("Emulation.setGeolocationOverride", latitude=22.5431, longitude=114.0579, accuracy=8)
    screens.page.wait("document.querySelector('#code') !== null")
    album.take("enrol")
    screens.type("#code", code)
    screens.type("#pin", PIN)
    screens.tap("button[type=submit]")
    screens.page.wait("document.querySelectorAll('a.card').length > 0")
    screens.phone.js("await doorstep.sync.now()")
    album.take("today")
    screens.tap("a.card")
    screens.page.wait("document.querySelector('table') !== null")
    album.take("card")
    screens.tap("main > section:first-of-type .choices button:last-child")
    screens.page.wait("document.querySelector('dialog[open]') !== null")
    album.take("call")
    screens.page.run("document.querySelector('dialog').close()")
    screens.tap("a[href^='#/paper/']")
    screens.page.wait("document.querySelector('iframe')?.src.startsWith('blob:') === true")
    album.take("paper")
    screens.page.run("history.back()")
    screens.page.wait("document.querySelector('table') !== null")
    at_the_door(screens, album)
    with_a_neighbour(screens, album)
    put_right(screens, album, app=app, as_zhou=as_zhou)
    for name in ("outbox", "messages", "me"):
        screens.page.run(f"location.hash = '#/{name}'")
        screens.page.wait(f"location.hash === '#/{name}' && document.querySelector('h1') !== null")
        album.take(name)
    screens.tap("details.card summary")
    album.take("me-pin", at="details.card")
    screens.page.run("location.hash = '#/guide'")
    screens.page.wait("document.querySelector('.guide h1') !== null")
    album.take("guide")
    screens.phone.js("await doorstep.lock()")
    screens.page.wait("document.querySelector('.pinpad') !== null")
    album.take("unlock")


def at_the_door(screens, album):
    screens.tap(".foot .main")
    screens.choose("met", "debtor")
    screens.choose("id_checked", "id_card_seen")
    album.take("visit")
    album.take("telling", at="#part-telling")
    screens.tap(".said + button.main")
    screens.choose("outcome", "1")
    screens.tap("section:has(#part-promise) .choices button:nth-child(5)")
    screens.tap("section:has(#part-promise) > button.main")
    album.take("promise", at="#part-promise")
    screens.tap("section:has(#part-papers) button.main")
    screens.page.wait("document.querySelector('.sign iframe')?.src.startsWith('blob:') === true")
    album.take("sign")
    album.across = True
    album.take("sign-across")
    album.across = False
    album.dress(album.looks[0])
    screens.choose("objection-here", "none")
    screens.sign()
    screens.tap(".pad-side .main")
    screens.page.wait("document.querySelector('.receipt') !== null")
    screens.tap(".receipt summary")
    album.take("receipt", at="#part-papers")
    screens.tap(".foot .main")
    album.take("missing")
    screens.tap(".foot .main")
    screens.page.wait("location.hash === '#/outbox'")


def with_a_neighbour(screens, album):
    """Somebody else opens at the second door."""
    screens.page.run("location.hash = '#/'")
    screens.tap("a.card:nth-of-type(2)")
    screens.tap(".foot .main")
    screens.choose("met", "third_party")
    screens.choose("third_party_step", "pass_contact_slip")
    screens.tap("section:has(#part-third_party) button[aria-expanded]")
    screens.page.wait("document.querySelector('.slip') !== null")
    album.take("third-party")
    screens.tap("main > p a")
    screens.page.wait("location.hash.startsWith('#/stop/') && document.querySelector('.stop') !== null")
    album.take("card-hidden")


def put_right(screens, album, *, app, as_zhou):
    """The first visit comes back from the office."""
    screens.phone.sync_until_sent()
    wait_for(lambda: (1, False) in visits_of(app) or (1, True) in visits_of(app))
    (visit, *_) = [one for one in as_zhou.get("/v1/visits").json["items"] if one["outcome"] == 1]
    path = f"/v1/visits/{visit['id']}"
    body = {"decision": "return", "reason": "请核对会见人姓名"}
    told = as_zhou.post(f"{path}/review", json=body, headers={"If-Match": as_zhou.get(path).headers["ETag"]})
    assert told.status_code == 200, told.text
    screens.phone.js("await doorstep.sync.now()")
    screens.page.run("location.hash = '#/messages'")
    screens.tap("a[href^='#/correct/']")
    screens.page.wait("document.querySelector('#reason') !== null")
    album.take("correct")
