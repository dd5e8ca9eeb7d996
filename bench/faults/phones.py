"""Enrolling phones in this process, by the same functions the API calls."""

import random
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select

from server import clock, feed
from server.accounts.models import Person
from server.db import begin_write, db
from server.devices import enrol
from sync.chain import Head, start
from sync.signature import Alg, SigningKey, signing_key


@dataclass(slots=True)
class Phone:
    """An enrolled phone: its token, its key, the end of its chain."""

    device: str
    token: str
    key: SigningKey
    head: Head


def add_people(app: Flask) -> None:
    """Add the supervisor Zhou and the agent Fang to a new installation."""
    with app.app_context():
        begin_write()
        for username, role in (("zhou", "supervisor"), ("fang", "agent")):
            person = Person(id=clock.new_id(), username=username, name=username, staff_no=username.upper())
            person.role_names, person.password_hash = [role], "none"
            db.session.add(person)
        db.session.commit()
        db.session.remove()


def enrol_phones(app: Flask, *, count: int, seed: int) -> list[Phone]:
    """Enrol so many phones of the agent Fang."""
    rng = random.Random(seed)
    return [_enrol(app, code, secret=rng.randbytes(32)) for code in issue_codes(app, count=count)]


def issue_codes(app: Flask, *, count: int) -> list[str]:
    """Return one-time codes for phones of the agent Fang, issued by the supervisor Zhou; begins the first epoch."""
    with app.app_context():
        begin_write()
        if feed.epoch(db.session()) is None:
            feed.begin_epoch(db.session())
        fang, zhou = (
            db.session.scalars(select(Person).where(Person.username == who)).one() for who in ("fang", "zhou")
        )
        codes = [enrol.issue_code(for_id=fang.id, issuer=zhou, at=clock.now())[0] for _ in range(count)]
        db.session.commit()
        return codes


def _person(username: str) -> Person:
    return db.session.scalars(select(Person).where(Person.username == username)).one()


def _enrol(app: Flask, code: str, *, secret: bytes) -> Phone:
    key = signing_key(Alg.ED25519, secret)
    told = {"code": code, "alg": "Ed25519", "public_key": key.public().jwk(), "label": "", "app_version": "0.1.0"}
    with app.app_context():
        begin_write()
        device, token = enrol.enrol(told, at=clock.now())
        device_id = str(device.id)
        db.session.commit()
    return Phone(device_id, token, key, start(device_id))
