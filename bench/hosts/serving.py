"""How gunicorn serves a host of the bench: loaded once, jobs and chores in threads of its worker."""

from typing import Any

preload_app = True
worker_class = "gthread"
threads = 4


def post_worker_init(worker: Any) -> None:
    """Let a worker begin to work when it begins to serve."""
    worker.wsgi.work()
