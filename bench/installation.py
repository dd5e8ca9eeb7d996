"""A real installation in a folder of its own: `doorstep init`, people, enrolled phones, gunicorn, and the floor."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from bench.line import Line
from bench.processes import Server, free_port, running
from server import config
from server.app import create_app
from server.cli import cli
from sync.chain import Head, start
from sync.signature import Alg, SigningKey, signing_key

PASSWORD = "bench-only-password"  # noqa: S105  # of an installation that lives for seconds
ROOT = Path(__file__).parent.parent
WORKERS, THREADS = 2, 4


@dataclass(slots=True)
class Phone:
    """An enrolled phone: its token, its key, the end of its chain."""

    device: str
    token: str
    key: SigningKey
    head: Head


def application(folder: Path, *, database_url: str = "") -> Flask:
    """Make an installation in a folder and return its application in this process."""
    with _settings(database_url), redirect_stdout(StringIO()):
        _command(folder, "init", "--firm-name", "测试机构")
        return create_app(config.load(folder))


@contextmanager
def served(folder: Path, *, database_url: str = "") -> Iterator[Server]:
    """Make an installation in a folder and serve it by gunicorn until the end of the block. Raises NeverReady."""
    with _settings(database_url):
        _settle(folder)
        with _gunicorn("wsgi:app", env={"DOORSTEP_VAR": str(folder)}) as server:
            yield server


def in_process(folder: Path, *, database_url: str = "") -> tuple[FlaskClient, Phone]:
    """Make an installation and return a client of it in this process, and an enrolled phone."""
    with _settings(database_url):
        _settle(folder)
        client = create_app(config.load(folder)).test_client()
    return client, _enrol_here(client)


def _settle(folder: Path) -> None:
    """Make an installation with the people the bench needs."""
    with redirect_stdout(StringIO()):
        _command(folder, "init", "--firm-name", "测试机构")
        for name, role in (("zhou", "supervisor"), ("fang", "agent")):
            _command(folder, "user", "add", name, "--name", name, "--staff-no", name.upper(), "--role", role)


def _command(folder: Path, *words: str) -> None:
    cli.main(args=["--var", str(folder), *words], standalone_mode=False)


@contextmanager
def _settings(database_url: str = "") -> Iterator[None]:
    """Keep the machine's own settings of an installation out, and put them back afterwards."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("DOORSTEP_")]:
        del os.environ[name]
    os.environ |= {
        "DOORSTEP_NEW_PASSWORD": PASSWORD,
        "DOORSTEP_ARGON2_MEMORY_KIB": "1024",
        "DOORSTEP_ARGON2_TIME_COST": "1",
    } | ({"DOORSTEP_DATABASE_URL": database_url} if database_url else {})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def floor() -> AbstractContextManager[Server]:
    """Serve the floor: Flask under the same server, reading and parsing the body and nothing else."""
    return _gunicorn("bench.floor:create_floor()")


def enrol(server: Server, *, count: int) -> list[Phone]:
    """Enrol so many phones of one agent over HTTP, as a supervisor does it."""
    with Line(server.url) as line:
        return _enrol(line.call, count=count)


def _enrol_here(client: FlaskClient) -> Phone:
    def call(method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        answer = client.open(path, method=method, data=body, headers={"Content-Type": "application/json"} | headers)
        return answer.json

    return _enrol(call, count=1)[0]


def _enrol(call: Callable[..., Any], *, count: int) -> list[Phone]:
    office, agent = _sign_in(call, "zhou"), _sign_in(call, "fang")
    person = call("GET", "/v1/me", **agent)["person"]["id"]
    phones = []
    for number in range(count):
        key = signing_key(Alg.ED25519, os.urandom(32))
        code = call("POST", "/v1/devices/codes", _json({"person_id": person}), **office)["code"]
        told = call("POST", "/v1/devices", _json({
            "code": code, "alg": "Ed25519", "public_key": key.public().jwk(), "label": f"bench {number}",
            "app_version": "0.1.0",
        }))  # fmt: skip
        phones.append(Phone(told["device_id"], told["device_token"], key, start(told["device_id"])))
    return phones


def stranger(number: int) -> Phone:
    """Return a phone no server knows, for a server that keeps nothing."""
    device = f"01a20000-0000-7000-8000-{number:012x}"
    return Phone(device, "none", signing_key(Alg.ED25519, os.urandom(32)), start(device))


def _sign_in(call: Callable[..., Any], username: str) -> dict[str, str]:
    told = call("POST", "/v1/auth/token", _json({"username": username, "password": PASSWORD}))
    return {"Authorization": f"Bearer {told['access_token']}"}


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


def _gunicorn(application: str, *, env: Mapping[str, str] | None = None) -> AbstractContextManager[Server]:
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS),
        "--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "60", "--no-control-socket",
        "--log-level", "warning", application,
    ]  # fmt: skip
    return running(command, port=port, env=env, folder=ROOT)
