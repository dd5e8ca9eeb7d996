"""One host as the bench runs it: gunicorn with the application, and the jobs and chores in threads of its worker.

Every host follows one clock, a file with the seconds by which all of them live earlier or later.
"""

import os
import threading
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server import clock, config
from server.app import create_app
from server.cli.operate import start_work

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

CLOCK = "BENCH_CLOCK_FILE"
LOOK_EVERY_S = 0.1


def follow() -> None:
    """Set this process's clock as the file says."""
    clock.shift(timedelta(seconds=float(Path(os.environ[CLOCK]).read_text(encoding="ascii"))))


class Follower:
    """The application, each request answered at the time the file says."""

    def __init__(self) -> None:
        """Make the application from the environment."""
        follow()
        self._app = create_app(config.load())

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        follow()
        return self._app(environ, start_response)

    def work(self) -> None:
        """Run jobs and chores in threads, at the time the file says."""
        start_work(self._app, threading.Event())
        threading.Thread(target=self._follow_always, daemon=True).start()

    def _follow_always(self) -> None:
        while not threading.Event().wait(LOOK_EVERY_S):
            follow()
