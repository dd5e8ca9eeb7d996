"""The application with its clock moved, for days that lie ahead: gunicorn loads `bench.shifted:create_shifted()`."""

import os
from datetime import timedelta

from flask import Flask

from server import clock
from server.app import create_app

OFFSET = "BENCH_CLOCK_OFFSET_S"


def create_shifted() -> Flask:
    """Return the application as if it were so many seconds later."""
    clock.shift(timedelta(seconds=int(os.environ[OFFSET])))
    return create_app()
