"""Alembic's environment: numbered revisions, named constraints, one transaction for all of an upgrade."""

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
def all_or_nothing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that ends with the block. Raises RuntimeError.

    SQLite cannot alter a column, so that the table is copied, dropped and renamed: meanwhile it lets rows refer to
    nothing, and every reference is checked before the commit. Source: SQLite, ALTER TABLE, section 7.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(doorstep_write=True) as connection:
        driver: Any = connection.connection.driver_connection  # SQLAlchemy would begin a transaction
        if is_sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                broken = driver.execute("PRAGMA foreign_key_check").fetchall() if is_sqlite else ()
                if broken:
                    raise RuntimeError(f"{len(broken)} rows refer to nothing, first {broken[0]}")
        finally:
            if is_sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def owners_engine() -> Engine:
    """Return an engine of the database's owner: the application's own role on PostgreSQL may alter nothing."""
    settings, engine = current().as_owner(), current_app.extensions["sqlalchemy"].engine
    return engine if settings.is_sqlite else create_engine(settings.database_url, poolclass=NullPool)


def run() -> None:
    """Run the migrations as the owner, and say what the application's role may do with what there is now: at once.

    Killed at any moment, the database is what it was before, its wall included.
    """
    with all_or_nothing(owners_engine()) as connection:
        is_postgres = connection.dialect.name == "postgresql"
        if is_postgres:
            wall.take_down(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            process_revision_directives=number_revision,
            render_item=plain_type,
        )
        with context.begin_transaction():
            context.run_migrations()
        if is_postgres:
            privileges.apply(connection)
            wall.build(connection)


run()
