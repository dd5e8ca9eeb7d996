"""The records the node clients sign are those of docs/records.md: the shared vectors say so, in node's own runner."""

import shutil
import subprocess

from tests.clients.node import FOLDER


def test_the_javascript_envelope_satisfies_the_shared_vectors():
    ran = subprocess.run(
        [shutil.which("node"), "--no-warnings", "--test", "--test-reporter=tap", FOLDER / "envelope.test.mjs"],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    assert "# fail 0" in ran.stdout
