"""A photo made small enough to print: turned upright, re-encoded, without its metadata.

The original is evidence and is never touched; a broken photo yields a verdict, not an exception. Pure.
"""

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 64_000_000  # the largest everyday phone photo is 8192 x 6144
PRINT_EDGE_PX = 1280
_QUALITY = 80
_WHITE = (255, 255, 255)
_PLAIN_MODES = frozenset({"RGB", "L"})


class PhotoFault(StrEnum):
    """Why a photo cannot be printed."""

    EMPTY = "empty"  # no bytes
    NOT_A_PHOTO = "not-a-photo"  # none of the formats phones send
    TOO_LARGE = "too-large"  # more pixels than any phone takes
    BROKEN = "broken"  # cut short or damaged


@dataclass(frozen=True, slots=True)
class PrintPhoto:
    """A printable derivative: a plain JPEG without metadata, and its size in pixels."""

    jpeg: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class UnprintablePhoto:
    """The verdict on a photo that cannot be printed."""

    fault: PhotoFault


def for_print(
    content: bytes, *, edge_px: int = PRINT_EDGE_PX, formats: tuple[str, ...] = FORMATS
) -> PrintPhoto | UnprintablePhoto:
    """Return the photo with its longer edge at most edge_px, or why there is none; formats are Pillow's names.

    What this function returned once comes back unchanged, so a cached derivative prints the same bytes.
    """
    if not content:
        return UnprintablePhoto(PhotoFault.EMPTY)
    try:
        photo = Image.open(BytesIO(content), formats=formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return UnprintablePhoto(PhotoFault.TOO_LARGE)
    except (OSError, ValueError, SyntaxError):
        return UnprintablePhoto(PhotoFault.NOT_A_PHOTO)
    with photo:
        if photo.width * photo.height > MAX_PIXELS:
            return UnprintablePhoto(PhotoFault.TOO_LARGE)
        return _decoded(photo, content, edge_px)


def derivative(jpeg: bytes) -> PrintPhoto:
    """Return what `for_print` once made and a hash has vouched for since: only its head is read, for the size.

    Raises OSError where there is no such head.
    """
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as photo:
        return PrintPhoto(jpeg, photo.width, photo.height)


def _decoded(photo: Image.Image, content: bytes, edge_px: int) -> PrintPhoto | UnprintablePhoto:
    """Decode, which is where a cut or damaged file shows itself."""
    try:
        if _is_derivative(photo, content, edge_px):
            made = PrintPhoto(content, photo.width, photo.height)
            photo.draft(None, (1, 1))  # every bit is read all the same, an eighth of the pixels made of them
            photo.load()
            return made
        return _derive(photo, edge_px)
    except (OSError, ValueError, SyntaxError, IndexError, Image.DecompressionBombError):
        return UnprintablePhoto(PhotoFault.BROKEN)


def _is_derivative(photo: Image.Image, content: bytes, edge_px: int) -> bool:
    """Say whether the bytes are a small JPEG with neither metadata nor anything after its end."""
    is_plain_jpeg = photo.format == "JPEG" and photo.mode in _PLAIN_MODES and content.endswith(b"\xff\xd9")
    metadata = set(photo.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    return is_plain_jpeg and not metadata and max(photo.size) <= edge_px


def _derive(photo: Image.Image, edge_px: int) -> PrintPhoto:
    square = (edge_px, edge_px)  # a wider gap makes the decoder keep every pixel of a 4:3 photo of twelve megapixels
    photo.thumbnail(square, reducing_gap=1.0)
    upright = _flat(ImageOps.exif_transpose(photo))
    upright.info.clear()  # comments and colour profiles would be written again
    out = BytesIO()
    upright.save(out, "JPEG", quality=_QUALITY, optimize=False)
    return PrintPhoto(out.getvalue(), upright.width, upright.height)


def _flat(photo: Image.Image) -> Image.Image:
    """Return the photo in plain colour; what was transparent is white, as on paper."""
    if not photo.has_transparency_data:
        return photo.convert("RGB")
    layer = photo.convert("RGBA")
    paper = Image.new("RGB", layer.size, _WHITE)
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper
