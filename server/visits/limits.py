"""How often one address may ask without login: counted for all hosts in Redis, or in each process when there is none.

Redis holds counts under blind indexes and nothing else. When it does not answer, each process goes by its own count,
which was kept all along: a limit grows at most to as many times itself as there are processes, and nobody is refused
because Redis is away. What guards accounts is counted in the database (`server.accounts.lockout`).
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, cast

from flask import current_app

from server import config
from server.visits.throttle import Throttle

ANSWERS_WITHIN_S, REST_S = 0.25, 5.0
log = logging.getLogger("doorstep")


class Counter(Protocol):
    """Counts questions of an address."""

    def wait_s(self, address: str, *, at: datetime) -> int:
        """Count one question; return 0 when it may be answered, else the seconds to wait."""


class SharedThrottle:
    """At most `most` questions in `per` for each address, on all hosts together."""

    def __init__(
        self, name: str, own: Throttle, *, url: str, blind: Callable[[str], str],
        mono_s: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """Take a name of its own, this process's count, where Redis is, what hides an address, and a clock."""
        from redis import Redis  # noqa: PLC0415  # needs the extra `redis`

        self._name, self._own, self._blind, self._mono_s = name, own, blind, mono_s
        self._redis = Redis.from_url(
            url, socket_timeout=ANSWERS_WITHIN_S, socket_connect_timeout=ANSWERS_WITHIN_S, retry=None
        )
        self._rests_until_s = -REST_S

    def wait_s(self, address: str, *, at: datetime) -> int:
        """Count one question; return 0 when it may be answered, else the seconds to wait."""
        from redis import RedisError  # noqa: PLC0415  # needs the extra `redis`

        own_wait_s = self._own.wait_s(address, at=at)
        if self._mono_s() < self._rests_until_s:
            return own_wait_s
        try:
            count, left_s = self._count(f"doorstep:{self._name}:{self._blind(address)}")
        except RedisError as fault:
            log.warning("limits are counted in each process: Redis failed, %s", type(fault).__name__)
            self._rests_until_s = self._mono_s() + REST_S
            return own_wait_s
        return 0 if count <= self._own.most else max(1, left_s)

    def _count(self, key: str) -> tuple[int, int]:
        """Return how many questions there were since the first of this span, and how many seconds are left of it."""
        with self._redis.pipeline(transaction=True) as together:
            together.set(key, 0, ex=round(self._own.per.total_seconds()), nx=True)
            together.incr(key)
            together.ttl(key)
            _, count, left_s = together.execute()
        return int(count), int(left_s)


def counter(name: str, *, most: int, per: timedelta) -> Counter:
    """Return the application's counter of this name."""
    key = f"doorstep.limit.{name}"
    if key not in current_app.extensions:
        settings, own = config.current(), Throttle(most, per)
        current_app.extensions[key] = own if not settings.redis_url else SharedThrottle(
            name, own, url=settings.redis_url, blind=lambda address: settings.vault.blind_index("address", address)
        )  # fmt: skip
    return cast("Counter", current_app.extensions[key])
