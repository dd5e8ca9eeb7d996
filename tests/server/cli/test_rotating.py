"""`doorstep keys rotate`: everything opens before, while and after; killed at every step it goes on where it was."""

import hashlib
import os
import signal
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from server import clock, config, media
from server.accounts import totp
from server.accounts.models import Creditor, Person, TotpFactor
from server.app import create_app
from server.cases import keyring, sealing
from server.cases.models import ImportRun
from server.cli import rotating
from server.db import Base, begin_write, db
from tests import live
from tests.owner import begin_as_owner

CONTENT = "案号,姓名\n1,测试甲\n".encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()
KILLED = -signal.SIGKILL


@contextmanager
def opened(settings, monkeypatch):
    """The installation as the present keys open it; nothing holds the database afterwards."""
    for name, value in live.environment(settings).items():
        monkeypatch.setenv(name, value)
    app = create_app(config.load(settings.var_dir))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def fill():
    """Seal one of each kind (by the vault, under a case's key, a file); return what to read afterwards."""
    begin_write()
    people = list(db.session.scalars(select(Person).order_by(Person.username).limit(2)))
    secrets = {person.id: totp.begin(person)[0] for person in people}
    case_id = clock.new_id()
    under_case = keyring.seal("粤B12345", at="somewhere", case_id=case_id)
    db.session.add(
        ImportRun(
            id=clock.new_id(), creditor_id=db.session.scalars(select(Creditor.id)).first(), kind="cases",
            filename="a.csv", file_sha256=SHA256, sealed_sha256=sealing.keep_file(CONTENT, file_sha256=SHA256),
            received_on=clock.today(), mapping={}, report={}, faults_sealed="", state="done",
            imported_by_id=people[0].id, created_at=clock.now(),
        )
    )  # fmt: skip
    db.session.commit()
    return secrets, under_case


def assert_opens(kept):
    secrets, under_case = kept
    vault = config.current().vault
    for factor in db.session.scalars(select(TotpFactor)):
        at = f"totp_factor|secret_sealed|{factor.id}"
        assert vault.unseal(factor.secret_sealed, at=at) == secrets[factor.person_id]
    assert keyring.unseal(under_case, at="somewhere") == "粤B12345"
    run = db.session.scalars(select(ImportRun)).one()
    assert sealing.kept_file(run.sealed_sha256, file_sha256=SHA256) == CONTENT


def assert_rotated(settings, old_id):
    """Nothing is under the old key any more, no file of it is left, and it waits among the retired."""
    vault = config.current().vault
    assert vault.older == ()
    assert vault.key_id != old_id
    for factor in db.session.scalars(select(TotpFactor)):
        assert factor.secret_sealed.startswith(f"v1|{vault.key_id}|")
    for row in db.session.scalars(select(keyring.CaseKey)):
        assert row.key_sealed.startswith(f"v1|{vault.key_id}|")
    run = db.session.scalars(select(ImportRun)).one()
    assert media.store().hashes() == [run.sealed_sha256]
    assert media.store().get(run.sealed_sha256).startswith(f"v1|{vault.key_id}|".encode())
    keys = settings.var_dir / "keys"
    # One killed after its last step was over: called again it is another rotation, and two keys wait.
    assert f"master.before-{old_id}.key" in {path.name for path in (keys / "retired").iterdir()}
    assert not (keys / rotating.JOURNAL).exists()


