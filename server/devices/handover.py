"""Kept records are given to the visits right after the push that kept them, by whoever runs the chores.

A push answers as soon as its records are durable; putting visits together costs more than keeping their records, and no
phone should wait for it. What is waiting is marked on the record itself, so nothing is forgotten by a crash.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.exc import OperationalError

from server import feed, jobs
from server.db import begin_write, db
from server.devices import leaves
from server.devices.held import unseal
from server.devices.models import Upload
from server.visits import intake
from server.visits.models import Record
from sync import envelope
from sync.envelope import FileRef

log = logging.getLogger("doorstep")
INTAKE_FAILED = "intake_failed"
FILES = "files"
Bound = list[tuple[UUID, FileRef]]
"""Files that records bind, each with the device whose record it is."""
MOST = 200
MOST_BEHIND_ONE_LOCK = 10
"""On SQLite every push waits while records are given away: ten take some 30 ms, at a fifth more each than 200."""


@jobs.chore
def hand_over(at: datetime) -> int:
    """Give some waiting records to their visits; return how many. Needs a commit by the caller."""
    if db.session.scalar(select(Record.id).where(Record.taken_in_at.is_(None)).limit(1)) is None:
        return 0
    most = MOST_BEHIND_ONE_LOCK if begin_write().dialect.name == "sqlite" else MOST
    oldest = select(Record).where(Record.taken_in_at.is_(None))
    oldest = oldest.order_by(Record.received_at, Record.device_id, Record.seq).limit(most)
    rows = db.session.scalars(oldest.with_for_update(skip_locked=True)).all()
    feed.lock_ids(db.session(), "visits", [row.subject for row in rows])
    try:
        with db.session.begin_nested():
            bound = _give(rows, at=at)
    except OperationalError:
        raise  # the disk or a lock, not the records: all of it is tried again later
    except Exception:
        log.exception("a batch of %d records could not be taken in; each is tried alone", len(rows))
        bound = [one for row in rows for one in _give_alone(row, at=at)]
    # A visit learns of its files when it is put together; only then can those that were uploaded before be found.
    intake.put_together(db.session())
    _verify_arrived(bound, at=at)
    return len(rows)


def waiting() -> int:
    """Return how many kept records their visits have not learned of."""
    return db.session.scalar(select(func.count()).select_from(Record).where(Record.taken_in_at.is_(None))) or 0


def _give_alone(row: Record, *, at: datetime) -> Bound:
    """Give one record to its visit; whatever goes wrong there is for a person to repair and no trouble of the phone."""
    try:
        with db.session.begin_nested():
            return _give([row], at=at)
    except OperationalError:
        raise
    except Exception:
        log.exception("record %s of device %s could not be taken in", row.id, row.device_id)
        row.flags, row.taken_in_at = [*row.flags, INTAKE_FAILED], at
        leaves.add([row])
        return []


def _give(rows: Sequence[Record], *, at: datetime) -> Bound:
    """Give records to their visits; return the files they bind, each with its device."""
    told = [(row, envelope.read(unseal(row.id, row.env_sealed))) for row in rows]
    # An upload that ends at this moment and the record that binds it must not both miss each other.
    bound = [(row.device_id, ref) for row, one in told for ref in one.manifest]
    feed.lock_ids(db.session(), FILES, [ref.id for _, ref in bound])
    for row, one in told:
        intake.store(row, one, at=at)
        row.taken_in_at = at
    db.session.flush()
    leaves.add(rows)
    return bound


def _verify_arrived(bound: Bound, *, at: datetime) -> None:
    """Tell the visits of the files that were whole before their records; one that cannot be read is left as it is."""
    arrived = _arrived(bound)
    for device_id, ref in bound:
        size = arrived.get((device_id, ref.id, ref.sha256))
        if size is None:
            continue
        try:
            with db.session.begin_nested():
                intake.file_verified(UUID(ref.id), sha256=ref.sha256, size=size, at=at)
        except OperationalError:
            raise
        except Exception:
            log.exception("file %s of device %s could not be looked at", ref.id, device_id)


def _arrived(bound: Bound) -> dict[tuple[UUID, str, str], int]:
    """Return (device, file, SHA-256) → length of those of these files that are uploaded."""
    triples = [(device_id, ref.id, ref.sha256) for device_id, ref in bound]
    if not triples:
        return {}
    query = select(Upload.device_id, Upload.attachment_id, Upload.sha256, Upload.length).where(
        Upload.completed_at.is_not(None),
        tuple_(Upload.device_id, Upload.attachment_id, Upload.sha256).in_(triples),
    )
    return {(device_id, file_id, digest): size for device_id, file_id, digest, size in db.session.execute(query)}
