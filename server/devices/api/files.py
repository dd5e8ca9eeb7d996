"""Resumable uploads at /v1/files.

Source: tus resumable upload protocol 1.0.0.
"""

from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from server import clock
from server.accounts.auth import public
from server.body import answers, described
from server.db import db
from server.devices import contract, files
from server.devices.contract import CHUNK_TYPE
from server.devices.enrol import current_device, lock_device, phone
from server.devices.models import Upload
from server.errors import Conflict
from sync import upload
from sync.phone.transport import MARK

bp = Blueprint("files", __name__, url_prefix="/v1/files")
SUCCESS_BELOW = 400


class OtherTusVersion(Conflict):
    """The upload speaks another version of the protocol."""

    status = 412


class ChunkTypeWrong(files.BadFileHeader):
    """A chunk must be sent as application/offset+octet-stream."""

    status = 415


@bp.after_request
def mark(answer: Response) -> Response:
    """Put the protocol's headers on every answer, and our mark on a success."""
    answer.headers["Tus-Resumable"] = upload.TUS_VERSION
    answer.headers["Tus-Version"] = upload.TUS_VERSION
    if answer.status_code < SUCCESS_BELOW:
        answer.headers[MARK] = "1"
    return answer


@bp.route("", methods=["OPTIONS"])
@public("says what the protocol can, nothing else")
@answers(None, status=204)
@described(contract.FILES_OPTIONS)
def options() -> ResponseReturnValue:
    """Say which parts of the tus protocol are spoken."""
    answer = Response(status=204)
    answer.headers["Tus-Extension"] = upload.EXTENSIONS
    answer.headers["Tus-Max-Size"] = str(upload.MAX_FILE_BYTES)
    answer.headers["Tus-Checksum-Algorithm"] = ",".join(upload.CHECKSUM_ALGORITHMS)
    return answer


@bp.post("")
@phone(may_be_revoked=True)
@answers(None, status=201)
@described(contract.FILES_CREATE)
def create() -> ResponseReturnValue:
    """Begin the upload of a file, or find it again; a first chunk may come along."""
    _check_version()
    try:
        facts = upload.read_facts(request.headers.get("Upload-Metadata"), request.headers.get("Upload-Length"))
    except upload.BadUpload as fault:
        raise files.BadFileHeader(str(fault)) from fault
    device = lock_device()
    row = files.create(device, facts, at=clock.now())
    db.session.commit()
    if request.mimetype == CHUNK_TYPE and files.offset(row) == 0:
        _append(row, request.get_data(), at_offset=0)
    _finish_if_whole(row)
    return _stands(row, status=201)


@bp.route("/<uuid:upload_id>", methods=["HEAD"])
@phone(may_be_revoked=True)
@answers(None)
@described(contract.FILES_ASK)
def ask(upload_id: UUID) -> ResponseReturnValue:
    """Say how many bytes of an upload are safe here; a whole one that was left unfinished is finished now."""
    _check_version()
    row = files.find(current_device(), upload_id)
    _finish_if_whole(row)
    return _stands(row, status=200)


@bp.patch("/<uuid:upload_id>")
@phone(may_be_revoked=True)
@answers(None, status=204)
@described(contract.FILES_APPEND)
def append(upload_id: UUID) -> ResponseReturnValue:
    """Append a chunk where the upload stands; durable before the answer."""
    _check_version()
    if request.mimetype != CHUNK_TYPE:
        raise ChunkTypeWrong(f"expected {CHUNK_TYPE}, got {request.mimetype[:60]}")
    row = files.find(current_device(), upload_id)
    try:
        at_offset = upload.read_number(request.headers.get("Upload-Offset"), header="Upload-Offset")
    except upload.BadUpload as fault:
        raise files.BadFileHeader(str(fault)) from fault
    _append(row, request.get_data(), at_offset=at_offset)
    _finish_if_whole(row)
    return _stands(row, status=204)


@bp.delete("/<uuid:upload_id>")
@phone(may_be_revoked=True)
@answers(None, status=204)
@described(contract.FILES_REMOVE)
def remove(upload_id: UUID) -> ResponseReturnValue:
    """Forget an unfinished upload."""
    _check_version()
    files.terminate(files.find(lock_device(), upload_id))
    db.session.commit()
    return Response(status=204)


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != upload.TUS_VERSION:
        raise OtherTusVersion(f"expected Tus-Resumable {upload.TUS_VERSION}")


def _append(row: Upload, chunk: bytes, *, at_offset: int) -> None:
    files.append(row, chunk, at_offset=at_offset, checksum=request.headers.get("Upload-Checksum"))


def _finish_if_whole(row: Upload) -> None:
    """Finish a whole upload: only the end of a file needs a write transaction, also when a crash came before it."""
    upload_id = row.id
    if row.completed_at is None and files.offset(row) == row.length:
        files.keep(row)
        device = lock_device()
        finished = files.find(device, upload_id)
        files.finish(device, finished, at=clock.now())
        db.session.commit()
        files.discard_part(finished)


def _stands(row: Upload, *, status: int) -> Response:
    answer = Response(status=status)
    answer.headers["Upload-Offset"] = str(files.offset(row))
    answer.headers["Upload-Length"] = str(row.length)
    answer.headers["Upload-Expires"] = format_datetime(_utc(row.expires_at), usegmt=True)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Location"] = url_for("files.ask", upload_id=row.id)
    return answer


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
