"""Files by content in a folder of this machine.

Layout `media/ab/cd/<sha256>`. A temporary file is fsynced and renamed, then its folder is fsynced.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from server.media import BlobAbsent, BlobStore, require_sha256


@dataclass(frozen=True, slots=True)
class LocalStore(BlobStore):
    """A folder of content-addressed files."""

    root: Path

    def path(self, sha256: str) -> Path:
        """Return where a file lies or would lie. Raises ValueError for anything but 64 hex digits."""
        require_sha256(sha256)
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def put(self, content: bytes) -> str:
        """Store bytes durably; return their SHA-256. Storing again changes nothing."""
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        if target.exists():
            sync_folder(target.parent)  # whoever wrote it may have died before its name was durable
            return sha256
        self._make_folders(target.parent)
        part = target.with_name(f".{sha256}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            write_new(part, content)
            part.rename(target)
        except OSError:
            part.unlink(missing_ok=True)  # a full disk must not fill up with halves
            raise
        sync_folder(target.parent)
        return sha256

    def _make_folders(self, folder: Path) -> None:
        """Make a folder of files; a name is durable only once the folder above it is synced."""
        if folder.is_dir():
            return
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)
        sync_folder(self.root)

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises BlobAbsent."""
        target = self.path(sha256)
        if not target.is_file():
            raise BlobAbsent(f"no file {sha256}")
        return target.read_bytes()

    def has(self, sha256: str) -> bool:
        """Is it stored?"""
        return self.path(sha256).is_file()

    def remove(self, sha256: str) -> bool:
        """Remove a file for good, durably; return whether it was there. Only a deletion of personal data does this."""
        target = self.path(sha256)
        if not target.is_file():
            return False
        target.unlink()
        sync_folder(target.parent)
        return True

    def hashes(self) -> list[str]:
        """Return the hashes of all stored files."""
        return sorted(file.name for file in self.root.glob("??/??/*") if not file.name.startswith("."))

    def check(self) -> str:
        """Return `ok` when a file could be written now, else what is wrong."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe = self.root / f".ready-{uuid4()}"
            probe.write_bytes(b"x")
            probe.unlink()
        except OSError as fault:
            return fault.strerror or "not writable"
        return "ok"

    def file(self, sha256: str, *, within: Path) -> Path:
        """Return the stored file itself; nothing is copied. Raises BlobAbsent."""
        del within
        if not self.has(sha256):
            raise BlobAbsent(f"no file {sha256}")
        return self.path(sha256)


def write_new(path: Path, content: bytes) -> None:
    """Write a new file durably; its name is so once its folder is synced."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
