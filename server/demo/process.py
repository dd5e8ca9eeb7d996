"""The server of the demo: a real process on a real port, started, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import requests

READY_WITHIN_S = 40
TAKEN_IN_WITHIN_S = 300
POLL_S = 0.1


class NotUp(Exception):
    """The demo's server did not come up; its log says why."""


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running `doorstep serve`."""

    process: subprocess.Popen[bytes]
    url: str

    def kill(self) -> None:
        """Kill it without a warning, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to stop and wait."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()

    def wait_for_records(self) -> None:
        """Wait until every kept record has come to its visit, a moment after the phone has its answer. Raises NotUp."""
        for _ in range(int(TAKEN_IN_WITHIN_S / POLL_S)):
            told = requests.get(f"{self.url}/metrics", timeout=READY_WITHIN_S).text
            if "\ndoorstep_records_waiting 0.0\n" in told:
                return
            time.sleep(POLL_S)
        raise NotUp("records that were handed in do not come to their visits")

    def wait(self) -> None:
        """Wait until somebody stops it with Ctrl-C."""
        try:
            self.process.wait()
        except KeyboardInterrupt:
            self.stop()


def start(var_dir: Path, *, port: int, offset: timedelta) -> ServerProcess:
    """Start the server with its clock shifted and wait until it is ready. Raises NotUp."""
    url = f"http://127.0.0.1:{port}"
    with (var_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [
                sys.executable,
                "-m",
                "server.cli",
                "--var",
                str(var_dir),
                "serve",
                "--port",
                str(port),
                "--clock-offset-s",
                str(int(offset.total_seconds())),
            ],
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    server = ServerProcess(process, url)
    for _ in range(int(READY_WITHIN_S / POLL_S)):
        if process.poll() is not None:
            break
        if is_ready(url):
            return server
        time.sleep(POLL_S)
    server.stop()
    raise NotUp(f"see {var_dir / 'server.log'}; is port {port} taken? try --port")


def is_ready(url: str) -> bool:
    """Return whether the server answers that it is ready."""
    try:
        return requests.get(f"{url}/readyz", timeout=2).status_code == HTTPStatus.OK
    except requests.RequestException:
        return False
