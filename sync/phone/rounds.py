"""The two queues of a phone, each with a pace of its own: records never wait for files that do not get through.

A phone app calls `step` whenever it is awake; everything waits in the store, so nothing is lost between two calls.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sync.phone.client import TOO_OLD, Client
from sync.phone.pace import Pace
from sync.phone.transport import NoNetwork, Refused

_GONE = 410


@dataclass
class Rounds:
    """Drives one client. jitter gives a number from 0 to 1."""

    client: Client
    jitter: Callable[[], float]
    records: Pace = field(default_factory=Pace)
    files: Pace = field(default_factory=Pace)

    @property
    def unsent(self) -> int:
        """How many records and files exist only on this phone: the number on the screen."""
        return self.client.store.unsent()

    def step(self, now_s: float) -> float:
        """Do what is due at this moment of a clock that never jumps; return the seconds until something is due.

        Raises Refused for a revoked phone or an app too old, after it handed in what it could.
        """
        if self.records.is_due(now_s):
            self._turn(self.records, self._records, now_s)
        if self.files.is_due(now_s):
            self._turn(self.files, self._files, now_s)
        return max(0.0, min(self.records.due_s, self.files.due_s) - now_s)

    def _turn(self, pace: Pace, act: Callable[[], object], now_s: float) -> None:
        try:
            act()
        except NoNetwork:
            pace.failed(now_s, jitter=self.jitter())
        else:
            pace.went_well(now_s)

    def _records(self) -> None:
        try:
            self.client.sync_records()
        except Refused as refusal:
            if refusal.status not in (_GONE, TOO_OLD) and not refusal.problem.get("wipe"):
                raise
            self.client.sync()

    def _files(self) -> None:
        self.client.sync_files()
