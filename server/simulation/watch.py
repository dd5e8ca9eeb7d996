"""An onlooker at the feed's clock: reads the database beside the server; are positions taken in order?"""

import threading
from dataclasses import dataclass, field
from typing import Any, Self

import sqlalchemy as sa

from server.simulation.installation import Installation

PAUSE_S = 0.2
MARGIN = 400


@dataclass
class Seen:
    """What the onlooker saw: looks, windows that must be dense and were compared, and what was out of order."""

    looks: int = 0
    positions: int = 0
    dense_windows: int = 0
    faults: list[str] = field(default_factory=list)


class Watch:
    """Looks again and again until closed. Use as a context."""

    def __init__(self, installation: Installation) -> None:
        """Take the installation to look at."""
        self.installation, self.seen = installation, Seen()
        self._known: dict[tuple[str, str, str], int] = {}
        self._seq, self._epoch, self._ends = 0, "", threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def look(self, clock: tuple[int, str], rows: list[tuple[tuple[str, str, str], int]]) -> None:
        """Compare one look: the clock's (seq, epoch) and the feed rows (key, seq) above the margin, of one moment."""
        seq, epoch = clock
        if epoch != self._epoch or seq < self._seq:
            if epoch == self._epoch:
                self.seen.faults.append(f"the clock went back from {self._seq} to {seq} within an epoch")
            self._known, self._seq, self._epoch = {}, 0, epoch
        for key, at in rows:
            if at <= self._seq and self._known.get(key) != at and self._known:
                self.seen.faults.append(f"position {at} of {key} appeared after {self._seq} was seen")
            if at > seq:
                self.seen.faults.append(f"position {at} stands above the clock {seq}")
        self._check_dense({at: key for key, at in rows if at > self._seq}, seq)
        self._known |= dict(rows)
        self.seen.looks += 1
        self.seen.positions += max(seq - self._seq, 0)
        self._seq = seq

    def _check_dense(self, fresh: dict[int, tuple[str, str, str]], seq: int) -> None:
        """Acknowledgements are never told twice, so a window that holds nothing else has no hole."""
        if not self._known or seq == self._seq or {coll for _, coll, _ in fresh.values()} != {"acks"}:
            return
        self.seen.dense_windows += 1
        holes = sorted(set(range(self._seq + 1, seq + 1)) - set(fresh))
        if holes:
            self.seen.faults.append(f"positions {holes[:5]} were never given to anybody")

    def _run(self) -> None:
        while not self._ends.wait(PAUSE_S):
            with self.installation.lock:
                self._read()

    def _read(self) -> None:
        engine = self.installation.engine()
        try:
            with engine.connect() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
                clock = connection.execute(sa.text("SELECT seq, epoch FROM sync_clock")).one_or_none()
                if clock is not None:
                    self.look((clock[0], clock[1]), self._rows(connection, clock))
        finally:
            engine.dispose()

    def _rows(self, connection: sa.Connection, clock: Any) -> list[tuple[tuple[str, str, str], int]]:
        low = 0 if clock[1] != self._epoch else max(self._seq - MARGIN, 0)
        query = sa.text("SELECT subject, coll, doc_id, seq FROM sync_feed WHERE seq > :low ORDER BY seq")
        return [((row[0], row[1], row[2]), row[3]) for row in connection.execute(query, {"low": low})]
