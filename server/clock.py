"""The only reader of the machine's clock and randomness for identifiers; everything below takes them as arguments."""

import os
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from uuid import UUID
from zoneinfo import ZoneInfo

from sync import ids

SHANGHAI = ZoneInfo("Asia/Shanghai")


_shift = timedelta()
_last = (0, 0)  # the millisecond and the random part of the last id
_ids = Lock()
_GUARD, _MOST_STEP = 1 << 61, 1 << 32


def shift(by: timedelta) -> None:
    """Let this process live `by` earlier or later. `doorstep serve` allows it in demo installations only."""
    global _shift  # noqa: PLW0603  # the one piece of state of the one clock
    _shift = by


def now() -> datetime:
    """Return the present moment, UTC and aware."""
    return datetime.now(UTC) + _shift


def today() -> date:
    """Return the present date in Asia/Shanghai, the calendar of every paper and deadline."""
    return now().astimezone(SHANGHAI).date()


def new_id() -> UUID:
    """Return a fresh UUIDv7; of one process, those of one millisecond too sort in the order of their making.

    Source: RFC 9562 §5.7 and §6.2, method 2: within a millisecond the random part grows by a random step.
    """
    global _last  # noqa: PLW0603  # as above
    ms = int(now().timestamp() * 1000)
    with _ids:
        then, before = _last
        fresh = int.from_bytes(os.urandom(ids.RANDOM_BYTES), "big")
        part = before + 1 + fresh % _MOST_STEP if ms == then else fresh & ~_GUARD
        _last = (ms, part)
    return UUID(ids.uuid7(ms, part.to_bytes(ids.RANDOM_BYTES, "big")))
