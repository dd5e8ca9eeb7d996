"""How alike two photos look: a perceptual hash of 64 bits (pHash), told apart by how many bits differ. Pure.

It says "look at this", never "this is the same": another exposure changes about 2 bits, a crop of 5% about 12, another
photo about 22. Source: docs/evidence.md §5; the DCT hash of Zauner 2010, bit for bit that of `imagehash.phash`.
"""

from collections.abc import Sequence
from math import cos, fsum, pi, sqrt
from operator import mul
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_BITS = 8
_EDGE, _LOW = 32, 8
_PLAIN_SPREAD = 4.0  # grey levels; a photo of nothing has no features, only noise
# The darkroom is started for every few photos: loading numpy would take seven times as long as this transform.
_COSINES = [[2 * cos(pi * wave * (2 * at + 1) / (2 * _EDGE)) for at in range(_EDGE)] for wave in range(_LOW)]
_SIGNS = [-1 if wave % 2 else 1 for wave in range(_LOW)]


def hashes(photo: Image.Image) -> list[int]:
    """Return the hash of the photo as it is, then of its 7 other turns and mirrorings; empty for a plain surface.

    Turning the picture swaps and negates terms of its cosine transform, so one transform serves all eight.
    """
    grey = photo.convert("L").resize((_EDGE, _EDGE), Image.Resampling.LANCZOS).tobytes()
    if _spread(grey) < _PLAIN_SPREAD:
        return []
    rows = [grey[at : at + _EDGE] for at in range(0, len(grey), _EDGE)]
    across = [[sum(map(mul, row, waves)) for row in rows] for waves in _COSINES]
    terms = [[sum(map(mul, column, waves)) for column in across] for waves in _COSINES]
    sideways = [list(map(mul, row, _SIGNS)) for row in terms]
    upright = [terms, sideways, _flipped(terms), _flipped(sideways)]
    turned = [[list(column) for column in zip(*one, strict=True)] for one in upright]
    return [_bits(one) for one in upright + turned]


def _flipped(terms: list[list[float]]) -> list[list[float]]:
    return [[sign * one for one in row] for sign, row in zip(_SIGNS, terms, strict=True)]


def _spread(grey: bytes) -> float:
    mean = sum(grey) / len(grey)
    return sqrt(fsum((one - mean) ** 2 for one in grey) / len(grey))


def _bits(rows: Sequence[Sequence[float]]) -> int:
    terms = [one for row in rows for one in row]
    middle = sum(sorted(terms)[31:33]) / 2
    return int("".join("1" if one > middle else "0" for one in terms), 2)


def signed(value: int) -> int:
    """Return 64 bits as the signed number that databases keep."""
    return value - (1 << 64) if value >> 63 else value


def nearest(variants: list[int], known: Sequence[int]) -> "NDArray[np.int64]":
    """Return for each known hash, as databases keep it, the fewest bits in which any variant differs from it."""
    import numpy as np  # noqa: PLC0415  # 6 MiB that no worker of the web needs

    others = np.array(known, dtype=np.int64).view(np.uint64)
    least = np.full(others.shape, 64, dtype=np.int64)
    for variant in variants:
        differ = np.bitwise_xor(others, np.uint64(variant)).view(np.uint8).reshape(-1, 8)
        least = np.minimum(least, np.unpackbits(differ, axis=1).sum(axis=1, dtype=np.int64))
    return least
