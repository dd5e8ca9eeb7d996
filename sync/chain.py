"""The chain that ties the records of one device together, so that a missing or exchanged one shows. Pure.

Each record names its place (seq: 1, 2, 3 …) and the hash of the record before it. Records may arrive in any order and
more than once; nothing here depends on a clock.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from sync.canonical import sha256_hex

_GENESIS = "doorstep.chain/1:"
_LINK = "doorstep.link/1:"


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """What a record says about its place: seq counts from 1, prev and hash are hexadecimal SHA-256."""

    seq: int
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of an unbroken run from the beginning; seq 0 before the first."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a set of links amounts to.

    gaps are inclusive runs of missing seqs; forks are seqs held by more than one record; breaks are seqs whose prev is
    not the hash of the record before them though that record is there.
    """

    head: Head
    gaps: tuple[tuple[int, int], ...]
    forks: tuple[int, ...]
    breaks: tuple[int, ...]

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is missing, doubled or exchanged."""
        return not (self.gaps or self.forks or self.breaks)


def genesis(owner: str) -> str:
    """Return the prev of the first record of a device (or of another chain with an owner's name)."""
    return sha256_hex((_GENESIS + owner).encode())


def start(owner: str) -> Head:
    """Return the head of a chain that has no record yet."""
    return Head(0, genesis(owner))


def link_hash(prev: str, payload: bytes) -> str:
    """Return the hash of a link whose payload does not name its predecessor itself, such as a line of an audit log."""
    return sha256_hex(f"{_LINK}{prev}:".encode() + payload)


def follows(head: Head, link: Link) -> bool:
    """Tell whether the link is the very next one after head."""
    return link.seq == head.seq + 1 and link.prev == head.hash


def advance(head: Head, links: Iterable[Link]) -> Head:
    """Return the head after taking, from links in any order, every one that continues the unbroken run."""
    by_place = {(link.seq, link.prev): link for link in sorted(links, reverse=True)}
    while (after := by_place.get((head.seq + 1, head.hash))) is not None:
        head = Head(after.seq, after.hash)
    return head


def inspect(links: Iterable[Link], *, owner: str) -> ChainReport:
    """Report gaps, forks and breaks of one owner's links, given in any order; repeated equal links count once."""
    known = sorted(set(links))
    count = Counter(link.seq for link in known)
    hashes = {(link.seq, link.hash) for link in known} | {(0, genesis(owner))}
    seqs = set(count) | {0}
    return ChainReport(
        head=advance(start(owner), known),
        gaps=_gaps(sorted(seqs)),
        forks=tuple(seq for seq, n in sorted(count.items()) if n > 1),
        breaks=tuple(
            sorted({k.seq for k in known if k.seq - 1 in seqs and (k.seq - 1, k.prev) not in hashes}),
        ),
    )


def _gaps(seqs: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple((before + 1, after - 1) for before, after in pairwise(seqs) if after > before + 1)
