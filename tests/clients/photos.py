"""Photos to be uploaded, and what the server must hold of them."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from server import clock, config, media
from server.db import db
from server.devices.models import Upload

CHUNK = 64 * 1024


@dataclass(frozen=True)
class PhotoFile:
    """A file on the phone's disk and its name in the manifest."""

    id: str
    path: Path
    sha256: str

    @property
    def content(self):
        return self.path.read_bytes()

    def for_node(self):
        return {"id": self.id, "path": str(self.path), "sha256": self.sha256}

    def metadata(self):
        return {"attachment_id": self.id, "sha256": self.sha256, "mime": "image/jpeg", "filename": "门口.jpg"}

    def ref(self):
        """Return the file as a signed manifest binds it."""
        return {"id": self.id, "sha256": self.sha256, "bytes": len(self.content), "mime": "image/jpeg"}


def take(folder, count, *, seed, least=1, most=200_000):
    """Write so many files of random bytes, their sizes drawn between least and most."""
    rng = Random(seed)
    made = []
    for _ in range(count):
        content = rng.randbytes(rng.randint(least, most))
        file_id = str(uuid4())
        path = folder / file_id
        path.write_bytes(content)
        made.append(PhotoFile(file_id, path, hashlib.sha256(content).hexdigest()))
    return made


def row(photo):
    """Return what the server knows of the upload of a photo."""
    db.session.rollback()
    return db.session.query(Upload).filter_by(attachment_id=photo.id).one_or_none()


def assert_held(photos):
    """Every file is whole in the media store under its hash, once, and nothing of it lies about."""
    for photo in photos:
        one = row(photo)
        assert one.completed_at is not None, photo
        assert media.store().get(photo.sha256) == photo.content
        assert not part(one.id).exists()


def part(upload_id: UUID):
    return config.current().var_dir / "uploads" / f"{upload_id}.part"


def assert_kept_for_30_days(expires):
    left = parsedate_to_datetime(expires) - clock.now()
    assert timedelta(days=29) < left <= timedelta(days=30)
