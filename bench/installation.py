"""A real installation in a folder of its own: `doorstep init`, people, enrolled phones, `doorstep serve`, the floor."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import requests
from flask import Flask

from server import config
from server.app import create_app
from server.cli import cli
from sync.chain import Head, start
from sync.signature import Alg, SigningKey, signing_key

PASSWORD = "bench-only-password"  # noqa: S105  # of an installation that lives for seconds
WAIT_S = 30
_TICKS = os.sysconf("SC_CLK_TCK")


class NeverReady(RuntimeError):
    """A server did not answer in time, or ended."""


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves, and where."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """Return the processor seconds it has used, its threads together. Raises OSError where /proc is unknown."""
        told = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / _TICKS


@dataclass(slots=True)
class Phone:
    """An enrolled phone: its token, its key, the end of its chain."""

    device: str
    token: str
    key: SigningKey
    head: Head


def application(folder: Path) -> Flask:
    """Make an installation in a folder and return its application in this process."""
    with _settings(), redirect_stdout(StringIO()):
        cli.main(args=["--var", str(folder), "init", "--firm-name", "测试机构"], standalone_mode=False)
        return create_app(config.load(folder))


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Make an installation in a folder and serve it until the end of the block. Raises NeverReady."""
    calls = [["init", "--firm-name", "测试机构"]] + [
        ["user", "add", name, "--name", name, "--staff-no", name.upper(), "--role", role]
        for name, role in (("zhou", "supervisor"), ("fang", "agent"))
    ]
    with _settings():
        for call in calls:
            with redirect_stdout(StringIO()):
                cli.main(args=["--var", str(folder), *call], standalone_mode=False)
        command = [sys.executable, "-m", "server.cli", "--var", str(folder)]
        port = _free_port()
        with _running([*command, "serve", "--port", str(port)], port) as server:
            yield server


@contextmanager
def _settings() -> Iterator[None]:
    """Keep the machine's own settings of an installation out, and put them back afterwards."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("DOORSTEP_")]:
        del os.environ[name]
    os.environ |= {
        "DOORSTEP_NEW_PASSWORD": PASSWORD,
        "DOORSTEP_ARGON2_MEMORY_KIB": "1024",
        "DOORSTEP_ARGON2_TIME_COST": "1",
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def floor() -> Iterator[Server]:
    """Serve the floor: Flask under the same server, reading and parsing the body and nothing else."""
    port = _free_port()
    with _running([sys.executable, "-m", "bench.floor", str(port)], port) as server:
        yield server


def enrol(server: Server, *, count: int) -> list[Phone]:
    """Enrol so many phones of one agent over HTTP, as a supervisor does it."""
    office, agent = _sign_in(server, "zhou"), _sign_in(server, "fang")
    person = agent.get(f"{server.url}/v1/me", timeout=WAIT_S).json()["person"]["id"]
    phones = []
    for number in range(count):
        key = signing_key(Alg.ED25519, os.urandom(32))
        code = _told(office.post(f"{server.url}/v1/devices/codes", json={"person_id": person}, timeout=WAIT_S))
        body = {
            "code": code["code"], "alg": "Ed25519", "public_key": key.public().jwk(), "label": f"bench {number}",
            "app_version": "0.1.0",
        }  # fmt: skip
        told = _told(requests.post(f"{server.url}/v1/devices", json=body, timeout=WAIT_S))
        phones.append(Phone(told["device_id"], told["device_token"], key, start(told["device_id"])))
    return phones


def _sign_in(server: Server, username: str) -> requests.Session:
    session = requests.Session()
    body = {"username": username, "password": PASSWORD}
    token = _told(session.post(f"{server.url}/v1/auth/token", json=body, timeout=WAIT_S))["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    return session


def _told(answer: requests.Response) -> dict[str, str]:
    answer.raise_for_status()
    told: dict[str, str] = answer.json()
    return told


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[Server]:
    with TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)  # noqa: S603  # our own commands
        try:
            _await(process, port, said)
            yield Server(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(process: subprocess.Popen[bytes], port: int, said: IO[bytes]) -> None:
    ends_s = time.monotonic() + WAIT_S
    while time.monotonic() < ends_s:
        if process.poll() is not None:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            raise NeverReady(lines[-1] if lines else f"exit code {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NeverReady(f"no answer within {WAIT_S} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
