"""The day that the escalation tests play, for what becomes of its data."""

from tests.server.escalation.conftest import beginning, day, decided, played, propose

__all__ = ["beginning", "day", "decided", "played", "propose"]
