"""Resumable uploads: bytes go to a part file, are made durable before the answer, and end in the media store.

How far an upload is, is the length of its part file and nothing else, so a crash can never make the two disagree.

Source: tus resumable upload protocol 1.0.0.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from server import audit, clock, config, feed, jobs, media
from server.db import begin_write, db
from server.devices import acks, handover
from server.devices.acks import Fate
from server.devices.models import Device, Upload
from server.errors import Conflict, Invalid, Missing
from server.visits import intake
from server.visits.models import VisitFile
from sync import upload
from sync.ack import Entry, Status
from sync.upload import FileFacts

KEEP = timedelta(days=upload.KEEP_DAYS)


class FileTooLarge(Invalid):
    """A file has at most 20 MiB."""

    status = 413


class BadFileHeader(Invalid):
    """A header of the upload says something that cannot be."""

    status = 400


class FileDiffers(Conflict):
    """Another file has this id, or the bytes are not those the signed manifest names."""


class WrongOffset(Conflict):
    """The bytes do not begin where the upload stands."""


class ChunkDamaged(Invalid):
    """The bytes are not what their checksum says; they were discarded."""

    status = 460


class UploadBusy(Conflict):
    """Another request is writing this upload."""

    status = 423


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
    path = part_path(row)
    return path.stat().st_size if path.is_file() else 0


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
    with locked(row) as file:
        stands = os.fstat(file).st_size
        if at_offset != stands:
            raise WrongOffset(f"expected offset {stands}, got {at_offset}", offset=stands)
        if stands + len(chunk) > row.length:
            raise FileTooLarge(f"expected {row.length} bytes in all, got {stands + len(chunk)}")
        _write(file, chunk, stands)
        return stands + len(chunk)


def _append_nothing(row: Upload, chunk: bytes, *, at_offset: int) -> int:
    if at_offset != row.length or chunk:
        raise WrongOffset(f"the file is whole at {row.length}", offset=row.length)
    return row.length


def finish(device: Device, row: Upload, *, at: datetime) -> None:
    """Check a whole upload against its hash, put it into the media store and tell the phone.

    Needs the write transaction. Raises FileDiffers, after which the upload stands at zero again.
    """
    if row.completed_at is not None:
        return
    feed.lock_ids(db.session(), handover.FILES, [row.attachment_id])
    with locked(row) as file:
        content = part_path(row).read_bytes()
        told = hashlib.sha256(content).hexdigest()
        signed = db.session.scalar(select(VisitFile.sha256).where(VisitFile.id == UUID(row.attachment_id)))
        if told != row.sha256 or signed not in (None, told):
            os.ftruncate(file, 0)
            os.fsync(file)
            raise FileDiffers("the whole file does not have the hash announced and signed; send it again", offset=0)
        media.store().put(content)
    row.completed_at = at
    db.session.flush()
    intake.file_verified(UUID(row.attachment_id), sha256=row.sha256, size=row.length, device_id=device.id, at=at)
    verified = Entry(row.attachment_id, row.sha256, Status.FILE_VERIFIED)
    acks.tell(device, [Fate(verified)], ack_id=clock.new_id(), at=at)
    audit.note("file.verified", f"file:{row.attachment_id}", actor_id=device.person_id, bytes=row.length)


def discard_part(row: Upload) -> None:
    """Delete the part file of an upload; what is in the media store stays."""
    part_path(row).unlink(missing_ok=True)


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


def part_path(row: Upload) -> Path:
    """Return where the bytes of an unfinished upload lie."""
    return config.current().var_dir / "uploads" / f"{row.id}.part"


@contextmanager
def locked(row: Upload) -> Iterator[int]:
    """Hold the part file of an upload alone; gives its file descriptor. Raises UploadBusy."""
    path = part_path(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise UploadBusy("try again in a moment") from busy
        yield file
    finally:
        os.close(file)


def _write(file: int, chunk: bytes, stands: int) -> None:
    """Append all of the chunk and make it durable; a half-written one is cut off again."""
    try:
        view, at = memoryview(chunk), stands
        while view:
            written = os.pwrite(file, view, at)
            view, at = view[written:], at + written
        os.fsync(file)
    except OSError:
        os.ftruncate(file, stands)
        raise
