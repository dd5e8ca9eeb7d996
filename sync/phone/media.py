"""Files by resumable upload: in small chunks, from where the server stands, one broken file never holding up the rest.

Records go first: before every chunk whatever record was written meanwhile is pushed.

Source: tus resumable upload protocol 1.0.0.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Protocol

from sync import upload
from sync.phone.store import Media, Store
from sync.phone.transport import Answer, NoNetwork, NotOurServer, Refused

_WRONG_OFFSET, _CHECKSUM = 409, 460
_MAX_SET_BACKS = 20


class Call(Protocol):
    """A signed-in call to the server, as Client makes it."""

    def __call__(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        body: bytes = b"",
        expected: tuple[int, ...] = (),
        tries: int | None = None,
    ) -> Answer:
        """Send one call, at most `tries` times. Raises NoNetwork or Refused."""


class NoProgress(NoNetwork):
    """The server answers, and a file does not get on."""


def upload_all(store: Store, call: Call, *, records_first: Callable[[], object] = lambda: None) -> int:
    """Upload every waiting file; return how many became whole. A refused one keeps waiting for the next round.

    records_first is called before every chunk. Raises NoNetwork when the line is down, NoProgress at the end when a
    file did not get on; what was sent stands.
    """
    whole, skip, stuck = 0, frozenset[str](), list[NoProgress]()
    while (media := store.next_media(skip)) is not None:
        skip |= {media.ref.id}
        try:
            _upload(media, call, records_first)
        except Refused:
            continue
        except NoProgress as fault:
            stuck.append(fault)
            continue
        store.settle_media(media.ref.id, state="sent", digest=media.ref.sha256)
        whole += 1
    if stuck:
        raise stuck[0]
    return whole


def _upload(media: Media, call: Call, records_first: Callable[[], object]) -> None:
    location, offset = _create(media, call)
    size, set_backs = upload.MAX_CHUNK_BYTES, 0
    while offset < media.ref.bytes and set_backs < _MAX_SET_BACKS:
        records_first()
        try:
            stands = _patch(media, call, location=location, offset=offset, size=size)
        except NoNetwork:
            if size == upload.MIN_CHUNK_BYTES:
                raise
            stands = _ask_offset(call, location)
        has_grown = stands > offset
        size, set_backs = upload.next_chunk_bytes(size, was_sent=has_grown), set_backs + (not has_grown)
        offset = stands
    if offset < media.ref.bytes:
        raise NoProgress("the upload makes no progress")


def _create(media: Media, call: Call) -> tuple[str, int]:
    ref = media.ref
    facts = {"attachment_id": ref.id, "sha256": ref.sha256, "mime": ref.mime}
    headers = _headers() | {"Upload-Length": str(ref.bytes), "Upload-Metadata": upload.write_metadata(facts)}
    answer = call("POST", "/v1/files", headers=headers)
    location = answer.headers.get("location", "")
    path = location[location.find("/v1/files/") :]
    if not path.startswith("/v1/files/"):
        raise NotOurServer("no Location of the upload")
    return path, _ask_offset(call, path)


def _ask_offset(call: Call, location: str) -> int:
    return _offset(call("HEAD", location, headers=_headers()))


def _patch(media: Media, call: Call, *, location: str, offset: int, size: int) -> int:
    chunk = media.content[offset : offset + size]
    checksum = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
    headers = _headers() | {
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
        "Upload-Checksum": f"sha256 {checksum}",
    }
    try:
        # A chunk that broke off is sent again smaller, not the same again and again; the smallest with all patience.
        tries = None if size == upload.MIN_CHUNK_BYTES else 1
        return _offset(call("PATCH", location, headers=headers, body=chunk, tries=tries))
    except Refused as refusal:
        if refusal.status in (_WRONG_OFFSET, _CHECKSUM):
            return _ask_offset(call, location)
        raise


def _headers() -> dict[str, str]:
    return {"Tus-Resumable": upload.TUS_VERSION}


def _offset(answer: Answer) -> int:
    try:
        return upload.read_number(answer.headers.get("upload-offset"), header="Upload-Offset")
    except upload.BadUpload as fault:
        raise NotOurServer(str(fault)) from fault
