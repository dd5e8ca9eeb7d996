"""Where the tests write and how often their processes look for garbage: neither is a thing they test.

A test makes and removes some hundred files; ext4 searches ever longer for the place of a new one. In memory the suite
takes half the time. A drill that needs a real disk asks for one.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  # pytest and tempfile make folders of their own in it
ROOM = 4 * 1024**3
OBJECTS_BETWEEN_LOOKS = 50_000


def in_memory():
    """Have this process, and those it starts, write in memory where 4 GB are free; TMPDIR, when set, has its way."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def look_for_garbage_seldom():
    """Look after 50,000 new objects instead of 700, and never again at what the imports made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, 20, 20)
