"""A line that breaks: a TCP proxy between phones and server that cuts connections, slows them and loses answers.

Every decision comes from the random source passed in, so one seed gives one weather. It knows no HTTP: a cut of an
answer after the server committed is just bytes that never arrive.
"""

import contextlib
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Self

CHUNK_BYTES = 16 * 1024
CONNECT_WITHIN_S = 5.0
LOOKS_EVERY_S = 0.02
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close sends RST, as a dead radio link looks to the other side


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad the line is.

    cut: share of connections that die, from 0 to 1. first_byte..last_byte: after how many bytes, either way, drawn per
    connection. answer_lost: share of the dying ones that die only on the way back, after the request went through.
    lose_every: each so manieth answer of all connections is lost whole, after the server did what was asked; None for
    none. delay_s: pause before each piece is passed on. bytes_per_s: most bytes per second each way, None for no limit.
    is_parted: nothing passes either way, and nobody is told, until the weather is another.
    """

    cut: float = 0.0
    first_byte: int = 500
    last_byte: int = 60_000
    answer_lost: float = 0.5
    lose_every: int | None = None
    delay_s: float = 0.0
    bytes_per_s: float | None = None
    is_parted: bool = False


CLEAR = Weather()
HEAVY = Weather(cut=0.3)
THIRD_ANSWER_LOST = Weather(lose_every=3)
SECOND_GENERATION = Weather(cut=0.05, delay_s=0.5, bytes_per_s=6250.0)  # 50 kbit/s, 1 s round trip, 5 % resets


@dataclass(slots=True)
class _Fate:
    """When one connection dies: after so many bytes in a direction; None never."""

    up_bytes: int | None = None
    down_bytes: int | None = None


class _Talk:
    """Measures how long the server takes to begin its answers on one connection, without what the line adds."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._asked_at: float | None = None

    def asked(self) -> bool:
        """Take note that a piece of a request came from the phone; no answer begins with it."""
        self._asked_at = time.monotonic()
        return False

    def answered(self) -> bool:
        """Take note that a piece came from the server; tell whether an answer begins with it."""
        asked_at, self._asked_at = self._asked_at, None
        if asked_at is not None:
            self.longest_s = max(self.longest_s, time.monotonic() - asked_at)
        return asked_at is not None


class Cutter:
    """A proxy on 127.0.0.1 in front of a server. Use as a context; `url` is where phones go."""

    def __init__(self, port: int, *, weather: Weather, rng: Random) -> None:
        """Stand before the server on 127.0.0.1:port; `weather` may be exchanged while it runs."""
        self.target_port, self.weather, self.rng = port, weather, rng
        self.counts: Counter[str] = Counter()
        self.longest_s = 0.0
        self._draw = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        self._is_open = True
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The base address phones use."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and cut what is open."""
        self._is_open = False
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in list(self._open):
            self._reset(end)

    def _accept(self) -> None:
        while self._is_open:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(phone,), daemon=True).start()

    def _serve(self, phone: socket.socket) -> None:
        self.counts["connections"] += 1
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port), timeout=CONNECT_WITHIN_S)
        except OSError:
            self.counts["unreachable"] += 1
            self._reset(phone)
            return
        server.settimeout(None)
        self._open |= {phone, server}
        fate, talk = self._fate(), _Talk()
        back = threading.Thread(target=self._pass, args=(server, phone, fate.down_bytes, talk.answered), daemon=True)
        back.start()
        self._pass(phone, server, fate.up_bytes, talk.asked)
        self._note_wait(talk.longest_s)
        back.join()
        for end in (phone, server):
            self._open.discard(end)
            end.close()

    def _fate(self) -> _Fate:
        with self._draw:
            weather = self.weather
            if self.rng.random() >= weather.cut:
                return _Fate()
            after = self.rng.randint(weather.first_byte, weather.last_byte)
            is_answer = self.rng.random() < weather.answer_lost
            # An answer is short: cut it early, so that a request that was carried out goes unanswered.
            return _Fate(down_bytes=after % weather.first_byte) if is_answer else _Fate(up_bytes=after)

    def _note_wait(self, longest_s: float) -> None:
        with self._draw:
            self.longest_s = max(self.longest_s, longest_s)

    def _loses_answer(self) -> bool:
        with self._draw:
            self.counts["answers"] += 1
            every = self.weather.lose_every
            return every is not None and self.counts["answers"] % every == 0

    def _pass(
        self, source: socket.socket, sink: socket.socket, dies_after: int | None, came: Callable[[], bool]
    ) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while piece := source.recv(CHUNK_BYTES):
                is_lost = came() and self._loses_answer()
                self._wait(len(piece))
                left = 0 if is_lost else None if dies_after is None else dies_after - passed
                if left is not None and len(piece) > left:
                    sink.sendall(piece[:left])
                    self.counts["cut"] += 1
                    self._reset(source)
                    self._reset(sink)
                    return
                sink.sendall(piece)
                passed += len(piece)
                self.counts["bytes"] += len(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _wait(self, size: int) -> None:
        weather = self.weather
        wait_s = weather.delay_s + (size / weather.bytes_per_s if weather.bytes_per_s else 0.0)
        if wait_s:
            time.sleep(wait_s)
        while self.weather.is_parted and self._is_open:
            time.sleep(LOOKS_EVERY_S)

    def _reset(self, end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.shutdown(socket.SHUT_RDWR)
        end.close()
