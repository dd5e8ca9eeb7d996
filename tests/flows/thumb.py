"""What an agent does with his thumb on the phone's screens, and what the office then holds of it."""

import base64
import json
import os
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from server import clock, config, jobs
from server.db import db
from server.vault import place as vault_place
from server.visits.models import Record, Visit
from sync import envelope
from tests.browser import WCAG
from tests.web.phone_browser import PIN

SHANGHAI = ZoneInfo("Asia/Shanghai")


SHIFTED = """(() => {
  const Real = Date, shift = %d;
  globalThis.Date = class extends Real {
    constructor(...told) { if (told.length) super(...told); else super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  };
})()"""


def at_hour(hour):
    """Return a script that lets the phone's clock show this hour of today in Shanghai, whenever the test runs."""
    now = clock.now().astimezone(SHANGHAI)
    wanted = now.replace(hour=hour, minute=0, second=0)
    return SHIFTED % round((wanted - now).total_seconds() * 1000)


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
        return [rule for rule, _ in self.page.axe(WCAG)]

    def photograph(self, selector, path):
        """Take a photo: the tap on the button; the camera is the phone's own."""
        taken = self.phone.js("return [...new Uint8Array(await (await picture(1, 600)).arrayBuffer())]")
        path.write_bytes(bytes(taken))
        self.page.wait(f"document.querySelector({json.dumps(selector)}) !== null")
        before = self.page.run("document.querySelectorAll('.shots img').length")
        self.page.choose(selector, path)
        self.page.wait(f"document.querySelectorAll('.shots img').length > {before}")
        self.taps += 1

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


def enrolled(phone, code):
    """Let Fang enrol this phone with the code on its first screen, which is flawless; return its screens."""
    one = Screens(phone)
    assert one.violations() == []
    one.type("#code", code)
    one.type("#pin", PIN)
    one.tap("button[type=submit]")
    one.page.wait("document.querySelectorAll('a.card').length > 0")
    phone.js("await doorstep.sync.now()")
    return one


def look_at(screens, name):
    """Keep a picture for somebody to look at, where DOORSTEP_SHOTS says."""
    if folder := os.environ.get("DOORSTEP_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        shot = screens.page.call("Page.captureScreenshot", format="png")["data"]
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(shot))


def reseal_card(screens, **changed):
    """Put the first stop's card into the phone's store anew, as a pull would have sealed it, with members changed."""
    screens.phone.js(
        "const {documents, session, store} = doorstep;"
        "const [card] = (await documents.today()).map((one) => one.card);"
        "const key = session.pinKey(), iv = crypto.getRandomValues(new Uint8Array(12));"
        f"const text = new TextEncoder().encode(JSON.stringify({{...card, ...{json.dumps(changed)}}}));"
        "const sealed = new Uint8Array(await crypto.subtle.encrypt({name: 'AES-GCM', iv}, key, text));"
        "const row = new Uint8Array(12 + sealed.length); row.set(iv); row.set(sealed, 12);"
        "await store.document.put({coll: 'cards', id: card.id, sealed: row.buffer})"
    )


def bodies_of(app):
    """Return what each record type says, as it was signed and the server holds it."""
    with app.app_context():
        vault = config.current().vault
        rows = db.session.scalars(select(Record)).all()
        told = {
            row.type: envelope.read(vault.unseal(row.env_sealed, at=vault_place("record", "env", row.id))).body
            for row in rows
        }
        db.session.rollback()
        return told


def visits_of(app):
    with app.app_context():
        jobs.run_chores(clock.now())
        found = db.session.scalars(select(Visit)).all()
        db.session.rollback()
        return [(one.outcome, one.is_complete) for one in found]
