"""Is the installation fit to serve? The checks behind `/readyz`, `doorstep serve` and `doorstep verify`."""

from pathlib import Path

from flask import current_app
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from server import config, media, paper_seal
from server.db import db
from server.jobs import Job

NOT_READY = "not ready"


def checks() -> dict[str, str]:
    """Return each check's name with `ok` or what is wrong."""
    return {
        "database": _database(),
        "migrations": _migrations(),
        "media": media.store().check(),
        "queue": _queue(),
        "seal": paper_seal.current().check(),
    }


def status(found: dict[str, str]) -> str:
    """Return in a word what these checks say: `ok`, `degraded` (it serves, and something is down) or `not ready`."""
    if hindering(found):
        return NOT_READY
    return "ok" if all(state == "ok" for state in found.values()) else "degraded"


def hindering(found: dict[str, str]) -> dict[str, str]:
    """Return what of these checks makes the installation unfit to serve.

    A store on other machines that is down does not: records go in, files wait on the phones, and no other host of ours
    could do better.
    """
    is_elsewhere = config.current().bucket is not None
    return {name: state for name, state in found.items() if state != "ok" and not (name == "media" and is_elsewhere)}


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as fault:
        return type(fault).__name__
    return "ok"


def _migrations() -> str:
    try:
        with db.engine.connect() as connection:
            is_made = inspect(connection).has_table("alembic_version")
            present = connection.scalars(text("SELECT version_num FROM alembic_version")).all() if is_made else []
    except SQLAlchemyError as fault:
        return type(fault).__name__
    wanted = newest_migration(Path(current_app.extensions["migrate"].directory))
    return "ok" if present == [wanted] else f"at {sorted(present)}, the code wants {wanted}"


def newest_migration(folder: Path) -> str:
    """Return the number of the newest migration: each is numbered, and its file begins with the number."""
    return max(path.name.partition("_")[0] for path in (folder / "versions").glob("[0-9]*_*.py"))


def _queue() -> str:
    try:
        db.session.execute(select(Job.id).limit(1))
    except SQLAlchemyError as fault:
        db.session.rollback()
        return type(fault).__name__
    return "ok"
