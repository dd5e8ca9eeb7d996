"""From degrees to the pixels of a drawn map: fit, scale bar, and markers that do not hide each other. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.planning.arrays import np
from server.planning.datum import Point, to_wgs84
from server.planning.distance import EARTH_RADIUS_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pixel = tuple[float, float]

_LEAST_SPAN_M = 600.0  # one lonely stop is shown with its surroundings
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the drawing in pixels."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Projection:
    """Equirectangular about the middle of the points: true to scale for a city or a county."""

    middle_lon: float
    middle_lat: float
    box: Box
    m_per_px: float

    def __call__(self, point: Point) -> Pixel:
        """Return where a point lies on the drawing."""
        place = to_wgs84(point)
        east_m = math.radians(place.lon - self.middle_lon) * EARTH_RADIUS_M * math.cos(math.radians(self.middle_lat))
        north_m = math.radians(place.lat - self.middle_lat) * EARTH_RADIUS_M
        x = self.box.left + self.box.width / 2.0 + east_m / self.m_per_px
        y = self.box.top + self.box.height / 2.0 - north_m / self.m_per_px
        return (round(x, 1), round(y, 1))


def fit(points: Sequence[Point], *, box: Box, margin_px: float) -> Projection:
    """Return the projection that shows all points inside the box, `margin_px` off its edges."""
    places = [to_wgs84(point) for point in points] or [Point(lon=105.0, lat=35.0)]
    lons, lats = [place.lon for place in places], [place.lat for place in places]
    middle_lon, middle_lat = (min(lons) + max(lons)) / 2.0, (min(lats) + max(lats)) / 2.0
    wide_m = math.radians(max(lons) - min(lons)) * EARTH_RADIUS_M * math.cos(math.radians(middle_lat))
    high_m = math.radians(max(lats) - min(lats)) * EARTH_RADIUS_M
    m_per_px = max(
        wide_m / (box.width - 2.0 * margin_px),
        high_m / (box.height - 2.0 * margin_px),
        _LEAST_SPAN_M / (min(box.width, box.height) - 2.0 * margin_px),
    )
    return Projection(middle_lon=middle_lon, middle_lat=middle_lat, box=box, m_per_px=m_per_px)


def round_length_m(longest_m: float) -> int:
    """Return the longest 1, 2 or 5 times a power of ten metres that is no longer than `longest_m`, at least 1."""
    whole_m = max(1, int(longest_m))
    power: int = 10 ** (len(str(whole_m)) - 1)  # digits, not a logarithm: that rounds 9,999,999.9 up
    return max(step * power for step in (1, 2, 5) if step * power <= whole_m)


def spread(anchors: Sequence[Pixel], *, apart_px: float, farthest_px: float) -> list[Pixel]:
    """Return the anchors pushed apart until markers are `apart_px` from each other, none farther than `farthest_px`.

    The result depends on the anchors alone.
    """
    if not anchors:
        return []
    home: NDArray[np.float64] = np.array(anchors, dtype=np.float64)
    order = np.arange(len(home))
    # Markers on one spot need different directions to part: a sunflower of tiny steps gives each its own.
    nudge = 0.01 * np.stack([np.cos(order * 2.399963), np.sin(order * 2.399963)], axis=1)
    spots = home + nudge
    for _ in range(_ROUNDS):
        gaps = spots[:, None, :] - spots[None, :, :]
        distance = np.hypot(gaps[..., 0], gaps[..., 1])
        np.fill_diagonal(distance, np.inf)
        overlap = np.clip(apart_px - distance, 0.0, None)
        if not overlap.any():
            break
        push = (gaps / np.maximum(distance, 1e-9)[..., None] * overlap[..., None] / 2.0).sum(axis=1)
        away = spots + push - home
        length = np.hypot(away[:, 0], away[:, 1])
        spots = home + away * np.minimum(1.0, farthest_px / np.maximum(length, 1e-9))[:, None]
    return [(round(float(x), 1), round(float(y), 1)) for x, y in spots]
