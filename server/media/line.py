"""The line to a store on another machine: a store that is down or hangs must not hold the threads that serve phones.

At most 3 calls are under way at once, so that of a process's four threads one is always free for records. While a call
has hung for 5 s, and for 5 s after one failed, nobody else tries; then a single call finds out.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from server.errors import StorageFails

MOST_AT_ONCE, PATIENCE_S, HANGS_AFTER_S, REST_S = 3, 1.0, 5.0, 5.0
T = TypeVar("T")
log = logging.getLogger("doorstep")


class Line:
    """Calls of one process to one store. `failures` are what the store's client raises when it is not reached."""

    def __init__(self, failures: tuple[type[Exception], ...], *, mono_s: Callable[[], float] = time.monotonic) -> None:
        """Take the exceptions that mean the store is down, and a clock that only goes on."""
        self._failures, self._mono_s = failures, mono_s
        self._free = threading.Condition()
        self._began_s: dict[int, float] = {}
        self._waiting: list[object] = []
        self._rests_until_s: float | None = None

    def call(self, ask: Callable[[], T]) -> T:
        """Return what `ask` returns. Raises StorageFails when the store is down, and what else `ask` raises."""
        ticket = self._enter()
        try:
            answer = ask()
        except self._failures as fault:
            self._leave(ticket, rests_until_s=self._mono_s() + REST_S)
            log.warning("the file store failed: %s", type(fault).__name__)
            raise StorageFails(f"the file store failed: {type(fault).__name__}") from fault
        except BaseException:
            self._leave(ticket, rests_until_s=None)
            raise
        self._leave(ticket, rests_until_s=None)
        return answer

    def _enter(self) -> int:
        with self._free:
            self._require_hope()
            me = object()
            self._waiting.append(me)  # in turn: else whoever comes back at once takes each place that falls free
            is_my_turn = self._free.wait_for(lambda: self._is_turn_of(me), timeout=PATIENCE_S)
            self._waiting.remove(me)
            self._require_hope()
            if not is_my_turn:
                raise StorageFails("the file store is busy")
            ticket = max(self._began_s, default=0) + 1
            self._began_s[ticket] = self._mono_s()
            self._free.notify_all()
            return ticket

    def _is_turn_of(self, me: object) -> bool:
        return len(self._began_s) < MOST_AT_ONCE and self._waiting[0] is me

    def _leave(self, ticket: int, *, rests_until_s: float | None) -> None:
        with self._free:
            del self._began_s[ticket]
            self._rests_until_s = rests_until_s
            self._free.notify_all()

    def _require_hope(self) -> None:
        """Raise StorageFails while it is known that the store does not answer."""
        now_s = self._mono_s()
        if any(now_s - began_s > HANGS_AFTER_S for began_s in self._began_s.values()):
            raise StorageFails("the file store does not answer")
        if self._rests_until_s is not None and (now_s < self._rests_until_s or self._began_s):
            raise StorageFails("the file store does not answer")
