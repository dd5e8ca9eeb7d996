"""The only reader of the machine's clock and randomness for identifiers; everything below takes them as arguments."""

import os
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sync import ids

SHANGHAI = ZoneInfo("Asia/Shanghai")


_shift = timedelta()


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
    """Return a fresh UUIDv7 (RFC 9562 §5.7)."""
    return UUID(ids.uuid7(int(now().timestamp() * 1000), os.urandom(10)))
