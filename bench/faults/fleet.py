"""A fleet of reference phones that write and sync while everything around them is killed and cut.

A phone believes nothing but signed acknowledgements, so at the end its own store says what the server promised; what
the server then holds is counted against it.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import requests

from server import clock
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Answer, HttpTransport, Line, NoNetwork
from sync.phone.visit import Photo, arrive, on_plan

MOST_NAP_S = 0.3
HEAL_ROUNDS = 200
PHOTO_BYTES = (1_000, 60_000)
SERVER_FAULT = 500


class NeverHealed(RuntimeError):
    """With line and server whole again, a phone could not hand in what it held."""


@dataclass(slots=True)
class Heard:
    """A transport that counts the answers of server faults beside what it passes on."""

    inner: HttpTransport
    faults: list[str] = field(default_factory=list)

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request. Raises NoNetwork."""
        answer = self.inner.send(method, path, headers=headers, body=body)
        if answer.status >= SERVER_FAULT:
            self.faults.append(f"{method} {path}: {answer.status} {answer.body[:200]!r}")
        return answer


@dataclass(slots=True)
class Hand:
    """One phone in somebody's hand: its one-time code, the address it calls, the file of its store."""

    code: str
    url: str
    path: Path
    rng: Random
    is_healing: threading.Event
    faults: list[str] = field(default_factory=list)
    trouble: BaseException | None = None

    def live(self) -> None:
        """Write and sync until the time to heal, then sync until nothing waits. Faults are kept, not raised."""
        store = Store(self.path)
        try:
            self._live(store)
        except BaseException as trouble:  # noqa: BLE001  # the thread ends with it; judge() raises it
            self.trouble = trouble
        finally:
            store.close()

    def _live(self, store: Store) -> None:
        senses = Senses(
            now=clock.now, mono_ms=lambda: time.monotonic_ns() // 10**6, random=self.rng.randbytes, boot=self.code
        )
        heard = Heard(HttpTransport(self.url, _reconnecting()), self.faults)
        line = Line(heard, sleep=lambda s: time.sleep(min(s, MOST_NAP_S)), jitter=self.rng.random, tries=3)
        client = Client(store, line, senses)
        self._enrol(client)
        outbox = Outbox(store, senses)
        while not self.is_healing.is_set():
            self._write(outbox)
            with suppress(NoNetwork):
                client.push()
                client.pull("acks")
                client.upload()
                if self.rng.random() < 0.2:  # noqa: PLR2004
                    client.head()
        for _ in range(HEAL_ROUNDS):
            with suppress(NoNetwork):
                if client.sync().unsent == 0:
                    return
            time.sleep(MOST_NAP_S)
        raise NeverHealed(f"{store.unsent()} unsent")

    def _enrol(self, client: Client) -> None:
        for _ in range(HEAL_ROUNDS):
            with suppress(NoNetwork):
                client.enrol(self.code, label=self.path.stem, app_version="0.1.0")
                return
        raise NeverHealed("not enrolled")

    def _write(self, outbox: Outbox) -> None:
        """Write a visit of a few records; one in three has a photo."""
        on_plan(outbox, "started", plan_version=1)
        new_id = outbox.senses.new_id
        visit = arrive(outbox, stop_id=new_id(), case_id=new_id(), agents=[outbox.device], fix=None, plan_version=1)
        visit.outcome(self.rng.randint(1, 14), note="家中无人" * self.rng.randint(0, 40), form=None)
        if self.rng.random() < 1 / 3:
            content = self.rng.randbytes(self.rng.randint(*PHOTO_BYTES))
            visit.photograph([Photo(content, "door", outbox.senses.now())])
        visit.leave(None)


def _reconnecting() -> requests.Session:
    """Return a session that connects anew for each request, as a phone that moves does."""
    session = requests.Session()
    session.headers["Connection"] = "close"
    return session


@dataclass(slots=True)
class Fleet:
    """Phones that live in threads of their own, each with its store in a folder."""

    hands: Sequence[Hand]
    is_healing: threading.Event
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Let them begin."""
        self.threads = [threading.Thread(target=hand.live, daemon=True) for hand in self.hands]
        for thread in self.threads:
            thread.start()

    def heal(self) -> None:
        """Let them write no more and wait until each handed in all it holds. Raises what any of them met."""
        self.is_healing.set()
        for thread in self.threads:
            thread.join()
        for hand in self.hands:
            if hand.trouble is not None:
                raise hand.trouble

    @property
    def faults(self) -> list[str]:
        """Return every answer of 500 or above that any phone got."""
        return [fault for hand in self.hands for fault in hand.faults]


def fleet(codes: Sequence[str], *, url: str, folder: Path, seed: int) -> Fleet:
    """Return a fleet, one phone for each one-time code."""
    is_healing = threading.Event()
    hands = [
        Hand(code, url, folder / f"phone-{number}.db", Random(f"{seed} {number}"), is_healing)
        for number, code in enumerate(codes)
    ]
    return Fleet(hands, is_healing)
