import pytest
from PIL import Image

from server.visits.darkroom import ending
from tests.receipts.test_images import encoded


def jpeg(**options):
    return encoded(Image.radial_gradient("L").convert("RGB"), "JPEG", **options)


class TestTailBytes:
    @pytest.mark.parametrize(
        "content",
        [
            jpeg(),
            jpeg(progressive=True),
            jpeg(quality=100),
            jpeg(restart_marker_rows=1),
            encoded(Image.new("RGB", (9, 9)), "PNG"),
            encoded(Image.new("RGB", (9, 9)), "WEBP"),
        ],
        ids=["jpeg", "progressive", "large", "restarts", "png", "webp"],
    )
    def test_counts_what_comes_after_the_picture(self, content):
        assert ending.tail_bytes(content) == 0
        assert ending.tail_bytes(content + b"PK\x03\x04 and more \xff\xd9") == 16

    def test_does_not_take_the_end_of_a_thumbnail_inside_for_the_end(self):
        thumbnail, content = b"Exif\0\0" + jpeg(), jpeg()
        inside = content[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + content[2:]
        assert ending.tail_bytes(inside) == 0

    @pytest.mark.parametrize("content", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF89a"])
    def test_survives_what_has_no_end(self, content):
        assert ending.tail_bytes(content) == 0
