"""The database handle: typed base, named constraints, one write transaction at a time, `fetch`.

A request reads in one transaction; one that writes calls `begin_write` (the `allow` decorator does it), so that on
SQLite the transaction is BEGIN IMMEDIATE behind a kernel-queued lock: writers wait in turn and never lose an update.
What must be written last (audit rows, then feed positions) registers with `before_commit` and runs in that order.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, TypeDecorator, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, SessionTransaction, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

from server import clock
from server.errors import Missing
from server.prepared import run_text

if TYPE_CHECKING:
    import psycopg

Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always UTC and aware; a naive one is a bug and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC. Raises ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value}")
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC and aware, whatever the engine keeps."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Parent of every table: a UUIDv7 `id` and the time of creation."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        datetime: UtcDateTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
        list[str]: Json,
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=clock.new_id, sort_order=-2)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=-1)


class _Handle(DeclarativeBase):
    """What Flask-SQLAlchemy wants to build its own base from; our tables use `Base`, on the same metadata."""

    metadata = Base.metadata


db = SQLAlchemy(model_class=_Handle, disable_autonaming=True)

T = TypeVar("T", bound=Base)
LastWrite = Callable[[Session], None]
_last_writes: list[tuple[int, LastWrite]] = []
_at_savepoint: WeakKeyDictionary[SessionTransaction, dict[Any, Any]] = WeakKeyDictionary()


def before_commit(order: int) -> Callable[[LastWrite], LastWrite]:
    """Register a function that writes at the very end of a transaction; lower orders run first."""

    def register(write: LastWrite) -> LastWrite:
        _last_writes.append((order, write))
        _last_writes.sort(key=lambda pair: pair[0])
        return write

    return register


@event.listens_for(Session, "before_commit")
def _write_last(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint is released, the transaction goes on
        return
    session.flush()
    for _, write in _last_writes:
        write(session)


@event.listens_for(Session, "after_transaction_create")
def _remember_pending(_session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        _at_savepoint[transaction] = {name: copy(waiting) for name, waiting in transaction.session.info.items()}


@event.listens_for(Session, "after_soft_rollback")
def _forget_pending(session: Session, ended: SessionTransaction) -> None:
    """Drop what waits to be written last: all of it, or what came since the savepoint that failed."""
    session.info.clear()
    session.info.update(_at_savepoint.pop(ended, {}))


def begin_write() -> Connection:
    """Start the write transaction of this request and return its connection; whatever was read before is read again.

    On SQLite this waits in the queue of writers; on PostgreSQL rows are locked by `fetch(..., lock=True)`.
    """
    db.session.rollback()
    return db.session.connection(execution_options={"doorstep_write": True})


def core() -> Connection:
    """Return the connection of the present transaction, for statements that need nothing of the mapper.

    Running one there costs half of what the session adds to it; the session's own changes are not flushed before.
    """
    return db.session.connection()


def fetch(model: type[T], row_id: UUID, *, lock: bool = False) -> T:
    """Return one row by id, locked until the end of the transaction when `lock`. Raises Missing."""
    row = db.session.get(model, row_id, with_for_update=True if lock else None, populate_existing=lock)
    if row is None:
        raise Missing(f"no {model.__name__} {row_id}")
    return row


@event.listens_for(Engine, "connect")
def _keep_statements(connection: Any, _record: ConnectionPoolEntry) -> None:
    """Let a reading end without the driver forgetting what it prepared: planning a page's statement costs more than it.

    The driver forgets at each rollback, for what was rolled back may have been a change of tables. The application
    changes none, and what failed is rolled back as the driver does it.
    """
    if not isinstance(connection, sqlite3.Connection):
        connection.rollback = partial(_roll_back, connection)


def _roll_back(connection: "psycopg.Connection[Any]") -> None:
    from psycopg.pq import ExecStatus, TransactionStatus  # noqa: PLC0415  # 6 MiB that SQLite needs not

    pgconn = connection.pgconn
    is_sound = pgconn.transaction_status == TransactionStatus.INTRANS
    if not is_sound or pgconn.exec_(b"ROLLBACK").status != ExecStatus.COMMAND_OK:
        type(connection).rollback(connection)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for pragma in (
            "journal_mode=wal",
            "synchronous=full",
            "busy_timeout=10000",
            "foreign_keys=on",
            "trusted_schema=off",
        ):
            connection.execute(f"pragma {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.get_execution_options().get("doorstep_write"):
        _queue_for_writing(connection)
        run_text(connection, "BEGIN IMMEDIATE")
    else:
        run_text(connection, "BEGIN")


def _queue_for_writing(connection: Connection) -> None:
    """Wait in the kernel's queue of writers; the lock is left with the connection (see `_leave_queue`)."""
    file = connection.engine.url.database
    if not file or connection.info.get("is_writer"):
        return
    if "writer_lock" not in connection.info:
        connection.info["writer_lock"] = os.open(f"{file}.wlock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(connection.info["writer_lock"], fcntl.LOCK_EX)
    connection.info["is_writer"] = True


@event.listens_for(Engine, "checkin")
def _leave_queue(_connection: Any, record: ConnectionPoolEntry) -> None:
    if record.info.pop("is_writer", False):
        fcntl.flock(record.info["writer_lock"], fcntl.LOCK_UN)


@event.listens_for(Engine, "close")
def _close_queue(_connection: Any, record: ConnectionPoolEntry) -> None:
    lock = record.info.pop("writer_lock", None)
    if lock is not None:
        os.close(lock)
