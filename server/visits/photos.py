"""Photos and recordings of a visit: verified against the signed hash, shown only re-encoded.

The original stays bit for bit as it came. Source: docs/evidence.md §5, §6.
"""

from datetime import datetime

from receipts import images
from receipts.images import PrintPhoto
from server import media
from server.visits.models import VisitFile

_JPEG, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "audio/mp4": "m4a", "audio/webm": "webm"}


def role_of(mime: str) -> str:
    """Return what a file is by its signed media type: photo, recording or file."""
    kind = mime.partition("/")[0]
    return {"image": "photo", "audio": "recording", "video": "recording"}.get(kind, "file")


def verify(file: VisitFile, *, size: int, at: datetime) -> None:
    """Mark a file whose bytes are here and have the signed hash, and make what may be shown of it.

    A picture that cannot be opened stays evidence: it is flagged, and the agent is asked for another.
    """
    file.verified_at = at
    if size != file.size:
        _flag(file, "size_differs")
    if file.role == "photo":
        _derive(file, media.store().get(file.sha256))


def _derive(file: VisitFile, content: bytes) -> None:
    made = images.for_print(content)
    if not isinstance(made, PrintPhoto):
        _flag(file, f"unreadable_{made.fault}")
        return
    file.derivative_sha256 = media.store().put(made.jpeg)
    if content.startswith(_JPEG) and not content.rstrip(b"\x00").endswith(_JPEG_END):
        _flag(file, "bytes_after_image")


def _flag(file: VisitFile, name: str) -> None:
    if name not in file.flags:
        file.flags = [*file.flags, name]


def download_name(file: VisitFile) -> str:
    """Return a name of our own for the original; the phone's never becomes one."""
    return f"{file.shows}-{str(file.id)[-8:]}.{TYPES.get(file.mime, 'bin')}"
