"""The demo's phones: the reference client of `sync.phone` with a played clock, played randomness and a real store."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from server.demo.pictures import door_photo
from sync.phone.client import Client, SyncReport
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import HttpTransport, Line
from sync.phone.visit import Fix

E6 = 1_000_000
TRIES = 5


@dataclass
class PlayedClock:
    """A wall clock that only moves when told; `error` is how far the phone's clock is off."""

    at: datetime
    error: timedelta = timedelta()

    def now(self) -> datetime:
        """Return what the phone's clock shows."""
        return self.at + self.error

    def mono_ms(self) -> int:
        """Return milliseconds that never jump, whatever the wall clock does."""
        return int(self.at.timestamp() * 1000) % 86_400_000

    def forward(self, **by: float) -> None:
        """Let time pass: `seconds=`, `minutes=`."""
        self.at += timedelta(**by)

    def forward_to(self, at: datetime) -> None:
        """Let time pass until a moment, if it is still to come."""
        self.at = max(self.at, at)


class Phone:
    """One agent's phone. `reboot()` is what a dead battery does: everything but the store is gone."""

    def __init__(self, path: Path, url: str, *, clock: PlayedClock, rng: Random, label: str) -> None:
        self.path, self.url, self.clock, self.rng, self.label = path, url, clock, rng, label
        self.wake()

    def reboot(self) -> None:
        """Start the phone again from its store, with a new boot session."""
        self.store.close()
        self.wake()

    def open_store(self) -> Store:
        """Open what this phone keeps."""
        return Store(self.path)

    def line(self) -> Line:
        """Return the way to the server."""
        return Line(HttpTransport(self.url), sleep=time.sleep, jitter=self.rng.random, tries=TRIES)

    def picture(self, *, shows: str, taken_at: datetime) -> bytes:
        """Return what the camera sees."""
        return door_photo(self.rng, shows=shows, taken_at=taken_at)

    def wake(self) -> None:
        """Begin a boot session from the store."""
        self.store = self.open_store()
        senses = Senses(
            now=self.clock.now,
            mono_ms=self.clock.mono_ms,
            random=self.rng.randbytes,
            boot=f"boot-{self.rng.randbytes(4).hex()}",
        )
        self.outbox = Outbox(self.store, senses) if self.store.get("device") else None
        self.client = Client(self.store, self.line(), senses)

    def enrol(self, code: str) -> str:
        """Enrol with a one-time code; return the device id."""
        device_id = self.client.enrol(code, label=self.label, app_version="demo/0.1.0")
        self.reboot()
        return device_id

    def records(self) -> Outbox:
        """Return where records are written. Raises ValueError before enrolment."""
        if self.outbox is None:
            raise ValueError("the phone is not enrolled")
        return self.outbox

    def sync(self) -> SyncReport:
        """Do one round with the server."""
        return self.client.sync()

    def stops(self) -> list[Mapping[str, Any]]:
        """Return the visits on this phone in the order of the plan."""
        return sorted(self.store.documents("stops").values(), key=lambda stop: (stop["day"], stop["seq"]))

    def card(self, stop: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the card of a visit."""
        return self.store.documents("cards")[stop["id"]]

    def papers(self, stop: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the papers to hand over at a visit."""
        known = self.store.documents("papers")
        return [known[one] for one in stop["papers"] if one in known]

    def form(self) -> Mapping[str, Any]:
        """Return the newest visit form on this phone."""
        return max(self.store.documents("forms").values(), key=lambda form: str(form["version"]))

    def fix(self, place: Mapping[str, Any] | None) -> Fix:
        """Return a measured position a few metres from a place."""
        lon, lat = (place["lon"], place["lat"]) if place else (114.05, 22.54)
        return Fix(
            lon_e6=round(lon * E6) + self.rng.randrange(-90, 90),
            lat_e6=round(lat * E6) + self.rng.randrange(-90, 90),
            accuracy_m=self.rng.randrange(5, 25),
            fixed_at=self.clock.now(),
        )
