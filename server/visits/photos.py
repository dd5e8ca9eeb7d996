"""Photos and recordings of a visit: verified against the signed hash; what is shown of them is made in the darkroom.

The original stays bit for bit as it came. Source: docs/evidence.md §5, §6.
"""

from datetime import datetime

from server.visits.models import VisitFile

TYPES = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic", "image/heif": "heic",
    "audio/mp4": "m4a", "audio/webm": "webm", "audio/ogg": "ogg",
}  # fmt: skip
SHOWN = {
    "door": "门口",
    "building": "楼栋",
    "surroundings": "周边环境",
    "delivered_paper": "送达文件",
    "signed_paper": "签署原件",
    "signing": "签署过程",
}
OTHER = "其他"


def role_of(mime: str) -> str:
    """Return what a file is by its signed media type: photo, recording or file."""
    kind = mime.partition("/")[0]
    return {"image": "photo", "audio": "recording", "video": "recording"}.get(kind, "file")


def verify(file: VisitFile, *, size: int, at: datetime) -> None:
    """Mark a file whose bytes are here and have the signed hash; the darkroom opens it soon after, not here."""
    file.verified_at = at
    if size != file.size and "size_differs" not in file.flags:
        file.flags = [*file.flags, "size_differs"]


def download_name(file: VisitFile) -> str:
    """Return a name of our own for the original; the phone's never becomes one."""
    return f"{file.shows}-{str(file.id)[-8:]}.{TYPES.get(file.mime.partition(';')[0], 'bin')}"
