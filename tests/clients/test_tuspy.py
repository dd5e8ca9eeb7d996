"""Unmodified tuspy uploads photos with checksums through a line that breaks."""

from io import BytesIO

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from server.simulation.cutter import CLEAR, Weather
from tests.clients import photos

UPLOADS = 75
# Answers are lost whole: tuspy takes one that breaks off in its headers for an answer without an offset.
BAD = Weather(cut=0.3, first_byte=500, last_byte=90_000, answer_lost=0, lose_every=5)
TRIES = 60


@pytest.fixture
def uploader(new_phone, as_fang, cutter):
    """Return tuspy's uploader of a photo, calling through the cutter as Fang's phone."""
    phone = new_phone(as_fang, "memory")
    client = TusClient(f"{cutter.url}/v1/files", headers={"Authorization": f"Bearer {phone.token}"})

    def make(photo, content=None):
        return client.uploader(
            file_stream=BytesIO(photo.content if content is None else content), chunk_size=photos.CHUNK,
            metadata=photo.metadata(), upload_checksum=True,
        )  # fmt: skip

    return make


def persist(uploader):
    """Try until the file is whole, from where the server stands each time; return how often it broke off."""
    for broken in range(TRIES):
        try:
            if uploader.url:
                uploader.offset = uploader.get_offset()
            uploader.upload()
        except (TusCommunicationError, TusUploadFailed) as fault:
            if fault.status_code not in {None, 409, 423}:
                raise
        else:
            return broken
    raise AssertionError(f"not whole after {TRIES} tries")


def test_loses_no_byte_over_a_line_that_breaks(uploader, cutter, tmp_path):
    taken = photos.take(tmp_path, UPLOADS, seed=21)
    cutter.weather = BAD
    broken = sum(persist(uploader(photo)) for photo in taken)
    cutter.weather = CLEAR
    photos.assert_held(taken)
    assert broken >= UPLOADS / 5
    assert cutter.counts["cut"] >= UPLOADS / 5


def test_begins_again_from_zero_when_the_whole_has_another_hash(uploader, tmp_path):
    (photo,) = photos.take(tmp_path, 1, seed=22, least=150_000)
    damaged = uploader(photo, b"!" + photo.content[1:])
    with pytest.raises(TusUploadFailed) as fault:
        damaged.upload()
    assert fault.value.status_code == 409
    assert damaged.get_offset() == 0
    again = uploader(photo)
    again.set_url(damaged.url)
    assert persist(again) == 0
    photos.assert_held([photo])
