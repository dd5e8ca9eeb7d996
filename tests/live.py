"""A real server process on the database of a test: gunicorn, killed and started again at will.

    with live.serving(app.extensions["doorstep"]) as server:
        requests.get(server.url + "/readyz")
        server.kill()
        server.restart()

The fixture `live_server` of tests/conftest.py gives one on the database of the fixture `app`.
"""

import multiprocessing
import os
import random
import signal
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import requests
import sqlalchemy as sa

from bench.hosts.store import settings_of
from tests import forked

ROOT = Path(__file__).parents[1]
READY_WITHIN_S = 60
POLL_S = 0.02


class NotUp(Exception):
    """The server did not come up; its log says why."""


@dataclass
class LiveServer:
    """A running gunicorn with two workers: `url` stays the same over `kill` and `restart`."""

    settings: object
    workers: int = 2
    threads: int = 4
    port: int = 0
    application: str = "wsgi:app"
    process: multiprocessing.Process | None = field(default=None, repr=False)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self):
        """The process id of gunicorn's master, which leads the process group of all its workers."""
        return self.process.pid

    @property
    def log_path(self):
        return self.settings.var_dir / "server.log"

    def worker_pids(self):
        """Return the process ids of the workers alive now."""
        return [int(one) for one in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def start(self):
        """Start and wait until it is ready; on a free port the first time, on the same one later. Raises NotUp."""
        self.port = self.port or free_port()
        self._launch()
        for _ in range(int(READY_WITHIN_S / POLL_S)):
            if not self.process.is_alive():
                break
            if self.is_ready():
                return self
            time.sleep(POLL_S)
        self.kill()
        raise NotUp(self.log_path.read_text(errors="replace")[-3000:])

    def is_ready(self):
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == requests.codes.ok
        return False

    def kill(self):
        """Kill master and workers without a warning, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.join()

    def kill_a_worker(self):
        """Kill one worker without a warning; the master starts another. Return its process id, None without one."""
        for pid in self.worker_pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return pid
        return None

    def renew_workers(self):
        """Kill all workers without a warning and wait for the next ones: a restart without loading the code again."""
        before = set(self.worker_pids())
        for pid in before:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while before & set(self.worker_pids()) or not self.is_ready():
            time.sleep(POLL_S)

    def stop(self):
        """Ask it to stop and wait; what is left is killed."""
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(timeout=10)
        self.kill()

    def restart(self):
        """Start again on the same port, after `kill`, `stop` or while it runs."""
        self.stop()
        return self.start()

    def _launch(self):
        words = [
            *(self.application, "--bind", f"127.0.0.1:{self.port}"),
            *("--worker-class", "gthread", "--workers", str(self.workers), "--threads", str(self.threads)),
            *("--graceful-timeout", "2", "--preload", "--no-control-socket", "--log-level", "warning"),
        ]
        environ = os.environ | environment(self.settings)
        self.process = forked.start(words, environ=environ, folder=ROOT, log=self.log_path)


@contextmanager
def serving(settings, **options):
    """Serve an installation (a server.config.Config whose keys lie in its var_dir) until the end of the block."""
    server = LiveServer(settings, **options)
    try:
        yield server.start()
    finally:
        if server.process is not None:
            server.kill()


def environment(settings):
    """Return the variables that make another process load these settings."""
    names = {
        "VAR": settings.var_dir,
        "DATABASE_URL": settings.database_url,
        "ARGON2_MEMORY_KIB": settings.argon2_memory_kib,
        "ARGON2_TIME_COST": settings.argon2_time_cost,
        "PUBLIC_URL": settings.public_url,
        "SECOND_FACTOR_ROLES": ",".join(sorted(settings.second_factor_roles)),
    } | {f"FIRM_{name.upper()}": getattr(settings.firm, name) for name in settings.firm.__slots__}
    if settings.bucket is not None:
        names |= settings_of(settings.bucket)
    return {f"DOORSTEP_{name}": str(value) for name, value in names.items()} | {"PYTHONUNBUFFERED": "1"}


def free_port():
    """Return a port of 127.0.0.1 nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def quiet_port():
    """Return a port of 127.0.0.1 that the system gives nobody by chance, to come back to later."""
    for port in random.sample(range(20_000, 30_000), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise NotUp("no port of a hundred was free")


@cache
def pg_server(uri):
    """Return the engine for statements about databases; one connection is kept, a new one takes as long as they do."""
    return sa.create_engine(uri.format("postgres"), isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True)


def pg_admin(uri, statement, **values):
    """Run one statement outside any transaction, on the server's own database. uri has `{}` for the database name."""
    with pg_server(uri).connect() as connection:
        connection.execute(sa.text(statement), values)
