"""Power cuts while phones write: every acknowledged record and file survives, unless the disk is told not to sync."""

from random import Random

import pytest
import sqlalchemy as sa

from bench.faults import disk as disks
from bench.faults import powercut
from bench.faults.judge import Damaged
from server.db import db

CUTS, SEED = 25, 7


@pytest.fixture
def sqlite_app(app, engine_name):
    if engine_name == "postgres":
        pytest.skip("PostgreSQL writes in processes of its own, on a disk these tests cannot reach")
    try:
        disks.require_reach()
    except disks.OtherSqlite as reason:
        pytest.skip(str(reason))
    return app


@pytest.fixture
def images(tmp_path_factory):
    """A folder for images, not below the installation they are taken of."""
    return tmp_path_factory.mktemp("cuts")


class TestCutWhileWriting:
    def test_loses_nothing_acknowledged_at_any_step(self, sqlite_app, images):
        steps, records, files = set(), 0, 0
        for image in powercut.cut_while_writing(sqlite_app, images, cuts=CUTS, every=100, seed=SEED):
            powercut.examine(sqlite_app, image)
            assert image.lost == [], f"after a cut at {image.step}"
            steps.add(image.step.partition(" ")[0])
            records, files = max(records, len(image.records)), max(files, len(image.files))
        assert len(steps) >= 2
        assert records > 0
        assert files > 0

    def test_shows_what_a_disk_that_is_not_synced_loses(self, sqlite_app, images):
        """The same cuts with SQLite told to sync less: the test must bite."""

        def sync_less(connection, _record):
            connection.execute("pragma synchronous=off")

        with sqlite_app.app_context():
            engine = db.engine
        sa.event.listen(engine, "connect", sync_less)
        lost = 0
        for image in powercut.cut_while_writing(sqlite_app, images, cuts=CUTS, every=100, seed=SEED):
            try:
                powercut.examine(sqlite_app, image)
            except (Damaged, sa.exc.DatabaseError):
                lost += 1
            lost += len(image.lost)
        assert lost > 0


class TestSettings:
    def test_ask_the_engine_to_sync_at_every_commit(self, in_app, engine_name):
        wanted = {
            "sqlite": {"PRAGMA synchronous": 2, "PRAGMA journal_mode": "wal"},
            "postgres": {"SHOW synchronous_commit": "on"},
        }[engine_name]
        assert {asked: db.session.scalar(sa.text(asked)) for asked in wanted} == wanted


class TestCutPower:
    def test_refuses_to_put_images_into_what_they_are_taken_of(self, tmp_path):
        with pytest.raises(ValueError, match="lies below"):
            disks.Disk(tmp_path).cut_power(tmp_path / "cut", rng=Random(1))
