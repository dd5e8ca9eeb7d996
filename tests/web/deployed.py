"""The application with another build of the phone's app: what a deploy changes, for gunicorn in the tests."""

import os
from pathlib import Path

from server.console.api import phone
from wsgi import app

phone.BUILT = Path(os.environ["DOORSTEP_TEST_BUILT"])
__all__ = ["app"]
