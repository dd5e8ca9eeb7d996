"""What is done to one file in the darkroom: facts read, two pictures to show made, likeness taken. Pure.

Runs in the child only: whatever a hostile file does to a decoder, it does it there.
"""

from io import BytesIO
from typing import Any

from PIL import Image

from receipts import images
from receipts.images import PrintPhoto
from server.visits.darkroom import ending, exif, likeness, sound
from server.visits.darkroom.looked import Looked

THUMBNAIL_PX = 320


def formats() -> tuple[str, ...]:
    """Return the formats that are opened, HEIC among them when the extra `heic` is installed.

    The list is built once: naming a format whose plug-in is absent makes Pillow fail on every file.
    """
    try:
        import pi_heif  # noqa: PLC0415  # an extra, and only ever in the child
    except ImportError:
        return images.FORMATS
    pi_heif.register_heif_opener()
    return (*images.FORMATS, "HEIF")


def recording(content: bytes) -> Looked:
    """Look at a recording: its length, without decoding it."""
    if not content:
        return Looked(fault="empty")
    if not sound.is_recording(content):
        return Looked(fault="not-a-recording")
    return Looked({"duration_ms": sound.duration_ms(content)})


def photo(content: bytes, known: tuple[str, ...]) -> Looked:
    """Look at a photo: check it whole, read what the camera wrote, make what may be shown."""
    made = images.for_print(content, formats=known)
    if not isinstance(made, PrintPhoto):
        return Looked(fault=made.fault.value)
    try:
        with Image.open(BytesIO(content), formats=known) as checked:
            checked.verify()  # for PNG it checks what decoding lets pass; the picture must be opened anew after it
        with Image.open(BytesIO(content), formats=known) as opened:
            facts: dict[str, Any] = {"format": opened.format, "width_px": opened.width, "height_px": opened.height}
            facts |= {"exif": exif.read(opened), "tail_bytes": ending.tail_bytes(content)}
    except (OSError, ValueError, SyntaxError, IndexError, KeyError):
        return Looked(fault=images.PhotoFault.BROKEN.value)
    small = images.for_print(made.jpeg, edge_px=THUMBNAIL_PX)
    with Image.open(BytesIO(made.jpeg)) as shown:
        facts["likeness"] = likeness.hashes(shown)
    return Looked(facts, pictures=(made.jpeg, small.jpeg) if isinstance(small, PrintPhoto) else (made.jpeg,))
