"""Installations to test on: each a copy of one that was prepared once, bare or at the end of a story.

A story is a function that plays something on an application and returns what a test must know of it, ids mostly:

    def list_accepted(app):
        ...
        return list_id

    @after(list_accepted)
    def day_planned(app, list_id):
        ...
        return scheme_id

    with install(folder, beginning=day_planned) as settings:
        scheme_id = install.told(day_planned)

Each worker plays a story once for each day that its tests live in; what is copied is all of it: database, files, keys.
"""

import os
import shutil
import time
import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from server import clock, config
from server.app import create_app, upgrade_database
from server.db import db
from tests.cast import add_cast
from tests.live import pg_admin

DATABASE = "doorstep.db"
CLOCKS_DIFFER_S = 600  # of a test that turned its clock and one that did not


def settings_for(var_dir, keys_dir, database_url):
    """Return the settings of an installation in this folder, with the keys of keys_dir."""
    if not (var_dir / "keys").is_dir():
        shutil.copytree(keys_dir / "keys", var_dir / "keys")
    names = {
        "DOORSTEP_DATABASE_URL": database_url,
        "DOORSTEP_ARGON2_MEMORY_KIB": "64",
        "DOORSTEP_ARGON2_TIME_COST": "1",
        "DOORSTEP_SECOND_FACTOR_ROLES": "",  # tests of it name roles
        "DOORSTEP_FIRM_NAME": "测试催收服务有限公司",
        "DOORSTEP_FIRM_PHONE": "0755-00000000",
        "DOORSTEP_FIRM_COMPLAINT_PHONE": "400-000-0000",
        "DOORSTEP_FIRM_ADDRESS": "测试市测试路1号",
    }
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        return config.load(var_dir)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def after(earlier):
    """Have a story begin where another ended: it is given the application and what that one told."""

    def begin(story):
        story.earlier = earlier
        return story

    return begin


@dataclass(frozen=True)
class Prepared:
    """An installation at rest: its folder, its database's name on PostgreSQL, and what its story told."""

    home: Path
    database: str
    told: object = None


@dataclass
class Installations:
    """Makes installations: `with install(folder) as settings`. postgres_uri is None for SQLite."""

    keys_dir: Path
    postgres_uri: str | None
    new_folder: object
    playing: object  # makes the application a story is played on: `with playing(settings) as app`
    bare: Prepared = None
    played: dict = field(default_factory=dict)
    kept: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def __call__(self, home, *, beginning=None):
        """Copy the bare installation, or the one at the end of a story, into a folder for the length of a block."""
        origin = self._after(beginning)
        shutil.copytree(origin.home, home, dirs_exist_ok=True)
        if self.postgres_uri is None:
            yield settings_for(home, self.keys_dir, f"sqlite:///{home / DATABASE}")
            return
        name = f"test_{uuid.uuid4().hex[:16]}"
        pg_admin(self.postgres_uri, f"CREATE DATABASE {name} TEMPLATE {origin.database} STRATEGY file_copy")
        try:
            yield settings_for(home, self.keys_dir, self.postgres_uri.format(name))
        finally:
            pg_admin(self.postgres_uri, f"DROP DATABASE {name} WITH (FORCE)")

    def told(self, story):
        """Return what a story told, playing it when nobody did today."""
        return self._after(story).told

    def migrate(self):
        """Make the bare one: a migrated database with the cast in it."""
        home, database, url = self.new_folder("template"), "", None
        if self.postgres_uri is None:
            url = f"sqlite:///{home / DATABASE}"
        else:
            database = f"template_{uuid.uuid4().hex[:12]}"
            pg_admin(self.postgres_uri, f"CREATE DATABASE {database}")
            url = self.postgres_uri.format(database)
        with create_app(settings_for(home, self.keys_dir, url)).app_context():
            upgrade_database()
            add_cast()
            if self.postgres_uri is None:
                db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
            db.session.remove()
            db.engine.dispose()
        self.bare = Prepared(home, database)

    def _after(self, story):
        if story is None:
            return self.bare
        lives_later = round((clock.now().timestamp() - time.time()) / CLOCKS_DIFFER_S)  # noqa: TID251  # what a test turned
        then = story, clock.today(), lives_later
        if then not in self.played:
            self.played[then] = self._play(story)
        return self.played[then]

    def _play(self, story):
        home, earlier = self.new_folder(story.__name__), getattr(story, "earlier", None)
        settings = self.kept.enter_context(self(home, beginning=earlier))
        with self.playing(settings) as app:
            told = story(app, self.told(earlier)) if earlier else story(app)
        return Prepared(home, sa.make_url(settings.database_url).database, told)
