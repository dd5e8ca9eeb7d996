"""Real Chromium driven over its debugging pipe: nothing to install beside the browser."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from tests.chromium import chromium

# Chromium reads its commands from descriptor 3 and answers on 4; both are first moved out of each other's way.
# No traffic and no processes but those a page asks for; a window behind another goes on.
NEEDLESS = (  # a renderer waiting for the next site, and two that draw what falls out of an address bar
    "SpareRendererForSitePerProcess", "WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup",
    "Translate", "MediaRouter",
)  # fmt: skip
QUIET = (
    "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--no-first-run",
    "--disable-sync", "--disable-features=" + ",".join(NEEDLESS),
)  # fmt: skip
AXE = Path(__file__).parents[1] / "web/node_modules/axe-core/axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BETWEEN = "Cannot find default execution context"  # nothing of the script was run
LEFT = ("Inspected target navigated or closed", "Execution context was destroyed.", "Promise was collected")
LAUNCH = """import fcntl, os, sys
spare = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]]
os.dup2(spare[0], 3)
os.dup2(spare[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class PageLeft(AssertionError):
    """The document went away while its script ran."""


class Browser:
    """A headless browser with a profile of its own, which outlives it when it is given, as a phone's storage does."""

    def __init__(self, profile=None):
        self.is_lasting = profile is not None
        theirs_in, self.out = os.pipe()
        self.into, theirs_out = os.pipe()
        self.profile = str(profile or tempfile.mkdtemp(prefix="doorstep-chromium-"))
        for lock in Path(self.profile).glob("Singleton*"):  # a killed browser leaves its locks behind
            lock.unlink()
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out), chromium(), "--headless=new",
             "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--lang=zh-CN",
             *QUIET,
             f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self.buffer, self.number, self.asked = b"", 0, {}

    def call(self, method, session=None, **params):
        """Send one command to the browser, or to a session of a tab; return its result.

        Remembers in `asked` what each session asked the network for. A page between two documents runs no script
        yet: it is asked again.
        """
        for _ in range(1200):
            told = self._answer(method, session, params)
            if told.get("error", {}).get("message") != BETWEEN:
                break
            time.sleep(0.05)
        if told.get("error", {}).get("message") in LEFT:
            raise PageLeft(told)
        assert "error" not in told, told
        return told["result"]

    def _answer(self, method, session, params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        message |= {"sessionId": session} if session else {}
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.buffer:
                chunk = os.read(self.into, 1 << 16)
                assert chunk, "the browser died"
                self.buffer += chunk
            line, _, self.buffer = self.buffer.partition(b"\0")
            told = json.loads(line)
            if told.get("method") == "Network.requestWillBeSent":
                self.asked.setdefault(told["sessionId"], []).append(told["params"]["request"]["url"])
            if told.get("id") == self.number:
                return told

    def end(self):
        """Close it as a person does: what it holds is written."""
        self.call("Browser.close")
        self.process.wait()
        self._let_go()

    def kill(self):
        """Kill every process of it without a warning."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self._let_go()
        if not self.is_lasting:
            shutil.rmtree(self.profile, ignore_errors=True)

    def _let_go(self):
        # A battery takes all its processes at once: one still dying would hold the storage when the next begins.
        while lives(self.process.pid):
            time.sleep(0.01)
        os.close(self.out)
        os.close(self.into)


@cache
def shared():
    """Return the browser of all pages without a profile: starting one takes two seconds of CPU."""
    browser = Browser()
    atexit.register(browser.kill)
    return browser


class Page:
    """A page of a browser with this profile, or without one of the shared browser, which keeps nothing of it.

    axe-core is asked beside SQLite only (tests/conftest.py): no database changes what a screen looks like.
    """

    is_judged = True

    def __init__(self, profile=None):
        self.context, self.session = None, None
        if profile is not None:
            self.browser = Browser(profile)
            (target,) = [one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        else:
            self.browser = shared()
            self.context = self.call("Target.createBrowserContext")["browserContextId"]
            target = self.call("Target.createTarget", url="about:blank", browserContextId=self.context, newWindow=True)
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        self.requests = self.browser.asked.setdefault(self.session, [])
        self.call("Network.enable")
        self.call("Page.enable")
        still = {"name": "prefers-reduced-motion", "value": "reduce"}  # what moves is drawn sixty times a second
        self.call("Emulation.setEmulatedMedia", features=[still])
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def call(self, method, session=None, **params):
        """Send one command, to the page or to a session of another tab; return its result."""
        return self.browser.call(method, session or self.session, **params)

    def run(self, script):
        """Return the value of an expression in the page."""
        return self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)["result"].get(
            "value"
        )

    def wait(self, script):
        """Wait until an expression is true, a minute at most: a busy machine is no fault of the code."""
        for _ in range(1200):
            with suppress(PageLeft):  # whatever the old document would have said
                if self.run(script):
                    return
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}")

    def open(self, url):
        """Go to a page and wait for its scripts."""
        self.call("Page.navigate", url=url)
        self.wait(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url.split('#')[0])})")

    def axe(self, rules):
        """Return what axe-core, by these rules or tags, holds against the page: pairs of a rule and its places."""
        if not self.is_judged:
            return []
        if not self.run("typeof axe !== 'undefined'"):  # half a megabyte, not to be read twice
            self.run(f"{AXE.read_text(encoding='utf-8')}; undefined")
        places = "found.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 160))])"
        return self.run(f"axe.run(document, {{runOnly: {json.dumps(rules)}}}).then((found) => {places})")

    def tab(self, url):
        """Open another tab of the same browser; return its session, for `call`."""
        target = self.call("Target.createTarget", url=url)["targetId"]
        return self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def choose(self, selector, path):
        """Put a file into a file input, as a person does."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    def end(self):
        """Close the browser of a profile as a person does: what it holds is written."""
        self.browser.end()

    def kill(self):
        """Kill the browser of a profile without a warning; a page without one is forgotten."""
        if self.context is None:
            self.browser.kill()
        else:
            self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)
            self.browser.asked.pop(self.session)


def lives(group):
    """Say whether a thread of this group runs; the dead who only wait for init to notice hold nothing."""
    for one in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            told = one.read_text().rpartition(")")[2].split()
            state, its_group, threads = told[0], int(told[2]), int(told[17])
            if its_group == group and (state not in "ZX" or threads > 1):
                return True
    return False
