"""A day of visits and photos over a second-generation line: does everything arrive, and how much is sent twice?

The line is played faster than it is, pauses and bytes alike, which leaves the shares as they are.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import requests

from server import clock
from server.simulation.cutter import SECOND_GENERATION, Cutter
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Answer, HttpTransport, Line, NoNetwork
from sync.phone.visit import Photo, arrive

ROUNDS = 200
SUCCESS_BELOW = 300


@dataclass(slots=True)
class Counted:
    """A transport that counts the bytes it was given to send, and those that were answered with success."""

    inner: HttpTransport
    sent: int = 0
    arrived: int = 0

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request. Raises NoNetwork."""
        self.sent += len(body)
        answer = self.inner.send(method, path, headers=headers, body=body)
        self.arrived += len(body) if answer.status < SUCCESS_BELOW else 0
        return answer


@dataclass(slots=True)
class SlowDay:
    """What a day cost: the part of the bytes that was sent again, connections cut, and what never arrived."""

    resent: float
    cuts: int
    unsent: int
    lasted_s: float
    store: Path = field(default_factory=Path)


def play(  # a day is its numbers
    port: int, code: str, *, path: Path, visits: int, photos: int, photo_bytes: int, faster: float, seed: int
) -> SlowDay:
    """Write a day on one phone, then hand it in through the line to the server on this port."""
    rng = Random(seed)
    weather = replace(
        SECOND_GENERATION,
        delay_s=SECOND_GENERATION.delay_s / faster,
        bytes_per_s=(SECOND_GENERATION.bytes_per_s or 0.0) * faster,
    )
    store, session = Store(path), requests.Session()
    session.headers["Connection"] = "close"  # each request its own connection, and its own chance to be cut
    with Cutter(port, weather=weather, rng=Random(f"weather {seed}")) as line:
        counted = Counted(HttpTransport(line.url, session))
        senses = Senses(clock.now, lambda: time.monotonic_ns() // 10**6, rng.randbytes, "slow")
        client = Client(store, Line(counted, sleep=lambda s: time.sleep(s / faster), jitter=rng.random), senses)
        client.enrol(code, label="slow", app_version="0.1.0")
        write_day(Outbox(store, senses), rng, visits=visits, photos=photos, photo_bytes=photo_bytes)
        began_s = time.monotonic()
        for _ in range(ROUNDS):
            with suppress(NoNetwork):
                if client.sync().unsent == 0:
                    break
        day = SlowDay(
            counted.sent / max(1, counted.arrived) - 1, line.counts["cut"], store.unsent(),
            time.monotonic() - began_s, path,
        )  # fmt: skip
    store.close()
    return day


def write_day(outbox: Outbox, rng: Random, *, visits: int, photos: int, photo_bytes: int) -> None:
    """Write so many visits, and photos spread over them, into a phone's store."""
    new_id = outbox.senses.new_id
    for number in range(visits):
        visit = arrive(outbox, stop_id=new_id(), case_id=new_id(), agents=[outbox.device], fix=None, plan_version=1)
        visit.outcome(number % 14 + 1, note="本人称暂时没有还款能力", form=None)
        mine = photos // visits + (number < photos % visits)
        if mine:
            visit.photograph([Photo(rng.randbytes(photo_bytes), "door", outbox.senses.now()) for _ in range(mine)])
        visit.leave(None)
