"""What a dossier's part of the log shows: every leaf under one signed checkpoint, and the case's chain without a gap.

Source: C2SP tlog-proof, tlog-checkpoint; the leaves are told in sync/leaf.py.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sync import dossier, leaf, tlog
from sync.bag import BadBag, Bag
from sync.leaf import BEFORE_FIRST, BadLeaf, Leaf
from sync.tlog import BadNote, Checkpoint

_Faults = BadBag, BadNote, BadLeaf, UnicodeDecodeError, ValueError
_Log = tuple[str, Any]


def faults(opened: Bag, index: Mapping[str, Any], records: Mapping[str, str], *, vkey: str | None) -> Iterator[str]:
    """Yield what is wrong with the log's part; records maps id → SHA-256 of those that say they are in the log."""
    try:
        log = tlog.read_vkey(vkey or opened.read(f"data/{dossier.VKEY}").decode())
        head = _checkpoint(opened.read(f"data/{dossier.CHECKPOINT}").decode(), log)
        tag = case_tag_of(opened, index)
    except _Faults as fault:
        yield f"checkpoint: {fault}"
        return
    yield from _key_faults(opened, vkey)
    expected = dict(records) | dict(_papers(opened, index)) | dict(attached(opened, index))
    told: dict[int, Leaf | None] = {}
    for name in [*records, *dossier.leaf_names(index)]:
        try:
            data = _leaf(opened, name, head, log)
            one = leaf.read(data)
        except _Faults as fault:
            yield f"{name}: {fault}"
            continue
        if name in expected and one.hash != expected[name]:
            yield f"{name}: the log's leaf names another hash"
        elif tag is not None and one.tag != tag and name in expected:
            yield f"{name}: its leaf is not of the case whose key is in case.key"
        if one.tag == tag:
            told[one.number] = None if one.number in told else one
    if tag is not None:
        yield from _chain_faults(told)


def _key_faults(opened: Bag, vkey: str | None) -> Iterator[str]:
    told = opened.read(f"data/{dossier.VKEY}").decode(errors="replace")
    if vkey is not None and told.strip() != vkey.strip():
        yield "log.vkey is not the key got from elsewhere"


def _checkpoint(note: str, log: _Log) -> Checkpoint:
    return tlog.read_checkpoint(note, origin=log[0], key=log[1])


def case_tag_of(opened: Bag, index: Mapping[str, Any]) -> str | None:
    """Return the tag of the case's leaves, None when the dossier carries no case key. Raises BadBag or ValueError."""
    if not index.get("case_key"):
        return None
    return leaf.case_tag(bytes.fromhex(opened.read(f"data/{dossier.CASE_KEY}").decode().strip()))


def _papers(opened: Bag, index: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield serial and SHA-256 of each paper that lies here."""
    for paper in index["papers"]:
        path = f"data/{paper['path']}"
        if path in opened.paths:
            yield str(paper.get("serial")), opened.sha256(path)


def attached(opened: Bag, index: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield leaf name and SHA-256 of each further file that has a leaf with the index paper."""
    serial, named = str(index["about"].get("index_serial")), set(dossier.leaf_names(index))
    for one in index["extra"]:
        name = dossier.attached_name(serial, one["path"])
        if name in named and f"data/{one['path']}" in opened.paths:
            yield name, opened.sha256(f"data/{one['path']}")


def _leaf(opened: Bag, name: str, head: Checkpoint, log: _Log) -> bytes:
    """Return a leaf's bytes once its proof leads to the dossier's own checkpoint. Raises BadBag, BadNote or BadLeaf."""
    leaf_path, proof_path = dossier.log_paths(name)
    data = opened.read(f"data/{leaf_path}")
    proof = tlog.read_proof(opened.read(f"data/{proof_path}").decode())
    at = _checkpoint(proof.checkpoint, log)
    if at != head:
        is_fork = at.size == head.size
        raise BadNote(f"forked: two roots for {at.size} leaves" if is_fork else "its proof is under another checkpoint")
    if not tlog.includes(data, index=proof.index, proof=proof.hashes, size=at.size, root=at.root):
        raise BadNote("not in the log of its checkpoint")
    return data


def _chain_faults(told: Mapping[int, Leaf | None]) -> Iterator[str]:
    """Yield the places of the case's chain that are missing, doubled, or do not follow the one before."""
    before: str | None = BEFORE_FIRST
    for number in range(1, max(told, default=0) + 1):
        one = told.get(number)
        if number not in told:
            yield f"leaf {number} of the case's chain was left out"
        elif one is None:
            yield f"leaf {number} of the case's chain is there twice"
        elif before is not None and one.prev != before:
            yield f"leaf {number} of the case's chain does not follow leaf {number - 1}"
        before = tlog.leaf_hash(leaf.data_of(one)).hex() if one is not None else None
