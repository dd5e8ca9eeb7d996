"""What waits for the log is appended right after the push, and each phone pulls the proofs of its own records.

The push promises with its signature (the acknowledgement); the proof that the record stands where everybody can see it
follows with the next pull. Whoever runs the chores appends; what waits is in the database, so a crash forgets nothing.
"""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server import audit, feed, jobs
from server.db import db
from server.devices.leaves import PREFIX
from server.transparency import append, leaves, reading
from server.transparency.leaves import Waiting
from server.transparency.tables import log_checkpoint, log_leaf, log_told
from sync.envelope import write_time
from sync.leaf import Kind
from sync.tiles import Tree

COLLECTION = "proofs"
ANCHOR_EVERY = timedelta(hours=1)


@jobs.chore
def append_waiting(at: datetime) -> int:
    """Append waiting leaves to the log and tell the phones whose records they are; return how many were appended.

    The audit chain's end goes along when it has moved, and alone after an hour. Needs a commit by the caller.
    """
    if not append.is_due() and not _is_quiet(at):
        return 0
    batch = append.append_waiting(at, anchor=_anchor(at))
    if batch is None:
        return 0
    for recipient in batch.recipients:
        feed.publish(recipient, COLLECTION, str(batch.size))
    return batch.size - batch.start


def load(device_id: UUID, sizes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return id → document of the proofs a phone pulls: one for each checkpoint that added records of its."""
    recipient, at, tree = feed.device(device_id), log_told.c, reading.tree()
    wanted = [int(one) for one in sizes]
    rows = db.session.execute(select(at.size, at.since).where(at.recipient == recipient, at.size.in_(wanted)))
    return {str(size): _document(recipient, size, since, tree) for size, since in rows}


def _document(recipient: str, size: int, since: int, tree: Tree) -> dict[str, Any]:
    start, _ = reading.batch_of(size)
    at = log_leaf.c
    query = select(at.ref, at.idx, at.data).where(at.idx >= start, at.idx < size, at.tell == recipient)
    return {
        "id": str(size),
        "checkpoint": reading.note_of(size),
        "since": since,
        "consistency": _written(tree.consistency(since, size)),
        "leaves": [
            {
                "ref": ref.removeprefix(PREFIX), "index": idx, "leaf": bytes(data).decode("ascii"),
                "hashes": _written(tree.inclusion(idx, size=size)),
            }
            for ref, idx, data in db.session.execute(query.order_by(at.idx))
        ],
    }  # fmt: skip


def _written(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def _is_quiet(at: datetime) -> bool:
    """Tell whether nothing was appended for an hour though the office was at work."""
    newest = db.session.scalar(select(log_checkpoint.c.made_at).order_by(log_checkpoint.c.size.desc()).limit(1))
    if newest is not None and at - newest < ANCHOR_EVERY:
        return False
    anchor = _anchor(at)
    return anchor is not None and not reading.stood([anchor.ref])


def _anchor(at: datetime) -> Waiting | None:
    """Return the leaf of the audit chain's end, None before its first row."""
    seq, digest = audit.end(db.session())
    if not seq:
        return None
    return Waiting(f"audit:{seq}", leaves.tag_of_case(None), Kind.AUDIT.value, digest, write_time(at))
