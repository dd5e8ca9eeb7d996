"""Whether the stored log is the one its checkpoints speak of: everything recomputed from the leaves."""

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from sqlalchemy import func, select

from server import config
from server.db import db
from server.transparency import reading
from server.transparency.tables import log_chain, log_checkpoint, log_leaf, log_tile
from sync import leaf, tlog
from sync.leaf import BEFORE_FIRST, BadLeaf
from sync.tiles import Edge
from sync.tlog import BadNote

PAGE = 500


def faults() -> Iterator[str]:
    """Yield what is wrong with the log, each in words; nothing for a log that holds."""
    edge, ends = Edge(), dict[str, tuple[int, str]]()
    tiles = dict[tuple[int, int], bytes]()
    rows = _leaves()
    checkpoints = db.session.execute(select(log_checkpoint).order_by(log_checkpoint.c.size)).all()
    with closing(rows):
        for one in checkpoints:
            found, hashes = list[str](), list[bytes]()
            while edge.size + len(hashes) < one.size and (row := next(rows, None)) is not None:
                found += _leaf_faults(row, edge.size + len(hashes), ends)
                hashes.append(tlog.leaf_hash(bytes(row.data)))
            tiles |= edge.append(hashes)
            yield from found
            if edge.size < one.size:
                yield f"truncated: checkpoint {one.size} covers leaves that are gone, {edge.size} are left"
                return
            yield from _checkpoint_faults(one, edge)
        if next(rows, None) is not None:
            yield f"leaf {edge.size} and later stand under no checkpoint"
    yield from _tile_faults(tiles)
    yield from _chain_faults(ends)


def _leaves() -> Generator[Any]:
    at = log_leaf.c
    query = select(at.ref, at.tag, at.kind, at.hash, at.at, at.idx, at.data).where(at.idx.is_not(None))
    with closing(db.session.execute(query.order_by(at.idx).execution_options(yield_per=PAGE))) as found:
        yield from found


def _leaf_faults(row: Any, index: int, ends: dict[str, tuple[int, str]]) -> Iterator[str]:
    """Yield what is wrong with the leaf that must stand at an index; note the end of its chain."""
    if row.idx != index:
        yield f"leaf {index} is missing"
    try:
        told = leaf.read(bytes(row.data))
    except BadLeaf:
        yield f"leaf {row.idx}: its bytes are no leaf"
        return
    number, before = ends.get(told.tag, (0, BEFORE_FIRST))
    if (told.tag, told.kind, told.hash, told.at) != (row.tag, row.kind, row.hash, row.at):
        yield f"leaf {row.idx}: its bytes are not about {row.ref}"
    if (told.number, told.prev) != (number + 1, before):
        yield f"leaf {row.idx}: it does not follow leaf {number} of its chain"
    ends[told.tag] = told.number, tlog.leaf_hash(bytes(row.data)).hex()


def _checkpoint_faults(row: Any, edge: Edge) -> Iterator[str]:
    key, name = config.current().log_key.public_key(), str(row.note).partition("\n")[0]
    try:
        told = tlog.read_checkpoint(row.note, origin=name, key=key)
    except BadNote as fault:
        yield f"checkpoint {row.size}: {fault}"
        return
    if (told.size, told.root) != (row.size, edge.root()):
        yield f"checkpoint {row.size}: the leaves do not give the root it signs"


def _tile_faults(tiles: dict[tuple[int, int], bytes]) -> Iterator[str]:
    for (level, index), expected in sorted(tiles.items()):
        if reading.tile(level, index) != expected:
            yield f"tile {level}/{index} is not what the leaves give"
    stored = db.session.scalar(select(func.count()).select_from(log_tile)) or 0
    if stored != len(tiles):
        yield f"{stored} tiles are stored, the leaves give {len(tiles)}"


def _chain_faults(ends: dict[str, tuple[int, str]]) -> Iterator[str]:
    stored = {tag: (number, head) for tag, number, head in db.session.execute(select(log_chain))}
    for tag in sorted(stored.keys() | ends.keys()):
        if stored.get(tag) != ends.get(tag):
            yield f"the chain of tag {tag} does not end where its leaves do"
