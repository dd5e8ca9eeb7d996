"""Appending what waits to the log: one batch, one signed checkpoint, one transaction.

A crash leaves the batch undone and every leaf of it still waiting; whoever comes next makes it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text

from server import config
from server.db import UtcDateTime, begin_write, db
from server.transparency import leaves, reading
from server.transparency.leaves import Waiting
from sync import tlog
from sync.leaf import BEFORE_FIRST, Leaf, data_of
from sync.tiles import Edge, open_edge
from sync.tlog import Checkpoint

MOST = 1000
LOCK_KEY = 0x0D00_57EA
# Every batch runs these; they are made once.
_ANY = text("SELECT 1 FROM log_leaf WHERE idx IS NULL LIMIT 1")
_OLDEST = text("SELECT ref, tag, kind, hash, at, tell FROM log_leaf WHERE idx IS NULL ORDER BY at, ref LIMIT :most")
_ENDS = text("SELECT tag, number, head FROM log_chain WHERE tag IN :tags").bindparams(bindparam("tags", expanding=True))
_PLACE = text("UPDATE log_leaf SET idx = :idx, data = :data WHERE ref = :ref")
_MOVE = text(
    "INSERT INTO log_chain (tag, number, head) VALUES (:tag, :number, :head) "
    "ON CONFLICT (tag) DO UPDATE SET number = excluded.number, head = excluded.head"
)
_TILE = text(
    "INSERT INTO log_tile (level, idx, hashes) VALUES (:level, :idx, :hashes) "
    "ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes"
)
_SIGNED = text(
    "INSERT INTO log_checkpoint (size, start, root, note, made_at, cosignatures) "
    "VALUES (:size, :start, :root, :note, :made_at, '[]')"
).bindparams(bindparam("made_at", type_=UtcDateTime))
_TOLD = text(
    "INSERT INTO log_told (recipient, size, since) "
    "SELECT CAST(:recipient AS TEXT), CAST(:size AS BIGINT), COALESCE(MAX(size), 0) "
    "FROM log_told WHERE recipient = CAST(:recipient AS TEXT)"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What was appended: leaves from start up to size, and who is to be given proofs."""

    start: int
    size: int
    recipients: tuple[str, ...]


def is_due() -> bool:
    """Tell whether any leaf waits."""
    return db.session.execute(_ANY).first() is not None


def append_waiting(at: datetime, *, anchor: Waiting | None = None) -> Batch | None:
    """Append the oldest waiting leaves, at most 1,000, under a new checkpoint; None when none waits.

    anchor is one more leaf that joins the others, unless it is there already. Needs a commit by the caller.
    """
    begin_write()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    leaves.add([anchor] if anchor else [])
    rows = db.session.execute(_OLDEST, {"most": MOST}).all()
    if not rows:
        return None
    start = reading.size()
    edge = open_edge(start, reading.tile)
    _place(rows, start, edge)
    _sign(edge, start, at=at)
    recipients = tuple(sorted({row.tell for row in rows if row.tell}))
    if recipients:
        db.session.execute(_TOLD, [{"recipient": one, "size": edge.size} for one in recipients])
    return Batch(start, edge.size, recipients)


def _place(rows: Sequence[Any], start: int, edge: Edge) -> None:
    """Give each leaf its index and its place in its chain, and grow the tree by them."""
    ends = {tag: (number, head) for tag, number, head in db.session.execute(_ENDS, {"tags": _tags(rows)})}
    placed, hashes = list[dict[str, Any]](), list[bytes]()
    for idx, (ref, tag, kind, digest, at, _) in enumerate(rows, start=start):
        number, before = ends.get(tag, (0, BEFORE_FIRST))
        data = data_of(Leaf(tag, digest, kind, number + 1, before, at))
        hashed = hashlib.sha256(b"\x00" + data)
        ends[tag] = number + 1, hashed.hexdigest()
        hashes.append(hashed.digest())
        placed.append({"ref": ref, "idx": idx, "data": data})
    tiles = edge.append(hashes)
    db.session.execute(_PLACE, placed)
    db.session.execute(_MOVE, [{"tag": tag, "number": n, "head": head} for tag, (n, head) in sorted(ends.items())])
    db.session.execute(_TILE, [{"level": lv, "idx": n, "hashes": tile} for (lv, n), tile in tiles.items()])


def _tags(rows: Sequence[Any]) -> list[str]:
    return sorted({row.tag for row in rows})


def _sign(edge: Edge, start: int, *, at: datetime) -> None:
    checkpoint = Checkpoint(reading.origin(), edge.size, edge.root())
    note = tlog.sign_checkpoint(checkpoint, config.current().log_key)
    root = note.split("\n", 3)[2]
    db.session.execute(_SIGNED, {"size": edge.size, "start": start, "root": root, "note": note, "made_at": at})
