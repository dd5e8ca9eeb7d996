"""The wall between creditors, kept by PostgreSQL itself: a query that forgot its filter still finds no foreign row.

Each transaction says whose rows it may see (`doorstep.creditors`), and row-level security holds every statement of the
application's role to it; who says nothing sees nothing. A request begins with nothing, and who signs in brings his
creditors. Jobs, commands, phones and public pages see everything and decide themselves what they show: none of them
acts for one creditor. SQLite has no such wall: there the filters of `accounts.scope` stand alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from flask import Flask, current_app, g, has_app_context, request
from sqlalchemy import Connection, event, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from server.db import before_commit, db
from server.prepared import run_text

if TYPE_CHECKING:
    import psycopg

EVERYTHING, NOTHING, OF_NOBODY = "*", "", "-"
THROUGH: Mapping[str, tuple[str, str]] = {
    "case_party": ("case_id", "case"),
    "case_key": ("id", "case"),
    "stop_flag": ("case_id", "case"),
    "limitation_fact": ("case_id", "case"),
    "rule_agreement": ("case_id", "case"),
    "record": ("visit_id", "visit"),
    "visit_file": ("visit_id", "visit"),
    "signed_paper": ("visit_id", "visit"),
    "message": ("visit_id", "visit"),
    "paper_event": ("paper_id", "paper"),
    "filing_step": ("filing_id", "filing"),
}
"""Table without a creditor of its own → the column that leads to a table with one."""
UNWALLED = frozenset({
    # people, phones and what signs them in
    "person", "token", "totp_factor", "passkey", "address_failure", "idempotency_key", "enrol_code", "device",
    "clock_sample", "quarantine", "ack", "device_setting", "upload", "submission", "delegation",
    # the firm's own papers, forms, numbers and machinery
    "paper_template", "serial_counter", "field_form", "form_activation", "job", "service_run", "alembic_version",
    "sync_clock", "sync_feed", "sync_pruned", "log_leaf", "log_tile", "log_checkpoint", "log_chain", "log_told",
    # who the creditors are; and what may hold several: who sees one must see all of them (schemes.scope, visit_lists)
    "creditor", "scheme", "crew", "scheme_version", "scheme_decision", "route_plan", "day_pack", "close_out",
    "visit_list", "visit_list_version",
})  # fmt: skip
"""Tables without a wall; `tests/server/test_wall.py` asks that every other one has one."""
_SAID = "(SELECT current_setting('doorstep.creditors', true))"
_LIST = "(SELECT string_to_array(current_setting('doorstep.creditors', true), ','))"
_POLICY = "creditor_wall"
_PLAN_ONCE = "SET LOCAL plan_cache_mode = force_generic_plan"


def begin_request() -> None:
    """Let a request see nothing until somebody is known; a public page sees everything."""
    view = current_app.view_functions.get(request.endpoint or "")
    g.sees = EVERYTHING if getattr(view, "public", None) else NOTHING


def end_request(_fault: BaseException | None = None) -> None:
    """Forget whose request it was, and end what it left open: the next transaction asks anew."""
    if g.pop("sees", EVERYTHING) != EVERYTHING:
        db.session.rollback()


def register(app: Flask) -> None:
    """Put the wall around every request of an application."""
    app.before_request(begin_request)
    app.teardown_request(end_request)


def see(creditor_ids: Sequence[str] | None, *, now: bool) -> None:
    """Let the present request see these creditors' rows, all for None: at once, or from the next transaction on."""
    g.sees = EVERYTHING if creditor_ids is None else ",".join(str(UUID(one)) for one in creditor_ids) or OF_NOBODY
    if now:
        _say_now()


def ask_alike() -> None:
    """Say that this request runs prepared statements that fit one plan, before its first: planning costs more than one.

    PostgreSQL plans a prepared statement anew five times on each connection before it trusts one plan.
    """
    g.asks_alike = True


@contextmanager
def everything() -> Iterator[None]:
    """Look over the wall for a while: for a rule that must know of other creditors' rows, and tells nothing of them."""
    before = _sees()
    if before == EVERYTHING:
        yield
        return
    g.sees = EVERYTHING
    _say_now()
    try:
        yield
        db.session.flush()
    finally:
        g.sees = before
        with suppress(DBAPIError):  # of a transaction that failed nothing is left to see
            _say_now()


def _sees() -> str:
    return str(g.get("sees", EVERYTHING)) if has_app_context() else EVERYTHING


def _say_now() -> None:
    session = db.session()
    if session.in_transaction():
        _say(session.connection(), _sees())


def _say(connection: Connection, creditors: str) -> None:
    if connection.dialect.name == "postgresql":
        run_text(connection, _words(creditors))


def _words(creditors: str) -> str:
    return f"SET LOCAL doorstep.creditors = '{creditors}'"


@event.listens_for(Session, "after_begin")
def _say_first(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested or connection.dialect.name != "postgresql" or _begins_saying(connection):
        return
    _say(connection, _sees())


def _begins_saying(connection: Connection) -> bool:
    """Begin the transaction and say whose rows it may see in one call to the database; False when it is not so begun.

    The driver would send both one after the other, and begins nothing where a transaction is under way already.
    """
    from psycopg.pq import ExecStatus, TransactionStatus  # noqa: PLC0415  # 6 MiB that SQLite needs not

    pgconn = cast("psycopg.Connection[Any]", connection.connection.driver_connection).pgconn
    if pgconn.transaction_status != TransactionStatus.IDLE:
        return False
    plans_once = f"; {_PLAN_ONCE}" if has_app_context() and g.get("asks_alike") else ""
    return pgconn.exec_(f"BEGIN; {_words(_sees())}{plans_once}".encode()).status == ExecStatus.COMMAND_OK


@before_commit(0)
def _open_for_last_writes(session: Session) -> None:
    """Let what is written last see everything: the end of the audit chain, what goes to other people's phones."""
    if session.get_bind().dialect.name == "postgresql" and _sees() != EVERYTHING:
        _say(session.connection(), EVERYTHING)


def build(connection: Connection) -> None:
    """Build the wall anew around every table there is. As the owner; PostgreSQL only."""
    take_down(connection)
    tables = inspect(connection)
    present = set(tables.get_table_names(schema="public"))
    for table in sorted(present - UNWALLED):
        columns = {column["name"] for column in tables.get_columns(table, schema="public")}
        rule = _rule(table, columns, present)
        if rule:
            connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            connection.exec_driver_sql(f'CREATE POLICY {_POLICY} ON "{table}" USING ({rule})')


def take_down(connection: Connection) -> None:
    """Take the policies away, so that tables can be altered: then the application sees no row of them at all."""
    held = connection.exec_driver_sql("SELECT tablename FROM pg_policies WHERE policyname = %s", (_POLICY,))
    for (table,) in held.all():
        connection.exec_driver_sql(f'DROP POLICY {_POLICY} ON "{table}"')


def _rule(table: str, columns: set[str], present: set[str]) -> str:
    """Return the condition that a row must meet; it is asked of what is read and of what is written."""
    if "creditor_id" in columns:
        held, meets = "creditor_id", f"creditor_id::text = ANY ({_LIST}::text[])"
    elif table in THROUGH and {THROUGH[table][1]} <= present and THROUGH[table][0] in columns:
        held, parent = THROUGH[table]
        meets = f'EXISTS (SELECT FROM "{parent}" AS above WHERE above.id = "{table}".{held})'
    else:
        return ""
    return f"{_SAID} = '*' OR ({held} IS NULL AND {_SAID} <> '') OR ({_SAID} <> '' AND {meets})"
