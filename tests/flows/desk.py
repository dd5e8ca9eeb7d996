"""The console in a real Chromium: signing in, pressing, and what axe and the content policy hold against it."""

import base64
import json
import os
from pathlib import Path

from tests.browser import WCAG, Page
from tests.cast import PASSWORD
from tests.flows.thumb import Screens

PHONE, DESK = (390, 844), (1440, 900)
GUIDE_PICTURES = Path(__file__).parents[2] / "docs" / "guide" / "img"
GUIDE_WIDTH = 1080  # pixels of a picture at most; a guide shows it 860 wide
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules a theme has a say in
WATCH = """globalThis.broken = [];
addEventListener('securitypolicyviolation', (one) => broken.push(`${one.violatedDirective} ${one.blockedURI}`));"""


class Desk(Screens):
    """A browser of somebody of the office; `taps` counts what is pressed."""

    def __init__(self, url, size=DESK):
        self.url, self.phone, self.taps = url.replace("127.0.0.1", "localhost"), None, 0
        self.page = Page()
        self.page.call(
            "Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False
        )
        self.page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)

    def sign_in(self, username, place="/"):
        self.page.open(f"{self.url}/console{place}")
        self.type("input[name=username]", username)
        self.type("input[name=password]", PASSWORD)
        self.tap("button[type=submit]")
        self.page.wait("document.querySelector('.frame') !== null")
        self.taps = 0
        return self

    def go(self, place):
        self.page.open(f"{self.url}/console{place}")
        self.page.wait("document.querySelector('.frame') !== null")

    def act(self, name):
        """Press the button that does this, once it may be pressed; the topmost of that name."""
        found = f"[...document.querySelectorAll('[data-act={name}]')].at(-1)"
        self.page.wait(f"{found} !== undefined && !{found}.disabled && {found}.getClientRects().length > 0")
        self.page.run(f"{found}.click()")
        self.taps += 1

    def fill(self, name, text):
        """Write into the field of this name as a person does."""
        self.type(f"[name={name}]", text)

    def gone(self, selector):
        self.page.wait(
            f"[...document.querySelectorAll({json.dumps(selector)})].every((e) => !e.getClientRects().length)"
        )

    def theme(self, name):
        media = [{"name": "prefers-color-scheme", "value": name}, {"name": "prefers-reduced-motion", "value": "reduce"}]
        self.page.call("Emulation.setEmulatedMedia", features=media)

    def flawless(self):
        """Look at the screen in both themes; return what axe, the content policy and its width hold against it."""
        found = []
        for name in ("light", "dark"):
            self.theme(name)
            self.page.wait(f"document.documentElement.classList.contains('dark') === {json.dumps(name == 'dark')}")
            self.page.wait("document.getAnimations().every((one) => one.playState !== 'running')")
            found += [f"{name}: {one}" for one in self.violations(WCAG if name == "light" else COLOURS)]
        wide = self.page.run("document.documentElement.scrollWidth > innerWidth")
        return found + (["wider than the screen"] if wide else []) + self.page.run("broken")

    def picture(self, name):
        """Write what stands on the screen as a picture of the guides, where DOORSTEP_GUIDE_PICTURES asks for it."""
        if not os.environ.get("DOORSTEP_GUIDE_PICTURES"):
            return
        self.theme("light")
        self.page.wait("!document.documentElement.classList.contains('dark')")
        self.page.wait("document.getAnimations().every((one) => one.playState !== 'running')")
        self.page.run("document.documentElement.style.scrollbarWidth = 'none'")
        x, y, width, height = self.page.run("[scrollX, scrollY, innerWidth, innerHeight]")
        part = {"x": x, "y": y, "width": width, "height": height, "scale": min(1, GUIDE_WIDTH / width)}
        shot = self.page.call("Page.captureScreenshot", format="webp", quality=70, clip=part)["data"]
        (GUIDE_PICTURES / f"{name}.webp").write_bytes(base64.b64decode(shot))

    def violations(self, rules=WCAG):
        """Return what axe-core, by these rules or tags, holds against the present screen, with the places."""
        return [f"{rule}: {' | '.join(places)}" for rule, places in self.page.axe(rules)]

    def close(self):
        self.page.kill()
