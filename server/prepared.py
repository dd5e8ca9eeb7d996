"""Statements that every push runs, made once for each kind of database and run on its driver.

SQLAlchemy spends several times on a small statement what the database does: it looks the text up, sorts the parameters
and wraps the rows. A prepared statement keeps the text and how each value is written and read. It runs in the
transaction of the connection it is given, its errors are those that SQLAlchemy raises, but no listener hears of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Converter = Callable[[Any], Any] | None
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """What one kind of database is sent: the statement, its values by name, and the type of each column it answers."""

    sql: str
    places: tuple[tuple[str, Converter], ...]
    is_positional: bool
    fixed: Mapping[str, Any]
    columns: tuple[TypeEngine[Any], ...]

    def values(self, given: Mapping[str, Any]) -> Sequence[Any] | dict[str, Any]:
        """Return the values as the driver wants them."""
        known = {**self.fixed, **given} if self.fixed else given
        written = [known[name] if write is None else write(known[name]) for name, write in self.places]
        return (
            written if self.is_positional else {name: one for (name, _), one in zip(self.places, written, strict=True)}
        )


class Prepared:
    """One statement; names is for an insert without values: the columns that each row gives."""

    def __init__(self, statement: Executable, names: Sequence[str] | None = None) -> None:
        """Take the statement. Parameters that expand, such as a list for IN, are not for this."""
        self._statement, self._names = statement, names
        self._texts: dict[str, _Text] = {}
        self._readers: dict[str, tuple[Converter, ...]] = {}

    def rows(self, connection: Connection, **given: Any) -> list[Row]:
        """Return all rows. Raises DBAPIError."""
        return self._fetch(connection, self._run(connection, given))

    def row(self, connection: Connection, **given: Any) -> Row | None:
        """Return the first row, None when there is none. Raises DBAPIError."""
        return next(iter(self.rows(connection, **given)), None)

    def run(self, connection: Connection, **given: Any) -> int:
        """Run it and return how many rows it touched. Raises DBAPIError."""
        return int(self._run(connection, given).rowcount)

    def run_each(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each row, in one call of the driver. Raises DBAPIError."""
        text = self._text(connection.dialect)
        each: list[Any] = [text.values(row) for row in rows]
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(text.sql, each)
        except connection.dialect.loaded_dbapi.Error as fault:
            raise _told(connection, cursor, text.sql, fault) from fault

    def _run(self, connection: Connection, given: Mapping[str, Any]) -> DBAPICursor:
        text = self._text(connection.dialect)
        values, cursor = text.values(given), connection.connection.cursor()
        try:
            cursor.execute(text.sql, values)
        except connection.dialect.loaded_dbapi.Error as fault:
            raise _told(connection, cursor, text.sql, fault) from fault
        return cursor

    def _fetch(self, connection: Connection, cursor: DBAPICursor) -> list[Row]:
        found = cursor.fetchall()
        if not found:
            return []
        dialect = connection.dialect
        if (readers := self._readers.get(dialect.name)) is None:
            readers = self._readers[dialect.name] = tuple(
                kind.dialect_impl(dialect).result_processor(dialect, column[1])
                for kind, column in zip(self._texts[dialect.name].columns, cursor.description or (), strict=False)
            )
        if not any(readers):
            return [tuple(row) for row in found]
        return [
            tuple(one if read is None else read(one) for read, one in zip(readers, row, strict=True)) for row in found
        ]

    def _text(self, dialect: Dialect) -> _Text:
        found = self._texts.get(dialect.name)
        if found is None:
            found = self._texts[dialect.name] = _compile(self._statement, dialect, self._names)
        return found


def run_text(connection: Connection, sql: str) -> None:
    """Run a statement without parameters, such as BEGIN IMMEDIATE, on the driver. Raises DBAPIError."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql)
    except connection.dialect.loaded_dbapi.Error as fault:
        raise _told(connection, cursor, sql, fault) from fault


def _compile(statement: Executable, dialect: Dialect, names: Sequence[str] | None) -> _Text:
    compiled = statement.compile(dialect=dialect, column_keys=None if names is None else list(names))  # type: ignore[attr-defined]
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"no statement: {statement}")
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    order = compiled.positiontup if compiled.positional else list(binds)
    places = tuple((name, binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in order or ())
    fixed = {name: compiled.params[name] for name, bind in binds.items() if not bind.required}
    columns = tuple(column.type for column in getattr(statement, "selected_columns", ()))
    return _Text(compiled.string, places, compiled.positional, fixed, columns)


def _told(connection: Connection, cursor: DBAPICursor, sql: str, fault: Exception) -> BaseException:
    """Return the error as SQLAlchemy tells it; a connection that broke is not used again."""
    dialect = connection.dialect
    is_broken = dialect.is_disconnect(fault, connection.connection.driver_connection, cursor)  # type: ignore[arg-type]
    if is_broken:
        connection.invalidate(fault)
    return DBAPIError.instance(
        sql, None, fault, dialect.loaded_dbapi.Error, connection_invalidated=is_broken, dialect=dialect
    )
