"""Resumable uploads: bytes wait as parts, durable before the answer, and end whole in the media store.

Source: tus resumable upload protocol 1.0.0.
"""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from server import audit, clock, feed, jobs, media
from server.db import begin_write, db
from server.devices import acks, handover, parts
from server.devices.acks import Fate
from server.devices.models import Device, Upload
from server.devices.parts import WrongOffset
from server.errors import Conflict, Invalid, Missing, StorageFails
from server.visits import intake
from server.visits.models import VisitFile
from sync import upload
from sync.ack import Entry, Status
from sync.upload import FileFacts

KEEP = timedelta(days=upload.KEEP_DAYS)
SWEEP_EVERY, AT_ONCE = timedelta(hours=1), 500
SWEPT = "doorstep.parts-swept"
"""Under this name an application remembers when it last swept."""
DELETED = "deleted"
"""The flag of a file whose case's data was deleted."""


class FileTooLarge(Invalid):
    """A file has at most 20 MiB."""

    status = 413


class BadFileHeader(Invalid):
    """A header of the upload says something that cannot be."""

    status = 400


class FileDiffers(Conflict):
    """Another file has this id, or the bytes are not those the signed manifest names."""


class ChunkDamaged(Invalid):
    """The bytes are not what their checksum says; they were discarded."""

    status = 460


class UploadAbsent(Missing):
    """There is no such upload, or it expired."""


