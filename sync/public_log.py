"""What the public log tells of a case that its dossier does not: leaves left out, also at the end of the case's chain.

The whole log is read, leaf by leaf, and its root computed anew, so that the log cannot hide one either. Needs
no account: the leaves are there for everybody, and only the case key in the dossier shows which are the case's.

Source: C2SP tlog-tiles (checkpoint, entry bundles); the leaves are told in sync/leaf.py.
"""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sync import dossier, leaf, tiles, tlog, verify_log
from sync.bag import BadBag, Bag
from sync.leaf import BadLeaf, Leaf
from sync.tiles import WIDTH, BadTile, Edge, Place
from sync.tlog import BadNote, Checkpoint

Read = Callable[[str], bytes]
"""Path below the log's address → what lies there. Raises OSError."""
_WITHIN_S = 30
_MOST_BYTES = WIDTH * (tiles.MAX_ENTRY + 2)


def over_http(address: str) -> Read:
    """Return how the log at an address like https://office.example/log is read. Raises ValueError for another kind."""
    if not address.startswith(("https://", "http://")):
        raise ValueError(f"expected an http(s) address, got {address[:80]}")

    def read(path: str) -> bytes:
        with urllib.request.urlopen(f"{address.rstrip('/')}/{path}", timeout=_WITHIN_S) as answer:  # noqa: S310
            return bytes(answer.read(_MOST_BYTES))

    return read


def faults(opened: Bag, index: Mapping[str, Any], read: Read, *, vkey: str | None) -> Iterator[str]:
    """Yield what the public log shows against a dossier: leaves of the case that are not in it, a forked history."""
    try:
        log = tlog.read_vkey(vkey or opened.read(f"data/{dossier.VKEY}").decode())
        own = tlog.read_checkpoint(opened.read(f"data/{dossier.CHECKPOINT}").decode(), origin=log[0], key=log[1])
        tag = verify_log.case_tag_of(opened, index)
        here = _leaves_here(opened)
        newest = tlog.read_checkpoint(read("checkpoint").decode(), origin=log[0], key=log[1])
        yield from _compare(read, newest, own, tag=tag, here=here)
    except (BadBag, BadNote, BadLeaf, BadTile, ValueError) as fault:
        yield f"public log: {fault}"
    except (OSError, urllib.error.URLError) as fault:
        yield f"public log: not to be had: {fault}"


def _leaves_here(opened: Bag) -> set[bytes]:
    return {opened.read(path) for path in opened.paths if path.startswith("data/log/") and path.endswith(".leaf")}


def _compare(read: Read, newest: Checkpoint, own: Checkpoint, *, tag: str | None, here: set[bytes]) -> Iterator[str]:
    if newest.size < own.size:
        yield f"truncated: the log has {newest.size} leaves now, and had {own.size}"
        return
    edge, seen = Edge(), False
    for place, entry in enumerate(_entries(read, newest.size)):
        if place == own.size:
            seen = True
            yield from _forked(edge, own)
        edge.append([tlog.leaf_hash(entry)])
        one = _of_case(entry, tag)
        if one is not None and entry not in here:
            yield f"leaf {place} of the log is of this case ({one.kind} {one.number}, {one.at}) and not in the dossier"
    if not seen:
        yield from _forked(edge, own)
    yield from _forked(edge, newest)


def _forked(edge: Edge, at: Checkpoint) -> Iterator[str]:
    if edge.size != at.size:
        yield f"the log gives {edge.size} leaves, its checkpoint promises {at.size}"
    elif edge.root() != at.root:
        yield f"forked: the first {at.size} leaves do not have the root that was signed"


def _of_case(entry: bytes, tag: str | None) -> Leaf | None:
    try:
        one = leaf.read(entry)
    except BadLeaf:
        return None
    return one if tag is not None and one.tag == tag else None


def _entries(read: Read, size: int) -> Iterator[bytes]:
    for number in range(-(-size // WIDTH)):
        width = min(WIDTH, size - number * WIDTH)
        yield from tiles.read_bundle(read(f"tile/{Place(None, number, width).path()}"))
