"""A push packed for a slow line: what the receiver can work out again is left out before gzip sees it. Pure.

Signed texts name the hashes of the records before them, and pen strokes are runs of points close together; both are
dear to send and cheap to restore. Nothing is trusted for it: the receiver hashes and verifies the texts it restored.

Source: docs/sync.md, "Packed". Twin of web/src/shared/packed.ts; held to tests/vectors/packed.json.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from sync import envelope, strict_json
from sync.canonical import sha256_hex
from sync.envelope import NotAnEnvelope, Record

CONTENT_TYPE = "application/vnd.doorstep.packed"
MAX_BYTES = 2 * 1024 * 1024
"""Of the restored texts together."""
_FIRST = "doorstep.packed/1"
_HASH, _POINTS = "\x01", "\x02"
_HASH_CHARS = 66
_CONTROL = re.compile(r"[\x00-\x1f]")
_NAMED_HASH = re.compile(r'"([0-9a-f]{64})"')
_POINT = r"\[(?:0|-?[1-9][0-9]{0,5})(?:,(?:0|-?[1-9][0-9]{0,5})){2,3}\]"
_RUN = re.compile(rf"\[{_POINT}(?:,{_POINT})+\]")
_BACK = re.compile(rf"{_HASH}([0-9]{{1,3}})")
_NUMBER = r"-?[0-9]{1,8}"
_COLUMNS = re.compile(rf"{_POINTS}((?:{_NUMBER}[,;])*{_NUMBER})")
_SMOOTH = 3  # x, y and time move smoothly, pressure does not
_ENTRY = re.compile(r'"hash":"([0-9a-f]{64})","reason_code":"([^"\\]*)","ref":"([^"\\]*)"')
_LEFT_OUT = re.compile(rf'"hash":{_HASH},"reason_code":"([^"\\]*)","ref":{_HASH}')


Name = tuple[object, object]
"""Hash and id of a pushed record, as its row says them."""


class NotPacked(ValueError):
    """The text is no packed push."""


def pack(records: Sequence[Record]) -> str | None:
    """Return the packed text of records by one phone, None when they cannot be packed without loss."""
    algs = {record.alg for record in records}
    if len(algs) != 1 or any(_CONTROL.search(record.env) or _CONTROL.search(record.sig) for record in records):
        return None
    places: dict[str, int] = {}
    lines: list[str] = []
    for place, record in enumerate(records):
        lines.append(_pack_env(record.env, place, places))
        places[record.hash] = place
    text = "\n".join([f"{_FIRST} {algs.pop()}", *lines, "", *(record.sig for record in records), ""])
    try:
        return text if unpack(text) == [record.document() for record in records] else None
    except NotPacked:
        return None


def unpack(text: str) -> list[dict[str, Any]]:
    """Return the documents of a packed push; a text that is no envelope stands in one without copies.

    Raises NotPacked.
    """
    head, _, rest = text.partition("\n")
    packed, _, sealed = rest.partition("\n\n")
    first, _, alg = head.partition(" ")
    lines, sigs = packed.split("\n"), sealed.split("\n")
    if first != _FIRST or len(sigs) != len(lines) + 1 or sigs.pop():
        raise NotPacked("expected a line for each text, an empty one, a line for each signature")
    documents, hashes, left = list[dict[str, Any]](), list[str](), MAX_BYTES
    for line, sig in zip(lines, sigs, strict=True):
        env = _unpack_env(line, hashes, most=left)
        left -= len(env.encode())
        if left < 0:
            raise NotPacked(f"expected at most {MAX_BYTES} bytes")
        hashes.append(sha256_hex(env.encode()))
        documents.append(_document(env, hashes[-1], sig, alg))
    return documents


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


def _pack_env(env: str, place: int, places: Mapping[str, int]) -> str:
    def back(found: re.Match[str]) -> str:
        return f"{_HASH}{place - places[found[1]]}" if found[1] in places else found[0]

    return _RUN.sub(_columns, _NAMED_HASH.sub(back, env))


def _columns(found: re.Match[str]) -> str:
    """Return a run of points column by column, each smooth one as its second differences."""
    points = strict_json.loads(found[0])
    if len({len(point) for point in points}) != 1:
        return found[0]
    told = []
    for number, column in enumerate(zip(*points, strict=True)):
        values = list(column)
        for _ in range(2 if number < _SMOOTH else 0):
            values = values[:1] + [after - before for before, after in pairwise(values)]
        told.append(",".join(map(str, values)))
    return _POINTS + ";".join(told)


def _unpack_env(line: str, hashes: Sequence[str], *, most: int) -> str:
    if line.count(_HASH) * _HASH_CHARS > most:
        raise NotPacked(f"expected at most {MAX_BYTES} bytes")

    def named(found: re.Match[str]) -> str:
        back = int(found[1])
        if not 1 <= back <= len(hashes):
            raise NotPacked("a hash is named of no text before")
        return f'"{hashes[-back]}"'

    return _BACK.sub(named, _COLUMNS.sub(_points, line))


def _points(found: re.Match[str]) -> str:
    columns = []
    for number, told in enumerate(found[1].split(";")):
        values = [int(one) for one in told.split(",")]
        for _ in range(2 if number < _SMOOTH else 0):
            values = list(accumulate(values))
        columns.append(values)
    if len({len(column) for column in columns}) != 1:
        raise NotPacked("columns of different lengths")
    points = (",".join(map(str, point)) for point in zip(*columns, strict=True))
    return "[" + ",".join(f"[{point}]" for point in points) + "]"


def _document(env: str, digest: str, sig: str, alg: str) -> dict[str, Any]:
    try:
        return envelope.record_of(envelope.read(env), env=env, digest=digest, sig=sig, alg=alg).document()
    except NotAnEnvelope:
        return {"env": env, "hash": digest, "sig": sig, "alg": alg}
