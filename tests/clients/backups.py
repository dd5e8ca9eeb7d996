"""An older state of the database put back under a server, as after a disk was lost."""

import shutil
import sqlite3
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from server import feed
from server.db import begin_write, db
from tests import live


@dataclass
class Backups:
    """Copies of the database of a live server. In an application context."""

    server: live.LiveServer
    folder: Path

    def take(self):
        """Return a copy of the database as it is now. Nobody may be writing."""
        copy = f"backup_{uuid.uuid4().hex[:12]}"
        if self._is_sqlite:
            with closing(sqlite3.connect(self._name)) as source, closing(sqlite3.connect(self.folder / copy)) as target:
                source.backup(target)
        else:
            self._disconnect()
            self._admin(f"CREATE DATABASE {copy} TEMPLATE {self._name}")
            self.server.renew_workers()
        return copy

    def put_back(self, copy):
        """Exchange the database for a copy, as it was, counting in its old epoch. Nobody may be writing."""
        self._disconnect()
        if self._is_sqlite:
            for rest in ("-wal", "-shm"):
                Path(self._name + rest).unlink(missing_ok=True)
            shutil.copy(self.folder / copy, self._name)
        else:
            self._admin(f"DROP DATABASE {self._name} WITH (FORCE)")
            self._admin(f"ALTER DATABASE {copy} RENAME TO {self._name}")
        self.server.renew_workers()

    def begin_epoch(self):
        """Do what the office does after a restore: count anew, so that every phone starts again."""
        begin_write()
        fresh = feed.rotate_epoch(db.session())
        db.session.commit()
        return fresh

    def _disconnect(self):
        """End every connection to the database, ours and the server's."""
        db.session.remove()
        db.engine.dispose()
        if not self._is_sqlite:
            ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            self._admin(ends, name=self._name)

    @property
    def _url(self):
        return make_url(self.server.settings.database_url)

    @property
    def _name(self):
        return str(self._url.database)

    @property
    def _is_sqlite(self):
        return self.server.settings.is_sqlite

    def _admin(self, statement, **values):
        uri = self._url.set(database="postgres").render_as_string(hide_password=False)
        live.pg_admin(uri.replace("{", "{{").replace("}", "}}"), statement, **values)
