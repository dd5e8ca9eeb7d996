"""The simulation's phones: the demo's, with a store that can die between any two writes and a witnessed line."""

import io
import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import requests
from PIL import Image

from server.demo.phones import Phone, PlayedClock
from server.simulation.ledger import Ledger, Wire
from server.simulation.plan import HASTE, AgentPlan
from sync.envelope import FileRef, Record
from sync.feed import Page
from sync.phone.client import SyncReport
from sync.phone.store import Store
from sync.phone.transport import HttpTransport, Line, NoNetwork

TRIES = 6
ROUNDS = 14
BETWEEN_ROUNDS_S = 0.8
_COMMENT_BYTES = 60_000
_PHOTO_BYTES = (8_000, 40_000)
_BIG_PHOTO_BYTES = (260_000, 700_000)
_BIG_SHARE = 0.06


class Killed(BaseException):  # not an Exception: nothing the phone does may outlive it
    """The phone's process is dead."""


class Fate:
    """Counts a phone's writes and requests down to its death; 0 means never."""

    def __init__(self, on_death: Callable[[], None]) -> None:
        """Take what happens in the moment of death."""
        self.writes, self.sends, self.deaths, self._on_death = 0, 0, 0, on_death

    def arm(self, *, writes: int = 0, sends: int = 0) -> None:
        """Let the phone die after so many writes or requests."""
        self.writes, self.sends = writes, sends

    def wrote(self) -> None:
        """Count a write. Raises Killed at the last one."""
        if self.writes:
            self.writes -= 1
            self._die_if(is_over=self.writes == 0)

    def sent(self) -> None:
        """Count the beginning or the end of a request. Raises Killed at the last one."""
        if self.sends:
            self.sends -= 1
            self._die_if(is_over=self.sends == 0)

    def _die_if(self, *, is_over: bool) -> None:
        if is_over:
            self.deaths += 1
            self._on_death()
            raise Killed


class MortalStore(Store):
    """A store whose phone may go dead right after any write, also in the middle of a transaction."""

    def __init__(self, path: Path, fate: Fate) -> None:
        """Open the store under a fate."""
        self._fate: Fate | None = None
        super().__init__(path)
        self._fate = fate

    def add_record(self, record: Record) -> None:
        """Keep a record, or die."""
        super().add_record(record)
        self._tick()

    def add_media(self, ref: FileRef, content: bytes) -> None:
        """Keep a file, or die."""
        super().add_media(ref, content)
        self._tick()

    def settle(self, record_id: str, *, digest: str, state: str, reason: str = "") -> None:
        """Settle a record, or die."""
        super().settle(record_id, digest=digest, state=state, reason=reason)
        self._tick()

    def take_page(self, coll: str, page: Page) -> None:
        """Keep a page, or die."""
        super().take_page(coll, page)
        self._tick()

    def _tick(self) -> None:
        if self._fate is not None:
            self._fate.wrote()


class FleetPhone(Phone):
    """One agent's phone. A thread that uses it calls `wake` first and `shut` last: a store belongs to one thread."""

    def __init__(self, path: Path, url: str, *, plan: AgentPlan, at: datetime, ledger: Ledger, label: str) -> None:
        """Take the file, the way to the server, the plan of its fate, the time it shows, and the witness."""
        self.plan, self.ledger, self.person_id, self.reboots = plan, ledger, "", 0
        self.fate = Fate(self._keep_image)
        self.nerves = Random(plan.seed ^ 1)  # noqa: S311  # jitter and chance, apart from what the records say
        self.visited: set[str] = set()
        self.session: requests.Session | None = None
        clock = PlayedClock(at, timedelta(days=plan.clock_error_days))
        rng = Random(plan.seed)  # noqa: S311  # a simulation, not a secret
        super().__init__(path, url, clock=clock, rng=rng, label=label)
        self.shut()

    def shut(self) -> None:
        """Close store and line."""
        self.store.close()
        if self.session is not None:
            self.session.close()

    def open_store(self) -> Store:
        """Open the store under this phone's fate."""
        return MortalStore(self.path, self.fate)

    def transport(self) -> Wire:
        """Return a witnessed transport of this boot session."""
        self.session = requests.Session()
        return Wire(HttpTransport(self.url, self.session), self.ledger, self._who, self.fate.sent)

    def line(self) -> Line:
        """Return the witnessed line, its waits shortened."""
        return Line(self.transport(), sleep=lambda s: time.sleep(s / HASTE), jitter=self.nerves.random, tries=TRIES)

    def picture(self, *, shows: str, taken_at: datetime) -> bytes:
        """Return a small true JPEG made large by comments, so that it goes up in several chunks now and then."""
        del shows, taken_at
        least, most = _BIG_PHOTO_BYTES if self.rng.random() < _BIG_SHARE else _PHOTO_BYTES
        out = io.BytesIO()
        Image.new("RGB", (64, 48), tuple(self.rng.randbytes(3))).save(out, "JPEG")
        padding = self.rng.randbytes(self.rng.randint(least, most))
        parts = [padding[at : at + _COMMENT_BYTES] for at in range(0, len(padding), _COMMENT_BYTES)]
        comments = b"".join(b"\xff\xfe" + (len(part) + 2).to_bytes(2, "big") + part for part in parts)
        content = out.getvalue()
        return content[:2] + comments + content[2:]

    def reboot(self) -> None:
        """Switch the phone off and on."""
        self.shut()
        self.wake()

    def revive(self) -> None:
        """Start a dead phone from what its storage held in the moment it died."""
        self.shut()
        for suffix in ("", "-wal"):
            image, live = self._image(suffix), Path(f"{self.path}{suffix}")
            live.unlink(missing_ok=True)
            if image.is_file():
                image.replace(live)
        Path(f"{self.path}-shm").unlink(missing_ok=True)
        self.reboots += 1
        self.wake()

    def sync_until_done(self, *, rounds: int = ROUNDS) -> SyncReport | None:
        """Sync until one whole round went through and nothing waits; None when the line never let it."""
        report: SyncReport | None = None
        for _ in range(rounds):
            try:
                report = self.sync()
                if report.unsent == 0:
                    return report
            except NoNetwork:
                self.ledger.count("rounds_broken_off")
                time.sleep((0.5 + self.nerves.random()) * BETWEEN_ROUNDS_S)
            except Killed:
                self.ledger.count("killed_while_syncing")
                self.revive()
        return report if report is not None and report.unsent == 0 else None

    def _who(self) -> tuple[str, str]:
        return self.store.get("device") or "", self.person_id

    def _image(self, suffix: str) -> Path:
        return Path(f"{self.path}.dead{suffix}")

    def _keep_image(self) -> None:
        """Copy the files as a process killed now leaves them: SQLite finds its way from there, or does not."""
        for suffix in ("", "-wal"):
            live = Path(f"{self.path}{suffix}")
            if live.is_file():
                shutil.copyfile(live, self._image(suffix))
