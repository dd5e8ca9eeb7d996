"""A push packed for a slow line: what the receiver can work out again is left out before gzip sees it. Pure.

Signed texts name the same ids, hashes and times over and over, and pen strokes are runs of points close together; all
are dear to send and cheap to restore. Nothing is trusted for it: the receiver hashes and verifies what it restored.
Written is the second form, read also the first, which wrote names in full.

Source: docs/sync.md, "Packed". Twin of web/src/shared/packed.ts; held to tests/vectors/packed.json.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sync import envelope, naming, pen
from sync.canonical import sha256_hex
from sync.envelope import NotAnEnvelope, Record
from sync.signature import b64url, unb64url

CONTENT_TYPE = "application/vnd.doorstep.packed"
VERSIONS = (1, 2)
"""Forms that are read; the last is written."""
MAX_BYTES = 2 * 1024 * 1024
"""Of the restored texts together."""
SIG_BYTES = 64
_FORM = "doorstep.packed/"
_HASH = "\x01"
_CONTROL = re.compile(r"[\x00-\x1f]")
_BACK = re.compile(rf"{_HASH}([0-9]{{1,3}})")
_ENTRY = re.compile(r'"hash":"([0-9a-f]{64})","reason_code":"([^"\\]*)","ref":"([^"\\]*)"')
_LEFT_OUT = re.compile(rf'"hash":{_HASH},"reason_code":"([^"\\]*)","ref":{_HASH}')


Name = tuple[object, object]
"""Hash and id of a pushed record, as its row says them."""


class NotPacked(ValueError):
    """The bytes are no packed push."""


def pack(records: Sequence[Record]) -> bytes | None:
    """Return the packed bytes of records by one phone, None when they cannot be packed without loss."""
    algs = {record.alg for record in records}
    if len(algs) != 1 or any(_CONTROL.search(record.env) for record in records):
        return None
    names = naming.Writer()
    lines = [pen.by_column(names.write(record.env, record.hash)) for record in records]
    text = "\n".join([f"{_FORM}2 {algs.pop()}", *lines, "", ""])
    try:
        body = text.encode() + names.tail + b"".join(_sig_bytes(record.sig) for record in records)
        return body if unpack(body) == [record.document() for record in records] else None
    except ValueError:  # no 64 bytes of signature, or half a character
        return None


def rows_in(body: bytes) -> int:
    """Return how many records a packed push says it holds, told before anything is restored."""
    return body.partition(b"\n\n")[0].count(b"\n")


def unpack(body: bytes) -> list[dict[str, Any]]:
    """Return the documents of a packed push; a text that is no envelope stands in one without copies.

    Raises NotPacked.
    """
    head, _, rest = body.partition(b"\n")
    packed, _, sealed = rest.partition(b"\n\n")
    try:
        form, _, alg = head.decode().partition(" ")
        lines = packed.decode().split("\n")
        if form == f"{_FORM}2":
            return _unpack_second(lines, sealed, alg)
        if form == f"{_FORM}1":
            return _unpack_first(lines, sealed.decode(), alg)
    except ValueError as fault:
        raise NotPacked(str(fault)) from fault
    raise NotPacked(f"expected {_FORM}1 or 2")


def pack_ack(document: Mapping[str, Any], names: Sequence[Name]) -> dict[str, Any]:
    """Return an acknowledgement of exactly these rows without their hashes and ids; any other as it is."""
    text = str(document["ack"])
    if [(found[0], found[2]) for found in _ENTRY.findall(text)] != list(names):
        return dict(document)
    short = _ENTRY.sub(lambda found: f'"hash":{_HASH},"reason_code":"{found[2]}","ref":{_HASH}', text)
    return {**document, "ack": short}


def unpack_ack(document: object, names: Sequence[Name]) -> object:
    """Return the acknowledgement as it was signed; what does not fit is left, and no signature will fit it."""
    text = document.get("ack") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(text, str) or len(_LEFT_OUT.findall(text)) != len(names):
        return document
    those = iter(names)

    def restored(found: re.Match[str]) -> str:
        digest, ref = next(those)
        return f'"hash":"{digest}","reason_code":"{found[1]}","ref":"{ref}"'

    return {**document, "ack": _LEFT_OUT.sub(restored, text)}


def _unpack_second(lines: Sequence[str], tail: bytes, alg: str) -> list[dict[str, Any]]:
    at = len(tail) - SIG_BYTES * len(lines)
    if at < 0:
        raise NotPacked("expected a signature for each text")
    names = naming.Reader(tail[:at])
    sigs = [b64url(tail[place : place + SIG_BYTES]) for place in range(at, len(tail), SIG_BYTES)]

    def restored(line: str, most: int) -> str:
        if sum(map(line.count, naming.MARKS)) * naming.LONGEST > most:
            raise NotPacked(f"expected at most {MAX_BYTES} bytes")
        return names.read(pen.by_point(line))

    documents = _documents(lines, sigs, alg, restored=restored, told=names.knows)
    if names.left:
        raise NotPacked("bytes are left that no text asks for")
    return documents


def _unpack_first(lines: Sequence[str], sealed: str, alg: str) -> list[dict[str, Any]]:
    if sealed.count("\n") != len(lines) or not sealed.endswith("\n"):
        raise NotPacked("expected a line for each text, an empty one, a line for each signature")
    hashes: list[str] = []

    def named(found: re.Match[str]) -> str:
        back = int(found[1])
        if not 1 <= back <= len(hashes):
            raise NotPacked("a hash is named of no text before")
        return f'"{hashes[-back]}"'

    def restored(line: str, most: int) -> str:
        if line.count(_HASH) * naming.LONGEST > most:
            raise NotPacked(f"expected at most {MAX_BYTES} bytes")
        return _BACK.sub(named, pen.by_point(line))

    return _documents(lines, sealed.split("\n")[:-1], alg, restored=restored, told=hashes.append)


def _documents(
    lines: Sequence[str],
    sigs: Sequence[str],
    alg: str,
    *,
    restored: Callable[[str, int], str],
    told: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Return the documents of restored texts; restored() is also given how many bytes it may still make."""
    documents, left = list[dict[str, Any]](), MAX_BYTES
    for line, sig in zip(lines, sigs, strict=True):
        env = restored(line, left)
        written = env.encode()
        left -= len(written)
        if left < 0:
            raise NotPacked(f"expected at most {MAX_BYTES} bytes")
        digest = sha256_hex(written)
        told(digest)
        documents.append(_document(env, digest, sig, alg))
    return documents


def _document(env: str, digest: str, sig: str, alg: str) -> dict[str, Any]:
    try:
        return envelope.record_of(envelope.read(env), env=env, digest=digest, sig=sig, alg=alg).document()
    except NotAnEnvelope:
        return {"env": env, "hash": digest, "sig": sig, "alg": alg}


def _sig_bytes(sig: str) -> bytes:
    """Return the bytes of a signature. Raises ValueError."""
    told = unb64url(sig)
    if len(told) != SIG_BYTES:
        raise ValueError("no signature of this length")
    return told
