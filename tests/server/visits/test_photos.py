"""Files are verified against the signed hash; only a re-encoded picture is ever shown."""

import hashlib
import io
import uuid
from datetime import UTC, datetime

import pytest
from PIL import Image

from server import media
from server.visits import photos
from server.visits.models import VisitFile
from tests.server.visits.make_visit import picture

AT = datetime(2026, 12, 2, 4, 0, tzinfo=UTC)


def arrived(content, *, mime="image/jpeg", size=None):
    sha256 = media.store().put(content)
    file = VisitFile(id=uuid.uuid4(), device_id=uuid.uuid4(), role=photos.role_of(mime), shows="door", sha256=sha256,
                     size=len(content) if size is None else size, mime=mime, flags=[])  # fmt: skip
    photos.verify(file, size=len(content), at=AT)
    return file


class TestVerify:
    def test_keeps_the_original_and_makes_a_picture_without_metadata(self, in_app):
        made = io.BytesIO()
        exif = Image.Exif()
        exif[0x010E] = "secret place"
        Image.new("RGB", (3000, 2000), "red").save(made, "JPEG", exif=exif)
        file = arrived(made.getvalue())
        assert file.verified_at == AT
        assert media.store().get(file.sha256) == made.getvalue()
        shown = media.store().get(file.derivative_sha256)
        assert b"secret place" not in shown
        assert Image.open(io.BytesIO(shown)).size == (1280, 853)
        assert file.flags == []

    @pytest.mark.parametrize(
        ("content", "flag"),
        [
            (b"", "unreadable_empty"),
            (b"<svg onload=alert(1)>", "unreadable_not-a-photo"),
            (b"GIF89a" + b"\x00" * 40, "unreadable_not-a-photo"),
            (picture()[:-40], "unreadable_broken"),
        ],
    )
    def test_keeps_what_cannot_be_opened_and_says_so(self, in_app, content, flag):
        file = arrived(content)
        assert file.verified_at == AT
        assert file.derivative_sha256 is None
        assert flag in file.flags

    def test_sees_bytes_hidden_behind_a_picture(self, in_app):
        file = arrived(picture() + b"<script>alert(1)</script>")
        assert file.flags == ["bytes_after_image"]
        assert b"script" not in media.store().get(file.derivative_sha256)

    def test_sees_a_length_other_than_the_signed_one(self, in_app):
        assert arrived(picture(), size=3).flags == ["size_differs"]

    def test_never_opens_a_recording(self, in_app):
        file = arrived(b"not an image", mime="audio/mp4")
        assert (file.verified_at, file.derivative_sha256, file.flags) == (AT, None, [])


class TestRoleOf:
    @pytest.mark.parametrize(
        ("mime", "role"),
        [
            ("image/jpeg", "photo"),
            ("audio/mp4", "recording"),
            ("video/mp4", "recording"),
            ("text/html", "file"),
        ],
    )
    def test_follows_the_media_type(self, mime, role):
        assert photos.role_of(mime) == role


class TestDownloadName:
    def test_is_ours_whatever_the_phone_said(self, in_app):
        file = VisitFile(id=uuid.UUID(int=255), shows="door", mime="image/jpeg", sha256=hashlib.sha256(b"").hexdigest())
        assert photos.download_name(file) == "door-000000ff.jpg"
        file.mime = 'x/"; rm'
        assert photos.download_name(file) == "door-000000ff.bin"
