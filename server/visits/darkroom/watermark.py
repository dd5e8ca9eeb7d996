"""Draws a mark onto a picture of our own making, never onto an original. Pure."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock

from PIL import Image, ImageDraw, ImageFont

import receipts

_FONT = Path(receipts.__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
_INK, _GROUND = (255, 255, 255, 255), (0, 0, 0, 140)
_ONE_OF, _LEAST_PX = 44, 8  # the letters are a 44th of the picture's width
_one_at_a_time = Lock()  # a font's face is no thing to share between threads


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, size_px)


def draw(jpeg: bytes, lines: Sequence[str]) -> bytes:
    """Return the picture as a JPEG with the lines on a dark band at its foot."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as opened:
        picture = opened.convert("RGB")
    size_px = max(_LEAST_PX, picture.width // _ONE_OF)
    height = round(size_px * (1.35 * len(lines) + 0.5))
    band = Image.new("RGBA", (picture.width, height), _GROUND)
    pen = ImageDraw.Draw(band)
    with _one_at_a_time:
        for row, line in enumerate(lines):
            pen.text((size_px // 2, round(size_px * (0.15 + 1.35 * row))), line, font=_font(size_px), fill=_INK)
    picture.paste(band.convert("RGB"), (0, picture.height - height), band.getchannel("A"))
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
