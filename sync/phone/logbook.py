"""What a phone makes of the log: it keeps the proof of each of its records and sees when the log tells two stories.

Nothing here ever stops a sync: what is wrong is kept as a finding with the signed text that shows it.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from sync import leaf, tlog
from sync.leaf import BadLeaf
from sync.phone.store import Store
from sync.tlog import BadNote, Checkpoint, Proof

COLLECTION = "proofs"
_Key = tuple[str, Any]


def take(store: Store, documents: Iterable[Mapping[str, Any]]) -> None:
    """Check and keep the proofs in pulled documents; believe only the log whose key came with the enrolment."""
    try:
        log = tlog.read_vkey(store.get("log_vkey") or "")
    except BadNote:
        return  # enrolled before there was a log: nothing to compare with
    for document in documents:
        if document.get("_deleted"):
            continue
        with store.together():
            try:
                _take(store, document, log)
            except (BadNote, BadLeaf, KeyError, TypeError, ValueError, AttributeError, binascii.Error) as fault:
                store.found_in_log(f"unreadable: {fault}", str(document.get("checkpoint", "")))


def _take(store: Store, document: Mapping[str, Any], log: _Key) -> None:
    note = document["checkpoint"]
    at = tlog.read_checkpoint(note, origin=log[0], key=log[1])
    fault = _breaks(store, document, at)
    if fault:
        store.found_in_log(fault, note)
        return
    store.saw_checkpoint(at.size, base64.b64encode(at.root).decode(), note)
    for one in document["leaves"]:
        fault = _keep(store, one, at, note)
        if fault:
            store.found_in_log(fault, note)


def _breaks(store: Store, document: Mapping[str, Any], at: Checkpoint) -> str:
    """Return how a checkpoint contradicts those seen before; empty when it goes on from the newest of them."""
    seen = store.checkpoints_seen()
    if at.size in seen:
        is_same = base64.b64decode(seen[at.size]) == at.root
        return "" if is_same else f"forked: two roots for the log of {at.size} leaves"
    before = max((size for size in seen if size < at.size), default=0)
    if not before:
        return ""
    if document["since"] != before:
        return f"unlinked: the log of {at.size} leaves is not shown to grow from that of {before}"
    old = (before, base64.b64decode(seen[before]))
    if tlog.extends(_hashes(document["consistency"]), old=old, new=(at.size, at.root)):
        return ""
    return f"forked: the log of {at.size} leaves did not grow from that of {before}"


def _keep(store: Store, told: Mapping[str, Any], at: Checkpoint, note: str) -> str:
    """Keep the proof of one record; return what is wrong with it, empty for nothing."""
    record, data, index = str(told["ref"]), str(told["leaf"]).encode(), int(told["index"])
    path = _hashes(told["hashes"])
    if leaf.read(data).hash != store.hash_of(record):
        return f"another leaf: the log's leaf is not about record {record}"
    if not tlog.includes(data, index=index, proof=path, size=at.size, root=at.root):
        return f"not in the log: the proof of record {record} does not lead to the root"
    store.keep_proof(record, data.decode(), tlog.write_proof(Proof(index, path, note)))
    return ""


def _hashes(written: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(tlog.exactly(one) for one in written)
