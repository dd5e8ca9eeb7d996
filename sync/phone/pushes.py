"""Pushing: one batch of waiting records, packed for a slow line where the server reads that, else plain."""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync import packed
from sync.envelope import Record
from sync.phone.media import Call
from sync.phone.store import Store
from sync.phone.transport import Answer

MAX_ROWS = 200
MAX_PUSH_BYTES = 2 * 1024 * 1024
NOT_UNDERSTOOD = frozenset({400, 415})
"""What a server answers that reads no packed push."""
_PATH = "/v1/sync/records/push"
_ROW_BYTES = 64


def batch(store: Store, after: int) -> list[Record]:
    """Return the waiting records of one push with a seq above after, oldest first."""
    found: list[Record] = []
    size = 0
    for record in store.waiting(limit=MAX_ROWS, after=after):
        size += len(json.dumps(json.dumps(record.document(), ensure_ascii=False)).encode()) + _ROW_BYTES
        if found and size > MAX_PUSH_BYTES:
            break
        found.append(record)
    return found


def push_packed(call: Call, records: Sequence[Record], *, headers: Mapping[str, str]) -> Answer | None:
    """Push records packed; None when they cannot be. Raises NoNetwork or Refused."""
    body = packed.pack(records)
    return None if body is None else _post(call, body, packed.CONTENT_TYPE, headers)


def push_plain(call: Call, records: Sequence[Record], *, headers: Mapping[str, str]) -> Answer:
    """Push records as rows of JSON. Raises NoNetwork or Refused."""
    rows = [{"newDocumentState": record.document()} for record in records]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return _post(call, text.encode(), "application/json", headers)


def acks_of(told: Mapping[str, Any], records: Sequence[Record]) -> Iterable[object]:
    """Return the acknowledgements in the answer to a push of these records, each as it was signed."""
    names = [(record.hash, record.id) for record in records]
    return [packed.unpack_ack(one, names) for one in told["acks"]]


def _post(call: Call, told: bytes, content_type: str, headers: Mapping[str, str]) -> Answer:
    body = gzip.compress(told, mtime=0)
    return call("POST", _PATH, headers={"Content-Type": content_type, "Content-Encoding": "gzip", **headers}, body=body)
