"""The wire figures: the first sync of a week of forty stops, a day of fifteen visits whose photos wait for Wi-Fi."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from datetime import time as hour
from pathlib import Path
from random import Random

from bench import installation, week, wire
from bench.report import Report
from bench.shifted import OFFSET
from bench.week import STOPS, Week
from bench.wire import CountingTransport, Trip
from server import clock
from server.clock import SHANGHAI
from server.demo import doors
from server.demo.doors import Door
from server.demo.phones import Phone, PlayedClock
from sync.phone.client import Client
from sync.phone.transport import Line

VISITS, EACH = 15, timedelta(minutes=30)
MORNING, EVENING = hour(8, 50), hour(18, 40)


def tell_wire(report: Report, folder: Path) -> None:
    """Measure and give the figures of the wire."""
    with installation.settings():
        planned = week.prepare(folder / "week", phones=2)
        at_once, after_each = (_Bag(folder, planned, number) for number in range(2))
        with _served(planned, clock.now()) as url:
            first = at_once.begin(url)
            after_each.begin(url)
            report.tell("week_papers_kb", wire.kb(at_once.fetch_papers(url)))
        report.tell("week_first_sync_kb", wire.kb(first) * STOPS / len(at_once.phone.stops()))
        report.tell("week_first_sync_round_trips", len(first))
        evening = datetime.combine(planned.days[0], EVENING, SHANGHAI)
        with _served(planned, evening) as url:
            day = at_once.work(url, is_synced_after_each=False)
            report.tell("day_wire_kb", wire.kb(day))
            report.tell("day_records", at_once.phone.store.acked_seq())
            report.tell("day_push_up_kb", sum(trip.up for trip in day if trip.path.endswith("push")) / 1000)
            report.tell("day_push_down_kb", sum(trip.down for trip in day if trip.path.endswith("push")) / 1000)
            if report.quick:
                report.skip("day_wire_each_kb", "in full runs only")
            else:
                report.tell("day_wire_each_kb", wire.kb(after_each.work(url, is_synced_after_each=True)))


class _Bag:
    """One phone of the crew's lead and its way to the server."""

    def __init__(self, folder: Path, planned: Week, number: int) -> None:
        self._path, self._code, self._days = folder / f"phone-{number}.db", planned.codes[number], planned.days
        self._rng = Random(number)  # noqa: S311  # a story, not a secret

    def begin(self, url: str) -> list[Trip]:
        """Enrol and sync for the first time; return the calls of that sync."""
        self.phone = Phone(self._path, url, clock=PlayedClock(clock.now()), rng=self._rng, label="bench")
        self.phone.enrol(self._code)
        return self._sync(url)

    def fetch_papers(self, url: str) -> list[Trip]:
        """Do what waits for Wi-Fi before the day begins; return the calls."""
        return self._sync(url, is_on_wifi=True)

    def work(self, url: str, *, is_synced_after_each: bool) -> list[Trip]:
        """Play the day's visits; sync after each, or once in the evening; return the calls."""
        at, trips = datetime.combine(self._days[0], MORNING, SHANGHAI), list[Trip]()
        self.phone.clock.forward_to(at)
        for number, stop in enumerate(self.phone.stops()[:VISITS]):
            planned = dict(stop) | {"arrive_at": (at + number * EACH).isoformat()}
            doors.play(Door(self.phone, planned, doors.CYCLE[number % len(doors.CYCLE)]))
            if is_synced_after_each:
                trips += self._sync(url)
        return trips if is_synced_after_each else self._sync(url)

    def _sync(self, url: str, *, is_on_wifi: bool = False) -> list[Trip]:
        with wire.relay(url) as relay:
            transport = CountingTransport(relay)
            line = Line(transport, sleep=time.sleep, jitter=self._rng.random)
            client = Client(self.phone.store, line, self.phone.client.senses)
            if is_on_wifi:
                client.sync_files()
            else:
                client.sync_records()
            transport.close()
            return transport.trips


@contextmanager
def _served(planned: Week, at: datetime) -> Iterator[str]:
    """Serve the week as if it were this moment."""
    offset_s = int((at - clock.now()).total_seconds())
    env = {"DOORSTEP_VAR": str(planned.folder), OFFSET: str(offset_s)}
    with installation.gunicorn("bench.shifted:create_shifted()", env=env) as server:
        yield server.url
