"""Where the bytes of an unfinished upload wait: a part file of this machine, or parts in the bucket hosts share.

How far an upload is, is what lies there and nothing else, so a crash can never make the two disagree.
"""

import fcntl
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from server import config, media
from server.errors import Conflict
from server.media import SharedStore
from sync import ids

UPLOADS = "uploads"


class WrongOffset(Conflict):
    """The bytes do not begin where the upload stands."""


class UploadBusy(Conflict):
    """Another request is writing this upload."""

    status = 423


class Parts(ABC):
    """The bytes of one unfinished upload that are safe so far."""

    @abstractmethod
    def length(self) -> int:
        """Return how many bytes are safe."""

    @abstractmethod
    def append(self, chunk: bytes, *, at_offset: int, most: int) -> int:
        """Make a chunk durable where the upload stands; return the new length, never more than `most` in all.

        Raises WrongOffset, UploadBusy or ValueError when it would be more.
        """

    @abstractmethod
    def content(self) -> bytes:
        """Return the bytes. Raises UploadBusy."""

    @abstractmethod
    def start_over(self) -> None:
        """Throw the bytes away: the upload stands at zero. Raises UploadBusy."""

    @abstractmethod
    def discard(self) -> None:
        """Throw everything away for good."""


@dataclass(frozen=True, slots=True)
class PartFile(Parts):
    """A part file of this machine."""

    upload_id: UUID

    @property
    def path(self) -> Path:
        """Return where it lies."""
        return config.current().var_dir / UPLOADS / f"{self.upload_id}.part"

    def length(self) -> int:
        """Return how many bytes are safe."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def append(self, chunk: bytes, *, at_offset: int, most: int) -> int:
        """Make a chunk durable at the end of the file; return the new length."""
        with self.locked() as file:
            stands = os.fstat(file).st_size
            _require(chunk, stands=stands, at_offset=at_offset, most=most)
            _write(file, chunk, stands)
            return stands + len(chunk)

    def content(self) -> bytes:
        """Return the bytes. Raises UploadBusy."""
        if not self.path.exists():
            return b""
        with self.locked():
            return self.path.read_bytes()

    def start_over(self) -> None:
        """Throw the bytes away: the upload stands at zero. Raises UploadBusy."""
        with self.locked() as file:
            os.ftruncate(file, 0)
            os.fsync(file)

    def discard(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold the file alone; gives its file descriptor. Raises UploadBusy."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as busy:
                raise UploadBusy("try again in a moment") from busy
            yield file
        finally:
            os.close(file)


@dataclass(frozen=True, slots=True)
class SharedParts(Parts):
    """Parts in the bucket, each named by where it begins and written only where nothing is: no host needs a lock."""

    upload_id: UUID
    store: SharedStore

    def length(self) -> int:
        """Return how many bytes lie without a gap from the beginning. Raises StorageFails."""
        return sum(size for _, size in self._found())

    def append(self, chunk: bytes, *, at_offset: int, most: int) -> int:
        """Store a chunk as the next part; return the new length. Raises StorageFails too."""
        stands = self.length()
        _require(chunk, stands=stands, at_offset=at_offset, most=most)
        if chunk and not self.store.create(f"{self._folder}/{stands:012}", chunk):
            raise UploadBusy("another host has just written here")
        return stands + len(chunk)

    def content(self) -> bytes:
        """Return the bytes. Raises StorageFails."""
        return b"".join(self.store.read(name) or b"" for name, _ in self._found())

    def start_over(self) -> None:
        """Remove every part, the first one first: without it the others count for nothing. Raises StorageFails."""
        for name in self.store.sizes(self._folder):
            self.store.delete(name)

    def discard(self) -> None:
        """Remove every part. Raises StorageFails."""
        self.start_over()

    @property
    def _folder(self) -> str:
        return f"{UPLOADS}/{self.upload_id}"

    def _found(self) -> list[tuple[str, int]]:
        found, stands = list[tuple[str, int]](), 0
        for name, size in self.store.sizes(self._folder).items():
            if int(name.rpartition("/")[2]) == stands:
                found.append((name, size))
                stands += size
        return found


def waiting() -> set[UUID]:
    """Return the uploads of which something lies here; what somebody else put there is none. Raises StorageFails."""
    shared = media.shared()
    if shared is not None:
        names = {name.split("/")[1] for name in shared.sizes(UPLOADS)}
    else:
        names = {path.stem for path in (config.current().var_dir / UPLOADS).glob("*.part")}
    return {UUID(name) for name in names if ids.is_uuid(name)}


def of(upload_id: UUID) -> Parts:
    """Return where the bytes of an upload wait."""
    shared = media.shared()
    return SharedParts(upload_id, shared) if shared is not None else PartFile(upload_id)


def _require(chunk: bytes, *, stands: int, at_offset: int, most: int) -> None:
    if at_offset != stands:
        raise WrongOffset(f"expected offset {stands}, got {at_offset}", offset=stands)
    if stands + len(chunk) > most:
        raise ValueError(f"expected {most} bytes in all, got {stands + len(chunk)}")


def _write(file: int, chunk: bytes, stands: int) -> None:
    """Append all of the chunk and make it durable; a half-written one is cut off again."""
    try:
        view, at = memoryview(chunk), stands
        while view:
            written = os.pwrite(file, view, at)
            view, at = view[written:], at + written
        os.fsync(file)
    except OSError:
        os.ftruncate(file, stands)
        raise
