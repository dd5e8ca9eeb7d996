"""A real installation in a folder of its own: `doorstep init`, people, enrolled phones, gunicorn, and the floor."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from bench import stops
from bench.line import Line
from bench.processes import Server, companion, free_port, running
from bench.stops import Beat, Place
from server import config
from server.app import create_app
from server.cli import cli
from server.db import db
from sync.chain import Head, start
from sync.signature import Alg, SigningKey, signing_key

PASSWORD = "bench-only-password"  # noqa: S105  # of an installation that lives for seconds
ROOT = Path(__file__).parent.parent
WORKERS, THREADS = 2, 4
STOPS_OF_FIRST_CREW, STOPS_OF_A_CREW = 300, 40


@dataclass(slots=True)
class Phone:
    """An enrolled phone: its token and key, the end of its chain, its crew's stops, and the visit it is at."""

    device: str
    token: str
    key: SigningKey
    head: Head
    beat: Beat
    visits: int = 0
    steps: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    made: list[dict[str, str]] = field(default_factory=list)

    @property
    def agents(self) -> tuple[str, str]:
        """Return the two of its crew."""
        return self.beat.agents

    @property
    def places(self) -> Sequence[Place]:
        """Return the stops of its crew."""
        return self.beat.places


@dataclass(frozen=True, slots=True)
class Installation:
    """What serves, the worker beside it that gives kept records to their visits, and the phones enrolled there."""

    server: Server
    worker: Server
    phones: list[Phone]


def application(folder: Path, *, database_url: str = "") -> Flask:
    """Make an installation in a folder and return its application in this process."""
    with settings(database_url), redirect_stdout(StringIO()):
        _command(folder, "init", "--firm-name", "测试机构")
        return create_app(config.load(folder))


@contextmanager
def served(folder: Path, *, phones: int, database_url: str = "") -> Iterator[Installation]:
    """Make an installation, serve it by gunicorn beside its worker until the end of the block, enrol so many phones.

    Raises NeverReady.
    """
    with settings(database_url):
        beats = _settle(folder, crews=phones)
        env = {"DOORSTEP_VAR": str(folder)}
        command = [sys.executable, "-m", "server.cli", "--var", str(folder), "worker"]
        with gunicorn("wsgi:app", env=env) as server, companion(command, env=env) as worker, Line(server.url) as line:
            yield Installation(server, worker, _enrol(line.call, beats))


def in_process(folder: Path, *, database_url: str = "") -> tuple[FlaskClient, Phone]:
    """Make an installation and return a client of it in this process, and an enrolled phone."""

    def call(method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        return client.open(path, method=method, data=body, headers={"Content-Type": "application/json"} | headers).json

    with settings(database_url):
        beats = _settle(folder, crews=1)
        client = create_app(config.load(folder)).test_client()
    return client, _enrol(call, beats)[0]


def _settle(folder: Path, *, crews: int) -> list[Beat]:
    """Make an installation with a supervisor and a dispatched scheme; return what each crew is sent to."""
    with redirect_stdout(StringIO()):
        _command(folder, "init", "--firm-name", "测试机构")
        _command(folder, "user", "add", "zhou", "--name", "周", "--staff-no", "ZHOU", "--role", "supervisor")
    with create_app(config.load(folder)).app_context():
        beats = stops.dispatch([STOPS_OF_FIRST_CREW, *[STOPS_OF_A_CREW] * (crews - 1)])
        db.session.remove()
        db.engine.dispose()
    return beats


def _command(folder: Path, *words: str) -> None:
    cli.main(args=["--var", str(folder), *words], standalone_mode=False)


@contextmanager
def settings(database_url: str = "") -> Iterator[None]:
    """Keep the machine's own settings of an installation out, and put them back afterwards."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("DOORSTEP_")]:
        del os.environ[name]
    os.environ |= {
        "DOORSTEP_NEW_PASSWORD": PASSWORD,
        "DOORSTEP_ARGON2_MEMORY_KIB": "1024",
        "DOORSTEP_ARGON2_TIME_COST": "1",
        "DOORSTEP_SECOND_FACTOR_ROLES": "",
    } | ({"DOORSTEP_DATABASE_URL": database_url} if database_url else {})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def floor() -> AbstractContextManager[Server]:
    """Serve the floor: Flask under the same server, reading and parsing the body and nothing else."""
    return gunicorn("bench.floor:create_floor()")


def _enrol(call: Callable[..., Any], beats: Sequence[Beat]) -> list[Phone]:
    """Enrol a phone for the lead of each crew, as a supervisor does it."""
    told = call("POST", "/v1/auth/token", _json({"username": "zhou", "password": PASSWORD}))
    office = {"Authorization": f"Bearer {told['access_token']}"}
    phones = []
    for beat in beats:
        key = signing_key(Alg.ED25519, os.urandom(32))
        code = call("POST", "/v1/devices/codes", _json({"person_id": beat.agents[0]}), **office)["code"]
        told = call("POST", "/v1/devices", _json({
            "code": code, "alg": "Ed25519", "public_key": key.public().jwk(), "label": "bench", "app_version": "0.1.0",
        }))  # fmt: skip
        phones.append(Phone(told["device_id"], told["device_token"], key, start(told["device_id"]), beat))
    return phones


def stranger(number: int) -> Phone:
    """Return a phone no server knows, for a server that keeps nothing."""
    device = f"01a20000-0000-7000-8000-{number:012x}"
    beat = Beat((device, device), (Place(device, device),))
    return Phone(device, "none", signing_key(Alg.ED25519, os.urandom(32)), start(device), beat)


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


def gunicorn(application: str, *, env: Mapping[str, str] | None = None) -> AbstractContextManager[Server]:
    """Serve an application by gunicorn, two workers of four threads, until the end of the block. Raises NeverReady."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--config", "python:server.serving", "--bind", f"127.0.0.1:{port}",
        "--workers", str(WORKERS), "--threads", str(THREADS), "--no-control-socket", "--log-level", "warning",
        application,
    ]  # fmt: skip
    return running(command, port=port, env=env, folder=ROOT)
