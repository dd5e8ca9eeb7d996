"""What the OpenAPI document says of the calls of a phone beyond their schemas: headers, bodies, every status. Pure.

Source: tus resumable upload protocol 1.0.0; docs/records.md.
"""

from collections.abc import Mapping
from typing import Any

from server.devices.rules import MAX_EXPORT_BYTES, MAX_ROWS
from sync import feed, packed, upload
from sync.phone.transport import MARK

CHUNK_TYPE = "application/offset+octet-stream"
DIGITS, DIGITS_9 = r"^[0-9]{1,16}$", r"^[0-9]{0,9}$"
# Statuses that any call of a phone may get: not signed in, revoked, overloaded.
ALWAYS = (401, 429, 503)
MARKED = {MARK: "tells this server from a captive portal: always 1"}


def header(name: str, says: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    """Return one request header as a parameter."""
    return {
        "in": "header", "name": name, "required": required, "description": says, "schema": {"type": "string", **schema},
    }  # fmt: skip


def success(says: str, headers: Mapping[str, str] = MARKED, *, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return one successful answer with its headers, name → what it says. Every success carries our mark."""
    shown = {name: {"description": one, "schema": {"type": "string"}} for name, one in (MARKED | dict(headers)).items()}
    content = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
    return {"description": says, "headers": shown, **content}


_DOCUMENT = {"type": "object", "additionalProperties": True}
_COLL = {"in": "path", "name": "coll", "required": True, "schema": {"type": "string"}}
_CONFLICTS = {"type": "array", "items": _DOCUMENT}

PUSH: dict[str, Any] = {
    "parameters": [
        _COLL | {"schema": {"type": "string", "enum": [*feed.PUSHED, *feed.PULLED]}},
        header("Prefer", "return=acks: answer with the acknowledgements too"),
        header("Doorstep-Acks-Seq", "where the phone stands in `acks`", pattern=DIGITS_9),
        header("Content-Encoding", "gzip or none", enum=["gzip", "identity"]),
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "array",
                    "maxItems": MAX_ROWS,
                    "items": {
                        "type": "object",
                        "properties": {"newDocumentState": _DOCUMENT, "assumedMasterState": _DOCUMENT},
                        "required": ["newDocumentState"],
                    },
                }
            },
            packed.CONTENT_TYPE: {"schema": {"type": "string", "description": "records, packed: docs/sync.md"}},
        },
    },
    "responses": {
        "200": success(
            "The master state of the rows in conflict; with Prefer also the signed acknowledgements.",
            schema={
                "oneOf": [
                    _CONFLICTS,
                    {
                        "type": "object",
                        "properties": {"conflicts": _CONFLICTS, "acks": _CONFLICTS},
                        "required": ["conflicts", "acks"],
                    },
                ]
            },
        )
    },
    "problems": (*ALWAYS, 400, 404, 413, 415, 422),
}

PULL: dict[str, Any] = {
    "parameters": [_COLL | {"schema": {"type": "string", "enum": [*feed.PULLED]}}],
    "responses": {
        "200": success(
            "Documents in feed order, a tombstone where one left the scope, and the position after them.",
            schema={
                "type": "object",
                "properties": {
                    "documents": {"type": "array", "items": _DOCUMENT | {"required": ["id"]}},
                    "checkpoint": {
                        "type": "object",
                        "properties": {"seq": {"type": "integer", "minimum": 0}, "epoch": {"type": "string"}},
                        "required": ["seq", "epoch"],
                    },
                },
                "required": ["documents", "checkpoint"],
            },
        )
    },
    "problems": (*ALWAYS, 400, 403, 404, 410, 422, 426),
}

HEAD: dict[str, Any] = {
    "parameters": [
        header("Doorstep-Time", "the phone's clock, RFC 3339 with milliseconds and Z"),
        header("Doorstep-Unsent", "how many records and files only the phone holds", pattern=DIGITS_9),
        header("Doorstep-Acked", "the end of the run the phone believes acknowledged", pattern=DIGITS_9),
        header("Doorstep-Epoch", "the epoch the phone counts in"),
        header("Doorstep-Plan", "the plans the phone holds, `<scheme>@<version>` by comma"),
        header("Doorstep-Rtt-Ms", "how long the last round trip took, in milliseconds", pattern=DIGITS_9),
        header("If-None-Match", "the ETag of the last answer"),
    ],
    "responses": {"304": success("Nothing moved.", {"ETag": "of what stands"})},
    "problems": (*ALWAYS, 403, 410),
}

EXPORT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "maxLength": MAX_EXPORT_BYTES}
            }
        },
    },
    "problems": (*ALWAYS, 404, 413, 415, 422),
}

_VERSION = header("Tus-Resumable", "the protocol's version", required=True, enum=[upload.TUS_VERSION])
_CHECKSUM = header("Upload-Checksum", "`sha256 <base64>` or `sha1 <base64>` of the chunk")
_SPOKEN = {"Tus-Resumable": "the protocol's version"}
_STANDS = _SPOKEN | {
    "Upload-Offset": "how many bytes are safe here",
    "Upload-Length": "how many bytes there will be",
    "Upload-Expires": "until when an unfinished upload is kept, as an HTTP date",
    "Location": "where the upload is",
}
_CHUNK = {"schema": {"type": "string", "format": "binary", "maxLength": upload.MAX_CHUNK_BYTES}}

FILES_OPTIONS: dict[str, Any] = {
    "responses": {
        "204": success(
            "What is spoken.",
            _SPOKEN
            | {
                "Tus-Version": "the versions spoken",
                "Tus-Extension": "the extensions spoken",
                "Tus-Max-Size": "the largest file in bytes",
                "Tus-Checksum-Algorithm": "the checksums understood",
            },
        )
    },
    "problems": ALWAYS[1:],
}
FILES_CREATE: dict[str, Any] = {
    "parameters": [
        _VERSION,
        header("Upload-Length", "the whole length in bytes", required=True, pattern=DIGITS),
        header(
            "Upload-Metadata", "attachment_id, sha256, filename, mime: each key and the base64 of it", required=True
        ),
        _CHECKSUM,
    ],
    "requestBody": {"required": False, "content": {CHUNK_TYPE: _CHUNK}},
    "responses": {"201": success("The upload stands; the same file gives the same upload.", _STANDS)},
    "problems": (*ALWAYS, 400, 409, 412, 413, 415, 423, 460),
}
FILES_ASK: dict[str, Any] = {
    "parameters": [_VERSION],
    "responses": {"200": success("How far the upload is.", _STANDS)},
    "problems": (*ALWAYS, 404, 409, 412, 423),
}
FILES_APPEND: dict[str, Any] = {
    "parameters": [
        _VERSION,
        header("Upload-Offset", "where the chunk begins", required=True, pattern=DIGITS),
        _CHECKSUM,
    ],
    "requestBody": {"required": True, "content": {CHUNK_TYPE: _CHUNK}},
    "responses": {"204": success("The chunk is durable.", _STANDS)},
    "problems": (*ALWAYS, 400, 404, 409, 412, 413, 415, 423, 460),
}
FILES_REMOVE: dict[str, Any] = {
    "parameters": [_VERSION],
    "responses": {"204": success("The unfinished upload is forgotten.", _SPOKEN)},
    "problems": (*ALWAYS, 404, 409, 412),
}
