"""The log's tree cut into tiles of 256 hashes: their paths, and every root and proof computed from them. Pure.

Source: C2SP tlog-tiles (paths, partial tiles, entry bundles); RFC 6962 §2.1 (tree, inclusion and consistency proofs).
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sync import tlog
from sync.tlog import node_hash, split

WIDTH = 256
HASH_BYTES = 32
MAX_ENTRY = 0xFFFF
MAX_LEVEL = 7  # 256 ** 8 leaves are 2 ** 64
_HEIGHT = 8
_PATH = re.compile(r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
ReadTile = Callable[[int, int], bytes]
"""(level, index) → the tile's hashes one after another, as many as there are."""


class BadTile(ValueError):
    """The path names no tile, or the bytes are no tile or bundle of this tree."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which tile a path names; level None for a bundle of entries, width below 256 for a partial one."""

    level: int | None
    index: int
    width: int = WIDTH

    def path(self) -> str:
        """Return where the tile lies under `tile/`."""
        digits = f"{self.index:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        folders = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        level = "entries" if self.level is None else str(self.level)
        return f"{level}/{folders}" + (f".p/{self.width}" if self.width < WIDTH else "")


def read_path(path: str) -> Place:
    """Return which tile a path names. Raises BadTile, also for a spelling other than the one of the format."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise BadTile("not a tile's path")
    level, folders, width = found.groups()
    index = int(folders.replace("x", "").replace("/", ""))
    place = Place(None if level == "entries" else int(level), index, int(width) if width else WIDTH)
    if place.path() != path or (place.level or 0) > MAX_LEVEL:
        raise BadTile("not a tile's path")
    return place


def tile_root(tile: bytes) -> bytes:
    """Return the hash over a full tile. Raises BadTile."""
    if len(tile) != WIDTH * HASH_BYTES:
        raise BadTile("not a full tile")
    while len(tile) > HASH_BYTES:
        tile = b"".join(
            hashlib.sha256(b"\x01" + tile[at : at + 2 * HASH_BYTES]).digest()
            for at in range(0, len(tile), 2 * HASH_BYTES)
        )
    return tile


def bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle. Raises BadTile for one of more than 65,535 bytes."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise BadTile("an entry is too long for a bundle")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def read_bundle(data: bytes) -> Iterator[bytes]:
    """Yield the entries of a bundle. Raises BadTile."""
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            raise BadTile("a bundle ends in the middle of an entry")
        yield data[at + 2 : end]
        at = end


@dataclass(slots=True)
class Edge:
    """The right edge of a growing tree: at each level the hashes of its last, partial tile. Changed by `append`."""

    size: int = 0
    partial: list[bytearray] = field(default_factory=list)

    def append(self, hashes: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
        """Append leaf hashes; return (level, index) → bytes of every tile that is new or longer."""
        changed = self._grow(0, b"".join(hashes), self.size)
        self.size += len(hashes)
        return changed

    def _grow(self, level: int, news: bytes, count: int) -> dict[tuple[int, int], bytes]:
        """Take hashes at a level that has `count` before; what fills a tile goes on to the level above."""
        if len(self.partial) <= level:
            self.partial.append(bytearray())
        row, first, changed, above = self.partial[level], count // WIDTH, dict[tuple[int, int], bytes](), bytearray()
        row += news
        full = len(row) // (WIDTH * HASH_BYTES)
        for number in range(full):
            tile = bytes(row[number * WIDTH * HASH_BYTES : (number + 1) * WIDTH * HASH_BYTES])
            changed[level, first + number] = tile
            above += tile_root(tile)
        del row[: full * WIDTH * HASH_BYTES]
        if row:
            changed[level, first + full] = bytes(row)
        return changed | self._grow(level + 1, bytes(above), first) if above else changed

    def root(self) -> bytes:
        """Return the root hash of the whole tree."""
        node: list[bytes] = []
        for row in self.partial:
            node = [*(bytes(row[at : at + HASH_BYTES]) for at in range(0, len(row), HASH_BYTES)), *node]
            node = [tlog.root_of(node)] if node else []
        return node[0] if node else tlog.EMPTY_ROOT


def open_edge(size: int, read: ReadTile) -> Edge:
    """Return the right edge of a stored tree of this size. Raises BadTile when a tile is shorter than it must be."""
    partial = list[bytearray]()
    rest = size
    while rest:
        rest, width = divmod(rest, WIDTH)
        tile = read(len(partial), rest)[: width * HASH_BYTES] if width else b""
        if len(tile) != width * HASH_BYTES:
            raise BadTile(f"tile {len(partial)}/{rest} is shorter than {width} hashes")
        partial.append(bytearray(tile))
    return Edge(size, partial)


class Tree:
    """A stored tree, read tile by tile and only where needed; what was computed once is kept for the next proof."""

    def __init__(self, read: ReadTile) -> None:
        """Take how a tile is read."""
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._known: dict[tuple[int, int], bytes] = {}

    def leaf(self, index: int) -> bytes:
        """Return a leaf's hash. Raises BadTile when it is not there."""
        return self._over(index, index + 1)

    def root(self, size: int) -> bytes:
        """Return the root hash over the first `size` leaves. Raises BadTile."""
        return self._over(0, size) if size else tlog.EMPTY_ROOT

    def inclusion(self, index: int, *, size: int) -> list[bytes]:
        """Return the proof that a leaf stands under the root over the first `size`. Raises IndexError or BadTile."""
        if not 0 <= index < size:
            raise IndexError(f"leaf {index} of {size}")
        low, high, path = 0, size, list[bytes]()
        while high - low > 1:
            middle = low + split(high - low)
            if index < middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of the first `old` leaves grew into that of `new`. Raises IndexError, BadTile.

        Source: RFC 6962 §2.1.2.
        """
        if not 0 <= old <= new:
            raise IndexError(f"{old} leaves of {new}")
        if old in (0, new):
            return []
        low, high, path = 0, new, list[bytes]()
        while old != high:
            middle = low + split(high - low)
            if old <= middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low = middle
        return [*([self._over(low, high)] if low else []), *path[::-1]]

    def _over(self, low: int, high: int) -> bytes:
        """Return the hash over leaves low to high; low is where a subtree of the tree begins."""
        known = self._known.get((low, high))
        if known is not None:
            return known
        count = high - low
        height = count.bit_length() - 1
        if count == 1 << height and height % _HEIGHT == 0:
            node = self._stored(height // _HEIGHT, low >> height)
        else:
            middle = low + split(count)
            node = node_hash(self._over(low, middle), self._over(middle, high))
        self._known[low, high] = node
        return node

    def _stored(self, level: int, number: int) -> bytes:
        index, place = divmod(number, WIDTH)
        if (level, index) not in self._tiles:
            self._tiles[level, index] = self._read(level, index)
        found = self._tiles[level, index][place * HASH_BYTES : (place + 1) * HASH_BYTES]
        if len(found) != HASH_BYTES:
            raise BadTile(f"tile {level}/{index} has no hash {place}")
        return found
