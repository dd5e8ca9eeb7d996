"""Phones of the cast: the reference client talking to the real application, with clocks and randomness of the test."""

import json
import random
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from server import clock
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Answer, Line, NoNetwork
from sync.signature import Alg


@dataclass
class WsgiTransport:
    """The application reached without a socket; `cut` says before or after which request the line breaks."""

    client: object
    lose_request: list = field(default_factory=list)
    lose_answer: list = field(default_factory=list)
    log: list = field(default_factory=list)

    def send(self, method, path, *, headers, body):
        self.log.append((method, path))
        if self.lose_request and self.lose_request.pop(0):
            raise NoNetwork("request lost")
        got = self.client.open(path, method=method, headers=dict(headers), data=body)
        answer = Answer(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.data)
        if self.lose_answer and self.lose_answer.pop(0):
            raise NoNetwork("answer lost")
        return answer


@dataclass
class Phone:
    """A phone in somebody's hand."""

    client: Client
    store: Store
    senses: Senses
    transport: WsgiTransport
    person_id: str
    ticks: list

    @property
    def outbox(self):
        return Outbox(self.store, self.senses)

    @property
    def device(self):
        return self.store.get("device")

    @property
    def auth(self):
        return {"Authorization": f"Bearer {self.store.get('token')}"}

    def api(self, method, path, **kwargs):
        headers = self.auth | kwargs.pop("headers", {})
        return self.transport.client.open(path, method=method, headers=headers, **kwargs)

    def push(self, rows, coll="records", **headers):
        body = json.dumps(rows)  # ASCII only, so that half a surrogate pair can travel as an escape
        return self.api("POST", f"/v1/sync/{coll}/push", data=body, content_type="application/json", headers=headers)

    def rows(self, n=1):
        """Write n records and return them as rows of a push."""
        made = [self.outbox.write("plan_event", {"event": "started", "n": i}) for i in range(n)]
        return [{"newDocumentState": record.document()} for record in made]


@pytest.fixture
def new_phone(app, as_zhou, request):
    """Enrol a phone for a member of the cast and return it."""
    count = iter(range(1, 100))

    def make(caller, *, alg=Alg.ED25519, path=":memory:"):
        number = next(count)
        rng = random.Random(number)
        ticks = [clock.now()]

        def now():
            ticks[0] += timedelta(milliseconds=250)
            return ticks[0]

        senses = Senses(
            now=now,
            mono_ms=lambda: int(ticks[0].timestamp() * 1000) % 10**9,
            random=rng.randbytes,
            boot=f"boot-{number}",
        )
        transport = WsgiTransport(app.test_client())
        line = Line(transport, sleep=lambda _: None, jitter=lambda: 0.5)
        store = Store(path)
        request.addfinalizer(store.close)
        code = as_zhou.post("/v1/devices/codes", json={"person_id": caller.person_id}).json["code"]
        client = Client(store, line, senses)
        client.enrol(code, label=f"phone {number}", app_version="0.1.0", alg=alg)
        return Phone(client, store, senses, transport, caller.person_id, ticks)

    return make


@pytest.fixture
def phone(new_phone, as_fang):
    """Fang's phone."""
    return new_phone(as_fang)
