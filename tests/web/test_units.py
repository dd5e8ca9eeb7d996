"""The web clients' own unit tests, in node's own runner: vectors hold them to what Python does."""

import shutil
import subprocess
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"


def test_the_clients_own_tests_pass():
    npm = shutil.which("npm")
    assert npm, "no npm: the web clients need Node 20 or newer"
    ran = subprocess.run([npm, "test", "--silent"], cwd=WEB, capture_output=True, text=True, timeout=600, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert "# fail 0" in ran.stdout or "ℹ fail 0" in ran.stdout
    assert "tests 0" not in ran.stdout
