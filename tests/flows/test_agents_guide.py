"""Every screen of a visit, looked at: nothing sticks out, nothing is too small to hit, axe finds nothing.

The pictures go to the folder named by DOORSTEP_SHOTS; for whoever looks at them.
"""

import base64
import os
from pathlib import Path

import pytest

from tests.flows.thumb import Screens, at_hour
from tests.web.phone_browser import PIN, BrowserPhone

LOOKS = [("zh", "light", 390, 844), ("en", "dark", 360, 640)]
TOO_SMALL = (
    "[...document.querySelectorAll('button, a.button, .tabs a, .choice')].filter((one) => {"
    " const {width, height} = one.getBoundingClientRect(); return width && (width < 24 || height < 43.5) })"
    ".map((one) => one.textContent.trim())"
)


class Album:
    """Takes a picture of each screen after looking at it."""

    def __init__(self, screens, folder, look):
        self.screens, self.page, self.folder, self.look = screens, screens.page, folder, look
        self.turn(*look[2:])

    def turn(self, width, height):
        self.page.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True
        )

    def take(self, name):
        assert self.screens.violations() == [], name
        assert self.page.run("document.documentElement.scrollWidth <= innerWidth + 1"), f"{name} sticks out"
        assert self.page.run(TOO_SMALL) == [], name
        shot = self.page.call("Page.captureScreenshot", format="png")["data"]
        language, theme, width, _ = self.look
        (self.folder / f"{name}-{language}-{theme}-{width}.png").write_bytes(base64.b64decode(shot))

    def go(self, place):
        self.page.run(f"document.querySelector({place!r}).scrollIntoView({{block: 'start'}})")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_every_screen_of_a_visit(live_server, as_zhou, as_fang, dispatched, tmp_path, look):
    language, theme, *_ = look
    folder = Path(os.environ.get("DOORSTEP_SHOTS", tmp_path))
    dressed = (
        f"localStorage.setItem('doorstep.language', '{language}'); localStorage.setItem('doorstep.theme', '{theme}')"
    )
    dressed = f"if (location.protocol.startsWith('http')) {{ {dressed} }}"
    phone = BrowserPhone(live_server.url, tmp_path / "profile", before_load=f"{at_hour(10)}; {dressed}").start()
    try:
        walk(Screens(phone), folder, look, live_server=live_server, codes=(as_zhou, as_fang))
    finally:
        phone.kill()


def walk(screens, folder, look, *, live_server, codes):
    as_zhou, as_fang = codes
    code = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json["code"]
    screens.page.call("Browser.grantPermissions", origin=live_server.url, permissions=["geolocation"])
    screens.page.call("Emulation.setGeolocationOverride", latitude=22.5431, longitude=114.0579, accuracy=8)
    album = Album(screens, folder, look)
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
    at_the_door(screens, album)
    for name in ("outbox", "messages", "me"):
        screens.page.run(f"location.hash = '#/{name}'")
        screens.page.wait(f"location.hash === '#/{name}' && document.querySelector('h1') !== null")
        album.take(name)
    screens.phone.js("await doorstep.lock()")
    screens.page.wait("document.querySelector('.pinpad') !== null")
    album.take("unlock")


def at_the_door(screens, album):
    screens.tap(".foot .main")
    screens.choose("met", "debtor")
    screens.choose("id_checked", "id_card_seen")
    album.take("visit")
    album.go("#part-telling")
    album.take("telling")
    screens.tap(".said + button.main")
    screens.choose("outcome", "1")
    screens.tap("section:has(#part-promise) .choices button:nth-child(5)")
    screens.tap("section:has(#part-promise) > button.main")
    album.go("#part-promise")
    album.take("promise")
    screens.tap("section:has(#part-papers) button.main")
    screens.page.wait("document.querySelector('.sign iframe')?.src.startsWith('blob:') === true")
    album.take("sign")
    album.turn(844, 390)
    album.take("sign-across")
    screens.choose("objection-here", "none")
    screens.sign()
    screens.tap(".pad-side .main")
    screens.page.wait("document.querySelector('.receipt') !== null")
    album.turn(*album.look[2:])
    screens.tap(".receipt summary")
    album.go("#part-papers")
    album.take("receipt")
    screens.tap(".foot .main")
    album.take("missing")
    screens.tap(".foot .main")
    screens.page.wait("location.hash === '#/outbox'")
