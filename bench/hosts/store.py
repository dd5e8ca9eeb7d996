"""A real S3 server of our own, for tests and benches: OpenStack Swift, installed apart, killed and started at will."""

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import obstore
import requests
from obstore.store import S3Store

from bench.processes import NeverReady, await_port, free_port
from server.bucket import Bucket

ROOT = Path(__file__).parents[2]
HOME = ROOT / "var" / "setup" / "swift"
HOW = "the S3 server could not be installed; `make var/setup/swift/.installed` says why (it needs the package registry)"
REGION, KEY, SECRET = "us-east-1", "test:tester", "testing"


class NotInstalled(RuntimeError):
    """Swift is not here and could not be got."""


class Store:
    """A running Swift with one bucket; the port stays the same over `kill` and `restart`."""

    def __init__(self, folder: Path) -> None:
        """Take the folder where it keeps what is stored."""
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Return its process id. Raises NeverReady when it was never started."""
        if self._process is None:
            raise NeverReady("not started")
        return self._process.pid

    @property
    def is_up(self) -> bool:
        """Does its process live?"""
        return self._process is not None and self._process.poll() is None

    def bucket(self, name: str = "", *, secret: str = SECRET, timeout_s: int = 30) -> Bucket:
        """Make a bucket, one of its own when no name is given, and return what opens it."""
        bucket = Bucket(name or f"b{Random().getrandbits(60):x}", self.endpoint, REGION, KEY, secret, timeout_s)  # noqa: S311
        client = S3Store(
            bucket.name, endpoint=self.endpoint, region=REGION, access_key_id=KEY, secret_access_key=SECRET,
            virtual_hosted_style_request=False, client_options={"allow_http": True},
        )  # fmt: skip
        requests.put(obstore.sign(client, "PUT", "", timedelta(minutes=1)), timeout=30).raise_for_status()
        return bucket

    def start(self) -> None:
        """Start it and wait until it answers. Raises NotInstalled or NeverReady."""
        install()
        self.folder.mkdir(parents=True, exist_ok=True)
        command: list[str | Path] = [
            HOME / "bin" / "python",
            "-W",
            "ignore",
            Path(__file__).with_name("swift_server.py"),
        ]
        with (self.folder / "server.log").open("ab") as said:
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                [*command, self.folder, str(self.port)], stdout=said, stderr=said, start_new_session=True
            )
        try:
            await_port(self._process, self.port)
        except NeverReady as fault:
            told = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")
            raise NeverReady(f"{fault}: {told[-1000:]}") from fault

    def kill(self) -> None:
        """Kill it without a warning."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def hang(self) -> None:
        """Stop it in its tracks: connections are taken and nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on after `hang`."""
        os.kill(self.pid, signal.SIGCONT)


@contextmanager
def running(folder: Path) -> Iterator[Store]:
    """Run an S3 server until the end of the block. Raises NotInstalled or NeverReady."""
    store = Store(folder)
    try:
        store.start()
        yield store
    finally:
        store.kill()


def settings_of(bucket: Bucket) -> dict[str, str]:
    """Return the settings, without their prefix, that make an installation keep its files in a bucket."""
    return {
        "MEDIA": "s3", "S3_ENDPOINT": bucket.endpoint, "S3_BUCKET": bucket.name, "S3_REGION": bucket.region,
        "S3_KEY": bucket.key, "S3_SECRET": bucket.secret, "S3_TIMEOUT_S": str(bucket.timeout_s),
    }  # fmt: skip


def install() -> None:
    """See that Swift is installed in an environment of its own; whoever comes second waits. Raises NotInstalled."""
    mark = HOME / ".installed"
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with (HOME.parent / "swift.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists():
            target = str(mark.relative_to(ROOT))
            done = subprocess.run(["make", target], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603, S607
            if done.returncode:
                raise NotInstalled(f"{HOW}\n{done.stderr[-2000:]}")
