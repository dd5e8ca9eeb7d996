"""A BagIt folder inside one ZIP: same files, same bytes, wherever and whenever it is packed.

Entries are stored, not compressed, with fixed times, so that two packings of the same dossier are the same file.
Pure but for the files it reads.

Source: RFC 8493 (BagIt 1.0); PKWARE APPNOTE (ZIP).
"""

import hashlib
import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

Content = bytes | Path
MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 16 * 1024**3
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1024 * 1024
_BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
TAG_FILES = frozenset({"bagit.txt", "bag-info.txt", MANIFEST, TAG_MANIFEST})  # those of every bag of ours


class BadBag(ValueError):
    """The file is not a ZIP with one BagIt folder that is safe to read."""


def write(
    payload: Mapping[str, Content], *, into: IO[bytes], name: str, info: Mapping[str, str], tags: Mapping[str, bytes]
) -> None:
    """Write the bag `name` with the payload under data/, bag-info from info, and further tag files.

    Raises ValueError for a path that leaves the bag.
    """
    hashes = {f"data/{path}": _sha256(chunks(content)) for path, content in payload.items()}
    sizes = [_size(content) for content in payload.values()]
    oxum = {"Payload-Oxum": f"{sum(sizes)}.{len(sizes)}"}
    tag_files: dict[str, bytes] = {
        "bagit.txt": _BAGIT.encode(),
        "bag-info.txt": "".join(f"{k}: {_one_line(v)}\n" for k, v in (dict(info) | oxum).items()).encode(),
        MANIFEST: _manifest(hashes),
        **tags,
    }
    tag_files[TAG_MANIFEST] = _manifest({path: _sha256([data]) for path, data in tag_files.items()})
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as archive:
        for path, data in sorted(tag_files.items()):
            _add(archive, f"{name}/{path}", data)
        for path, content in sorted(payload.items()):
            _add(archive, f"{name}/data/{path}", content)


class Bag:
    """A bag opened for reading straight from its ZIP; nothing is extracted."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        """Take an archive that open_bag() has checked, and the folder the bag lies in."""
        self._archive, self._root = archive, root
        self._hashes: dict[str, str] = {}
        self.paths = frozenset(n.removeprefix(root) for n in archive.namelist() if not n.endswith("/"))

    def read(self, path: str, *, most: int = 8 * 1024 * 1024) -> bytes:
        """Return a file's bytes. Raises BadBag when it is absent, damaged or longer than most bytes."""
        if path not in self.paths:
            raise BadBag(f"{path} is missing")
        data = b""
        for chunk in self.stream(path):
            data += chunk
            if len(data) > most:
                raise BadBag(f"{path} is longer than {most} bytes")
        return data

    def stream(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes. Raises BadBag when the archive is damaged there."""
        try:
            with self._archive.open(self._root + path) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as fault:
            raise BadBag(f"{path} cannot be read: {fault}") from fault

    def sha256(self, path: str) -> str:
        """Return a file's SHA-256 in hexadecimal; each file is read once for it. Raises BadBag."""
        if path not in self._hashes:
            self._hashes[path] = _sha256(self.stream(path))
        return self._hashes[path]

    def faults(self) -> list[str]:
        """Return what is wrong with the bag as a bag: files changed, missing, or not listed."""
        payload = {path for path in self.paths if path.startswith("data/")}
        tags = {path for path in self.paths if "/" not in path} - {TAG_MANIFEST}
        try:
            if not self.read("bagit.txt").startswith(b"BagIt-Version: "):
                return ["bagit.txt does not declare a bag"]
            return [*self._compare(MANIFEST, payload), *self._compare(TAG_MANIFEST, tags)]
        except BadBag as fault:
            return [str(fault)]

    def _compare(self, manifest: str, present: set[str]) -> Iterator[str]:
        listed = read_manifest(self.read(manifest))
        yield from (f"{path} is listed in {manifest} but missing" for path in sorted(listed.keys() - self.paths))
        yield from (f"{path} is not listed in {manifest}" for path in sorted(present - listed.keys()))
        for path in sorted(listed.keys() & self.paths):
            try:
                if self.sha256(path) != listed[path]:
                    yield f"{path} is not what {manifest} says"
            except BadBag as damage:
                yield str(damage)


def open_bag(file: Path | IO[bytes]) -> Bag:
    """Return the bag in a ZIP file. Raises BadBag."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
        raise BadBag(f"not a ZIP file: {fault}") from fault
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > MAX_TOTAL_BYTES:
        raise BadBag("more files or bytes than any dossier has")
    if len({e.filename for e in entries}) != len(entries):
        raise BadBag("two files of the same name")
    if unsafe := next((e.filename for e in entries if not _is_safe(e)), None):
        raise BadBag(f"unsafe name {ascii(unsafe)[:100]}")
    roots = [e.filename.removesuffix("bagit.txt") for e in entries if PurePosixPath(e.filename).name == "bagit.txt"]
    root = min(roots, key=len, default=None)
    if root is None or not all(e.filename.startswith(root) for e in entries):
        raise BadBag("not one BagIt folder and nothing else")
    return Bag(archive, root)


def read_manifest(data: bytes) -> dict[str, str]:
    """Return path → SHA-256 of a manifest's lines. Raises BadBag."""
    listed: dict[str, str] = {}
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError as fault:
        raise BadBag("a manifest is not UTF-8") from fault
    for line in filter(None, lines):
        digest, _, path = line.partition(" ")
        path = path.lstrip(" *")
        if not path or path in listed:
            raise BadBag(f"a manifest line is damaged or doubled: {ascii(line)[:100]}")
        listed[path] = digest.lower()
    return listed


def chunks(content: Content) -> Iterator[bytes]:
    """Yield the bytes of a content, a file's piece by piece."""
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _add(archive: zipfile.ZipFile, name: str, content: Content) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
    entry.file_size = _size(content)
    if not _is_safe(entry) or entry.is_dir():
        raise ValueError(f"a path may not leave the bag: {name}")
    with archive.open(entry, "w") as out:
        for chunk in chunks(content):
            out.write(chunk)


def _is_safe(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    parts = name.rstrip("/").split("/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return not is_link and not any(p in {"", ".", ".."} for p in parts) and "\\" not in name and name.isprintable()


def _manifest(hashes: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(hashes.items())).encode()


def _sha256(parts: Iterator[bytes] | list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _one_line(text: str) -> str:
    return " ".join(text.split())
