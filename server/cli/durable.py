"""Files that are there after a power cut, and what they hash to: for commands that copy an installation."""

import hashlib
import os
from pathlib import Path

from server.media.local import sync_folder, write_new


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place durably: whoever reads it finds the old one or the new one, whole. Raises OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_new(part, content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_tree(folder: Path) -> list[Path]:
    """Make all that lies in a folder durable; return the files. Raises OSError."""
    found = sorted(folder.rglob("*"))
    files = [path for path in found if path.is_file()]
    for path in files:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    for path in (*(path for path in found if path.is_dir()), folder, folder.parent):
        sync_folder(path)
    return files


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
