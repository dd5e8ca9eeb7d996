"""The phone's app measured on a dispatched week: `python -m bench.web`; prints the figures of bench/web.mjs.

A week of forty stops is made and served here; the rest happens in a real Chromium driven by node.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench import installation, week

SCRIPT = Path(__file__).with_name("web.mjs")


def main() -> int:
    """Make the week, serve it, measure; return node's exit code."""
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder, installation.settings():
        planned = week.prepare(Path(folder) / "week", phones=1)
        with installation.gunicorn("wsgi:app", env={"DOORSTEP_VAR": str(planned.folder)}) as server:
            return subprocess.run(["node", str(SCRIPT), server.url, planned.codes[0]], check=False).returncode  # noqa: S603, S607


if __name__ == "__main__":
    sys.exit(main())
