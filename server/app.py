"""Read this first: one function that puts the application together from settings, database and slices."""

import importlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Request, Response, g
from flask.sessions import NullSession, SessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix

from server import config, feed, jobs, privileges, problems, wall
from server.accounts import owed, refused
from server.config import Config
from server.db import db
from server.devices import handover, proofs
from server.schemes import reserved
from server.unread import ReadsToTheEnd

SLICES = ("accounts", "cases", "schemes", "visits", "devices", "escalation", "complaints", "privacy", "console")
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SAFE_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class NoSession(SessionInterface):
    """Flask keeps no session: who is signed in is a row of ours, found by token or cookie."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        """Return the session that refuses to be written to."""
        del request
        return self.make_null_session(app)

    def save_session(self, app: Flask, session: object, response: Response) -> None:
        """Do nothing: there is nothing to keep."""


class _Migrations:
    """Where Flask-Migrate looks, which is loaded (11 MiB, with Alembic) when a command runs migrations."""

    def __init__(self, app: Flask) -> None:
        self._app, self.directory = app, str(migrations_dir())

    @property
    def migrate(self) -> Any:
        """Flask-Migrate itself, which puts its own settings in the place of this."""
        from flask_migrate import Migrate  # noqa: PLC0415

        return Migrate(self._app, db, directory=self.directory, compare_type=True, render_as_batch=True)


def migrations_dir() -> Path:
    """Return the folder of the migrations: beside the sources, or inside the installed wheel."""
    packed = Path(__file__).resolve().parent / "_migrations"
    return packed if packed.is_dir() else MIGRATIONS


def upgrade_database() -> None:
    """Bring the database of the current application to the newest migration."""
    from flask_migrate import upgrade  # noqa: PLC0415  # with Alembic 11 MiB that hardly any command needs

    upgrade(directory=str(migrations_dir()))


def blueprints() -> Iterator[Blueprint]:
    """Yield the blueprint `bp` of every slice's `api` modules (`api.py`, or the modules of an `api/` package)."""
    for name in SLICES:
        module = importlib.import_module(f"server.{name}.api")
        if not hasattr(module, "__path__"):
            yield module.bp
            continue
        for path in sorted(Path(module.__path__[0]).glob("*.py")):
            if path.stem != "__init__":
                yield importlib.import_module(f"server.{name}.api.{path.stem}").bp


def harden(answer: Response) -> Response:
    """Give every answer the headers that keep a browser safe; a view may have set a stricter policy."""
    set_already = {name.lower() for name, _ in answer.headers}
    for name, value in SAFE_HEADERS.items():
        if name.lower() not in set_already:
            answer.headers.add(name, value)
    if "cache-control" not in set_already:
        answer.headers.add("Cache-Control", "no-store" if "person_id" in g else "no-cache")
    return answer


def engine_options(settings: Config) -> dict[str, Any]:
    """Return how to connect: on PostgreSQL as the application's role, but for the owner's commands."""
    held = not settings.is_sqlite and not settings.is_owner
    # last in, first out: what a connection has prepared and read is there for the next call
    lifo: dict[str, Any] = {"pool_use_lifo": True}
    return lifo | {"connect_args": privileges.CONNECT_AS_ROLE} if held else lifo


def load_models() -> None:
    """Import every slice's tables, so that migrations and foreign keys know them all."""
    for name in SLICES:
        if (Path(__file__).parent / name / "models.py").is_file():
            importlib.import_module(f"server.{name}.models")


def create_app(settings: Config | None = None) -> Flask:
    """Return the application. Raises HalfConfigured when keys or settings are missing."""
    settings = owed.checked(settings or config.load())
    app = Flask(
        "doorstep",
        static_folder=str(Path(__file__).parent / "static"),
        static_url_path="/static",
        template_folder=str(Path(__file__).parent / "console" / "templates"),
    )
    app.config.update(
        SECRET_KEY=settings.session_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        JSON_AS_ASCII=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.session_interface = NoSession()
    app.extensions["doorstep"] = settings
    app.wsgi_app = ReadsToTheEnd(app.wsgi_app, most=2 * settings.max_body_bytes)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]
    load_models()
    db.init_app(app)
    app.extensions["migrate"] = _Migrations(app)
    problems.register(app)
    wall.register(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    app.after_request(harden)
    app.after_request(refused.write_down)
    # tables, last writes, chores, what holds a case, of every application
    app.extensions["doorstep.parts"] = (feed, jobs, handover, proofs, reserved)
    logging.getLogger("doorstep").setLevel(logging.INFO)
    return app
