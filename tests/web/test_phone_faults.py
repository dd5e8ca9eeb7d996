"""Random kills, cuts and lost replies under a phone at work: nothing is lost and nothing is doubled.

A short set in every run; `make soak` plays 500 (DOORSTEP_SOAK=1) and prints what it counted.
"""

import json
import os
import random
import sys
import time
from collections import Counter

from sqlalchemy import select

from bench.faults.phones import issue_codes
from server.db import db
from server.simulation.cutter import CLEAR, Cutter, Weather
from server.visits.models import Record
from tests.web.phone_browser import BrowserPhone, stored

IS_LONG = os.environ.get("DOORSTEP_SOAK") == "1"
RUNS, SEED, COMPARE_EVERY = (500 if IS_LONG else 10), 20261126, 50
SIDE_PX = 200
LONG_KILL_S, SHORT_KILL_S = 0.6, 0.25


class Bad:
    """The bad luck of one phone; `counts` says what happened to it."""

    def __init__(self, phone, line, live_server, rng):
        self.phone, self.line, self.live_server, self.rng = phone, line, live_server, rng
        self.counts = Counter()

    def lost_reply(self, n):
        self.line.weather = Weather(lose_every=self.rng.randint(2, 4))
        self.phone.js(f"await whole({n}, 1, {SIDE_PX}); await doorstep.sync.now()")

    def cut(self, n):
        self.line.weather = Weather(cut=0.5, first_byte=200, last_byte=20_000)
        self.phone.js(f"await whole({n}, 1, {SIDE_PX}); await doorstep.sync.now()")

    def killed_while_sending(self, n):
        self.line.weather = Weather(bytes_per_s=60_000)
        self.phone.js(f"await whole({n}, 2, {SIDE_PX}); void doorstep.sync.now()")
        self._kill(LONG_KILL_S)

    def killed_while_writing(self, n):
        self.phone.js(f"void whole({n}, 1, {SIDE_PX})")
        self._kill(SHORT_KILL_S)

    def left_the_page(self, n):
        self.phone.js(f"await whole({n}, 1, {SIDE_PX}); void doorstep.sync.now(); void whole({n + 400}, 1, {SIDE_PX})")
        self.phone.page.call("Page.reload")
        time.sleep(self.rng.random() * SHORT_KILL_S)
        self.phone.load().unlock()

    def server_killed(self, n):
        self.phone.js(f"await whole({n}, 1, {SIDE_PX}); void doorstep.sync.now()")
        self.live_server.kill_a_worker()

    def strike(self, n):
        """Let the phone do visit n, and one thing go wrong."""
        fault = self.rng.choice(
            ["lost_reply", "cut", "killed_while_sending", "killed_while_writing", "left_the_page", "server_killed"]
        )
        self.counts[fault] += 1
        getattr(self, fault)(n)
        self.line.weather = CLEAR

    def settle(self):
        """Finish what a kill left as a draft, then send everything."""
        self.phone.js(
            "for (const row of await doorstep.store.draft.toArray()) await whole(Number(row.stop.slice(-3)), 1, 200);"
        )
        self.phone.sync_until_sent()

    def _kill(self, most_s):
        time.sleep(self.rng.random() * most_s)
        self.phone.kill()
        self.phone.start().unlock()


def departures(app):
    """Return how often each visited stop was left, by the records the server holds."""
    with app.app_context():
        rows = db.session.scalars(select(Record).where(Record.type == "check_out"))
        visits = Counter(str(row.subject) for row in rows)
        db.session.remove()
    return visits


def test_random_faults_lose_and_double_nothing(app, live_server, tmp_path, capsys):
    rng = random.Random(SEED)
    with Cutter(live_server.port, weather=CLEAR, rng=rng) as line:
        phone = BrowserPhone(line.url, tmp_path / "profile").start()
        try:
            phone.enrol(issue_codes(app, count=1)[0])
            bad = Bad(phone, line, live_server, rng)
            for run in range(1, RUNS + 1):
                bad.strike(run % 400 or 400)
                if run % COMPARE_EVERY == 0 or run == RUNS:
                    bad.settle()
                    (records, files), (ours, our_files) = (
                        phone.written(),
                        stored(app, phone.js("return await doorstep.store.get('device')")),
                    )
                    assert (ours, our_files) == (records, files), f"run {run}, seed {SEED}"
                    assert set(departures(app).values()) == {1}
                    told = {
                        "runs": run,
                        **bad.counts,
                        "connections_cut": line.counts["cut"],
                        "records": len(records),
                        "files": len(files),
                    }
                    with capsys.disabled():
                        sys.stdout.write(json.dumps(told | {"lost": 0, "doubled": 0}) + "\n")
        finally:
            phone.kill()
