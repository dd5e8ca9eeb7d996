"""gunicorn forked from a process that has loaded the code: a second and a half of every server would be the loading.

Each pytest process has one such parent, by multiprocessing's forkserver; a server of it leads a process group, has an
environment, a folder and a log of its own, and makes its application itself, as one started by hand does.
"""

import multiprocessing
import os
import sys

_parent = multiprocessing.get_context("forkserver")
_parent.set_forkserver_preload(["__main__", "tests.loaded"])


def start(words, *, environ, folder, log):
    """Start `gunicorn` with these words; return its multiprocessing.Process."""
    process = _parent.Process(target=_become_gunicorn, args=(words, environ, str(folder), str(log)))
    process.start()
    return process


def _become_gunicorn(words, environ, folder, log):
    import gunicorn.app.wsgiapp  # the parent has loaded it

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
