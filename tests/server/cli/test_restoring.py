"""A backup becomes the installation again, on both databases; what was there, and what a phone holds, is not lost."""

import hashlib
import json
import os
import shutil
import signal
import subprocess

import pytest
import sqlalchemy as sa

from server import audit, feed, media
from server.accounts.models import Person
from server.app import create_app
from server.cli import renaming, restoring
from server.db import begin_write, db
from tests import live


@pytest.fixture
def run(command_line):
    return command_line


@pytest.fixture
def backed_up(app, run, tmp_path):
    """A backup with one file; afterwards the installation went on: another file, Fang's name changed."""
    with app.app_context():
        begin_write()
        feed.begin_epoch(db.session())
        media.store().put(b"in the backup")
        db.session.commit()
        db.session.remove()
    made = run("backup", tmp_path / "copy")
    assert made.exit_code == 0, made.output
    with app.app_context():
        media.store().put(b"after the backup")
        begin_write()
        db.session.execute(sa.update(Person).where(Person.username == "fang").values(name="改名"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return tmp_path / "copy"


def state(app):
    """Return epoch, Fang's name, the stored files and the newest action of an installation, opened anew."""
    again = create_app(app.extensions["doorstep"])
    with again.app_context():
        name = db.session.scalar(sa.select(Person.name).where(Person.username == "fang"))
        newest = db.session.scalar(sa.select(audit.AuditEvent.action).order_by(audit.AuditEvent.seq.desc()).limit(1))
        told = feed.epoch(db.session()), name, [media.store().get(one) for one in media.store().hashes()], newest
        assert audit.verify(db.session()) is None
        db.session.remove()
        db.engine.dispose()
    return told


def kept_databases(app):
    """Return the addresses of the databases that restores have put aside."""
    url = sa.make_url(app.extensions["doorstep"].database_url)
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        like = {"like": f"{url.database}_before_%"}
        names = connection.execute(sa.text("SELECT datname FROM pg_database WHERE datname LIKE :like"), like)
        return [url.set(database=name) for name in names.scalars()]


def name_in(url):
    """Return Fang's name in a database."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        return connection.execute(sa.select(Person.name).where(Person.username == "fang")).scalar_one()


def restore_and_die(settings, backup, *, at):
    """Restore in a process of its own that is killed before its nth step outside; return how it ended."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            with open(os.devnull, "w") as quiet:  # noqa: PTH123
                os.dup2(quiet.fileno(), 1)
            _count_steps(at)
            restoring.restore.callback.__wrapped__(settings.var_dir, backup, force=True)
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _count_steps(die_at):
    """Kill this process before the nth move of files, statement on the database server, or call of a tool."""
    seen = 0

    def step():
        nonlocal seen
        seen += 1
        if seen == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, name in ((shutil, "move"), (renaming, "_run"), (subprocess, "run"), (restoring, "begin_epoch")):
        real = getattr(owner, name)
        setattr(owner, name, lambda *args, _real=real, **kwargs: (step(), _real(*args, **kwargs))[1])


class TestKilled:
    def test_leaves_the_old_whole_or_no_database_and_ends_when_called_again(self, app, run, backed_up, engine_name):
        settings, seen = app.extensions["doorstep"], set()
        for at in range(1, 40):
            before = state(app)
            ended = restore_and_die(settings, backed_up, at=at)
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            seen.add(restoring.has_database(settings))
            if restoring.has_database(settings):
                assert state(app) == before
                continue
            if engine_name == "postgres" and any(settings.media_dir.rglob("*")):
                assert "_before_" in run("restore", backed_up).output
            done = run("restore", backed_up, "--force")
            assert done.exit_code == 0, (done.output, done.exception)
            assert state(app)[1:3] == ("方外访", [b"in the backup"])
        assert seen == {True, False}
        assert state(app)[1] == "方外访"
        assert run("verify").exit_code == 0


class TestRestore:
    def test_refuses_to_overwrite_and_changes_nothing(self, app, run, backed_up):
        before = state(app)
        refused = run("restore", backed_up)
        assert (refused.exit_code, "--force" in refused.output) == (1, True)
        assert state(app) == before

    def test_brings_back_database_and_files_under_a_new_epoch(self, app, run, backed_up):
        before = state(app)
        done = run("restore", backed_up, "--force")
        assert done.exit_code == 0, (done.output, done.exception)
        epoch, name, files, newest = state(app)
        assert (name, files, newest) == ("方外访", [b"in the backup"], "installation.restored")
        assert epoch != before[0]

    def test_keeps_the_old_aside(self, app, run, backed_up, engine_name):
        run("restore", backed_up, "--force")
        var = app.extensions["doorstep"].var_dir
        [aside] = var.glob("before-restore-*")
        kept = {path.read_bytes() for path in (aside / "media").rglob("*") if path.is_file()}
        assert b"after the backup" in kept
        if engine_name == "sqlite":
            assert (aside / "doorstep.db").stat().st_size
        else:
            assert [name_in(url) for url in kept_databases(app)] == ["改名"]
        assert not list(var.glob(".restoring-*"))

    def test_may_be_done_again(self, app, run, backed_up):
        epochs = set()
        for _ in range(2):
            done = run("restore", backed_up, "--force")
            assert done.exit_code == 0, (done.output, done.exception)
            epochs.add(state(app)[0])
        assert len(epochs) == 2
        assert run("verify").exit_code == 0

    def test_refuses_an_altered_file(self, app, run, backed_up):
        before = state(app)
        [photo] = (path for path in (backed_up / "media").rglob("*") if path.is_file())
        photo.write_bytes(b"something else")
        refused = run("restore", backed_up, "--force")
        assert (refused.exit_code, "altered" in refused.output) == (1, True)
        assert state(app) == before

    def test_refuses_a_missing_file_and_one_outside(self, app, run, backed_up, tmp_path):
        manifest = json.loads((backed_up / "manifest.json").read_text())
        for name in ("media/00/00/none", "../outside"):
            (tmp_path / "outside").write_bytes(b"x")
            (backed_up / "manifest.json").write_text(json.dumps(manifest | {"files": {name: "0" * 64}}))
            refused = run("restore", backed_up, "--force")
            assert (refused.exit_code, "missing" in refused.output) == (1, True)

    def test_refuses_what_is_no_backup_of_this_database(self, app, run, backed_up, tmp_path):
        (tmp_path / "empty").mkdir()
        assert "not a backup" in run("restore", tmp_path / "empty", "--force").output
        manifest = json.loads((backed_up / "manifest.json").read_text())
        manifest["files"] = {name: digest for name, digest in manifest["files"].items() if name.startswith("media")}
        (backed_up / "manifest.json").write_text(json.dumps(manifest))
        assert "another kind of database" in run("restore", backed_up, "--force").output

    def test_refuses_a_backup_made_with_other_keys(self, app, run, backed_up):
        before = state(app)
        path = backed_up / "manifest.json"
        manifest = json.loads(path.read_text())
        path.write_text(json.dumps(manifest | {"keys": manifest["keys"] | {"master": "0" * 32}}))
        refused = run("restore", backed_up, "--force")
        assert (refused.exit_code, "other keys: master" in refused.output) == (1, True)
        assert state(app) == before

    def test_takes_a_backup_made_before_keys_were_marked(self, run, backed_up):
        path = backed_up / "manifest.json"
        manifest = json.loads(path.read_text())
        del manifest["keys"]
        path.write_text(json.dumps(manifest))
        assert run("restore", backed_up, "--force").exit_code == 0

    def test_refuses_while_somebody_has_the_database_open(self, app, run, backed_up):
        before = state(app)
        engine = sa.create_engine(app.extensions["doorstep"].database_url)
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT count(*) FROM person"))
            refused = run("restore", backed_up, "--force")
        engine.dispose()
        assert (refused.exit_code, "in use" in refused.output) == (1, True)
        assert state(app) == before

    def test_says_what_it_did_in_both_languages(self, run, backed_up):
        told = run("restore", backed_up, "--force").output
        assert "每台手机下次联网都会从头同步" in told
        assert "Phones send again what is missing" in told

    def test_says_which_tool_is_missing(self, app, run, backed_up, engine_name, monkeypatch):
        if engine_name == "sqlite":
            pytest.skip("SQLite needs no tool")
        before = state(app)
        monkeypatch.setenv("PATH", "/nowhere")
        assert "pg_restore is not on PATH" in run("restore", backed_up, "--force").output
        assert state(app) == before

    def test_needs_no_force_where_nothing_is(self, app, run, backed_up, engine_name):
        if engine_name == "postgres":
            pytest.skip("an empty database is the operator's to make; --force empties one")
        settings = app.extensions["doorstep"]
        shutil.rmtree(settings.media_dir)
        for path in settings.var_dir.glob("doorstep.db*"):
            path.unlink()
        done = run("restore", backed_up)
        assert done.exit_code == 0, (done.output, done.exception)
        assert not list(settings.var_dir.glob("before-restore-*"))


class TestInBucket:
    @pytest.fixture
    def run(self, in_bucket, run, app, monkeypatch):
        for name, value in live.environment(app.extensions["doorstep"]).items():
            if name.startswith(("DOORSTEP_S3_", "DOORSTEP_MEDIA")):
                monkeypatch.setenv(name, value)
        return run

    def test_backs_up_verifies_and_restores(self, app, backed_up, run):
        kept = [path.name for path in (backed_up / "media").rglob("*") if path.is_file()]
        assert kept == [hashlib.sha256(b"in the backup").hexdigest()]
        verified = run("verify")
        assert verified.exit_code == 0, verified.output
        assert "files (2)" in verified.output
        with app.app_context():
            media.store().remove(kept[0])
        restored = run("restore", backed_up, "--force")
        assert restored.exit_code == 0, restored.output
        with app.app_context():
            assert media.store().get(kept[0]) == b"in the backup"
            assert len(media.store().hashes()) == 2  # a file too many harms nobody

    def test_makes_no_half_backup_of_a_store_that_is_down(self, app, in_bucket, run, tmp_path):
        with app.app_context():
            media.store().put(b"a photo")
        in_bucket.kill()
        made = run("backup", tmp_path / "copy")
        assert made.exit_code != 0
        assert not (tmp_path / "copy" / "manifest.json").exists()


class TestPassword:
    def test_of_the_database_is_in_no_list_of_processes_and_in_no_error(
        self, command_line, engine_name, monkeypatch, tmp_path
    ):
        if engine_name == "sqlite":
            pytest.skip("SQLite has no password")
        told = tmp_path / "told"
        tool = tmp_path / "bin" / "pg_dump"
        tool.parent.mkdir()
        tool.write_text(f'#!/bin/sh\nprintf "%s " "$@" "env:$PGPASSWORD" > {told}\nexit 1\n')
        tool.chmod(0o755)
        url = sa.make_url(os.environ["DOORSTEP_DATABASE_URL"]).set(password="s3cret-of-the-owner")
        monkeypatch.setenv("DOORSTEP_OWNER_URL", url.render_as_string(hide_password=False))
        monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
        result = command_line("backup", tmp_path / "backup")
        assert result.exit_code == 1
        assert "pg_dump failed, there is no backup" in result.output
        assert "s3cret" not in result.output
        arguments, _, environment = told.read_text().partition("env:")
        assert "s3cret" not in arguments
        assert environment.strip() == "s3cret-of-the-owner"
