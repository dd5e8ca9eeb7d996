"""A disk that fails or loses power at a chosen step, below SQLite and below our own files.

SQLite's writes and syncs are met in its own table of file methods (the seam its authors' tests use), our own at the
functions of `os`. A step is one write, sync or truncation. Whole renames and new names are taken as durable in order.
"""

import ctypes
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

SECTOR = 512
_OK, _FULL, _IOERR_WRITE, _IOERR_FSYNC = 0, 13, 10 | 3 << 8, 10 | 4 << 8
_P, _I, _L = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_OPEN = ctypes.CFUNCTYPE(_I, _P, _P, _P, _I, _P)
_WRITE = ctypes.CFUNCTYPE(_I, _P, _P, _I, _L)
_TRUNCATE = ctypes.CFUNCTYPE(_I, _P, _L)
_SYNC = ctypes.CFUNCTYPE(_I, _P, _I)
_METHODS = 19  # words of sqlite3_io_methods: its version, then its functions
_AT_WRITE, _AT_TRUNCATE, _AT_SYNC = 3, 4, 5


class OtherSqlite(RuntimeError):
    """This Python does not use the SQLite library of the system, so its disk cannot be reached."""


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("iVersion", _I), ("szOsFile", _I), ("mxPathname", _I), ("pNext", _P), ("zName", ctypes.c_char_p),
        ("pAppData", _P), ("xOpen", _P),
    )  # fmt: skip


