"""Asking the TypeScript twins: one node process, one JSON question per line in, one JSON answer per line out."""

import json
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent


def ask(questions, *, script="twins.mjs", mutate=None):
    """Return the twins' answers to questions `{do: …}`. mutate: (old text, new text) planted into the source first."""
    lines = [json.dumps({"mutate": mutate}), *(json.dumps(one) for one in questions)]
    done = subprocess.run(
        [shutil.which("node"), "--no-warnings", FOLDER / script],
        input="\n".join(lines), capture_output=True, text=True, encoding="utf-8", timeout=500, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return [json.loads(line) for line in done.stdout.splitlines()]
