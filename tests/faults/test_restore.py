"""A server restored from an old backup: without a new epoch it loses what phones hold for ever, with one it does not.

The restored database counts on with other phones' records, past the place where the phone stands, so that nothing but
the epoch (or the end of the acknowledged run, which is the second net) can tell that it is another one.
"""

import random
import shutil
import sqlite3
import time
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from bench.faults.phones import issue_codes
from server import audit, clock, feed
from server.app import create_app
from server.db import begin_write, db
from server.devices.models import Device
from server.visits.models import Record
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Answer, Line
from sync.phone.visit import on_plan
from tests.live import pg_admin

BEFORE, AFTER = 10, 10


@dataclass
class Wire:
    """The application without a socket. An old wire does not say how far the phone was acknowledged."""

    client: object
    is_old: bool = False

    def send(self, method, path, *, headers, body):
        told = {name: value for name, value in headers.items() if not (self.is_old and name == "Doorstep-Acked")}
        got = self.client.open(path, method=method, headers=told, data=body)
        return Answer(got.status_code, {name.lower(): value for name, value in got.headers.items()}, got.data)


def phone_on(app, path, *, is_old=False):
    """Return the phone whose store lies at path, calling this application."""
    senses = Senses(clock.now, lambda: time.monotonic_ns() // 10**6, random.Random(str(path)).randbytes, "boot")
    line = Line(Wire(app.test_client(), is_old), sleep=lambda _: None, jitter=lambda: 0.5)
    return Client(Store(path), line, senses)


def write(phone, count):
    for _ in range(count):
        on_plan(Outbox(phone.store, phone.senses), "started", plan_version=1)


@pytest.fixture
def restored(app, engine_name, postgres_uri, tmp_path):
    """Copy the database as a backup does and give another application that runs on the copy."""

    @contextmanager
    def copied():
        settings, name = app.extensions["doorstep"], f"restored_{uuid.uuid4().hex[:12]}"
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        if engine_name == "sqlite":
            source, target = settings.var_dir / "doorstep.db", tmp_path / name
            with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
                live.backup(copy)
            url = f"sqlite:///{tmp_path / name}"
        else:
            pg_admin(postgres_uri, f"CREATE DATABASE {name} TEMPLATE {make_url(settings.database_url).database}")
            url = postgres_uri.format(name)
        other = create_app(replace(settings, database_url=url))
        yield other
        with other.app_context():
            db.session.remove()
            db.engine.dispose()
        if engine_name == "postgres":
            pg_admin(postgres_uri, f"DROP DATABASE {name} WITH (FORCE)")

    return copied


@pytest.fixture
def people(app, tmp_path):
    """Two phones of Fang: one that will be ahead of the backup, and one that pushes to the restored server only."""
    made = []
    for code, name in zip(issue_codes(app, count=2), ("ahead", "other"), strict=True):
        phone = phone_on(app, tmp_path / f"{name}.db")
        phone.enrol(code, label=name, app_version="0.1.0")
        made.append(phone)
    return made


class TestRestore:
    def test_loses_records_without_a_new_epoch_and_none_with_one(self, app, people, restored, tmp_path):
        ahead = people[0]
        write(ahead, BEFORE)
        ahead.sync()
        with restored() as plain, restored() as rotated, restored() as netted:
            write(ahead, AFTER)
            ahead.sync()
            ahead.head()
            assert ahead.store.count("accepted") == BEFORE + AFTER
            at = ahead.store.checkpoint("acks")
            for phone in people:
                phone.store.close()

            with rotated.app_context():  # what restoring does
                begin_write()
                feed.rotate_epoch(db.session())
                db.session.commit()
            kept = {
                name: self.kept_after(arm, tmp_path, name=name, is_old=is_old, seq=at.seq)
                for name, arm, is_old in (("plain", plain, True), ("rotated", rotated, True), ("netted", netted, False))
            }
        assert kept["plain"] == BEFORE, "the restored server got everything without an epoch: the test does not bite"
        assert kept["rotated"] == BEFORE + AFTER
        assert kept["netted"] == BEFORE + AFTER

    def kept_after(self, arm, folder, *, name, is_old, seq):
        """Let the other phone push past where the phone stands, then the phone sync; return what is kept of it."""
        busy = phone_on(arm, shutil.copy(folder / "other.db", folder / f"{name}-other.db"))
        with arm.app_context():
            while feed.newest(db.session()) <= seq:
                db.session.rollback()
                write(busy, 1)
                busy.sync()
        busy.store.close()
        phone = phone_on(arm, shutil.copy(folder / "ahead.db", folder / f"{name}-ahead.db"), is_old=is_old)
        phone.sync()
        told = phone.sync()
        assert told.unsent == 0
        assert phone.store.count("accepted") == BEFORE + AFTER
        with arm.app_context():
            assert audit.verify(db.session()) is None
            device = db.session.get(Device, uuid.UUID(phone.store.get("device")))
            kept = db.session.scalar(select(func.count()).select_from(Record).where(Record.device_id == device.id))
            assert (device.head_seq == BEFORE + AFTER) is (kept == BEFORE + AFTER)
        phone.store.close()
        return kept
