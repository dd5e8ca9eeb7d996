"""What the reference phone costs on the wire: every byte both ways with its headers, and every round trip.

A relay between phone and server counts the bytes of the TCP streams; TLS and IP are not in it.
"""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sync.phone.transport import Answer, HttpTransport

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Trip:
    """One call: what was asked, bytes up and down."""

    method: str
    path: str
    up: int
    down: int


@dataclass(slots=True)
class Relay:
    """A port that passes everything on to a server and counts it."""

    url: str
    up: int = 0
    down: int = 0


@dataclass
class CountingTransport:
    """The phone's transport, through a relay; each call is written down."""

    relay: Relay
    trips: list[Trip] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._inner = HttpTransport(self.relay.url)

    def close(self) -> None:
        """Close the kept connections."""
        self._inner.session.close()

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request. Raises NoNetwork."""
        up, down = self.relay.up, self.relay.down
        answer = self._inner.send(method, path, headers=headers, body=body)
        self.trips.append(Trip(method, path.partition("?")[0], self.relay.up - up, self.relay.down - down))
        return answer


def kb(trips: list[Trip]) -> float:
    """Return the bytes of calls both ways in kB of 1,000 bytes."""
    return sum(trip.up + trip.down for trip in trips) / 1000


@contextmanager
def relay(server_url: str) -> Iterator[Relay]:
    """Pass connections on to a server until the end of the block."""
    target = urlsplit(server_url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told = Relay(f"http://127.0.0.1:{listener.getsockname()[1]}")
        address = (target.hostname or "127.0.0.1", target.port or 80)
        threading.Thread(target=_accept, args=(listener, address, told), daemon=True).start()
        yield told


def _accept(listener: socket.socket, address: tuple[str, int], told: Relay) -> None:
    while True:
        try:
            phone, _ = listener.accept()
        except OSError:  # closed: the block has ended
            return
        server = socket.create_connection(address)
        for source, sink, is_up in ((phone, server, True), (server, phone, False)):
            threading.Thread(target=_pass_on, args=(source, sink, told, is_up), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, told: Relay, is_up: bool) -> None:  # noqa: FBT001
    with source, sink:
        while True:
            try:
                chunk = source.recv(_CHUNK)
            except OSError:
                return
            if not chunk:
                return
            # Counted before it is sent on, so that a call that has returned was counted.
            if is_up:
                told.up += len(chunk)
            else:
                told.down += len(chunk)
            try:
                sink.sendall(chunk)
            except OSError:
                return
