"""Several gunicorn hosts behind one nginx, on one PostgreSQL, one S3 bucket, one Redis.

It takes the place of the simulated installation: when the simulation lets the server die, one host does, by kill -9,
and the fleet goes on through nginx with those that are left.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import requests

from bench.hosts import proxy
from bench.hosts.host import CLOCK
from bench.hosts.store import settings_of
from bench.processes import NeverReady, free_port
from server import clock, media
from server.bucket import Bucket
from server.config import Config
from server.media.s3 import S3Store
from server.simulation.installation import Installation
from server.simulation.plan import Plan

ROOT = Path(__file__).parents[2]
READY_WITHIN_S, POLL_S = 90.0, 0.1
DEAD_FOR_S = 4.0
WORKERS = 1


@dataclass
class Host:
    """One host: its folder with keys and settings, its port, its process and how often it was killed."""

    var_dir: Path
    port: int
    log: Path
    clock_file: Path
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0

    def start(self) -> None:
        """Start gunicorn."""
        words = [
            sys.executable, "-m", "gunicorn", "bench.hosts.host:Follower()", "--config", "python:bench.hosts.serving",
            "--bind", f"127.0.0.1:{self.port}", "--workers", str(WORKERS),
            "--no-control-socket", "--log-level", "warning",
        ]  # fmt: skip
        env = os.environ | {"DOORSTEP_VAR": str(self.var_dir), CLOCK: str(self.clock_file), "PYTHONUNBUFFERED": "1"}
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(  # noqa: S603  # our own command
                words, cwd=ROOT, env=env, stdout=said, stderr=said, start_new_session=True
            )

    def kill(self) -> None:
        """Kill everything of this host without a warning."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def is_ready(self) -> bool:
        """Tell whether it answers that it is ready."""
        with suppress(requests.RequestException):
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=10).status_code == HTTPStatus.OK
        return False

    def await_ready(self) -> None:
        """Wait until it is ready. Raises NeverReady."""
        ends_s = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < ends_s:
            if self.process is None or self.process.poll() is not None:
                break
            if self.is_ready():
                return
            time.sleep(POLL_S)
        raise NeverReady(self.log.read_text(encoding="utf-8", errors="replace")[-3000:])


def nothing(_death: int) -> None:
    """Do nothing when a host dies but for that."""


@dataclass
class ManyHosts(Installation):
    """An installation served by several hosts; `bucket` and `redis_url` are what they share beside the database."""

    count: int = 3
    bucket: Bucket | None = None
    redis_url: str = ""
    also: Callable[[int], None] = nothing
    """What else is done when the so-many-eth host dies, such as killing the store."""

    def __post_init__(self) -> None:
        """Set up the hosts' places; nothing is started."""
        super().__post_init__()
        self.clock_file = self.var_dir.parent / "clock"
        log = self.var_dir / "server.log"
        self.hosts = [
            Host(self.var_dir.parent / f"host-{number}", free_port(), log, self.clock_file)
            for number in range(self.count)
        ]
        self._proxy = proxy.Proxy(self.var_dir.parent / "nginx", port=self.port, hosts=[one.port for one in self.hosts])
        self._revivals: list[threading.Thread] = []

    def set_up(self, plan: Plan) -> None:
        """Make the installation as for one server, then give each host the keys and the settings all share."""
        super().set_up(plan)
        shared = {"TRUSTED_PROXIES": "1", "REDIS_URL": self.redis_url} | (
            settings_of(self.bucket) if self.bucket else {}
        )
        with (self.var_dir / "doorstep.env").open("a", encoding="utf-8") as file:
            file.writelines(f"DOORSTEP_{name}='{value}'\n" for name, value in shared.items() if value)
        for host in self.hosts:
            host.var_dir.mkdir()
            shutil.copytree(self.var_dir / "keys", host.var_dir / "keys")
            shutil.copy(self.var_dir / "doorstep.env", host.var_dir)

    def start(self, at: datetime) -> None:
        """Let all hosts live at a moment, starting those that do not run. Raises NeverReady."""
        self._tell_time(at)
        started = [host for host in self.hosts if host.process is None]
        for host in started:
            host.start()
        for host in started:
            host.await_ready()
        self._proxy.start()
        self.lives += len(started)

    def die(self, at: datetime, meanwhile: Callable[[], None] | None) -> None:
        """Kill one host, in turn; the others serve on, and it comes back after a while."""
        if meanwhile is not None:
            meanwhile()
        deaths = sum(one.deaths for one in self.hosts)
        host = self.hosts[deaths % len(self.hosts)]
        for revival in self._revivals:
            revival.join()
        for other in self.hosts:
            other.await_ready()  # one is dead at a time
        host.kill()
        host.deaths += 1
        self.also(deaths)
        self._tell_time(at)
        revival = threading.Timer(DEAD_FOR_S, self._revive, [host])
        revival.start()
        self._revivals.append(revival)

    def restart(self, at: datetime) -> None:
        """Let all hosts live at a moment."""
        for revival in self._revivals:
            revival.join()
        self.start(at)

    def kill(self) -> None:
        """Kill everything."""
        for revival in self._revivals:
            revival.join()
        for host in self.hosts:
            host.kill()
        self._proxy.kill()

    def blobs(self, settings: Config) -> dict[str, str]:
        """Return name → SHA-256 of the bytes of every file in the bucket."""
        if self.bucket is None:
            return super().blobs(settings)
        store: media.BlobStore = S3Store(self.bucket)
        return {name: hashlib.sha256(store.get(name)).hexdigest() for name in store.hashes()}

    def _tell_time(self, at: datetime) -> None:
        fresh = self.clock_file.with_suffix(".new")
        fresh.write_text(str(round((at - clock.now()).total_seconds())), encoding="ascii")
        fresh.rename(self.clock_file)

    def _revive(self, host: Host) -> None:
        host.start()
        self.lives += 1
