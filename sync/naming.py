"""Ids, hashes and times in signed texts, named short: once by their bytes, afterwards by where they stand. Pure.

Sender and receiver keep the same list of the names told, the last one first, so that what is named again and again (the
case, the stop, the visit) stands at a low number that repeats.

Source: docs/sync.md, "Packed". Twin of web/src/shared/naming.ts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sync.envelope import write_time

MOST_NAMES = 1_000
LONGEST = 66
"""Bytes of the longest name, its quotes too."""
_EARLIER, _ID, _AGAIN, _HASH, _TIME = "\x01", "\x03", "\x04", "\x05", "\x06"
MARKS = (_EARLIER, _ID, _AGAIN, _HASH, _TIME)
_HASH_BYTES, _HASH_DIGITS, _TIME_CHARS = 32, 64, 24
_MS_BYTES, _RANDOM_BYTES = 6, 10
_NAME = re.compile(
    r'"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[0-9a-f]{64}'
    r'|[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"',
    re.ASCII,
)
_MARKED = re.compile(
    rf"{_EARLIER}([0-9]{{1,3}})|{_ID}(-?[0-9]{{1,15}})|{_AGAIN}([0-9]{{1,3}})|({_HASH})|{_TIME}(-?[0-9]{{1,15}})"
)
_EPOCH, _MS = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_FIRST_MS, _LAST_MS = -30_610_224_000_000, 32_503_680_000_000 - 1  # the years 1000 to 2999


@dataclass(slots=True)
class _Told:
    """What both sides know at one place of a push: names, the last first, the last time in ms, the records before."""

    names: list[str] = field(default_factory=list)
    at_ms: int = 0
    records: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Put a name first, and forget the last of too many."""
        self.names.insert(0, name)
        del self.names[MOST_NAMES:]


class Writer:
    """Writes the texts of one push, in order; `tail` grows by the bytes that no compression makes shorter."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.tail = bytearray()
        self._told = _Told()
        self._places: dict[str, int] = {}
        self._written = 0

    def write(self, env: str, digest: str) -> str:
        """Return a text with its names short; digest is its own hash, by which later ones may name it."""
        line = _NAME.sub(lambda found: self._short(found[1]), env)
        self._places[digest] = self._written
        self._written += 1
        return line

    def _short(self, name: str) -> str:
        told = self._told
        if len(name) == _TIME_CHARS:
            return self._time(name)
        if name in self._places:
            return f"{_EARLIER}{self._written - self._places[name]}"
        if name in told.names:
            place = told.names.index(name)
            told.add(told.names.pop(place))
            return f"{_AGAIN}{place}"
        told.add(name)
        told_bytes = bytes.fromhex(name.replace("-", ""))
        if len(name) == _HASH_DIGITS:
            self.tail += told_bytes
            return _HASH
        self.tail += told_bytes[_MS_BYTES:]
        return f"{_ID}{int.from_bytes(told_bytes[:_MS_BYTES]) - told.at_ms}"

    def _time(self, name: str) -> str:
        try:
            at = datetime.fromisoformat(name)
        except ValueError:
            return f'"{name}"'
        before, self._told.at_ms = self._told.at_ms, (at - _EPOCH) // _MS
        return f"{_TIME}{self._told.at_ms - before}"


class Reader:
    """Reads the lines of one push, in order; `left` is what no line has asked for of the bytes at its end."""

    def __init__(self, tail: bytes) -> None:
        """Take the bytes that the names are made of."""
        self.left = memoryview(tail)
        self._told = _Told()

    def read(self, line: str) -> str:
        """Return the text of a line. Raises ValueError when a name cannot be."""
        return _MARKED.sub(self._name, line)

    def knows(self, digest: str) -> None:
        """Take the hash of the text just read, by which later ones may name it."""
        self._told.records.append(digest)

    def _name(self, found: re.Match[str]) -> str:
        earlier, of_id, again, is_hash, of_time = found.groups()
        told = self._told
        if of_time:
            told.at_ms += int(of_time)
            return f'"{_written(told.at_ms)}"'
        if earlier:
            return f'"{_from_end(told.records, int(earlier))}"'
        if again:
            if int(again) >= len(told.names):
                raise ValueError("a name is told again that was not told")
            name = told.names.pop(int(again))
        elif is_hash:
            name = self._take(_HASH_BYTES).hex()
        else:
            name = self._id(told.at_ms + int(of_id))
        told.add(name)
        return f'"{name}"'

    def _id(self, ms: int) -> str:
        if not 0 <= ms < 1 << 48:
            raise ValueError("an id of no time")
        digits = ms.to_bytes(_MS_BYTES).hex() + self._take(_RANDOM_BYTES).hex()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _take(self, count: int) -> bytes:
        if len(self.left) < count:
            raise ValueError("a name has no bytes")
        taken, self.left = bytes(self.left[:count]), self.left[count:]
        return taken


def _written(ms: int) -> str:
    if not _FIRST_MS <= ms <= _LAST_MS:
        raise ValueError("no such time")
    return write_time(_EPOCH + ms * _MS)


def _from_end(hashes: Sequence[str], back: int) -> str:
    if not 1 <= back <= len(hashes):
        raise ValueError("a hash is named of no text before")
    return hashes[-back]
