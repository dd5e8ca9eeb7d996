"""Files by content: written once under their SHA-256, durable before `put` returns, never changed.

They lie in a folder of this machine or in an S3 bucket that several machines share; `DOORSTEP_MEDIA` says which.
"""

import hashlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import cast

from flask import current_app

from server import config
from server.errors import Missing


class BlobAbsent(Missing):
    """The file with this hash is not stored here."""


class BlobStore(ABC):
    """Content-addressed files. Every method raises StorageFails when the store does not answer."""

    @abstractmethod
    def put(self, content: bytes) -> str:
        """Store bytes durably; return their SHA-256. Storing again changes nothing."""

    @abstractmethod
    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises BlobAbsent."""

    @abstractmethod
    def has(self, sha256: str) -> bool:
        """Is it stored?"""

    @abstractmethod
    def remove(self, sha256: str) -> bool:
        """Remove a file for good, durably; return whether it was there. Only a deletion of personal data does this."""

    @abstractmethod
    def hashes(self) -> list[str]:
        """Return the hashes of all stored files, in order."""

    @abstractmethod
    def check(self) -> str:
        """Return `ok` when a file could be written now, else what is wrong."""

    def is_intact(self, sha256: str) -> bool:
        """Do the stored bytes still have this hash?"""
        return hashlib.sha256(self.get(sha256)).hexdigest() == sha256

    def file(self, sha256: str, *, within: Path) -> Path:
        """Return a file of this machine with the bytes; a copy is made in the folder `within`. Raises BlobAbsent."""
        copy = within / sha256
        copy.write_bytes(self.get(sha256))
        return copy


class SharedStore(BlobStore):
    """A store that several hosts share; beside its files it keeps bytes under names, such as parts of uploads."""

    @abstractmethod
    def create(self, name: str, content: bytes) -> bool:
        """Store bytes durably under a name; return False when something is there already."""

    @abstractmethod
    def read(self, name: str) -> bytes | None:
        """Return the bytes under a name, None when nothing is there."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove what is under a name, if anything is."""

    @abstractmethod
    def sizes(self, folder: str) -> dict[str, int]:
        """Return name → length in bytes of everything under a folder's name, in order."""


def require_sha256(sha256: str) -> str:
    """Return the name of a file. Raises ValueError for anything but 64 hex digits."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):  # noqa: PLR2004
        raise ValueError(f"not a SHA-256: {sha256[:80]!r}")
    return sha256


def store() -> BlobStore:
    """Return the blob store of the running application."""
    settings = config.current()
    if settings.bucket is None:
        from server.media.local import LocalStore  # noqa: PLC0415  # it is one of these stores

        return LocalStore(settings.media_dir)
    if "doorstep.media" not in current_app.extensions:
        from server.media.s3 import S3Store  # noqa: PLC0415  # needs the extra `s3`

        current_app.extensions["doorstep.media"] = S3Store(settings.bucket)
    return cast("BlobStore", current_app.extensions["doorstep.media"])


def shared() -> SharedStore | None:
    """Return the store when it is one that several hosts share, else None."""
    found = store()
    return found if isinstance(found, SharedStore) else None
