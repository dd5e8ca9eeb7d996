"""Invented photos and signatures for the demo's phones: real JPEG bytes with EXIF, real pen strokes, nobody's door."""

import io
import math
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from server.clock import SHANGHAI

WALLS = ((196, 178, 154), (170, 180, 188), (205, 198, 186), (158, 166, 150))
DOORS = ((110, 66, 40), (60, 74, 92), (96, 40, 44), (70, 70, 66))
SIZE, PATCHES = (1280, 960), (8, 6)
NIGHT = (58, 62, 70)
SHADE = 0.45  # how much of light and shadow lies over door, building and envelope too
EXIF_TIME, EXIF_MAKE, EXIF_SOFTWARE = 0x0132, 0x010F, 0x0131


def door_photo(rng: Random, *, shows: str, taken_at: datetime) -> bytes:
    """Return a JPEG of an invented door, building or envelope, 1280 × 960, with time and label in its EXIF."""
    picture = _shaded(rng, rng.choice(WALLS))
    draw = ImageDraw.Draw(picture)
    if shows == "building":
        for floor in range(6):
            for column in range(8):
                lit = rng.random() < 0.4  # noqa: PLR2004
                draw.rectangle(
                    (120 + column * 135, 80 + floor * 135, 210 + column * 135, 170 + floor * 135),
                    fill=(240, 220, 150) if lit else (84, 96, 110),
                )
    elif shows == "delivered_paper":
        draw.polygon(((260, 240), (1020, 210), (1050, 720), (290, 750)), fill=(222, 202, 160), outline=(120, 100, 70))
        draw.line(((260, 240), (650, 500), (1020, 210)), fill=(120, 100, 70), width=5)
    else:
        draw.rectangle((430, 130, 860, 930), fill=rng.choice(DOORS), outline=(30, 30, 30), width=8)
        draw.ellipse((790, 520, 830, 560), fill=(210, 190, 120))
        draw.rectangle((560, 200, 730, 260), fill=(230, 230, 220))
    picture.paste(Image.blend(picture, _shaded(rng, rng.choice(WALLS)), SHADE))
    for _ in range(20):
        spots = memoryview(rng.randbytes(800)).cast("H")
        where = [(x % SIZE[0], y % SIZE[1]) for x, y in zip(spots[::2], spots[1::2], strict=True)]
        draw.point(where, fill=tuple(value + rng.randrange(-30, 30) for value in WALLS[0]))
    draw.text((24, 920), f"SYNTHETIC {shows} {taken_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", fill=(255, 255, 255))
    exif = Image.Exif()
    exif[EXIF_TIME] = f"{taken_at.astimezone(SHANGHAI):%Y:%m:%d %H:%M:%S}"
    exif[EXIF_MAKE], exif[EXIF_SOFTWARE] = "Doorstep demo", "synthetic"
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()


def _shaded(rng: Random, colour: tuple[int, int, int]) -> Image.Image:
    """Return a wall in patches of light and shadow, no two alike: two doors must not pass for the same photo."""
    light = Image.frombytes("L", PATCHES, rng.randbytes(PATCHES[0] * PATCHES[1])).resize(SIZE, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", SIZE, colour), Image.new("RGB", SIZE, NIGHT), light)


def signature(rng: Random, *, strokes: int = 5) -> list[Mapping[str, Any]]:
    """Return pen strokes as `signed_paper` records hold them: points [x, y, ms, pressure], 0.01 mm, integers."""
    drawn: list[Mapping[str, Any]] = []
    began = 0
    for number in range(strokes):
        x, y = 900 + number * 1350 + rng.randrange(-150, 150), 1200 + rng.randrange(-300, 500)
        bend, length = rng.uniform(-2.5, 2.5), rng.randrange(16, 36)
        points = []
        for step in range(length):
            angle = bend * step / length + number
            x += int(70 * math.cos(angle))
            y += int(70 * math.sin(angle))
            points.append([min(max(x, 0), 9000), min(max(y, 0), 3600), step * 8, 300 + rng.randrange(400)])
        drawn.append({"t0_ms": began, "p": points})
        began += length * 8 + rng.randrange(60, 180)
    return drawn
