"""The rules of resumable upload that need no storage: headers, offsets, chunk checksums, names. Pure.

Source: tus resumable upload protocol 1.0.0 (core, creation, creation-with-upload, checksum, termination, expiration).
"""

import base64
import binascii
import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sync.canonical import is_sha256
from sync.ids import is_uuid

TUS_VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
CHECKSUM_ALGORITHMS = ("sha256", "sha1")
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_CHUNK_BYTES = 256 * 1024
MIN_CHUNK_BYTES = 64 * 1024
KEEP_DAYS = 30
_DIGITS = re.compile(r"[0-9]{1,16}")
_NAMESPACE = uuid.UUID("6d1d7cf0-6f0a-5b0e-9d3c-5d5b7f1f2a41")
_MAX_NAME = 200


class BadUpload(ValueError):
    """A header of the upload says something that cannot be."""


class ChecksumDiffers(ValueError):
    """The chunk is not what its checksum says."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a phone tells when it creates an upload: id and hash as in the signed manifest, length in bytes."""

    attachment_id: str
    sha256: str
    mime: str
    filename: str
    length: int


def upload_id(device: str, attachment_id: str) -> str:
    """Return the id of the upload of one file by one device: the same each time it is created."""
    return str(uuid.uuid5(_NAMESPACE, f"{device}/{attachment_id}"))


def read_number(text: str | None, *, header: str) -> int:
    """Return the whole number in a header. Raises BadUpload."""
    if text is None or not _DIGITS.fullmatch(text):
        raise BadUpload(f"{header} is not a whole number")
    return int(text)


def read_metadata(header: str) -> dict[str, str]:
    """Return the pairs of an Upload-Metadata header: `key base64,key base64`. Raises BadUpload."""
    pairs: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in header.split(","))):
        key, _, value = part.partition(" ")
        if key in pairs:
            raise BadUpload("Upload-Metadata names a key twice")
        try:
            pairs[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeError) as fault:
            raise BadUpload("Upload-Metadata holds a value that is not base64 of UTF-8") from fault
    return pairs


def write_metadata(pairs: Mapping[str, str]) -> str:
    """Return an Upload-Metadata header."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def read_facts(metadata: str | None, length: str | None) -> FileFacts:
    """Return what the creation headers say about the file. Raises BadUpload."""
    pairs = read_metadata(metadata or "")
    attachment_id, digest = pairs.get("attachment_id"), pairs.get("sha256")
    if not is_uuid(attachment_id):
        raise BadUpload("Upload-Metadata lacks attachment_id, a UUID in lower case")
    if not is_sha256(digest):
        raise BadUpload("Upload-Metadata lacks sha256, 64 lower-case hexadecimal digits")
    return FileFacts(
        attachment_id=str(attachment_id),
        sha256=str(digest),
        mime=pairs.get("mime", "application/octet-stream")[:_MAX_NAME],
        filename=display_name(pairs.get("filename", "")),
        length=read_number(length, header="Upload-Length"),
    )


def display_name(name: str) -> str:
    """Return a file name fit to be shown, never to be used as a path: no separators, controls or direction marks."""
    kept = "".join(c for c in name if c.isprintable() and c not in "/\\")
    return kept.strip(". ")[:_MAX_NAME]


def check_chunk(chunk: bytes, header: str | None) -> None:
    """Compare a chunk with its Upload-Checksum header, when there is one. Raises BadUpload or ChecksumDiffers."""
    if header is None:
        return
    algorithm, _, told = header.partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise BadUpload(f"Upload-Checksum must be one of {', '.join(CHECKSUM_ALGORITHMS)}")
    try:
        expected = base64.b64decode(told, validate=True)
    except binascii.Error as fault:
        raise BadUpload("Upload-Checksum is not base64") from fault
    if hashlib.new(algorithm, chunk, usedforsecurity=False).digest() != expected:
        raise ChecksumDiffers(f"the {algorithm} of {len(chunk)} bytes differs")


def next_chunk_bytes(size: int, *, was_sent: bool) -> int:
    """Return how large the next chunk may be: halved after a failure, down to the least; doubled after a success."""
    return min(MAX_CHUNK_BYTES, size * 2) if was_sent else max(MIN_CHUNK_BYTES, size // 2)