@dataclass(slots=True)
class Disk:
    """What is under the folder watched: each step is told to `on_step`, which may make it fail with an errno."""

    folder: Path
    on_step: Callable[[str], int] = lambda _what: 0
    steps: list[str] = field(default_factory=list)
    unsynced: dict[int, dict[int, bytes]] = field(default_factory=dict)
    is_busy: bool = False

    def meets(self, path: str) -> bool:
        """Is this file one of ours, and the disk not itself at work?"""
        return not self.is_busy and path.startswith(str(self.folder)) and not path.endswith((".wlock", "-shm"))

    def step(self, verb: str, path: str) -> int:
        """Count one step; return 0, or the errno it fails with."""
        what = f"{verb} {Path(path).name}"
        self.steps.append(what)
        self.is_busy = True
        try:
            return self.on_step(what)
        finally:
            self.is_busy = False

    def will_write(self, path: str, offset: int, size: int) -> None:
        """Remember what stood in the sectors about to be written, until the file is synced."""
        before = self.unsynced.setdefault(Path(path).stat().st_ino, {})  # a renamed file is still the same one
        with Path(path).open("rb") as file:
            for sector in range(offset // SECTOR, (offset + size - 1) // SECTOR + 1):
                if sector not in before:
                    file.seek(sector * SECTOR)
                    before[sector] = file.read(SECTOR).ljust(SECTOR, b"\0")

    def synced(self, path: str) -> None:
        """Forget what stood there: the file is durable as it is."""
        self.unsynced.pop(Path(path).stat().st_ino, None)

    def cut_power(self, target: Path, *, rng: Random) -> None:
        """Write what a power cut at this moment leaves: each sector not yet synced is kept or lost by chance.

        Raises ValueError for a target below the folder watched: images would hold images.
        """
        if target.resolve().is_relative_to(self.folder.resolve()):
            raise ValueError(f"{target} lies below {self.folder}")
        for source in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            if source.name.endswith((".wlock", "-shm")):
                continue
            copy = target / source.relative_to(self.folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
            size = copy.stat().st_size
            with copy.open("r+b") as file:
                for sector, before in self.unsynced.get(source.stat().st_ino, {}).items():
                    if sector * SECTOR < size and rng.random() < 1 / 2:
                        file.seek(sector * SECTOR)
                        file.write(before[: size - sector * SECTOR])


@contextmanager
def watched(folder: Path) -> Iterator[Disk]:
    """Watch the disk below a folder until the end of the block; databases in it must be opened inside."""
    disk = Disk(folder)
    with _python_files(disk), _sqlite_files(disk):
        yield disk


def require_reach() -> None:
    """See that SQLite's disk can be reached here. Raises OtherSqlite."""
    import _sqlite3  # noqa: PLC0415  # only to see what it is linked with

    maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    if not getattr(_sqlite3, "__file__", "") or "libsqlite3.so" not in maps:
        raise OtherSqlite("this Python carries an SQLite of its own")


@contextmanager
def _python_files(disk: Disk) -> Iterator[None]:
    real = {name: getattr(os, name) for name in ("write", "pwrite", "sendfile", "fsync", "ftruncate")}
    try:
        for name, function in real.items():
            setattr(os, name, partial(_meet, disk, name, function))
        yield
    finally:
        for name, function in real.items():
            setattr(os, name, function)


def _meet(disk: Disk, name: str, real: Callable[..., Any], file: int, *told: Any) -> Any:
    """Call a function of `os` on a file descriptor as a step of the disk."""
    path = str(Path(f"/proc/self/fd/{file}").readlink())
    if not disk.meets(path):
        return real(file, *told)
    fault = disk.step(name, path)
    if fault:
        raise OSError(fault, os.strerror(fault), path)
    if name in {"write", "pwrite"}:
        disk.will_write(path, told[1] if name == "pwrite" else os.lseek(file, 0, os.SEEK_CUR), len(told[0]))
    if name == "sendfile":  # how a whole file is copied: from descriptor, offset, most bytes
        disk.will_write(path, os.lseek(file, 0, os.SEEK_CUR), min(told[2], os.fstat(told[0]).st_size) or 1)
    done = real(file, *told)
    if name == "fsync":
        disk.synced(path)
    return done


@contextmanager
def _sqlite_files(disk: Disk) -> Iterator[None]:
    """Put our functions before those of SQLite's default file system."""
    library = ctypes.CDLL("libsqlite3.so.0")
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    original = vfs.xOpen
    seam = _Seam(disk, _OPEN(original or 0))
    vfs.xOpen = ctypes.cast(seam.opened, _P).value
    try:
        yield
    finally:
        vfs.xOpen = original
        _kept.append(seam)  # connections still open go on calling it


_kept: list[Any] = []


class _Seam:
    """The functions that stand before SQLite's own, and the tables that hold them."""

    def __init__(self, disk: Disk, real_open: Callable[..., int]) -> None:
        self._disk, self._real_open = disk, real_open
        self._paths: dict[int, str] = {}
        self._tables: dict[int, Any] = {}
        self._real: dict[int, tuple[Any, Any, Any]] = {}
        self.opened = _OPEN(self._open)
        self._ours = (_WRITE(self._write), _TRUNCATE(self._truncate), _SYNC(self._sync))

    def _open(self, vfs: int, name: int, file: int, flags: int, out: int) -> int:
        told = self._real_open(vfs, name, file, flags, out)
        path = ctypes.string_at(name).decode() if name else ""
        slot = ctypes.cast(file, ctypes.POINTER(_P))
        if told == _OK and slot[0] and self._disk.meets(path):
            self._paths[file] = path
            slot[0] = ctypes.addressof(self._table(int(slot[0])))
        return told

    def _table(self, real: int) -> Any:
        """Return a copy of a table of file methods with our three functions in it."""
        if real not in self._tables:
            words = (_P * _METHODS).from_buffer_copy((_P * _METHODS).from_address(real))
            write, truncate, sync = (int(words[place] or 0) for place in (_AT_WRITE, _AT_TRUNCATE, _AT_SYNC))
            self._real[ctypes.addressof(words)] = (_WRITE(write), _TRUNCATE(truncate), _SYNC(sync))
            for place, function in zip((_AT_WRITE, _AT_TRUNCATE, _AT_SYNC), self._ours, strict=True):
                words[place] = ctypes.cast(function, _P).value
            self._tables[real] = words
        return self._tables[real]

    def _functions(self, file: int) -> tuple[Any, Any, Any]:
        return self._real[int(ctypes.cast(file, ctypes.POINTER(_P))[0] or 0)]

    def _write(self, file: int, data: int, size: int, offset: int) -> int:
        path = self._paths[file]
        if self._disk.meets(path):
            fault = self._disk.step("write", path)
            if fault:
                return _FULL if fault == errno.ENOSPC else _IOERR_WRITE
            self._disk.will_write(path, offset, size)
        return int(self._functions(file)[0](file, data, size, offset))

    def _truncate(self, file: int, size: int) -> int:
        return int(self._functions(file)[1](file, size))

    def _sync(self, file: int, flags: int) -> int:
        path = self._paths[file]
        if self._disk.meets(path) and self._disk.step("sync", path):
            return _IOERR_FSYNC
        told = int(self._functions(file)[2](file, flags))
        if told == _OK:
            self._disk.synced(path)
        return told
