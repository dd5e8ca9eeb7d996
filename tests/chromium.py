"""Which Chromium the tests of pages drive: the one named, else the system's, else one installed now, else a failure.

Never a skip: a page nobody looked at is not tested.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

NAMED = "DOORSTEP_CHROMIUM"
# The shell is the same engine without the windows and menus nobody sees here: half the work of a browser's own process.
PACKAGES = ("chromium-headless-shell", "chromium")
COMMANDS = (*PACKAGES, "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHT = Path(__file__).parents[1] / "web/node_modules/playwright-core"
WITHIN_S = 600
HOW = f"`apt-get install chromium`, or name a Chromium or Chrome in {NAMED}"


def chromium(environ=os.environ):
    """Return the path of a browser, installed now if there is none. Fails saying how to get one."""
    if named := environ.get(NAMED):
        found = shutil.which(named, path=environ.get("PATH", ""))
        return found or pytest.fail(f"{NAMED} names {named}, which is no program here: {HOW}")
    found = find(environ)
    if found is None:
        with Path(tempfile.gettempdir(), "doorstep-chromium.lock").open("w") as lock:  # one worker installs
            fcntl.flock(lock, fcntl.LOCK_EX)
            said = [] if find(environ) else install(environ)
        found = find(environ)
    return found or pytest.fail(f"no Chromium, and installing one failed ({'; '.join(said)}): {HOW}")


def find(environ):
    """Return the system's browser, else the one playwright-core installed, else None."""
    path = environ.get("PATH", "")
    known = next((found for name in COMMANDS if (found := shutil.which(name, path=path))), None)
    return known or _playwrights(environ, path)


def install(environ):
    """Install a browser the platform's way: Debian's where we may, else playwright-core's. Return what went wrong."""
    path, said = environ.get("PATH", ""), []
    ways = []
    if os.geteuid() == 0 and (apt := shutil.which("apt-get", path=path)):
        ways += [[apt, "install", "-y", "-qq", "--no-install-recommends", package] for package in PACKAGES]
    if (node := shutil.which("node", path=path)) and PLAYWRIGHT.exists():
        ways.append([node, str(PLAYWRIGHT / "cli.js"), "install", "chromium"])
    for command in ways:
        try:
            ran = subprocess.run(
                command, env=dict(environ), capture_output=True, text=True, timeout=WITHIN_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            said.append(f"{Path(command[0]).name}: {fault}")
            continue
        if ran.returncode == 0:
            return []
        said.append(f"{Path(command[0]).name}: {(ran.stderr or ran.stdout).strip()[-200:]}")
    return said or ["neither apt-get as root nor node is here"]


def _playwrights(environ, path):
    node = shutil.which("node", path=path)
    if node is None or not PLAYWRIGHT.exists():
        return None
    script = f"process.stdout.write(require({str(PLAYWRIGHT)!r}).chromium.executablePath())"
    told = subprocess.run([node, "-e", script], env=dict(environ), capture_output=True, text=True, check=False).stdout
    return told if told and Path(told).exists() else None
