"""Photos made here, with detail enough to weigh what a phone's photo weighs. The same seed gives the same bytes."""

from io import BytesIO

import numpy as np
from PIL import Image

from receipts.facts import PhotoFacts
from receipts.images import PrintPhoto


def photo(seed: int, *, width_px: int, height_px: int, grain: int, quality: int = 80) -> bytes:
    """Return a JPEG of smooth ground with `grain` levels of noise on it."""
    rng = np.random.default_rng(seed)
    ground = np.add.outer(np.linspace(60, 190, height_px), np.linspace(-30, 30, width_px))
    noise = rng.integers(-grain, grain + 1, (height_px, width_px, 3))
    pixels = np.clip(ground[:, :, None] + noise, 0, 255).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality)
    return out.getvalue()


def jpeg_of(photo: PhotoFacts) -> bytes:
    """Return the bytes of a photo on a paper."""
    return photo.content.jpeg if isinstance(photo.content, PrintPhoto) else photo.content
