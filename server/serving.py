"""How gunicorn serves: `gunicorn -c python:server.serving wsgi:app`; `--workers` and `--bind` are yours to say.

The application is loaded once and its memory shared by all workers: two need little more than one.
"""

import gc
from typing import Any

worker_class = "gthread"
threads = 4
keepalive = 60
preload_app = True


def when_ready(_server: Any) -> None:
    """Keep the collector's marks off what was loaded, or each worker would copy all of it."""
    gc.collect()
    gc.freeze()
