"""Drives that a road service told before, in a file of their own: nobody is asked twice within a month.

The file holds points to a metre and no more: no case, no name. It may be deleted at any time.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from server.planning.roads import PlaceKey
from server.schemes.road_services import Leg

KEPT_FOR = timedelta(days=30)

_TABLE = """
CREATE TABLE IF NOT EXISTS leg (
    kind TEXT, from_lon INT, from_lat INT, to_lon INT, to_lat INT, metres INT, seconds INT, told_at INT,
    PRIMARY KEY (kind, from_lon, from_lat, to_lon, to_lat)
) WITHOUT ROWID
"""


class RoadCache:
    """The drives known of one service."""

    def __init__(self, path: Path, *, kind: str, now: datetime) -> None:
        """Use a file, made when it is first written to."""
        self._path, self._kind, self._now = path, kind, now

    def known(self, keys: Sequence[PlaceKey]) -> dict[tuple[PlaceKey, PlaceKey], Leg]:
        """Return the drives between places that were told within KEPT_FOR."""
        if not self._path.is_file():
            return {}
        wanted, since = set(keys), int((self._now - KEPT_FOR).timestamp())
        found: dict[tuple[PlaceKey, PlaceKey], Leg] = {}
        with self._open() as database:
            lons = json.dumps(sorted({lon for lon, _ in keys}))
            for from_lon, from_lat, to_lon, to_lat, metres, seconds in database.execute(
                "SELECT from_lon, from_lat, to_lon, to_lat, metres, seconds FROM leg"
                " WHERE kind = ? AND told_at >= ? AND from_lon IN (SELECT value FROM json_each(?))",
                (self._kind, since, lons),
            ):
                pair = (from_lon, from_lat), (to_lon, to_lat)
                if pair[0] in wanted and pair[1] in wanted:
                    found[pair] = metres, seconds
        return found

    def keep(self, legs: Iterable[tuple[tuple[PlaceKey, PlaceKey], Leg]]) -> None:
        """Keep drives, and forget those told too long ago."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        told_at = int(self._now.timestamp())
        with self._open() as database, database:
            database.execute(_TABLE)
            database.execute("DELETE FROM leg WHERE told_at < ?", (told_at - int(KEPT_FOR.total_seconds()),))
            database.executemany(
                "INSERT OR REPLACE INTO leg VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                ((self._kind, *here, *there, *leg, told_at) for (here, there), leg in legs),
            )

    def forget(self, keys: Iterable[PlaceKey]) -> None:
        """Forget the drives from and to these places, of every service."""
        if not self._path.is_file():
            return
        with self._open() as database, database:
            database.execute(_TABLE)
            database.executemany(
                "DELETE FROM leg WHERE (from_lon, from_lat) = (?1, ?2) OR (to_lon, to_lat) = (?1, ?2)", list(keys)
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as database:
            yield database
