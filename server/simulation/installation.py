"""The simulated installation: folder, database, people, and the server's lives, deaths, backups and restores."""

import hashlib
import math
import os
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from server import clock, feed
from server.accounts.roles import Role
from server.config import Config
from server.demo import cast, process
from server.demo.cast import Member
from server.demo.process import ServerProcess
from server.simulation.plan import Plan

OFFICE: tuple[Member, ...] = (
    ("lin", "林筛", "SIM-0001", Role.SPECIALIST),
    ("zhou", "周组长", "SIM-0002", Role.SUPERVISOR),
    ("sun", "孙主管", "SIM-0003", Role.SUPERVISOR),
    ("guo", "郭总", "SIM-0004", Role.MANAGER),
    ("ma", "马合规", "SIM-0005", Role.COMPLIANCE),
)
LOOK_EVERY_S = 0.2
_WAITING = (
    sa.text("SELECT count(*) FROM record WHERE taken_in_at IS NULL"),
    sa.text(
        "SELECT count(*) FROM visit_file WHERE verified_at IS NOT NULL AND looked_at IS NULL "
        "AND role IN ('photo', 'recording')"
    ),
    sa.text("SELECT count(*) FROM log_leaf WHERE idx IS NULL"),
)
_CHEAP = {
    "DOORSTEP_ARGON2_MEMORY_KIB": "64",
    "DOORSTEP_ARGON2_TIME_COST": "1",
    "DOORSTEP_SECOND_FACTOR_ROLES": "",
}
"""Passwords of an installation that lives for minutes need no hardening."""


def people(plan: Plan) -> tuple[Member, ...]:
    """Return the office and the agents of a plan."""
    agents = ((one.username, f"外访员{one.number:02d}", f"SIM-1{one.number:03d}", Role.AGENT) for one in plan.agents)
    return (*OFFICE, *agents)


def free_port() -> int:
    """Return a port of this machine nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def settings(database_url: str) -> Iterator[None]:
    """Keep the machine's own DOORSTEP_ settings out, so that no real installation is touched; put them back after."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("DOORSTEP_")]:
        del os.environ[name]
    os.environ |= _CHEAP | ({"DOORSTEP_DATABASE_URL": database_url} if database_url else {})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass
class Installation:
    """One installation under test; `lock` keeps a restart and whoever looks at the database apart."""

    var_dir: Path
    port: int
    database_url: str
    server: ServerProcess | None = None
    lives: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.url = f"http://127.0.0.1:{self.port}"

    def set_up(self, plan: Plan) -> None:
        """Make keys, settings, database and people."""
        self.var_dir.mkdir(parents=True, exist_ok=True)
        cast.set_up(self.var_dir, port=self.port, staff=people(plan))

    def start(self, at: datetime) -> None:
        """Start the server as if it were `at`. Raises NotUp."""
        self.server = process.start(self.var_dir, port=self.port, offset=at - clock.now())
        self.lives += 1

    def kill(self) -> None:
        """Kill the server without a warning."""
        if self.server is not None:
            self.server.kill()
            self.server = None

    def stop(self) -> None:
        """Let the server end in order."""
        if self.server is not None:
            self.server.stop()
            self.server = None

    def restart(self, at: datetime) -> None:
        """Kill the server and start it again as if it were `at`."""
        with self.lock:
            self.kill()
            self.start(at)

    def die(self, at: datetime, meanwhile: Callable[[], None] | None) -> None:
        """Kill the server, do what is done while it is down, start it again as if it were `at`."""
        self.kill()
        if meanwhile is not None:
            meanwhile()
        self.start(at)

    def blobs(self, settings: Config) -> dict[str, str]:
        """Return name → SHA-256 of the bytes of every stored file."""
        return blobs(settings.media_dir)

    def await_visits(self, *, within_s: float) -> bool:
        """Wait until the running server has done its chores on what came in; tell whether it did.

        A large fleet on a busy machine takes its time: it gives up when nothing became less for `within_s`.
        """
        engine = self.engine()
        ends_s, waiting, least = time.monotonic() + within_s, 1, math.inf
        while waiting and time.monotonic() < ends_s:
            with engine.connect() as connection:
                waiting = sum(connection.scalar(one) or 0 for one in _WAITING)
            if waiting < least:
                ends_s, least = time.monotonic() + within_s, waiting
            time.sleep(LOOK_EVERY_S if waiting else 0)
        engine.dispose()
        return not waiting

    def engine(self) -> sa.Engine:
        """Return an engine of our own onto the server's database; the caller disposes of it."""
        return sa.create_engine(self.database_url, poolclass=sa.pool.NullPool)

    def back_up(self, target: Path) -> None:
        """Copy database and files while the server is down."""
        target.mkdir(parents=True)
        if _is_sqlite(self.database_url):
            with closing(sqlite3.connect(self._file)) as source, closing(sqlite3.connect(target / "db")) as copy:
                source.backup(copy)
        else:
            _pg(self.database_url, f'CREATE DATABASE "{self._name}_kept" TEMPLATE "{self._name}"')
        if (self.var_dir / "media").is_dir():
            shutil.copytree(self.var_dir / "media", target / "media")

    def restore(self, source: Path) -> None:
        """Put the backup in the place of database and files and begin a new epoch; the server must be down."""
        if _is_sqlite(self.database_url):
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)
            shutil.copyfile(source / "db", self._file)
        else:
            _pg(self.database_url, f'DROP DATABASE "{self._name}" WITH (FORCE)')
            _pg(self.database_url, f'CREATE DATABASE "{self._name}" TEMPLATE "{self._name}_kept"')
        shutil.rmtree(self.var_dir / "media", ignore_errors=True)
        if (source / "media").is_dir():
            shutil.copytree(source / "media", self.var_dir / "media")
        self._rotate_epoch()

    def drop_backup(self) -> None:
        """Remove what a backup left in a database server."""
        if not _is_sqlite(self.database_url):
            _pg(self.database_url, f'DROP DATABASE IF EXISTS "{self._name}_kept" WITH (FORCE)')

    @property
    def _file(self) -> Path:
        return Path(str(make_url(self.database_url).database))

    @property
    def _name(self) -> str:
        return str(make_url(self.database_url).database)

    def _rotate_epoch(self) -> None:
        engine = self.engine()
        with Session(engine) as session, session.begin():
            feed.rotate_epoch(session)
        engine.dispose()


def blobs(folder: Path) -> dict[str, str]:
    """Return name → SHA-256 of the bytes, read from the disk, of every stored file."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def _is_sqlite(database_url: str) -> bool:
    return database_url.startswith("sqlite")


def _pg(database_url: str, statement: str) -> None:
    url: URL = make_url(database_url).set(database="postgres")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
