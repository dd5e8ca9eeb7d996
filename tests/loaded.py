"""What the parent of all gunicorns (tests/forked.py) loads once, so that none of them does. Imported there only."""

from importlib import import_module

import gunicorn.app.wsgiapp
import gunicorn.workers.gthread  # noqa: F401
from flask import Flask
from sqlalchemy.orm import configure_mappers

from receipts import fonts
from server.app import blueprints, load_models
from tests import forked, routes  # noqa: F401

# What a server loads when a call first needs it.
LATER = (
    "geopy.distance", "jsonschema", "openpyxl", "psycopg", "requests", "server.pades",
    "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.pysqlite", "webauthn", "zxcvbn",
)  # fmt: skip

routes.compile_seldom()
load_models()
configure_mappers()
for name in LATER:
    import_module(name)
fonts.typefaces()
_rehearsed = Flask(__name__)
for blueprint in blueprints():
    _rehearsed.register_blueprint(blueprint)
