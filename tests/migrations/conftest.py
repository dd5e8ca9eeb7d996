"""A database at an older revision with rows in it, and what becomes of them on the way up and down."""

import uuid
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from server.app import create_app, migrations_dir
from server.db import db
from tests.installed import settings_for
from tests.live import pg_admin

FILLED = {
    sa.Integer: 0, sa.BigInteger: 0, sa.Float: 0.0, sa.Boolean: False, sa.LargeBinary: b"", sa.JSON: [],
    sa.Date: date(2026, 12, 2), sa.DateTime: datetime(2026, 12, 2, 1, 0, tzinfo=UTC),
}  # fmt: skip


class Old:
    """A database that can be moved between revisions; rows are written past the models."""

    def move_up(self, to):
        upgrade(directory=str(migrations_dir()), revision=to)

    def move_down(self, to):
        downgrade(directory=str(migrations_dir()), revision=to)

    def add(self, name, **values):
        """Add a row with these values; every other column that must have one gets one of its type."""
        with self._connection() as connection:
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            row = {column.name: _fill(column) for column in table.columns if not column.nullable}
            row = {key: value for key, value in row.items() if value is not None} | values
            connection.execute(table.insert().values(row))
            connection.commit()

    def rows(self, name, *columns):
        with self._connection() as connection:
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            return [tuple(row) for row in connection.execute(sa.select(*(table.c[one] for one in columns)))]

    def columns(self, name):
        return {column["name"] for column in sa.inspect(db.engine).get_columns(name)}

    def tables(self):
        return set(sa.inspect(db.engine).get_table_names())

    def _connection(self):
        connection = db.engine.connect()
        if connection.dialect.name == "postgresql":  # rows of one table alone: what they point at is not the question
            connection.execute(sa.text("SET session_replication_role = replica"))
        return connection


def _fill(column):
    """Return a value of the column's type; None where the database has a default."""
    if column.server_default is not None:
        return None
    if isinstance(column.type, sa.Uuid) or column.name == "id" or column.name.endswith("_id"):
        made = uuid.uuid4()
        return made if isinstance(column.type, sa.Uuid) else made.hex
    return next((value for kind, value in FILLED.items() if isinstance(column.type, kind)), "x")


@pytest.fixture
def old(engine_name, keys_dir, postgres_uri, tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if engine_name == "postgres":
        name = f"old_{uuid.uuid4().hex[:12]}"
        pg_admin(postgres_uri, f"CREATE DATABASE {name}")
        url = postgres_uri.format(name)
    with create_app(settings_for(tmp_path, keys_dir, url).as_owner()).app_context():
        yield Old()
        db.session.remove()
        db.engine.dispose()
    if engine_name == "postgres":
        pg_admin(postgres_uri, f"DROP DATABASE {name}")
