"""One real server for all clients, a line to it that can be cut, and phones that are unmodified third-party clients.

The application, its database and its gunicorn live as long as the test session; every test enrols phones of its own and
counts what the server holds of these.
"""

from contextlib import ExitStack
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from server import clock, jobs
from server.app import create_app
from server.db import db
from server.devices.models import Device, Quarantine
from server.simulation.cutter import CLEAR, Cutter
from server.visits.models import Record
from tests import live
from tests.clients.node import NodeClient

ALGS = {"memory": "Ed25519", "dexie": "ES256"}


@pytest.fixture(scope="session")
def app(install, tmp_path_factory):
    with install(tmp_path_factory.mktemp("clients")) as settings:
        application = create_app(settings)
        yield application
        with application.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="session")
def live_server(app):
    with live.serving(app.extensions["doorstep"]) as server:
        yield server


@pytest.fixture
def cutter(live_server):
    """The line of this test to the server, whole until its `weather` is changed."""
    with Cutter(live_server.port, weather=CLEAR, rng=Random(7)) as line:
        yield line


@pytest.fixture(params=["memory", "dexie"])
def storage(request):
    """Where RxDB keeps its documents; the two sign with different algorithms as well."""
    return request.param


@pytest.fixture
def node(tmp_path):
    """Start an RxDB phone in node that is nobody's yet: `node(storage)`."""
    with ExitStack() as stack:

        def start(storage):
            phone = stack.enter_context(NodeClient("phone.mjs", tmp_path / "node.log"))
            phone.open(storage=storage)
            return phone

        yield start


@pytest.fixture
def new_phone(in_app, as_zhou, cutter, node):
    """Enrol an RxDB phone for a member of the cast: `new_phone(as_fang, storage)`. It calls through the cutter."""

    def make(caller, storage):
        phone = node(storage)
        code = as_zhou.post("/v1/devices/codes", json={"person_id": caller.person_id}).json["code"]
        told = phone.enrol(url=cutter.url, code=code, label=f"{caller.person_id} {storage}", alg=ALGS[storage])
        phone.device, phone.token, phone.epoch = told["device_id"], told["device_token"], told["epoch"]
        return phone

    return make


@pytest.fixture
def second_writer(node, storage, cutter):
    """Open a second, empty store on the same device."""

    def make(phone):
        other = node(storage)
        other.adopt(url=cutter.url, token=phone.token, device=phone.device, epoch=phone.epoch)
        return other

    return make


@pytest.fixture
def phone(new_phone, as_fang, storage):
    """Fang's phone."""
    return new_phone(as_fang, storage)


@pytest.fixture
def held(in_app):
    """What the server holds of a phone: `held.records(phone)`, `held.quarantine(phone)`, `held.device(phone)`."""
    return Held()


def catch_up():
    """Be the worker beside the server: give the visits all that phones handed in."""
    db.session.rollback()
    while jobs.run_chores(clock.now()):
        pass
    db.session.rollback()


class Held:
    def records(self, phone):
        """Return the stored records of a phone in the order of its chain."""
        return self._rows(select(Record).where(Record.device_id == UUID(phone.device)).order_by(Record.seq))

    def quarantine(self, phone):
        return self._rows(select(Quarantine).where(Quarantine.device_id == UUID(phone.device)))

    def device(self, phone):
        return self._rows(select(Device).where(Device.id == UUID(phone.device)))[0]

    def _rows(self, query):
        catch_up()
        return list(db.session.scalars(query))
