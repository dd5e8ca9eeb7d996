"""`doorstep init` killed with -9 between any two statements of any migration: the database is the old one or the new.

A child of fork moves the database up and kills itself before the n-th statement, or in the commit. With
DOORSTEP_SOAK=1 at every moment of every step, else at some moments of all of them.
"""

import os
import random
import re
import signal
import uuid

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from server.app import migrations_dir
from server.db import db
from tests.migrations.conftest import FILLED

MOMENTS = 150
SPECIAL = {"schema", "policies", "rights"}
SEED, KILLS, OLD = 7, 5, "0013"  # what the application's role may do is said of columns that came before 0013


def steps():
    script = ScriptDirectory(str(migrations_dir()))
    return [one.revision for one in reversed(list(script.walk_revisions()))]


def fill(rng):
    """Put a row into each table that has none, with what it refers to."""
    with db.engine.begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name == "alembic_version" or connection.scalar(sa.select(sa.func.count()).select_from(table)):
                continue
            try:
                with connection.begin_nested():
                    connection.execute(table.insert().values(row_of(connection, table, rng)))
            except DBAPIError:
                continue  # its row must say more than its types: what it would hold is in other tests


def row_of(connection, table, rng):
    row = {}
    for column in table.columns:
        if column.nullable or column.server_default is not None:
            continue
        if column.foreign_keys:
            [key] = column.foreign_keys
            row[column.name] = connection.scalar(sa.select(key.column))
        elif isinstance(column.type, sa.Integer) and column.primary_key:
            row[column.name] = 1
        elif isinstance(column.type, sa.Uuid) or column.name == "id" or column.name.endswith("_id"):
            made = uuid.UUID(int=rng.getrandbits(128))
            row[column.name] = made if isinstance(column.type, sa.Uuid) else made.hex
        else:
            row[column.name] = next((value for kind, value in FILLED.items() if isinstance(column.type, kind)), "x")
    return row


def in_words(told):
    plain = (str(tuple(map(str, one)) if isinstance(one, tuple) else one) for one in told)
    return sorted(re.sub(" at 0x[0-9a-f]+", "", one) for one in plain)


def dump():
    """Return everything in the database: columns, constraints, indexes, rows, and the wall of PostgreSQL."""
    tables, told = sa.MetaData(), {}
    with db.engine.connect() as connection:
        tables.reflect(connection)
        look = sa.inspect(connection)
        for name, table in sorted(tables.tables.items()):
            columns = [(one.name, one.type, one.nullable, getattr(one.server_default, "arg", 0)) for one in table.c]
            rows = connection.execute(sa.select(table)).all()
            asked = (look.get_foreign_keys, look.get_indexes, look.get_unique_constraints, look.get_check_constraints)
            told[name] = [in_words(columns), *(in_words(ask(name)) for ask in asked), in_words(rows)]
        if connection.dialect.name == "sqlite":
            told["schema"] = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master ORDER BY name").all()
        if connection.dialect.name == "postgresql":
            told["policies"] = connection.exec_driver_sql("SELECT * FROM pg_policies ORDER BY tablename").all()
            told["rights"] = connection.exec_driver_sql(
                "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
            ).all()
    db.engine.dispose()
    return told


def moved_up(old, to, *, dies_at=None):
    """Move up in a child; return how many moments there were, None when it was killed before the end."""
    db.session.remove()
    db.engine.dispose()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            _live_and_die(old, to, dies_at, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        counted = told.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return None
    assert os.WEXITSTATUS(status) == 0
    return int(counted)


def _live_and_die(old, to, dies_at, told):
    moments = 0

    def pass_by(*_of_event):
        nonlocal moments
        if moments == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        moments += 1

    for name in ("before_cursor_execute", "commit"):
        sa.event.listen(sa.Engine, name, pass_by)
    old.move_up(to)
    os.write(told, str(moments).encode())
    os._exit(0)


@pytest.fixture
def filled(old):
    """A database at an old revision with rows in it."""
    old.move_up(OLD)
    fill(random.Random(SEED))
    return old


@pytest.mark.skipif("DOORSTEP_SOAK" in os.environ, reason="every moment is killed below")
def test_some_moments_of_all_steps(filled):
    before, head = dump(), steps()[-1]
    for at in random.Random(SEED).sample(range(MOMENTS), KILLS):
        assert moved_up(filled, head, dies_at=at) is None
        assert dump() == before, at
    moments = moved_up(filled, head)
    assert moments > MOMENTS
    after = dump()
    assert {name for name in before if len(after[name][-1]) < len(before[name][-1])} - SPECIAL == set()


@pytest.mark.skipif("DOORSTEP_SOAK" not in os.environ, reason="minutes: DOORSTEP_SOAK=1")
def test_every_moment_of_every_step(old):
    rng, killed = random.Random(SEED), 0
    for revision in steps()[int(OLD) - 1 :]:
        before, at = dump(), 0
        while moved_up(old, revision, dies_at=at) is None:
            assert dump() == before, (revision, at)
            at += 1
        killed += at
        fill(rng)
    assert killed > 250
