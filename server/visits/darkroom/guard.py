"""Starts the darkroom's process and survives it: a file that kills, stalls or bloats it gets a verdict, the rest go on.

One process looks at a batch; starting Python and its decoders costs more than looking at a photo.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO

from server.visits.darkroom.looked import Looked

TIMEOUT_S = 20  # for one file
DEADLY = "too-costly"
_COMMAND = (sys.executable, "-I", "-m", "server.visits.darkroom.child")
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "LANG": "C.UTF-8"}  # no setting and no secret of ours


def look_at(files: Sequence[tuple[str, bytes]], *, timeout_s: float = TIMEOUT_S) -> list[Looked]:
    """Look at files, each given as role (photo, recording) and bytes; one verdict for each, in the same order."""
    seen: list[Looked] = []
    while len(seen) < len(files):
        rest = files[len(seen) :]
        seen += _run(rest, timeout_s * len(rest))
        if len(seen) < len(files):
            seen.append(Looked(fault=DEADLY))  # the child did not outlive this one
    return seen


def _run(files: Sequence[tuple[str, bytes]], timeout_s: float) -> list[Looked]:
    asked = b"".join(f"{role} {len(content)}\n".encode() + content for role, content in files)
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            _COMMAND, input=asked, capture_output=True, timeout=timeout_s, check=False, env=_ENVIRONMENT
        )
        answered = done.stdout
    except subprocess.TimeoutExpired as late:
        answered = late.stdout or b""
    return _answers(answered)[: len(files)]


def _answers(told: bytes) -> list[Looked]:
    """Return the complete answers; one that was cut short counts as none."""
    found, stream = [], BytesIO(told)
    while line := stream.readline():
        if not line.endswith(b"\n"):
            break
        head = json.loads(line)
        pictures = tuple(stream.read(size) for size in head["sizes"])
        if [len(one) for one in pictures] != head["sizes"]:
            break
        found.append(Looked(head["facts"], head["fault"], pictures))
    return found
