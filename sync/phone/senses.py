"""What a phone senses: its clocks and its randomness, handed in so that a simulator can play them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sync.envelope import Stamp
from sync.ids import RANDOM_BYTES, uuid7


@dataclass(frozen=True, slots=True)
class Senses:
    """The clocks of one boot session: wall clock (aware), monotonic milliseconds, random bytes."""

    now: Callable[[], datetime]
    mono_ms: Callable[[], int]
    random: Callable[[int], bytes]
    boot: str
    tz: str = "+08:00"

    def stamp(self, gps_time: datetime | None = None) -> Stamp:
        """Return the present moment as a record tells it."""
        return Stamp(self.boot, self.mono_ms(), self.now(), self.tz, gps_time)

    def new_id(self) -> str:
        """Return a fresh UUIDv7."""
        return uuid7(int(self.now().timestamp() * 1000), self.random(RANDOM_BYTES))
