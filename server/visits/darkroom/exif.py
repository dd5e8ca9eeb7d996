"""What a camera wrote into a photo: orientation, time, position. Pure.

Corroboration only: browsers strip it, anybody may write it, and its absence proves nothing.

Source: Exif 2.32 (JEITA CP-3451E) §4.6; docs/evidence.md §5.
"""

import re
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD

_ORIENTATION, _TAKEN, _OFFSET = 0x0112, 0x9003, 0x9011
_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"[+-]\d\d:\d\d")
_BEIJING = "+08:00"


def read(photo: Image.Image) -> dict[str, Any]:
    """Return what could be read of `taken_at` (ISO 8601), `has_zone`, `orientation`, `position` (lon, lat, degrees)."""
    found: dict[str, Any] = {}
    try:
        exif = photo.getexif()
        camera, gps = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
        orientation = exif.get(_ORIENTATION)
        if isinstance(orientation, int) and 1 <= orientation <= 8:  # noqa: PLR2004 - the eight of the standard
            found["orientation"] = orientation
        found |= _taken(camera.get(_TAKEN), camera.get(_OFFSET)) | _position(gps)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, ZeroDivisionError, OverflowError):
        found["is_broken"] = True
    return found


def _taken(time: object, zone: object) -> dict[str, Any]:
    match = _TIME.match(time) if isinstance(time, str) else None
    if match is None or match[1] == "0000":
        return {}
    year, month, day, hour, minute, second = match.groups()
    has_zone = isinstance(zone, str) and _ZONE.fullmatch(zone.strip("\0 ")) is not None
    offset = str(zone).strip("\0 ") if has_zone else _BEIJING
    return {"taken_at": f"{year}-{month}-{day}T{hour}:{minute}:{second}{offset}", "has_zone": has_zone}


def _position(gps: dict[int, Any]) -> dict[str, Any]:
    """Tags 1 to 4: north or south, latitude, east or west, longitude in degrees, minutes and seconds."""
    if not all(gps.get(tag) for tag in (1, 2, 3, 4)):
        return {}
    lat, lon = (sum(float(part) / 60**place for place, part in enumerate(gps[tag])) for tag in (2, 4))
    lat, lon = -lat if gps[1] == "S" else lat, -lon if gps[3] == "W" else lon
    is_on_earth = abs(lat) <= 90 and abs(lon) <= 180  # noqa: PLR2004 - degrees; also false for not-a-number
    return {"position": [round(lon, 6), round(lat, 6)]} if is_on_earth else {}
