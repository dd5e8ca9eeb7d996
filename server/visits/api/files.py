"""Files of a visit: shown re-encoded, handed out as they came only as a download that a browser never runs."""

from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from server import media
from server.accounts.auth import allow
from server.accounts.roles import OFFICE, Role
from server.body import answers
from server.db import fetch
from server.errors import Missing
from server.visits import marking, photos
from server.visits.access import fetch_visit
from server.visits.darkroom import watermark
from server.visits.models import VisitFile

bp = Blueprint("visit_files", __name__, url_prefix="/v1/visits/<uuid:visit_id>/files")
SANDBOX = "default-src 'none'; sandbox"


class FileNotShown(Missing):
    """The file is not here yet, or cannot be shown."""


def find(visit_id: UUID, file_id: UUID) -> VisitFile:
    """Return a verified file of a visit the caller may know of. Raises Missing or FileNotShown."""
    visit = fetch_visit(visit_id)
    file = fetch(VisitFile, file_id)
    if file.visit_id != visit.id:
        raise Missing(f"no VisitFile {file_id}")
    if file.verified_at is None:
        raise FileNotShown("its bytes have not arrived")
    return file


def bytes_of(sha256: str, *, content_type: str, disposition: str) -> Response:
    """Return stored bytes as a fixed type that no browser interprets."""
    answer = _sandboxed(media.store().get(sha256), content_type=content_type, disposition=disposition)
    answer.set_etag(sha256)
    return answer


def _sandboxed(content: bytes, *, content_type: str, disposition: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers["Content-Disposition"] = disposition
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/<uuid:file_id>")
@allow(*OFFICE, Role.AGENT)
@answers(None, content_type="image/jpeg")
def get_photo(visit_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Return a photo re-encoded, without its metadata, with time, place and number drawn on it."""
    return _picture(find(visit_id, file_id), "derivative_sha256")


@bp.get("/<uuid:file_id>/thumbnail")
@allow(*OFFICE, Role.AGENT)
@answers(None, content_type="image/jpeg")
def get_thumbnail(visit_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Return a photo at 320 px, marked as the larger one is."""
    return _picture(find(visit_id, file_id), "thumbnail_sha256")


def _picture(file: VisitFile, column: str) -> Response:
    sha256 = getattr(file, column)
    if sha256 is None:
        raise FileNotShown("there is no picture to show (yet)", flags=file.flags)
    marked = watermark.draw(media.store().get(sha256), marking.lines(file))
    return _sandboxed(marked, content_type="image/jpeg", disposition="inline")


@bp.get("/<uuid:file_id>/original")
@allow(*OFFICE)
@answers(None, content_type="application/octet-stream")
def get_original(visit_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Return the file bit for bit as the phone sent it, as a download."""
    file = find(visit_id, file_id)
    disposition = f'attachment; filename="{photos.download_name(file)}"'
    return bytes_of(file.sha256, content_type="application/octet-stream", disposition=disposition)
