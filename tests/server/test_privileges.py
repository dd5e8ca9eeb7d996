"""The application's role in PostgreSQL: it adds to what is evidence, and changes and deletes nothing there."""

import uuid

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.exc import ProgrammingError

from server import audit, config, privileges
from server.app import create_app
from server.cli import cli
from server.db import begin_write, db
from tests.live import pg_admin

FROZEN = sorted(privileges.APPEND_ONLY)


@pytest.fixture
def on_postgres(engine_name, in_app):
    if engine_name != "postgres":
        pytest.skip("SQLite has no roles")
    return in_app


def refused(statement):
    with pytest.raises(ProgrammingError, match="permission denied|must be owner") as fault:
        db.session.execute(sa.text(statement))
    db.session.rollback()
    return fault


class TestAppendOnly:
    @pytest.fixture(autouse=True)
    def _one_event(self, on_postgres):
        begin_write()
        audit.note("test.done", "test:1", actor_id=None)
        db.session.commit()

    def test_an_audit_row_is_not_changed(self):
        refused("UPDATE audit_event SET action = 'nothing'")
        assert audit.verify(db.session()) is None

    def test_nothing_is_taken_out(self):
        for table in FROZEN:
            for statement in ("DELETE FROM {}", "TRUNCATE {} CASCADE", "DROP TABLE {} CASCADE"):
                refused(statement.format(table))

    def test_what_a_record_says_stays(self):
        for column in ("hash", "prev", "seq", "sig", "device_id", "person_id", "type", "received_at"):
            refused(f"UPDATE record SET {column} = {column}")  # noqa: S608

    def test_the_role_makes_no_table_and_alters_none(self):
        refused("CREATE TABLE mine (id int)")
        refused("ALTER TABLE audit_event DISABLE TRIGGER ALL")

    def test_resetting_the_role_gives_nothing_more(self):
        db.session.execute(sa.text("RESET ROLE"))
        assert db.session.scalar(sa.text("SELECT current_user")) == privileges.ROLE

    def test_too_much_is_told(self):
        assert privileges.too_much(db.session.connection()) is None
        db.session.execute(sa.text("SET ROLE NONE"))
        assert "audit_event" in privileges.too_much(db.session.connection())


def test_every_table_named_exists(in_app):
    names = set(sa.inspect(db.engine).get_table_names())
    assert set(FROZEN) <= names


class TestTwoPeople:
    """The owner's address apart from the application's: `DOORSTEP_OWNER_URL`."""

    @pytest.fixture
    def addresses(self, on_postgres, postgres_uri):
        """A database of an owner who may make no roles, and somebody else for the application."""
        mark = uuid.uuid4().hex[:8]
        owner, name = f"owner_{mark}", f"two_{mark}"
        for statement in (
            f"CREATE ROLE {owner} LOGIN",
            f"CREATE ROLE app_{mark} LOGIN",
            f"GRANT {privileges.ROLE} TO {owner}, app_{mark}",
            f"CREATE DATABASE {name} OWNER {owner}",
        ):
            pg_admin(postgres_uri, statement)
        url = sa.make_url(postgres_uri.format(name))
        yield [url.set(username=user).render_as_string(hide_password=False) for user in (f"app_{mark}", owner)]
        pg_admin(postgres_uri, f"DROP DATABASE {name} WITH (FORCE)")
        for user in (owner, f"app_{mark}"):
            pg_admin(postgres_uri, f"DROP ROLE {user}")

    def test_the_application_serves_and_cannot_become_the_owner(self, addresses, app, monkeypatch):
        monkeypatch.setenv("DOORSTEP_DATABASE_URL", addresses[0])
        monkeypatch.setenv("DOORSTEP_OWNER_URL", addresses[1])
        folder = app.extensions["doorstep"].var_dir
        done = CliRunner().invoke(cli, ["--var", str(folder), "init"])
        assert done.exit_code == 0, (done.output, done.exception)
        other = create_app(config.load(folder))
        assert other.test_client().get("/readyz").status_code == 200
        with other.app_context():
            begin_write()
            audit.note("test.done", "test:1", actor_id=None)
            db.session.commit()
            refused("DELETE FROM audit_event")
            db.session.execute(sa.text("SET ROLE NONE"))
            refused("DELETE FROM audit_event")
            assert privileges.too_much(db.session.connection()) is None
            db.session.remove()
            db.engine.dispose()
