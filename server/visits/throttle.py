"""How often one address may ask without login. Pure: the time is passed in."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MAX_ADDRESSES = 10_000


@dataclass(slots=True)
class Throttle:
    """At most `most` questions in `per` for each address, counted in this process."""

    most: int
    per: timedelta
    _asked: OrderedDict[str, tuple[datetime, int]] = field(default_factory=OrderedDict)

    def wait_s(self, address: str, *, at: datetime) -> int:
        """Count one question; return 0 when it may be answered, else the seconds to wait."""
        since, count = self._asked.pop(address, (at, 0))
        if at - since >= self.per:
            since, count = at, 0
        self._asked[address] = (since, count + 1)
        if len(self._asked) > MAX_ADDRESSES:
            self._asked.popitem(last=False)
        return 0 if count < self.most else max(1, round((since + self.per - at).total_seconds()))
