"""How one server is spoken to: the call that pushes a batch or one record, and the pages it is pulled in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bench.installation import Phone
from bench.line import Line

Row = dict[str, Any]


class NotKept(AssertionError):
    """The server did not keep what was pushed, so its speed says nothing."""


class NotInstalled(RuntimeError):
    """The peer is not here, and this run may not install it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call, ready to be sent."""

    method: str
    path: str
    body: bytes


class Dialect(Protocol):
    """What the bench needs to know of a server."""

    def headers(self, phone: Phone) -> Mapping[str, str]:
        """Return what every call of a phone carries."""

    def batch(self, phone: Phone, rows: Sequence[Row]) -> Call:
        """Return the call that pushes these records at once."""

    def single(self, phone: Phone, row: Row) -> Call:
        """Return the call that pushes one record."""

    def require_kept(self, answer: Any, *, count: int) -> None:
        """Look at the answer of a push. Raises NotKept when a record was not taken."""

    def pages(self, line: Line, phone: Phone, *, limit: int) -> Iterator[Sequence[Any]]:
        """Yield the pages a phone pulls from the beginning, each of at most `limit` documents."""
