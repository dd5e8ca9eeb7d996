"""SQL that is compiled once for all applications of a process, for tests make applications by the thousand.

SQLAlchemy keeps compiled statements for each engine and tells engines apart by their dialect object; each test has an
engine of its own on a copy of the same database, and would compile the same few hundred statements again.
"""

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

MOST = 10_000  # statements; the suite speaks some 2,000
_kept = LRUCache(MOST)


def once():
    """Let every engine of this process use one cache, and every dialect of a database count as the same one."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__eq__, dialect.__hash__ = _is_same, _hash
    Engine._compiled_cache = property(lambda _engine: _kept, lambda _engine, _own: None)  # noqa: SLF001


def _is_same(dialect, other):
    return type(dialect) is type(other)


def _hash(dialect):
    return hash(type(dialect))
