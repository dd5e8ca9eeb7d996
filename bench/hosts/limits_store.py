"""A Redis of our own for tests and benches: no file, no password, on this machine."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from bench.processes import await_port, free_port

HOW = "no redis-server: install it (Debian: apt-get install redis-server)"


class NotInstalled(RuntimeError):
    """There is no Redis on this machine."""


class Redis:
    """A running redis-server; the port stays the same over `kill` and `start`."""

    def __init__(self) -> None:
        """Take a free port; nothing is started."""
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it listens. Raises NotInstalled or NeverReady."""
        program = shutil.which("redis-server")
        if program is None:
            raise NotInstalled(HOW)
        words = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        await_port(self._process, self.port)

    def kill(self) -> None:
        """Kill it without a warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def running() -> Iterator[Redis]:
    """Run a Redis until the end of the block. Raises NotInstalled or NeverReady."""
    redis = Redis()
    try:
        redis.start()
        yield redis
    finally:
        redis.kill()
