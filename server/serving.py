"""How gunicorn serves: `gunicorn -c python:server.serving wsgi:app`; `--workers` and `--bind` are yours to say.

The application is loaded once and its memory shared by all workers: two need little more than one.
"""

import ctypes
import gc
import sys
from typing import Any

from server import log_lines

worker_class = "gthread"
threads = 4
keepalive = 60
preload_app = True
_M_ARENA_MAX = -8


def on_starting(_server: Any) -> None:
    """Write the application's log as JSON lines; gunicorn's own lines stay its own."""
    log_lines.begin()


def when_ready(_server: Any) -> None:
    """Keep the collector's marks off what was loaded, or each worker would copy all of it, and its memory in one heap.

    Each thread of glibc's keeps a heap of its own otherwise, and none of them gives back what another could use.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        for name, values in (("mallopt", (_M_ARENA_MAX, 1)), ("malloc_trim", (0,))):
            if (call := getattr(libc, name, None)) is not None:  # of glibc; musl has no such heaps
                call(*values)
    gc.collect()
    gc.freeze()