def rotate(settings, *, die_at=None):
    """Rotate in a process of its own that is killed at its nth step; return how it ended."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            with open(os.devnull, "w") as quiet:  # noqa: PTH123
                os.dup2(quiet.fileno(), 1)
            _count_steps(die_at)
            rotating.rotate.callback.__wrapped__(settings.var_dir)
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _count_steps(die_at):
    """Kill this process before the nth thing that lasts: a sync, a rename, a removal, a commit and right after one."""
    rotating.AT_ONCE = 1
    seen = 0

    def step(*_):
        nonlocal seen
        seen += 1
        if seen == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "rename"), (Path, "unlink")):
        real = getattr(owner, name)
        setattr(owner, name, lambda *args, _real=real, **kwargs: (step(), _real(*args, **kwargs))[1])
    event.listen(Session, "before_commit", step)
    event.listen(Session, "after_commit", step)


def test_knows_every_sealed_column(app):
    names = {(table.name, one.name) for table in Base.metadata.sorted_tables for one in table.columns}
    sealed = {(table, name) for table, name in names if name.endswith("_sealed")}
    assert sealed == {(table, name) for table, of in rotating.SEALED.items() for name in of}


def test_seals_everything_anew(install, tmp_path, monkeypatch):
    with install(tmp_path) as settings:
        with opened(settings, monkeypatch):
            kept, old_id = fill(), config.current().vault.key_id
        assert rotate(settings) == 0
        with opened(settings, monkeypatch):
            assert_opens(kept)
            assert_rotated(settings, old_id)


def test_goes_on_wherever_it_was_killed(install, tmp_path, monkeypatch):
    for step in range(1, 200):
        home = tmp_path / str(step)
        home.mkdir()
        with install(home) as settings:
            with opened(settings, monkeypatch):
                kept, old_id = fill(), config.current().vault.key_id
            ended = rotate(settings, die_at=step)
            with opened(settings, monkeypatch):
                assert_opens(kept)
            if ended == 0:
                break
            assert ended == KILLED
            assert rotate(settings) == 0
            with opened(settings, monkeypatch):
                assert_opens(kept)
                assert_rotated(settings, old_id)
    assert step > 20


def test_refuses_a_database_of_another_schema_and_makes_no_key(install, tmp_path, monkeypatch):
    with install(tmp_path) as settings:
        with opened(settings, monkeypatch):
            begin_as_owner()
            db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
            db.session.commit()
        before = (settings.var_dir / "keys" / "master.key").read_bytes()
        with pytest.raises(click.ClickException, match="doorstep init"):
            rotating.rotate.callback.__wrapped__(settings.var_dir)
        assert (settings.var_dir / "keys" / "master.key").read_bytes() == before
        assert not list((settings.var_dir / "keys").glob("master.before-*"))


class TestVerify:
    @pytest.fixture
    def told(self, app, in_app, command_line):
        """What `doorstep verify` says of the sealed values."""
        fill()

        def run(*words):
            db.session.rollback()
            return next(line for line in command_line("verify", *words).output.splitlines() if "sealed values" in line)

        return run

    def test_opens_what_is_sealed(self, told):
        assert told() == "ok    sealed values (4)"  # two factors, a case's key, a file

    def test_names_a_value_that_does_not_open(self, told):
        factor = db.session.scalars(select(TotpFactor)).first()
        factor.secret_sealed = factor.secret_sealed[:-6] + "AAAAA="
        db.session.commit()
        assert told().startswith("FAIL  sealed values (4): 1 do not open")
        assert f"totp_factor|secret_sealed|{factor.id}" in told()

    def test_opens_every_one_when_told(self, told, monkeypatch):
        monkeypatch.setattr("server.cli.sealed.NEWEST", 1)
        assert told() == "ok    sealed values (3)"
        assert told("--every-value") == "ok    sealed values (4)"

    def test_what_was_deleted_is_no_fault(self, told):
        (case_id,) = db.session.scalars(select(keyring.CaseKey.id))
        begin_write()
        keyring.destroy(case_id, at=clock.now())
        db.session.commit()
        assert told() == "ok    sealed values (3)"


def test_refuses_while_the_database_is_open(install, tmp_path, monkeypatch):
    with install(tmp_path) as settings, opened(settings, monkeypatch):
        db.session.scalar(select(Person.id).limit(1))
        with pytest.raises(click.ClickException, match="in use"):
            rotating.rotate.callback.__wrapped__(settings.var_dir)
        assert not list((settings.var_dir / "keys").glob("master.before-*"))
