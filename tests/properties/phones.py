"""A phone in somebody's hand over a line that the test breaks: request lost, answer lost, request doubled."""

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

from server import clock
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Answer, Line, NoNetwork


@dataclass
class Faults:
    """The application reached without a socket. `plan` says what becomes of the next requests, in order."""

    hand: "Hand"
    plan: list = field(default_factory=list)
    sent: list = field(default_factory=list)

    def send(self, method, path, *, headers, body):
        fate = self.plan.pop(0) if self.plan else ""
        if fate == "request lost":
            raise NoNetwork(fate)
        answer = self.deliver(method, path, headers, body)
        if fate == "twice":
            answer = self.deliver(method, path, headers, body)
        if fate == "answer lost":
            raise NoNetwork(fate)
        return answer

    def deliver(self, method, path, headers, body):
        """Bring one request to the server, now; every answer is heard by the judge."""
        path = path.replace("&sv=4", f"&sv={self.hand.sv}")
        self.sent.append((method, path, dict(headers), body))
        got = self.hand.office.app.test_client().open(path, method=method, headers=dict(headers), data=body)
        answer = Answer(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.data)
        self.hand.heard(method, path, body, answer)
        return answer


class Hand:
    """A phone: its store in a file, its clock with its error, its app's schema version."""

    def __init__(self, office, name, person_id, path, seed):
        self.office, self.name, self.person_id, self.path = office, name, person_id, path
        self.skew, self.sv, self.boots = timedelta(), 4, 0
        self.listeners = []
        self._random = random.Random(seed)
        self.line = Faults(self)
        self.open()

    def open(self):
        """Switch the phone on: a new boot session on the store as it lies in the file."""
        self.boots += 1
        self.store = Store(self.path)
        self.senses = Senses(
            now=lambda: clock.now() + self.skew,
            mono_ms=lambda: int(self.office.at.timestamp() * 1000) % 10**9,
            random=self._random.randbytes,
            boot=f"{self.name}-{self.boots}",
        )
        line = Line(self.line, sleep=lambda _: None, jitter=lambda: 0.5, tries=2)
        self.client = Client(self.store, line, self.senses)

    def kill(self):
        """End the phone between two statements and start it again."""
        self.store.close()
        self.open()

    def install(self, sv):
        """Install an app that speaks another schema version: it pulls again from zero, as documents are cast for it."""
        if sv != self.sv:
            self.sv = sv
            with self.store.together():
                self.store.forget_documents()

    def kept(self, query):
        """Return rows of the phone's own store, read beside the phone."""
        with closing(sqlite3.connect(self.path)) as store:
            return store.execute(query).fetchall()

    def heard(self, method, path, body, answer):
        for listener in self.listeners:
            listener(self, method, path, body, answer)

    @property
    def outbox(self):
        return Outbox(self.store, self.senses)

    @property
    def device(self):
        return self.store.get("device")

    @property
    def auth(self):
        return {"Authorization": f"Bearer {self.store.get('token')}"}


def enrol(hand, code):
    """Enrol a new phone and switch it off, so that its store is one file."""
    hand.client.enrol(code, label=hand.name, app_version="0.1.0")
    hand.store.close()
