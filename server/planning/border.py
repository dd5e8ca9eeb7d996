"""Where the maps of the mainland are shifted: a hand-made outline, good enough for that one question. Pure.

GCJ-02 and BD-09 shift points of the mainland by 100 to 700 m and leave Hong Kong, Macau, Taiwan and foreign
countries alone. The rectangle in common use (72-138 E, 0.8-55.9 N) would shift Seoul, Hanoi and Hong Kong as well.
So the outline is a ring drawn on purpose a little *outside* the land border, because a creditor's addresses lie
inside it and a border town of ours must never fall out; its sea side runs through open water past the islands.
Where people live close by on both sides (the Shenzhen river, Macau, Kinmen, Matsu) holes are cut to about 300 m.
The price: a foreign place within some 40 km of the land border is taken for a mainland one and is off by one shift.
The islands of the South China Sea are left out: nobody is visited there. The outline says how map data are
published, nothing about sovereignty.
"""

from typing import TypeAlias

Ring: TypeAlias = tuple[tuple[float, float], ...]
"""Corners of a closed line as (longitude, latitude) in WGS-84 degrees; the last corner joins the first."""

# fmt: off
_LAND_BORDER: Ring = (
    # Guangxi, Yunnan
    (108.2, 21.2), (107.2, 21.2), (106.4, 21.7), (106.3, 22.4), (105.3, 22.7), (104.6, 22.5), (103.5, 22.3),
    (102.5, 22.1), (102.0, 21.9), (101.9, 20.9), (101.0, 20.9), (99.8, 21.3), (98.7, 22.0), (98.6, 23.0),
    (97.2, 23.6), (97.1, 24.6), (97.9, 25.6), (98.4, 26.7), (98.2, 27.2), (97.3, 27.2),
    # Xizang
    (95.5, 26.5), (92.2, 26.5), (91.2, 27.2), (90.2, 27.8), (89.4, 27.6), (89.1, 27.0), (88.4, 27.4),
    (86.7, 27.5), (85.2, 27.95),
    (83.8, 28.7), (82.0, 29.6), (80.9, 29.7), (78.6, 30.6), (78.2, 31.5), (77.8, 32.8), (77.6, 34.3), (76.5, 35.3),
    # Xinjiang
    (74.8, 36.4), (73.9, 37.2), (74.0, 38.1), (73.3, 38.7), (73.1, 39.6), (73.6, 40.3), (74.8, 40.9), (76.4, 41.0),
    (77.7, 41.5), (79.5, 42.4), (79.8, 43.1), (79.5, 44.9), (80.0, 45.3), (81.6, 45.7), (81.8, 46.7),
    (82.7, 47.6), (84.7, 47.5),
    (85.2, 48.5), (86.3, 48.9), (86.9, 49.5), (88.2, 49.5), (89.9, 48.6), (91.0, 47.5), (91.6, 45.5), (94.0, 45.0),
    # Gansu, Inner Mongolia
    (95.8, 44.6), (96.8, 43.1), (99.5, 43.0), (101.9, 42.9), (104.9, 42.1), (107.3, 42.8), (109.5, 42.8), (111.5, 43.9),
    (111.1, 44.5), (111.7, 45.5), (113.6, 45.3), (115.5, 46.0), (117.0, 46.9), (118.8, 47.2), (117.8, 47.4),
    (115.2, 47.4), (115.2, 48.3), (115.7, 49.3), (116.6, 50.2), (118.8, 50.5), (119.6, 52.1), (119.6, 52.9),
    # Heilongjiang, Jilin, Liaoning
    (121.3, 53.7), (123.6, 53.9), (125.8, 53.3), (127.2, 52.0), (128.0, 50.6), (128.2, 49.9), (130.3, 49.2),
    (131.4, 48.3), (132.6, 48.1), (134.6, 48.8), (135.4, 48.6), (134.3, 46.2), (133.5, 44.9), (131.9, 45.0),
    (131.5, 44.0), (131.6, 42.9), (130.9, 42.1), (130.2, 42.2), (129.7, 42.0), (128.6, 41.7), (128.4, 41.2),
    (127.2, 41.2), (126.3, 40.7), (125.2, 40.1), (124.5, 39.7),
)
_SEA_SIDE: Ring = (
    (124.0, 39.2), (122.8, 38.4), (123.3, 37.4), (122.6, 36.3), (121.6, 35.0), (122.6, 32.5), (123.4, 31.2),
    (123.4, 29.8), (122.5, 28.3), (121.7, 27.0), (120.7, 26.7), (120.55, 25.9), (120.2, 25.3), (119.2, 24.3),
    (118.4, 23.5), (117.4, 22.9), (116.4, 22.4), (114.9, 21.9), (113.0, 21.2), (111.8, 20.4), (111.3, 19.4),
    (110.2, 17.9), (108.3, 18.1), (108.2, 19.4), (109.0, 20.6),
)
_HONG_KONG: Ring = (
    (113.82, 22.13), (113.82, 22.36), (113.90, 22.440), (113.95, 22.468), (113.985, 22.492), (114.015, 22.503),
    (114.05, 22.5025), (114.0617, 22.5105), (114.0655, 22.5157), (114.08, 22.5195), (114.087, 22.523),
    (114.084, 22.5295), (114.091, 22.5335), (114.1085, 22.5325), (114.1157, 22.5303), (114.123, 22.536),
    (114.1301, 22.5372), (114.1373, 22.5395), (114.148, 22.5415), (114.1553, 22.5515), (114.1625, 22.5595),
    (114.1733, 22.562), (114.1841, 22.5566), (114.1985, 22.5566), (114.215, 22.5545), (114.2245, 22.552),
    (114.2275, 22.5485), (114.25, 22.5535), (114.30, 22.560), (114.35, 22.575), (114.45, 22.575), (114.47, 22.53),
    (114.50, 22.44), (114.52, 22.13),
)
_MACAU: Ring = (
    (113.5345, 22.213), (113.5395, 22.2145), (113.5475, 22.216), (113.553, 22.216), (113.56, 22.2145),
    (113.60, 22.212), (113.61, 22.10), (113.551, 22.10), (113.5505, 22.14), (113.5475, 22.148), (113.5415, 22.158),
    (113.5365, 22.168), (113.531, 22.178), (113.532, 22.19), (113.5325, 22.20),
)
_KINMEN: Ring = (
    (118.19, 24.37), (118.19, 24.45), (118.25, 24.50), (118.36, 24.53), (118.50, 24.53), (118.53, 24.37),
)
_MATSU: Ring = (
    (119.89, 25.93), (119.89, 26.20), (119.95, 26.31), (120.16, 26.42), (120.56, 26.42), (120.56, 25.93),
)
# fmt: on
_MAINLAND: Ring = _LAND_BORDER + _SEA_SIDE
_HOLES: tuple[Ring, ...] = (_HONG_KONG, _MACAU, _KINMEN, _MATSU)


def is_in_mainland(*, lon_wgs84: float, lat_wgs84: float) -> bool:
    """Tell whether map makers shift a point (degrees, WGS-84). True near the land border, see the module."""
    if not _encloses(_MAINLAND, lon_wgs84, lat_wgs84):
        return False
    return not any(_encloses(hole, lon_wgs84, lat_wgs84) for hole in _HOLES)


def _encloses(ring: Ring, lon: float, lat: float) -> bool:
    """Count the edges east of the point: an odd number means inside."""
    is_inside = False
    previous_lon, previous_lat = ring[-1]
    for corner_lon, corner_lat in ring:
        if (corner_lat > lat) != (previous_lat > lat):
            crossing = corner_lon + (lat - corner_lat) * (previous_lon - corner_lon) / (previous_lat - corner_lat)
            if lon < crossing:
                is_inside = not is_inside
        previous_lon, previous_lat = corner_lon, corner_lat
    return is_inside
