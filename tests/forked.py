"""gunicorn forked from a process that has loaded the code: a second and a half of every server would be the loading.

Each pytest process has one such parent, by multiprocessing's forkserver; a server of it leads a process group, has an
environment, a folder and a log of its own, and makes its application itself, as one started by hand does.
"""

import multiprocessing
import os
import sys
from importlib import import_module

import gunicorn.app.wsgiapp
import gunicorn.workers.gthread
from sqlalchemy.orm import configure_mappers

from server.app import blueprints, load_models

# What a server loads when a call first needs it.
LATER = (
    "geopy.distance", "openpyxl", "pi_heif", "psycopg", "requests", "server.pades", "server.visits.darkroom.look",
    "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.pysqlite", "webauthn", "zxcvbn",
)  # fmt: skip

_parent = multiprocessing.get_context("forkserver")
_parent.set_forkserver_preload(["__main__", __name__])
load_models()
configure_mappers()
_loaded = [*blueprints(), *map(import_module, LATER)]


def start(words, *, environ, folder, log):
    """Start `gunicorn` with these words; return its multiprocessing.Process."""
    process = _parent.Process(target=_become_gunicorn, args=(words, environ, str(folder), str(log)))
    process.start()
    return process


def _become_gunicorn(words, environ, folder, log):
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    told = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(told, stream.fileno())
        stream.reconfigure(write_through=True)
    sys.argv = ["gunicorn", *words]
    gunicorn.app.wsgiapp.run()
