"""Random kills, cuts and lost replies under a phone at work: nothing is lost and nothing is doubled.

A short set in every run; `make soak` plays 500 (DOORSTEP_SOAK=1) and prints what it counted. Chromium itself comes
back from a kill in some hundred with an empty IndexedDB (`emptied` in the counts): then the phone enrols anew, and what
it had saved must come home from its spare copies.
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

    def __init__(self, phone, line, live_server, rng, new_code):
        self.phone, self.line, self.live_server, self.rng, self.new_code = phone, line, live_server, rng, new_code
        self.counts = Counter()
        self.saved, self.devices = set(), []

    def lost_reply(self, n):
        self.line.weather = Weather(lose_every=self.rng.randint(2, 4))
        self._visit(n)
        self.phone.js("await doorstep.sync.now()")

    def cut(self, n):
        self.line.weather = Weather(cut=0.5, first_byte=200, last_byte=20_000)
        self._visit(n)
        self.phone.js("await doorstep.sync.now()")

    def killed_while_sending(self, n):
        self.line.weather = Weather(bytes_per_s=60_000)
        self._visit(n, photos=2)
        self.phone.js("void doorstep.sync.now()")
        self._kill(LONG_KILL_S)

    def killed_while_writing(self, n):
        self.phone.js(f"void whole({n}, 1, {SIDE_PX})")
        self._kill(SHORT_KILL_S)

    def left_the_page(self, n):
        self._visit(n)
        self.phone.js(f"void doorstep.sync.now(); void whole({n + 400}, 1, {SIDE_PX})")
        self.phone.page.call("Page.reload")
        time.sleep(self.rng.random() * SHORT_KILL_S)
        self.phone.load().unlock()

    def server_killed(self, n):
        self._visit(n)
        self.phone.js("void doorstep.sync.now()")
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
        self.phone.js("await doorstep.sync.now()")
        assert self.phone.js("return await doorstep.spare.orphans()") == []

    def enrol(self):
        self.phone.enrol(self.new_code())
        self.devices.append(self.phone.js("return await doorstep.store.get('device')"))

    def _visit(self, n, photos=1):
        """Do visit n to its end, and its spare copy: from here on it must come home, whatever happens."""
        visit = f"return (await doorstep.store.note.get('visited/' + stopOf({n}).id)).value.visit"
        self.saved.add(self.phone.js(f"await whole({n}, {photos}, {SIDE_PX}); await doorstep.spare.idle(); {visit}"))

    def _kill(self, most_s):
        time.sleep(self.rng.random() * most_s)
        self.phone.kill()
        self.phone.start()
        if self.phone.js("return doorstep.session.state.value") == "new":
            self.counts["emptied"] += 1
            self.enrol()
        else:
            self.phone.unlock()


def departures(app):
    """Return how often each visit was left, by the records the server holds."""
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
            bad = Bad(phone, line, live_server, rng, new_code=lambda: issue_codes(app, count=1)[0])
            bad.enrol()
            for run in range(1, RUNS + 1):
                bad.strike(run % 400 or 400)
                if run % COMPARE_EVERY == 0 or run == RUNS:
                    bad.settle()
                    (records, files), (ours, our_files) = phone.written(), stored(app, bad.devices[-1])
                    assert (ours, our_files) == (records, files), f"run {run}, seed {SEED}"
                    visits = departures(app)
                    assert set(visits.values()) == {1}
                    assert bad.saved <= set(visits), f"run {run}, seed {SEED}"
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
