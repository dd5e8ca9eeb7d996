"""Files by resumable upload: in small chunks, from where the server stands, one broken file never holding up the rest.

Source: tus resumable upload protocol 1.0.0.
"""

import base64
import hashlib
from typing import Protocol

from sync import upload
from sync.phone.store import Media, Store
from sync.phone.transport import Answer, NoNetwork, NotOurServer, Refused

_WRONG_OFFSET, _CHECKSUM = 409, 460
_MAX_SET_BACKS = 20


class Call(Protocol):
    """A signed-in call to the server, as Client makes it."""

    def __call__(
        self, method: str, path: str, *, headers: dict[str, str], body: bytes = b"", expected: tuple[int, ...] = ()
    ) -> Answer:
        """Send one call. Raises NoNetwork or Refused."""


def upload_all(store: Store, call: Call) -> int:
    """Upload every waiting file; return how many became whole. A refused one keeps waiting for the next round.

    Raises NoNetwork when the line is down; what was sent stands.
    """
    whole, skip = 0, frozenset[str]()
    while (media := store.next_media(skip)) is not None:
        skip |= {media.ref.id}
        try:
            _upload(media, call)
        except Refused:
            continue
        store.settle_media(media.ref.id, state="sent", digest=media.ref.sha256)
        whole += 1
    return whole


def _upload(media: Media, call: Call) -> None:
    location, offset = _create(media, call)
    size, set_backs = upload.MAX_CHUNK_BYTES, 0
    while offset < media.ref.bytes and set_backs < _MAX_SET_BACKS:
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
        raise NoNetwork("the upload makes no progress")


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
        return _offset(call("PATCH", location, headers=headers, body=chunk))
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
