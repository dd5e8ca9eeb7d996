"""Alembic's environment: numbered revisions, named constraints, one transaction for each migration."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import JSON, Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from server import privileges, wall
from server.config import current
from server.db import Base, UtcDateTime

config = context.config


def number_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Name the next revision by its number: 0001, 0002 …; make none when nothing changed."""
    if not directives or (getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty()):
        directives[:] = []
        return
    heads = ScriptDirectory.from_config(config).get_current_head()
    directives[0].rev_id = f"{int(heads or 0) + 1:04d}"


def plain_type(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write our own column types as plain ones, so that an old migration never needs the code of its day."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


@contextmanager
def references_unenforced(connection: Connection) -> Iterator[None]:
    """Let SQLite make tables anew that others refer to; check every reference at the end. Raises RuntimeError.

    It cannot alter a column, so that the table is copied, dropped and renamed. Source: SQLite, ALTER TABLE, section 7.
    """
    driver = connection.connection.driver_connection  # not through SQLAlchemy, which would begin a transaction
    if connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
    if broken:
        raise RuntimeError(f"{len(broken)} rows refer to nothing, first {broken[0]}")


def owners_engine() -> Engine:
    """Return an engine of the database's owner: the application's own role on PostgreSQL may alter nothing."""
    settings, engine = current().as_owner(), current_app.extensions["sqlalchemy"].engine
    return engine if settings.is_sqlite else create_engine(settings.database_url, poolclass=NullPool)


def run() -> None:
    """Run the migrations as the owner, then say what the application's role may do with what there is now."""
    engine = owners_engine()
    is_postgres = engine.dialect.name == "postgresql"
    if is_postgres:
        with engine.begin() as connection:
            wall.take_down(connection)
    with engine.connect() as connection, references_unenforced(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            process_revision_directives=number_revision,
            transaction_per_migration=True,
            render_item=plain_type,
        )
        with context.begin_transaction():
            context.run_migrations()
    if is_postgres:
        with engine.begin() as connection:
            privileges.apply(connection)
            wall.build(connection)


run()
