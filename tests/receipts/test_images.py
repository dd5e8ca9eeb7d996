import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from receipts.images import PRINT_EDGE_PX, PhotoFault, PrintPhoto, UnprintablePhoto, derivative, for_print
from tests.receipts.sample import photo_bytes


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_gps_and_turned() -> bytes:
    image = Image.new("RGB", (60, 40), "white")
    image.paste("red", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned: the camera lay on its side
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "SecretMaker"
    return encoded(image, "JPEG", exif=exif, quality=95)


def huge_png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


class TestForPrint:
    def test_makes_the_longer_edge_fit(self):
        made = for_print(photo_bytes((4000, 3000)))
        assert isinstance(made, PrintPhoto)
        assert (made.width_px, made.height_px) == (PRINT_EDGE_PX, PRINT_EDGE_PX * 3 // 4)
        assert Image.open(BytesIO(made.jpeg)).size == (made.width_px, made.height_px)

    def test_never_enlarges(self):
        made = for_print(encoded(Image.new("RGB", (20, 10)), "PNG"))
        assert isinstance(made, PrintPhoto)
        assert (made.width_px, made.height_px) == (20, 10)

    def test_turns_upright_and_drops_metadata(self):
        original = with_gps_and_turned()
        assert b"SecretMaker" in original
        made = for_print(original)
        assert isinstance(made, PrintPhoto)
        assert (made.width_px, made.height_px) == (40, 60)
        assert b"SecretMaker" not in made.jpeg
        assert b"Exif" not in made.jpeg
        image = Image.open(BytesIO(made.jpeg))
        assert not image.getexif()
        red, green, _ = image.getpixel((20, 5))
        assert red > 200
        assert green < 60

    @pytest.mark.parametrize(
        ("kind", "mode"),
        [
            ("JPEG", "RGB"),
            ("JPEG", "L"),
            ("JPEG", "CMYK"),
            ("PNG", "RGBA"),
            ("PNG", "P"),
            ("PNG", "1"),
            ("PNG", "I;16"),
            ("WEBP", "RGB"),
        ],
    )
    def test_takes_what_phones_send(self, kind, mode):
        made = for_print(encoded(Image.new(mode, (50, 40)), kind))
        assert isinstance(made, PrintPhoto)
        assert Image.open(BytesIO(made.jpeg)).format == "JPEG"

    def test_shows_what_is_transparent_as_white(self):
        made = for_print(encoded(Image.new("RGBA", (50, 40), (0, 0, 0, 0)), "PNG"))
        assert isinstance(made, PrintPhoto)
        assert Image.open(BytesIO(made.jpeg)).getpixel((10, 10)) == (255, 255, 255)

    def test_leaves_its_own_work_as_it_is(self):
        once = for_print(photo_bytes((2000, 1500)))
        assert isinstance(once, PrintPhoto)
        assert for_print(once.jpeg) == once

    def test_is_taken_up_again_without_decoding(self):
        once = for_print(photo_bytes((2000, 1500)))
        assert isinstance(once, PrintPhoto)
        assert derivative(once.jpeg) == once
        with pytest.raises(OSError, match="cannot identify"):
            derivative(b"<svg/>")

    def test_gives_the_same_bytes_each_time(self):
        assert for_print(photo_bytes((2000, 1500))) == for_print(photo_bytes((2000, 1500)))

    def test_encodes_again_what_carries_something_behind_its_end(self):
        small = photo_bytes((100, 80))
        made = for_print(small + b"<script>alert(1)</script>")
        assert isinstance(made, PrintPhoto)
        assert b"script" not in made.jpeg

    def test_does_not_pass_a_comment_on(self):
        made = for_print(encoded(Image.new("RGB", (50, 40)), "JPEG", comment=b"call 138"))
        assert isinstance(made, PrintPhoto)
        assert b"call 138" not in made.jpeg

    @pytest.mark.parametrize("cut", [0.5, 0.9])
    def test_says_a_cut_file_is_broken(self, cut):
        whole = photo_bytes((3000, 2000))
        assert for_print(whole[: int(len(whole) * cut)]) == UnprintablePhoto(PhotoFault.BROKEN)

    def test_says_a_cut_derivative_is_broken(self):
        whole = photo_bytes((1000, 800))
        assert for_print(whole[: len(whole) // 2]) == UnprintablePhoto(PhotoFault.BROKEN)

    def test_says_a_derivative_that_cannot_be_decoded_is_broken(self):
        whole = photo_bytes((300, 200))
        without_tables = whole.replace(b"\xff\xdb", b"\xff\xe5")  # its quantisation becomes something to skip
        assert for_print(without_tables) == UnprintablePhoto(PhotoFault.BROKEN)

    def test_says_nothing_is_empty(self):
        assert for_print(b"") == UnprintablePhoto(PhotoFault.EMPTY)

    @pytest.mark.parametrize(
        "content",
        [
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"%!PS-Adobe-3.0 EPSF-3.0\n",
            b"PK\x03\x04",
            b"\xff\xd8\xff",
            encoded(Image.new("RGB", (5, 5)), "GIF"),
            encoded(Image.new("RGB", (5, 5)), "TIFF"),
            encoded(Image.new("RGB", (5, 5)), "BMP"),
        ],
    )
    def test_takes_no_other_format(self, content):
        assert for_print(content) == UnprintablePhoto(PhotoFault.NOT_A_PHOTO)

    @pytest.mark.parametrize("edge", [9_000, 15_000, 30_000])
    def test_does_not_decode_a_bomb(self, edge):
        assert for_print(huge_png_header(edge, edge)) == UnprintablePhoto(PhotoFault.TOO_LARGE)
