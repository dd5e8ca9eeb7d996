"""A file is verified by its signed hash and nothing else; its name is ours."""

import hashlib
import uuid
from datetime import UTC, datetime

import pytest

from server.visits import photos
from server.visits.models import VisitFile

AT = datetime(2026, 12, 2, 4, 0, tzinfo=UTC)


def arrived(*, size, mime="image/jpeg"):
    file = VisitFile(id=uuid.uuid4(), role=photos.role_of(mime), shows="door", size=3, mime=mime, flags=[])
    photos.verify(file, size=size, at=AT)
    return file


class TestVerify:
    def test_marks_it_and_leaves_opening_it_to_the_darkroom(self):
        file = arrived(size=3)
        assert (file.verified_at, file.looked_at, file.derivative_sha256, file.flags) == (AT, None, None, [])

    def test_sees_a_length_other_than_the_signed_one(self):
        assert arrived(size=4).flags == ["size_differs"]


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
    def test_is_ours_whatever_the_phone_said(self):
        file = VisitFile(id=uuid.UUID(int=255), shows="door", mime="image/jpeg", sha256=hashlib.sha256(b"").hexdigest())
        assert photos.download_name(file) == "door-000000ff.jpg"
        file.mime = "audio/webm;codecs=opus"
        assert photos.download_name(file) == "door-000000ff.webm"
        file.mime = 'x/"; rm'
        assert photos.download_name(file) == "door-000000ff.bin"
