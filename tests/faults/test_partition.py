"""A network that parts in the middle of a push: silence both ways, for longer than any phone waits, then it heals.

Half an hour is played as a phone's patience: its time-outs are shortened, the number of its attempts is not.
"""

import random
import threading
import time
from contextlib import suppress

import pytest

from bench.faults.judge import judge
from bench.faults.phones import issue_codes
from server import clock
from server.simulation.cutter import CLEAR, Cutter, Weather
from sync.phone import transport
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import HttpTransport, Line, NoNetwork
from sync.phone.visit import Photo, arrive

PATIENCE_S, PARTED = 0.4, Weather(is_parted=True)


class Carrier:
    """A phone and the line it calls through."""

    def __init__(self, path, url, code):
        self.rng = random.Random(str(path.name))
        self.store = Store(path)
        senses = Senses(clock.now, lambda: time.monotonic_ns() // 10**6, self.rng.randbytes, path.name)
        line = Line(HttpTransport(url), sleep=lambda _s: None, jitter=self.rng.random)
        self.client = Client(self.store, line, senses)
        self.client.enrol(code, label=path.stem, app_version="0.1.0")
        self.outbox = Outbox(self.store, senses)

    def work(self, visits):
        new_id = self.outbox.senses.new_id
        for _ in range(visits):
            visit = arrive(
                self.outbox, stop_id=new_id(), case_id=new_id(), agents=[self.outbox.device], fix=None, plan_version=1
            )
            visit.photograph([Photo(self.rng.randbytes(20_000), "door", self.outbox.senses.now())])
            visit.outcome(self.rng.randint(1, 14), note="家中无人", form=None)
            visit.leave(None)

    def hand_in(self):
        for _ in range(20):
            with suppress(NoNetwork):
                if self.client.sync().unsent == 0:
                    return 0
        return self.store.unsent()


def part_when(line, is_time):
    """Part the network as soon as the line has seen enough."""

    def watch():
        while not is_time():
            time.sleep(0.001)
        line.weather = PARTED

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    return watcher


@pytest.mark.parametrize("moment", ["request", "answer", "file"])
def test_loses_and_doubles_nothing(app, live_server, tmp_path, monkeypatch, moment):
    codes = issue_codes(app, count=2)
    near = Carrier(tmp_path / "phone-near.db", live_server.url, codes[1])
    slow = Weather(delay_s=0.02, bytes_per_s=100_000)
    with Cutter(live_server.port, weather=CLEAR, rng=random.Random(7)) as line:
        far = Carrier(tmp_path / "phone-far.db", line.url, codes[0])
        far.work(6)
        if moment == "file":
            far.client.push()
        answers, passed = line.counts["answers"], line.counts["bytes"]
        line.weather = slow
        watcher = part_when(line, lambda: (
            line.counts["answers"] > answers if moment == "answer" else line.counts["bytes"] > passed + 1
        ))  # fmt: skip
        monkeypatch.setattr(transport, "_TIMEOUT_S", (PATIENCE_S, PATIENCE_S))
        with pytest.raises(NoNetwork):
            far.client.sync_files() if moment == "file" else far.client.push()
        watcher.join()
        assert far.store.unsent() > 0
        far.work(2)  # nobody told the agent
        near.work(2)
        assert near.hand_in() == 0  # the server waits for nobody
        line.weather = CLEAR
        monkeypatch.undo()
        assert far.hand_in() == 0
    for one in (far, near):
        one.store.close()
    verdict = judge(app, sorted(tmp_path.glob("phone-*.db")))
    assert verdict.is_clean, verdict
    assert verdict.written == verdict.stored == verdict.acknowledged
    assert verdict.files == 10
