"""What the application itself may do in PostgreSQL: read and add everywhere, change and delete only where it has to.

Every connection of the application takes the role `doorstep_app`, whoever signs in to the database; migrations,
backups, restores and the rotation of keys are the owner's (`DOORSTEP_OWNER_URL`). `apply` runs after each migration,
so that a new table is never without. SQLite has no roles: the file's owner is who may do anything.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import ProgrammingError

from server.config import HalfConfigured

ROLE = "doorstep_app"
CONNECT_AS_ROLE = {"options": f"-c role={ROLE}"}
APPEND_ONLY: Mapping[str, tuple[str, ...]] = {
    "alembic_version": (),
    "audit_event": (),
    "ack": (),
    "record": ("visit_id", "flags", "ack_id", "taken_in_at", "env_sealed"),
    "log_leaf": ("idx", "data"),
    "log_tile": ("hashes",),
    "log_checkpoint": ("cosignatures", "stamp"),
    "scheme_version": (),
    "scheme_decision": (),
    "paper_event": (),
    "filing_step": ("proof",),
    "close_out": (),
}
"""Table from which the application deletes nothing → the columns it may change.

Of a record: where it belongs, and the envelope, which is sealed under another key once its visit is sealed and written
over when the person's data is deleted. What it says is held by `hash` and `sig`. A proof goes with the same deletion.
Of the log: a leaf gets its place once, the last tile grows, witnesses sign later.
"""
READ_ONLY = frozenset({"alembic_version"})
_MAKE_ROLE = f"""
DO $$ BEGIN
    CREATE ROLE {ROLE} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""  # roles belong to the whole server: another installation, or another test, may have made it at this moment


class RoleNeeded(HalfConfigured):
    """The database's owner may not make the role of the application."""


def apply(connection: Connection) -> None:
    """Give the role what it needs on every table there is, and take everything else. As the owner; PostgreSQL only.

    May be run again at any time. Raises RoleNeeded when the owner may make no role and nobody made it before.
    """
    make_role(connection)
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}")
    run(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {ROLE}")
    run(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    for table in inspect(connection).get_table_names(schema="public"):
        columns = APPEND_ONLY.get(table)
        if columns is None:
            run(f'GRANT UPDATE, DELETE ON "{table}" TO {ROLE}')
        elif columns:
            run(f'GRANT UPDATE ({", ".join(columns)}) ON "{table}" TO {ROLE}')
        if table in READ_ONLY:
            run(f'REVOKE INSERT ON "{table}" FROM {ROLE}')


def make_role(connection: Connection) -> None:
    """Make the role where the server has none, and let the owner take it. Raises RoleNeeded."""
    try:
        with connection.begin_nested():
            known = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).first()
            if known is None:
                connection.exec_driver_sql(_MAKE_ROLE)
            if not may_take_role(connection):
                connection.exec_driver_sql(f"GRANT {ROLE} TO CURRENT_USER")
    except ProgrammingError as fault:
        raise RoleNeeded(
            f"as a superuser of PostgreSQL: CREATE ROLE {ROLE}; GRANT {ROLE} TO the owner, and call again"
        ) from fault


def may_take_role(connection: Connection) -> bool:
    """Tell whether who signed in to the database may act as the role."""
    return bool(connection.exec_driver_sql("SELECT pg_has_role(session_user, %s, 'MEMBER')", (ROLE,)).scalar_one())


def too_much(connection: Connection, *, is_owner: bool = False) -> str | None:
    """Return what the application may do and must not, None when it is held as it should be.

    Asked of who is connected; by a command of the owner's, of the role.
    """
    asked = ROLE if is_owner else str(connection.exec_driver_sql("SELECT current_user").scalar_one())
    tables = sorted(inspect(connection).get_table_names(schema="public"))
    loose = [table for table in tables if table in APPEND_ONLY and _may_rewrite(connection, asked, table)]
    return f"may change or delete in {', '.join(loose)}: run `doorstep init` as the owner" if loose else None


def _may_rewrite(connection: Connection, role: str, table: str) -> bool:
    asked = "SELECT has_table_privilege(%s, %s, 'UPDATE, DELETE, TRUNCATE')"
    return bool(connection.exec_driver_sql(asked, (role, f'public."{table}"')).scalar_one())
