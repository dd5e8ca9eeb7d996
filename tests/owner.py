"""Somebody with the database's own password: what the application's role may not do, a test does as he."""

import sqlalchemy as sa

from server.db import begin_write, db


def begin_as_owner():
    """Begin a write transaction that may change anything; the application's role is back with the next one."""
    if begin_write().dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL ROLE NONE"))
