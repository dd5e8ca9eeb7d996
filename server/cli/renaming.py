"""PostgreSQL databases beside the one in use: a restore fills another one and puts it in place by a rename."""

import time
from typing import Any

import click
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

BEING_FILLED = "_restoring"
ASKED_AGAIN, BREATH_S = 25, 0.2
MAY_NOT = "the owner may not do this: ALTER ROLE … CREATEDB, as a superuser of PostgreSQL"


def beside(url: URL) -> URL:
    """Return the address of the database that a restore fills; one that a killed restore left is filled anew."""
    return url.set(database=f"{url.database}{BEING_FILLED}")


def exists(url: URL) -> bool:
    """Tell whether the server has this database."""
    return bool(_run(url, "SELECT count(*) FROM pg_database WHERE datname = :name", name=url.database))


def make_anew(url: URL) -> None:
    """Make an empty database, in the place of one of this name. Raises ClickException."""
    _run(url, f'DROP DATABASE IF EXISTS "{url.database}"')
    _run(url, f'CREATE DATABASE "{url.database}"')


def rename(url: URL, name: str) -> None:
    """Give a database another name; nobody may be connected to it. Raises ClickException."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = :name"
    for _ in range(ASKED_AGAIN):  # a session ends on the server a moment after it was closed here
        if not _run(url, others, name=url.database):
            break
        time.sleep(BREATH_S)
    _run(url, f'ALTER DATABASE "{url.database}" RENAME TO "{name}"')


def _run(url: URL, statement: str, **values: Any) -> Any:
    """Run one statement on the server's own database; return the first value of what it answers."""
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            answer = connection.execute(text(statement), values)
            return answer.scalar() if answer.returns_rows else None
    except DBAPIError as fault:
        told = MAY_NOT if "permission denied" in str(fault.orig) else str(fault.orig)
        raise click.ClickException(told) from fault
    finally:
        engine.dispose()
