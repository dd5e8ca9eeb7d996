"""Every row of the attack table of docs/evidence.md: what a hostile, broken or strange file makes of the darkroom."""

import io
import struct
import time
import zlib

import pillow_heif
import pytest
from PIL import Image

from server.visits.darkroom import guard
from tests.receipts.test_images import encoded, huge_png_header, with_gps_and_turned
from tests.server.visits.make_visit import picture

KILLED_BY_DEATH = """
import os
from server.visits.darkroom import child, look
real = look.photo
def photo(content, known):
    if content == b"DEATH":
        os.kill(os.getpid(), 9)
    return real(content, known)
look.photo = photo
child.main()
"""
LIMITS = """
import json, os, resource
from server.visits.darkroom import child
child.limit()
found = {"memory": resource.getrlimit(resource.RLIMIT_AS)[0], "written": resource.getrlimit(resource.RLIMIT_FSIZE)[0],
         "secrets": [one for one in os.environ if one.startswith("DOORSTEP")]}
print(json.dumps({"facts": found, "fault": "", "sizes": []}))
"""


def look(content, role="photo"):
    (seen,) = guard.look_at([(role, content)])
    return seen


def jpeg(size=(400, 300), **options):
    return encoded(Image.radial_gradient("L").resize(size).convert("RGB"), "JPEG", **options)


