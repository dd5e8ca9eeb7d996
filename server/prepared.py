"""Statements that every push runs, made once for each kind of database and run on its driver.

SQLAlchemy spends several times on a small statement what the database does: it looks the text up, sorts the parameters
and wraps the rows. A prepared statement keeps the text and how each value is written and read. It runs in the
transaction of the connection it is given, its errors are those that SQLAlchemy raises, but no listener hears of it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Dialect, Executable, Text, TypeDecorator, Uuid, bindparam
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

Converter = Callable[[Any], Any] | None
Row = tuple[Any, ...]
Readers = Sequence[tuple[int, Callable[[Any], Any]]]


@dataclass(frozen=True, slots=True)
class _Text:
    """What one kind of database is sent: the statement, its values by name, and the type of each column it answers."""

    sql: str
    places: tuple[tuple[str, Converter], ...]
    is_positional: bool
    fixed: Mapping[str, Any]
    columns: tuple[TypeEngine[Any], ...]
    options: Mapping[str, Any]

    def values(self, given: Mapping[str, Any]) -> Sequence[Any] | dict[str, Any]:
        """Return the values as the driver wants them."""
        known = {**self.fixed, **given} if self.fixed else given
        written = [known[name] if write is None else write(known[name]) for name, write in self.places]
        return (
            written if self.is_positional else {name: one for (name, _), one in zip(self.places, written, strict=True)}
        )


class _Ids(TypeDecorator[Sequence[UUID | str]]):
    """A list of ids, also as they are written, sent as one text that the database takes apart."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[UUID | str] | None, dialect: Dialect) -> str:
        """Write them as an array of PostgreSQL's, or as JSON."""
        if dialect.name == "postgresql":
            return "{" + ",".join([str(one) for one in value or ()]) + "}"
        return json.dumps([str(one).replace("-", "") for one in value or ()])


class _Words(TypeDecorator[Sequence[str]]):
    """A list of texts, sent as one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str:
        """Write them as an array of PostgreSQL's, or as JSON; both quote alike."""
        written = json.dumps(list(value or ()), ensure_ascii=False)
        return "{" + written[1:-1] + "}" if dialect.name == "postgresql" else written


class among(FunctionElement[Any]):  # noqa: N801  # a function of SQL
    """The condition `among(column, name)`: a column is one of the ids or texts given by that name, however many.

    It has no type: of a boolean function SQLAlchemy asks SQLite whether it equals 1, and no index helps with that.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str) -> None:
        """Take the column and how the ids are named when the statement runs."""
        super().__init__(column, bindparam(name, type_=_Ids() if _holds_ids(column) else _Words()))


def _holds_ids(column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> bool:
    return isinstance(column.type, Uuid)


@compiles(among, "postgresql")
def _among_array(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(one, **options) for one in element.clauses)
    kind = "uuid" if _holds_ids(next(iter(element.clauses))) else "text"
    return (
        f"{column} = ANY ((SELECT CAST({ids} AS {kind}[]))::{kind}[])"  # selected: taken apart once, not for each row
    )


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608  # a parameter


class Prepared:
    """One statement; names is for an insert without values: the columns that each row gives."""

    def __init__(self, statement: Executable, names: Sequence[str] | None = None) -> None:
        """Take the statement. Parameters that expand, such as a list for IN, are not for this."""
        self._statement, self._names = statement, names
        self._texts: dict[str, _Text] = {}
        self._readers: dict[str, Readers] = {}

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
        if len(rows) == 1:
            self._run(connection, rows[0])
            return
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
            cursor.execute(text.sql, values, **text.options)
        except connection.dialect.loaded_dbapi.Error as fault:
            raise _told(connection, cursor, text.sql, fault) from fault
        return cursor

    def _fetch(self, connection: Connection, cursor: DBAPICursor) -> list[Row]:
        found = cursor.fetchall()
        if not found:
            return []
        if (readers := self._readers.get(connection.dialect.name)) is None:
            readers = self._readers[connection.dialect.name] = self._made_readers(connection.dialect, cursor)
        if not readers:
            return list(found)
        rows: list[Any] = [list(row) for row in found]
        for place, read in readers:
            for row in rows:
                row[place] = read(row[place])
        return [tuple(row) for row in rows]

    def _made_readers(self, dialect: Dialect, cursor: DBAPICursor) -> Readers:
        """Return how the columns are read that do not come as they are told."""
        told = zip(self._texts[dialect.name].columns, cursor.description or (), strict=False)
        readers = [kind.dialect_impl(dialect).result_processor(dialect, column[1]) for kind, column in told]
        return [(place, read) for place, read in enumerate(readers) if read is not None]

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
    options = {"prepare": True} if dialect.driver == "psycopg" else {}  # the driver else waits for the sixth time
    return _Text(compiled.string, places, compiled.positional, fixed, columns, options)


def _told(connection: Connection, cursor: DBAPICursor, sql: str, fault: Exception) -> BaseException:
    """Return the error as SQLAlchemy tells it; a connection that broke is not used again."""
    dialect = connection.dialect
    is_broken = dialect.is_disconnect(fault, connection.connection.driver_connection, cursor)  # type: ignore[arg-type]
    if is_broken:
        connection.invalidate(fault)
    return DBAPIError.instance(
        sql, None, fault, dialect.loaded_dbapi.Error, connection_invalidated=is_broken, dialect=dialect
    )
