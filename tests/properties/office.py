"""One office whose database can be put back, whose application can be dropped, and whose clock the test turns.

The scene, made once: a scheme of two visits dispatched to Fang and Luo, He who may replace either, and a phone each.
"""

import shutil
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from server import clock, feed, jobs
from server.accounts.models import Creditor, Person
from server.app import create_app
from server.config import Config
from server.db import begin_write, db
from tests.cast import PASSWORD, Caller
from tests.live import pg_admin
from tests.properties.phones import Hand, enrol
from tests.server.schemes import make_scheme as make

AGENTS = ("fang", "luo", "an")
BEGIN = make.DAY - timedelta(days=3)


@dataclass
class Databases:
    """One live database, to which nobody is connected when it is copied or put back whole."""

    home: Path
    postgres_uri: str | None
    live: str = field(default_factory=lambda: f"machine_{uuid.uuid4().hex[:12]}")
    made: set[str] = field(default_factory=set)

    @property
    def url(self):
        return self.postgres_uri.format(self.live) if self.postgres_uri else f"sqlite:///{self.home / self.live}.db"

    def begin(self, template):
        """Make the live database from the suite's template."""
        if self.postgres_uri:
            self._make(self.live, template)
        else:
            shutil.copy(template, self.home / f"{self.live}.db")

    def copy(self, name):
        """Keep the live database under a name."""
        if self.postgres_uri:
            self._make(f"{self.live}_{name}", self.live)
        else:
            shutil.copy(self.home / f"{self.live}.db", self.home / f"{name}.db")

    def put_back(self, name):
        """Make a kept copy the live database."""
        if self.postgres_uri:
            self._make(self.live, f"{self.live}_{name}")
            return
        for tail in ("", "-wal", "-shm"):  # another file: a connection nobody has let go of yet does not see it
            (self.home / f"{self.live}.db{tail}").unlink(missing_ok=True)
        shutil.copy(self.home / f"{name}.db", self.home / f"{self.live}.db")

    def _make(self, name, template):
        pg_admin(self.postgres_uri, f"DROP DATABASE IF EXISTS {name}")
        pg_admin(self.postgres_uri, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        self.made.add(name)

    def end(self):
        for name in self.made:
            pg_admin(self.postgres_uri, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class Office:
    """The server under test and the people at its desks."""

    def __init__(self, settings: Config, databases: Databases):
        self.settings, self.databases = settings, databases
        self.at = datetime.combine(BEGIN, datetime.min.time(), UTC) + timedelta(hours=1)
        self.app = create_app(settings)
        self.turn_clock(timedelta())

    def turn_clock(self, by):
        """Let time pass: the server's clock stands still between steps."""
        self.at += by
        clock.shift(timedelta())
        clock.shift(self.at - clock.now())

    def hang_up(self):
        """Close every connection, as the death of the process would."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def restart(self):
        """Drop the application and start another one on the same database and files."""
        self.hang_up()
        self.app = create_app(self.settings)

    def backup(self, name):
        self.hang_up()
        self.databases.copy(name)

    def put_back(self, name):
        self.hang_up()
        self.databases.put_back(name)

    def restore(self, name):
        """Restore a backup as an operator does: the database as it was then, counting in a new epoch."""
        self.put_back(name)
        with self.app.app_context():
            begin_write()
            feed.rotate_epoch(db.session())
            db.session.commit()
            db.session.remove()

    def work_off(self):
        """Do what the worker does between requests: give kept records to their visits."""
        with self.app.app_context():
            while jobs.run_chores(clock.now()):
                pass
            db.session.remove()

    def clear_files(self):
        for folder in (self.settings.media_dir, self.settings.var_dir / "uploads"):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.settings.var_dir / "media-of-scene", self.settings.media_dir, dirs_exist_ok=True)

    def caller(self, username):
        """Sign a person in; tokens run out as the clock is turned, so each action signs in anew."""
        client = self.app.test_client()
        answer = client.post("/v1/auth/token", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Caller(client, answer.json["access_token"], "")

    def rows(self, statement, **values):
        """Return rows of plain SQL, the way somebody beside the application would see them."""
        with self.app.app_context():
            found = db.session.execute(sa.text(statement), values).all()
            db.session.remove()
        return found


@dataclass
class Scene:
    """What the machine begins with each time: an office, its scheme, and the phones' stores to copy."""

    office: Office
    scheme_id: str
    crew_id: str
    stop_ids: dict
    person_ids: dict
    stores: dict
    last_on: date = make.DAY

    def reset(self):
        """Put everything back to the beginning."""
        self.office.at = datetime.combine(BEGIN, datetime.min.time(), UTC) + timedelta(hours=1)
        self.office.turn_clock(timedelta())
        self.office.put_back("scene")
        self.office.clear_files()

    def hands(self, folder):
        """Return each agent's phone on a fresh copy of its store."""
        for name, path in self.stores.items():
            shutil.copy(path, folder / f"{name}.db")
        return [
            Hand(self.office, name, self.person_ids[name], folder / f"{name}.db", seed)
            for seed, name in enumerate(AGENTS, start=1)
        ]


def build(settings, databases, template):
    """Make the scene: everything through the API but the cases, whose import is another story."""
    databases.begin(template)
    office = Office(settings, databases)
    with office.app.app_context():
        db.session.scalars(sa.select(Person).where(Person.username == "an")).one().role_names = ["admin", "agent"]
        for agent in db.session.scalars(sa.select(Person).where(Person.username.in_(AGENTS))):
            agent.qualified_until = make.DAY + timedelta(days=60)
        bank = db.session.scalars(sa.select(Creditor).order_by(Creditor.id)).first().id
        cases = [make.case(bank, number) for number in range(2)]
        people = {name: str(make.person_id(name)) for name in AGENTS}
        db.session.commit()
        zhou, sun, guo = (office.caller(name) for name in ("zhou", "sun", "guo"))
        compiled = make.compiled(zhou, make.accepted_list(cases))
        planned = make.planned(zhou, compiled["id"], iterations=1)
        make.submitted(zhou, compiled["id"])
        signed = make.signed(guo, make.reviewed(sun, compiled["id"]))
        answer = zhou.post(f"/v1/schemes/{signed['id']}/dispatch")
        assert answer.status_code == 200, answer.text
        db.session.remove()
    stores = {name: settings.var_dir / f"scene-{name}.db" for name in AGENTS}
    for seed, (name, path) in enumerate(stores.items(), start=1):
        issued = zhou.post("/v1/devices/codes", json={"person_id": people[name]})
        assert issued.status_code == 201, issued.text
        code = issued.json["code"]
        enrol(Hand(office, name, people[name], path, seed), code)
    shutil.copytree(settings.media_dir, settings.var_dir / "media-of-scene")
    office.backup("scene")
    stops = {stop["id"]: stop["case_id"] for stop in planned["stops"]}
    return Scene(office, signed["id"], signed["crews"][0]["id"], stops, people, stores)


def reassign(scene, members):
    """Put other people on the crew, have it planned, signed off and dispatched; return the answer of the dispatch."""
    office = scene.office
    zhou, guo = office.caller("zhou"), office.caller("guo")
    with office.app.app_context():
        scheme = zhou.get(f"/v1/schemes/{scene.scheme_id}").json
        crew = make.crew(members=members, id=scene.crew_id)
        changed = make.patched(zhou, scheme, crews=[crew])
        assert changed.status_code == 200, changed.text
        planned = make.planned(zhou, scene.scheme_id, iterations=1)
        if planned["state"] == "changed":
            make.signed(guo, planned)
        db.session.remove()
    answer = zhou.post(f"/v1/schemes/{scene.scheme_id}/dispatch")
    assert answer.status_code == 200, answer.text
    return answer.json
