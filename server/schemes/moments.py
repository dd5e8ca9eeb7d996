"""A clock time of a day as a moment."""

from datetime import UTC, date, datetime, time

from server.clock import SHANGHAI


def local(day: date, clock: str) -> datetime:
    """Return the moment of a local `HH:MM` on a day."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=SHANGHAI).astimezone(UTC)
