import io

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from server.visits.darkroom import exif


def photo(taken=None, zone=None, gps=None, orientation=None):
    tags = Image.Exif()
    for tag, value in ((0x9003, taken), (0x9011, zone)):
        if value is not None:
            tags.get_ifd(0x8769)[tag] = value
    for tag, value in (gps or {}).items():
        tags.get_ifd(0x8825)[tag] = value
    if orientation is not None:
        tags[0x0112] = orientation
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=tags)
    return Image.open(out)


def degrees(*parts):
    return tuple(IFDRational(round(part * 100), 100) for part in parts)


SHENZHEN = {1: "N", 2: degrees(22, 32, 35.4), 3: "E", 4: degrees(114, 3, 28.32)}


class TestRead:
    def test_reads_time_zone_orientation_and_position(self):
        assert exif.read(photo("2026:12:02 10:04:31", "+09:00", SHENZHEN, 6)) == {
            "orientation": 6,
            "taken_at": "2026-12-02T10:04:31+09:00",
            "has_zone": True,
            "position": [114.057867, 22.543167],
        }

    def test_takes_beijing_when_the_camera_names_no_zone(self):
        found = exif.read(photo("2026:12:02 10:04:31"))
        assert (found["taken_at"], found["has_zone"]) == ("2026-12-02T10:04:31+08:00", False)

    def test_knows_south_and_west(self):
        assert exif.read(photo(gps=SHENZHEN | {1: "S", 3: "W"}))["position"] == [-114.057867, -22.543167]

    def test_finds_nothing_where_a_browser_took_it_out(self):
        assert exif.read(photo()) == {}

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"taken": "0000:00:00 00:00:00"}, "taken_at"),
            ({"taken": "yesterday"}, "taken_at"),
            ({"gps": SHENZHEN | {2: degrees(95, 0, 0)}}, "position"),
            ({"gps": SHENZHEN | {2: (IFDRational(0, 0),) * 3}}, "position"),
            ({"orientation": 9}, "orientation"),
        ],
    )
    def test_takes_no_nonsense(self, fields, name):
        assert name not in exif.read(photo(**fields))
