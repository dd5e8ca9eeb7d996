"""Files by content in an S3 bucket that several hosts share: `media/ab/cd/<sha256>`, written only where nothing is.

The store says 200 once a file is durable. Parts of unfinished uploads lie beside, under `uploads/`.

Source: S3 API, PutObject with `If-None-Match: *`.
"""

import hashlib
import os
from collections.abc import Callable
from typing import TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store as Client

from server.bucket import Bucket
from server.errors import StorageFails
from server.media import BlobAbsent, SharedStore, require_sha256
from server.media.line import Line

MEDIA, READY = "media", "ready"
QUICK_S = 3
T = TypeVar("T")


class S3Store(SharedStore):
    """An S3 bucket of content-addressed files."""

    def __init__(self, bucket: Bucket) -> None:
        """Take the bucket as configured; nothing is asked yet, so that a server starts while its store is down."""
        self._bucket, self._line = bucket, Line((BaseError, OSError))
        self._clients: dict[tuple[int, int], Client] = {}

    def put(self, content: bytes) -> str:
        """Store bytes durably; return their SHA-256. Storing again changes nothing. Raises StorageFails."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.create(_name(sha256), content)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises BlobAbsent or StorageFails."""
        content = self.read(_name(sha256))
        if content is None:
            raise BlobAbsent(f"no file {sha256}")
        return content

    def has(self, sha256: str) -> bool:
        """Is it stored? Raises StorageFails."""
        return self._found(lambda: obstore.head(self._quick(), _name(sha256))) is not None

    def remove(self, sha256: str) -> bool:
        """Remove a file for good; return whether it was there. Raises StorageFails."""
        if not self.has(sha256):
            return False
        self.delete(_name(sha256))
        return True

    def hashes(self) -> list[str]:
        """Return the hashes of all stored files, in order. Raises StorageFails."""
        return sorted(name.rpartition("/")[2] for name in self.sizes(MEDIA))

    def check(self) -> str:
        """Return `ok` when a file could be written now, else what is wrong."""
        try:
            self._line.call(lambda: obstore.put(self._quick(), READY, b"x", use_multipart=False))
        except StorageFails as fault:
            return fault.detail
        return "ok"

    def create(self, name: str, content: bytes) -> bool:
        """Store bytes durably under a name; return False when something is there already. Raises StorageFails."""

        def ask() -> bool:
            try:
                obstore.put(self._client(), name, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

        return self._line.call(ask)

    def read(self, name: str) -> bytes | None:
        """Return the bytes under a name, None when nothing is there. Raises StorageFails."""
        return self._found(lambda: bytes(obstore.get(self._client(), name).bytes()))

    def delete(self, name: str) -> None:
        """Remove what is under a name, if anything is. Raises StorageFails."""
        self._found(lambda: obstore.delete(self._client(), name))

    def sizes(self, folder: str) -> dict[str, int]:
        """Return name → length in bytes of everything under a folder's name, in order. Raises StorageFails."""

        def ask() -> dict[str, int]:
            told = (one for page in obstore.list(self._client(), f"{folder}/") for one in page)
            return {one["path"]: one["size"] for one in told}

        return dict(sorted(self._line.call(ask).items()))

    def _found(self, ask: Callable[[], T]) -> T | None:
        """Return the answer, None when nothing is there. That the bucket itself is gone is a failure, no absence."""

        def asked() -> T | None:
            try:
                return ask()
            except FileNotFoundError:
                next(iter(obstore.list(self._client(), chunk_size=1)), None)
                return None

        return self._line.call(asked)

    def _quick(self) -> Client:
        """Return a client for what is small: a store that hangs must not hold who only asks, perhaps with locks."""
        return self._client(timeout_s=min(QUICK_S, self._bucket.timeout_s))

    def _client(self, *, timeout_s: int | None = None) -> Client:
        """Return this process's client: what a process had before it was forked is of no use to its child."""
        bucket, key = self._bucket, (os.getpid(), timeout_s or self._bucket.timeout_s)
        if key not in self._clients:
            self._clients[key] = Client(
                bucket.name,
                # Of its names this one outranks all others: another program's settings must not lead elsewhere.
                config={"aws_endpoint_url_s3": bucket.endpoint}, region=bucket.region,
                access_key_id=bucket.key, secret_access_key=bucket.secret,
                virtual_hosted_style_request=False, skip_signature=False,
                client_options={"allow_http": bucket.is_plain, "connect_timeout": "3s", "timeout": f"{key[1]}s"},
                retry_config={"max_retries": 1},
            )  # fmt: skip
        return self._clients[key]


def _name(sha256: str) -> str:
    return f"{MEDIA}/{require_sha256(sha256)[:2]}/{sha256[2:4]}/{sha256}"