def create(device: Device, facts: FileFacts, *, at: datetime) -> Upload:
    """Return the upload of a file, making it when new. Needs the write transaction.

    Raises FileTooLarge or FileDiffers.
    """
    if facts.length > upload.MAX_FILE_BYTES:
        raise FileTooLarge(f"expected at most {upload.MAX_FILE_BYTES} bytes, got {facts.length}")
    upload_id = UUID(upload.upload_id(str(device.id), facts.attachment_id))
    row = db.session.get(Upload, upload_id)
    if row is None:
        row = Upload(
            id=upload_id, device_id=device.id, attachment_id=facts.attachment_id, length=facts.length,
            sha256=facts.sha256, filename=facts.filename, mime=facts.mime, expires_at=at + KEEP,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
    elif (row.sha256, row.length) != (facts.sha256, facts.length):
        raise FileDiffers(f"file {facts.attachment_id} was announced with another hash or length")
    row.expires_at = at + KEEP
    return row


def find(device: Device, upload_id: UUID) -> Upload:
    """Return a phone's upload. Raises UploadAbsent."""
    row = db.session.get(Upload, upload_id)
    if row is None or row.device_id != device.id:
        raise UploadAbsent(f"no upload {upload_id}")
    return row


def offset(row: Upload) -> int:
    """Return how many bytes of an upload are safe here."""
    if row.completed_at is not None:
        return row.length
    return parts.of(row.id).length()


def append(row: Upload, chunk: bytes, *, at_offset: int, checksum: str | None) -> int:
    """Write a chunk durably where the upload stands; return the new offset.

    Raises WrongOffset, ChunkDamaged, BadFileHeader, FileTooLarge or UploadBusy.
    """
    try:
        upload.check_chunk(chunk, checksum)
    except upload.BadUpload as fault:
        raise BadFileHeader(str(fault)) from fault
    except upload.ChecksumDiffers as fault:
        raise ChunkDamaged(str(fault), offset=offset(row)) from fault
    if row.completed_at is not None:
        return _append_nothing(row, chunk, at_offset=at_offset)
    try:
        return parts.of(row.id).append(chunk, at_offset=at_offset, most=row.length)
    except ValueError as fault:
        raise FileTooLarge(str(fault)) from fault


def _append_nothing(row: Upload, chunk: bytes, *, at_offset: int) -> int:
    if at_offset != row.length or chunk:
        raise WrongOffset(f"the file is whole at {row.length}", offset=row.length)
    return row.length


def keep(row: Upload) -> None:
    """Check a whole upload against its hash and put it into the media store, but one of a case that was deleted.

    Before the write transaction: a store that hangs must hold no lock. What no transaction finishes is nobody's file.
    Raises FileDiffers, after which the upload stands at zero again, UploadBusy or StorageFails.
    """
    content = parts.of(row.id).content()
    if len(content) != row.length:
        raise parts.UploadBusy("another request has just finished it; ask how far it is")
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise _differing(row)
    _require_signed(row)
    if not _is_deleted(row):
        media.store().put(content)


def finish(device: Device, row: Upload, *, at: datetime) -> None:
    """Tell the phone that a file is here whose bytes are kept. Needs the write transaction.

    Raises FileDiffers, after which the upload stands at zero again.
    """
    if row.completed_at is not None:
        return
    feed.lock_ids(db.session(), handover.FILES, [row.attachment_id])
    _require_signed(row)
    row.completed_at = at
    db.session.flush()
    if not _is_deleted(row):
        intake.file_arrived(UUID(row.attachment_id), sha256=row.sha256, size=row.length, at=at)
    verified = Entry(row.attachment_id, row.sha256, Status.FILE_VERIFIED)
    acks.tell(device, [Fate(verified)], ack_id=clock.new_id(), at=at)
    audit.note("file.verified", f"file:{row.attachment_id}", actor_id=device.person_id, bytes=row.length)


def _require_signed(row: Upload) -> None:
    """Raise FileDiffers when a signed manifest names other bytes for this file."""
    signed = db.session.scalar(select(VisitFile.sha256).where(VisitFile.id == UUID(row.attachment_id)))
    if signed not in (None, row.sha256):
        raise _differing(row)


def _is_deleted(row: Upload) -> bool:
    """Tell whether the file is of a case whose data was deleted: the phone is told that it came, and it is not kept."""
    flags = db.session.scalar(select(VisitFile.flags).where(VisitFile.id == UUID(row.attachment_id)))
    return DELETED in (flags or ())


def _differing(row: Upload) -> FileDiffers:
    """Let the upload stand at zero again; return the refusal that says so."""
    parts.of(row.id).start_over()
    return FileDiffers("the whole file does not have the hash announced and signed; send it again", offset=0)


def discard_part(row: Upload) -> None:
    """Throw the parts of an upload away; what is in the media store stays. A store that is down keeps them for now."""
    with suppress(StorageFails):
        parts.of(row.id).discard()


def terminate(row: Upload) -> None:
    """Forget an unfinished upload. Needs the write transaction. Raises WrongOffset when it is finished."""
    if row.completed_at is not None:
        raise WrongOffset("a finished file stays", offset=row.length)
    discard_part(row)
    db.session.delete(row)


@jobs.chore
def expire(at: datetime) -> int:
    """Delete unfinished uploads nobody went on with for 30 days; return how many. Needs a commit by the caller."""
    stale = select(Upload).where(Upload.expires_at < at, Upload.completed_at.is_(None))
    if db.session.scalar(stale.limit(1)) is None:
        return 0
    begin_write()
    rows = db.session.scalars(stale).all()
    for row in rows:
        discard_part(row)
        db.session.delete(row)
    return len(rows)


@jobs.chore
def sweep(at: datetime) -> int:
    """Throw away parts that no unfinished upload needs, once an hour and when a worker starts; return how many.

    They are of a process killed between the commit and the discarding, of a request that came a moment too late, of
    uploads that a restored database no longer knows. Personal data must not lie about because somebody died.
    """
    last: datetime | None = current_app.extensions.get(SWEPT)
    if last is not None and last <= at < last + SWEEP_EVERY:
        return 0
    found = sorted(parts.waiting())
    needed = set[UUID]()
    for start in range(0, len(found), AT_ONCE):
        lie_here = Upload.id.in_(found[start : start + AT_ONCE])
        needed.update(db.session.scalars(select(Upload.id).where(lie_here, Upload.completed_at.is_(None))))
    forgotten = [one for one in found if one not in needed]
    for upload_id in forgotten:
        parts.of(upload_id).discard()
    current_app.extensions[SWEPT] = at
    return len(forgotten)
