"""How long a phone waits before it tries again: twice as long after each failure, up to a bound, and never in step.

The jitter keeps a fleet that lost the server together from coming back together. Pure.
"""

from dataclasses import dataclass

MAX_WAIT_S = 300.0
EVERY_S = 30.0
_MOST_DOUBLINGS = 16


def wait_s(failures: int, *, jitter: float) -> float:
    """Return the seconds to wait after so many failures in a row before this one; jitter is from 0 to 1."""
    return (0.5 + jitter) * min(MAX_WAIT_S, 2.0 ** min(failures, _MOST_DOUBLINGS))


@dataclass(slots=True)
class Pace:
    """When one queue is due next; seconds of any clock that never jumps."""

    failures: int = 0
    due_s: float = 0.0

    def is_due(self, now_s: float) -> bool:
        """Is it time to try?"""
        return now_s >= self.due_s

    def went_well(self, now_s: float) -> None:
        """Begin again from the shortest wait; the next turn comes in its ordinary time."""
        self.failures, self.due_s = 0, now_s + EVERY_S

    def failed(self, now_s: float, *, jitter: float) -> None:
        """Wait longer than the last time."""
        self.due_s = now_s + wait_s(self.failures, jitter=jitter)
        self.failures += 1

    def hurry(self, now_s: float) -> None:
        """Let it be due now: the network came back, or the person asks."""
        self.due_s = now_s
