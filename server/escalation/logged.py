"""What the transparency log has of a case: every leaf of its chain, proven under one checkpoint, and the case's key."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from server.devices.leaves import PREFIX
from server.transparency import leaves, reading, stamps
from server.transparency.reading import Stood
from sync import tlog
from sync.dossier import StampedCheckpoint
from sync.tiles import Tree
from sync.tlog import Proof

Proven = tuple[bytes, str]
"""A leaf's bytes and its tlog-proof."""


@dataclass(frozen=True, slots=True)
class Logged:
    """The log's part of a dossier; head is (checkpoint, verifier key), None when nothing of the case is logged.

    records: record id → leaf and proof; others: paper serial → leaf and proof.
    """

    head: tuple[str, str] | None
    case_key: bytes
    records: dict[str, Proven]
    others: dict[str, Proven]
    stamps: tuple[StampedCheckpoint, ...] = ()


def of_case(case_id: UUID, record_ids: Sequence[str]) -> Logged:
    """Return what is logged of a case and of the records told of it, under the oldest checkpoint that covers it all.

    The oldest, so that a second building of the same dossier gives the same bytes.
    """
    chain = {one.ref: one for one in reading.of_tag(leaves.tag_of_case(case_id))}
    found = chain | reading.stood([PREFIX + one for one in record_ids])
    size = reading.covering(max((one.index for one in found.values()), default=-1)) if found else None
    if size is None:
        return Logged(None, b"", {}, {})
    note, tree = reading.note_of(size), reading.tree()
    proven = {ref: (one.data, _proof(one, size, note, tree)) for ref, one in found.items()}
    named = {PREFIX + one for one in record_ids}
    records = {ref.removeprefix(PREFIX): one for ref, one in proven.items() if ref in named}
    others = {_name(ref): one for ref, one in proven.items() if ref not in named}
    held = stamps.covering([one.index for one in found.values()], size=size)
    stamped = tuple(StampedCheckpoint(x.size, x.note, x.reply, tree.consistency(x.size, size)) for x in held)
    return Logged((note, reading.vkey()), leaves.case_key(case_id), records, others, stamped)


def head_size(case_id: UUID, record_ids: Sequence[str]) -> int:
    """Return how many leaves the checkpoint of a case's dossier covers, 0 when nothing of the case is logged."""
    head = of_case(case_id, record_ids).head
    return int(head[0].split("\n", 2)[1]) if head else 0


def _proof(one: Stood, size: int, note: str, tree: Tree) -> str:
    return tlog.write_proof(Proof(one.index, tuple(tree.inclusion(one.index, size=size)), note))


def _name(ref: str) -> str:
    """Return the file name of a leaf that is about no record of the dossier: a paper's serial, or what it is about."""
    return ref.removeprefix("paper:").replace(":", "-")
