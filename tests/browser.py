"""Real Chromium driven over its debugging pipe: nothing to install beside the browser."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.chromium import chromium

# Chromium reads its commands from descriptor 3 and answers on 4; both are first moved out of each other's way.
LAUNCH = """import fcntl, os, sys
spare = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]]
os.dup2(spare[0], 3)
os.dup2(spare[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Page:
    """One page of a headless browser. A profile given to it outlives it, as a phone's storage does."""

    def __init__(self, profile=None):
        binary = chromium()
        self.is_lasting = profile is not None
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self.profile = str(profile or tempfile.mkdtemp(prefix="doorstep-chromium-"))
        for lock in Path(self.profile).glob("Singleton*"):  # a killed browser leaves its locks behind
            lock.unlink()
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out), binary, "--headless=new",
             "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--lang=zh-CN",
             f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self.out, self.into, self.buffer, self.number, self.session = ours_out, ours_in, b"", 0, None
        (target,) = [one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        self.requests = []
        self.call("Network.enable")
        self.call("Page.enable")

    def call(self, method, session=None, **params):
        """Send one command, to the page or to a session of another tab; return its result.

        Remembers what the page asked the network for.
        """
        self.number += 1
        wanted = self.number
        message = {"id": wanted, "method": method, "params": params}
        session = session or self.session
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
                self.requests.append(told["params"]["request"]["url"])
            if told.get("id") == wanted:
                assert "error" not in told, told
                return told["result"]

    def run(self, script):
        """Return the value of an expression in the page."""
        return self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)["result"].get(
            "value"
        )

    def wait(self, script):
        """Wait until an expression is true, a minute at most: a busy machine is no fault of the code."""
        for _ in range(1200):
            if self.run(script):
                return
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}")

    def open(self, url):
        """Go to a page and wait for its scripts."""
        self.call("Page.navigate", url=url)
        self.wait(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url.split('#')[0])})")

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
        """Close the browser as a person does: what it holds is written."""
        self.call("Browser.close")
        self.process.wait()
        while lives(self.process.pid):
            time.sleep(0.01)
        os.close(self.out)
        os.close(self.into)

    def close(self):
        """End the browser and forget its profile."""
        self.kill()
        if not self.is_lasting:
            shutil.rmtree(self.profile, ignore_errors=True)

    def kill(self):
        """Kill every process of the browser without a warning."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            # A battery takes all its processes at once: one still dying would hold the storage when the next begins.
            while lives(self.process.pid):
                time.sleep(0.01)
            os.close(self.out)
            os.close(self.into)


def lives(group):
    """Say whether a thread of this group runs; the dead who only wait for init to notice hold nothing."""
    for one in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            told = one.read_text().rpartition(")")[2].split()
            state, its_group, threads = told[0], int(told[2]), int(told[17])
            if its_group == group and (state not in "ZX" or threads > 1):
                return True
    return False