def heic(size, *, turned=1):
    """A photo as an iPhone keeps it: its left half red, its right half blue, and the camera turned so."""
    photo = Image.new("RGB", size, "blue")
    photo.paste("red", (0, 0, size[0] // 2, size[1]))
    written = Image.Exif()
    written[0x0112] = turned
    written.get_ifd(0x8769)[0x9003] = "2026:12:02 10:04:31"
    out = io.BytesIO()
    pillow_heif.from_pillow(photo).save(out, quality=80, exif=written.tobytes())
    return out.getvalue()


def png_with_text_bomb(unpacked):
    """A PNG whose compressed comment unpacks into that many bytes."""
    whole = encoded(Image.new("RGB", (20, 20)), "PNG")
    body = b"Comment\0\0" + zlib.compress(b"\0" * unpacked, 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    at = whole.index(b"IDAT") - 4
    return whole[:at] + chunk + whole[at:]


def jpeg_header(edge):
    """A small JPEG whose frame header claims another size."""
    whole = bytearray(jpeg((16, 16)))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", edge, edge)
    return bytes(whole)


class TestPhotos:
    def test_makes_two_pictures_and_reads_the_facts(self):
        seen = look(jpeg((2000, 1500)))
        assert seen.fault == ""
        assert [Image.open(io.BytesIO(one)).size for one in seen.pictures] == [(1280, 960), (320, 240)]
        assert (seen.facts["format"], seen.facts["width_px"], seen.facts["height_px"]) == ("JPEG", 2000, 1500)
        assert seen.facts["tail_bytes"] == 0
        assert len(seen.facts["likeness"]) == 8

    def test_turns_upright_and_drops_what_the_camera_wrote(self):
        seen = look(with_gps_and_turned())
        assert seen.facts["exif"]["orientation"] == 6
        assert Image.open(io.BytesIO(seen.pictures[0])).size == (40, 60)
        assert b"SecretMaker" not in b"".join(seen.pictures)

    @pytest.mark.parametrize("edge", [15_000, 30_000])
    def test_does_not_decode_a_png_bomb(self, edge):
        assert look(huge_png_header(edge, edge)).fault == "too-large"

    def test_does_not_decode_a_jpeg_that_claims_65000_pixels_a_side(self):
        assert look(jpeg_header(65_000)).fault == "too-large"

    def test_does_not_unpack_a_text_bomb(self):
        bomb = png_with_text_bomb(200_000_000)
        assert len(bomb) < 250_000
        assert look(bomb).fault in {"broken", "not-a-photo"}

    @pytest.mark.parametrize("kept", [lambda n: n // 2, lambda n: n - 100, lambda n: 300], ids=["half", "end", "start"])
    def test_says_a_truncated_photo_is_broken(self, kept):
        whole = jpeg((1600, 1200), quality=95)
        seen = look(whole[: kept(len(whole))])
        assert seen.fault in {"broken", "not-a-photo"}
        assert seen.pictures == ()

    @pytest.mark.parametrize(
        "content",
        [
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"<!doctype html><script>alert(1)</script>",
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
            encoded(Image.new("RGB", (5, 5)), "TIFF"),
            encoded(Image.new("RGB", (5, 5)), "GIF"),
            b"PK\x03\x04" + b"\0" * 60,
        ],
        ids=["svg", "html", "eps", "tiff", "gif", "zip"],
    )
    def test_opens_no_other_format_whatever_its_name(self, content):
        assert look(content).fault == "not-a-photo"

    @pytest.mark.parametrize("tail", [b"PK\x05\x06" + b"\0" * 18, b"<script>alert(1)</script>"])
    def test_counts_what_hangs_behind_a_photo_and_leaves_it_out_of_the_pictures(self, tail):
        seen = look(jpeg() + tail)
        assert (seen.fault, seen.facts["tail_bytes"]) == ("", len(tail))
        assert all(tail not in one for one in seen.pictures)

    def test_says_nothing_is_empty(self):
        assert look(b"").fault == "empty"

    def test_checks_a_png_whose_sum_does_not_fit(self):
        whole = bytearray(encoded(Image.new("RGB", (50, 40), "red"), "PNG"))
        whole[whole.index(b"IDAT") + 5] ^= 0xFF
        assert look(bytes(whole)).fault == "broken"

    def test_gives_a_heic_without_a_picture_its_verdict(self):
        assert look(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40).fault in {"broken", "not-a-photo"}

    def test_makes_upright_pictures_of_a_heic_and_reads_what_its_camera_wrote(self):
        seen = look(heic((1600, 1200), turned=6))
        assert (seen.fault, seen.facts["format"]) == ("", "HEIF")
        assert seen.facts["exif"]["taken_at"] == "2026-12-02T10:04:31+08:00"
        first, small = (Image.open(io.BytesIO(one)) for one in seen.pictures)
        assert (first.format, first.size, small.size) == ("JPEG", (960, 1280), (240, 320))
        assert not first.getexif()
        top, bottom = first.getpixel((480, 100)), first.getpixel((480, 1180))
        assert top[0] > 200 > bottom[0]  # what lay left of the camera is on top

    def test_has_no_picture_of_half_a_heic(self):
        whole = heic((1600, 1200))
        assert look(whole[: len(whole) // 2]).fault in {"broken", "not-a-photo"}


class TestGuard:
    def test_goes_on_after_a_file_that_kills_the_child(self, monkeypatch):
        good = jpeg()
        monkeypatch.setattr(guard, "_COMMAND", (guard.sys.executable, "-I", "-c", KILLED_BY_DEATH))
        seen = guard.look_at([("photo", good), ("photo", b"DEATH"), ("photo", good)])
        assert [one.fault for one in seen] == ["", guard.DEADLY, ""]

    def test_gives_up_on_a_file_that_takes_too_long(self, monkeypatch):
        monkeypatch.setattr(guard, "_COMMAND", (guard.sys.executable, "-I", "-c", "import time; time.sleep(600)"))
        started = time.monotonic()
        (seen,) = guard.look_at([("photo", b"x")], timeout_s=0.5)
        assert seen.fault == guard.DEADLY
        assert time.monotonic() - started < 300

    def test_gives_the_child_a_limit_of_memory_no_file_to_write_and_no_setting(self, monkeypatch):
        monkeypatch.setenv("DOORSTEP_SEAL_PASSPHRASE", "secret")
        monkeypatch.setattr(guard, "_COMMAND", (guard.sys.executable, "-I", "-c", LIMITS))
        (seen,) = guard.look_at([("photo", b"")])
        assert seen.facts == {"memory": 1536 * 1024 * 1024, "written": 0, "secrets": []}

    def test_answers_in_order_for_a_mixed_batch(self):
        seen = guard.look_at([("photo", picture()), ("recording", b"noise"), ("photo", b"")])
        assert [one.fault for one in seen] == ["", "not-a-recording", "empty"]

    def test_looks_at_nothing_when_nothing_waits(self):
        assert guard.look_at([]) == []
