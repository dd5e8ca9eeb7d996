"""What anybody may read of the log: its key, checkpoints, tiles, entries and proofs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from server import config
from server.db import db
from server.transparency.tables import log_checkpoint, log_leaf
from sync import tiles, tlog
from sync.tiles import HASH_BYTES, WIDTH, Place, Tree
from sync.tlog import EMPTY_ROOT, Checkpoint, Proof

_TILE = text("SELECT hashes FROM log_tile WHERE level = :level AND idx = :idx")
_NEWEST = select(log_checkpoint).order_by(log_checkpoint.c.size.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Stood:
    """A leaf where it stands in the log: its index, its bytes, what it is about."""

    ref: str
    index: int
    data: bytes


def origin() -> str:
    """Return the log's name: where it is served, without the scheme."""
    return config.current().public_url.partition("://")[2] + "/log"


def vkey() -> str:
    """Return the log's verifier key, in the note format."""
    return tlog.vkey(origin(), config.current().log_key.public_key())


def size() -> int:
    """Return how many leaves the newest checkpoint covers."""
    newest = db.session.execute(_NEWEST).first()
    return int(newest.size) if newest is not None else 0


def head(*, at: datetime | None = None) -> tuple[int, str]:
    """Return (size, root in base64) of the newest checkpoint, or of the newest that was signed by a moment.

    (0, "") before the first.
    """
    query = _NEWEST if at is None else _NEWEST.where(log_checkpoint.c.made_at <= at)
    found = db.session.execute(query).first()
    return (int(found.size), str(found.root)) if found is not None else (0, "")


def newest_note() -> str:
    """Return the newest checkpoint with its cosignatures; an empty log signs that it is empty."""
    found = db.session.execute(_NEWEST).first()
    if found is None:
        return tlog.sign_checkpoint(Checkpoint(origin(), 0, EMPTY_ROOT), config.current().log_key)
    return with_cosignatures(found.note, found.cosignatures)


def note_of(size: int) -> str:
    """Return the checkpoint of a size with its cosignatures. Raises NoResultFound."""
    found = db.session.execute(select(log_checkpoint).where(log_checkpoint.c.size == size)).one()
    return with_cosignatures(found.note, found.cosignatures)


def with_cosignatures(note: str, lines: Sequence[str]) -> str:
    """Return a checkpoint with the witnesses' lines below the log's own."""
    return note + "".join(f"{line}\n" for line in lines)


def covering(index: int) -> int | None:
    """Return the size of the oldest checkpoint that covers a leaf, None when none does."""
    at = log_checkpoint.c
    return db.session.scalar(select(at.size).where(at.size > index).order_by(at.size).limit(1))


def batch_of(size: int) -> tuple[int, int]:
    """Return (start, size) of the leaves that the checkpoint of this size added. Raises NoResultFound."""
    found = db.session.execute(select(log_checkpoint.c.start).where(log_checkpoint.c.size == size)).one()
    return int(found.start), size


def tile(level: int, index: int) -> bytes:
    """Return the hashes of a stored tile, as many as there are; empty when there is none."""
    found = db.session.execute(_TILE, {"level": level, "idx": index}).first()
    return bytes(found.hashes) if found is not None else b""


def tree() -> Tree:
    """Return the stored tree; one for each use, as it remembers what it read."""
    return Tree(tile)


def read_place(place: Place) -> bytes | None:
    """Return the bytes of a tile or bundle, None when the log does not reach so far."""
    if place.level is not None:
        hashes = tile(place.level, place.index)[: place.width * HASH_BYTES]
        return hashes if len(hashes) == place.width * HASH_BYTES else None
    first = place.index * WIDTH
    if first + place.width > size():
        return None
    return tiles.bundle(one.data for one in entries(first, first + place.width))


def entries(low: int, high: int) -> list[Stood]:
    """Return the leaves from low up to high, in order."""
    at = log_leaf.c
    query = select(at.ref, at.idx, at.data).where(at.idx >= low, at.idx < high).order_by(at.idx)
    return [Stood(ref, int(idx), bytes(data)) for ref, idx, data in db.session.execute(query)]


def stood(refs: Sequence[str]) -> dict[str, Stood]:
    """Return what the leaf is about → the leaf, of those that are appended."""
    at, found = log_leaf.c, dict[str, Stood]()
    for low in range(0, len(refs), 500):
        query = select(at.ref, at.idx, at.data).where(at.ref.in_(refs[low : low + 500]), at.idx.is_not(None))
        found |= {ref: Stood(ref, int(idx), bytes(data)) for ref, idx, data in db.session.execute(query)}
    return found


def about(ref: str, *, digest: str) -> Stood | None:
    """Return the appended leaf that says this hash of a thing, first made or made again; None when there is none."""
    at = log_leaf.c
    refs = (ref, f"{ref}:{digest[:16]}")
    query = select(at.ref, at.idx, at.data).where(at.ref.in_(refs), at.hash == digest, at.idx.is_not(None)).limit(1)
    found = db.session.execute(query).first()
    return None if found is None else Stood(found.ref, int(found.idx), bytes(found.data))


def of_tag(tag: str) -> list[Stood]:
    """Return every appended leaf of one tag, in order."""
    at = log_leaf.c
    query = select(at.ref, at.idx, at.data).where(at.tag == tag, at.idx.is_not(None)).order_by(at.idx)
    return [Stood(ref, int(idx), bytes(data)) for ref, idx, data in db.session.execute(query)]


def proof(index: int, *, size: int, within: Tree | None = None) -> str:
    """Return the tlog-proof of a leaf under the checkpoint of a size. Raises IndexError or NoResultFound."""
    path = (within or tree()).inclusion(index, size=size)
    return tlog.write_proof(Proof(index, tuple(path), note_of(size)))
