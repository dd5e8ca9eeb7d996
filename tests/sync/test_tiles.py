"""Tiles against the tree written down naively: every root, every proof, and paths as the format spells them."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import tiles, tlog
from sync.tiles import BadTile, Edge, Place, Tree

HASHES = [tlog.leaf_hash(str(number).encode()) for number in range(1400)]


class Shelf:
    """Tiles as a log keeps them."""

    def __init__(self):
        self.tiles = {}
        self.edge = Edge()
        self.reads = []

    def add(self, hashes):
        self.tiles |= self.edge.append(hashes)
        return self

    def read(self, level, index):
        self.reads.append((level, index))
        return self.tiles.get((level, index), b"")

    def tree(self):
        return Tree(self.read)


def grown(*batches):
    shelf, at = Shelf(), 0
    for count in batches:
        shelf.add(HASHES[at : at + count])
        at += count
    return shelf


class TestPlace:
    @pytest.mark.parametrize(
        ("place", "path"),
        [(Place(0, 0), "0/000"), (Place(0, 1234067), "0/x001/x234/067"), (Place(1, 273, 17), "1/273.p/17"),
         (Place(None, 5, 1), "entries/005.p/1"), (Place(3, 999), "3/999"), (Place(3, 1000), "3/x001/000")],
    )  # fmt: skip
    def test_is_spelled_as_in_the_format_and_read_again(self, place, path):
        assert place.path() == path
        assert tiles.read_path(path) == place

    @pytest.mark.parametrize(
        "path",
        ["", "0/0", "0/0000", "00/000", "8/000", "0/x000/001", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000/",
         "-1/000", "0/../000", "entries/1", "0/x001", "0/001/002", "0/٠٠٠", "0/000.p/",
         "x/000", "0/" + "x999/" * 7 + "999"],
    )  # fmt: skip
    def test_refuses_any_other_spelling(self, path):
        with pytest.raises(BadTile, match="^not a tile's path$"):
            tiles.read_path(path)

    @given(st.one_of(st.none(), st.integers(0, 7)), st.integers(0, 10**12), st.integers(1, 256))
    def test_has_one_path_each(self, level, index, width):
        assert tiles.read_path(Place(level, index, width).path()) == Place(level, index, width)


class TestEdge:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(0, 400), max_size=6))
    def test_has_the_naive_root_however_the_batches_fall(self, batches):
        shelf = grown(*(one for one in batches))
        size = min(sum(batches), len(HASHES))
        if sum(batches) <= len(HASHES):
            assert (shelf.edge.size, shelf.edge.root()) == (size, tlog.root_of(HASHES[:size]))

    @pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 512, 513, 1279])
    def test_goes_on_from_what_was_stored(self, size):
        before = grown(size)
        again = tiles.open_edge(size, before.read)
        assert again.root() == before.edge.root()
        before.tiles |= again.append(HASHES[size:1300])
        assert again.root() == tlog.root_of(HASHES[:1300])
        assert Tree(before.read).root(1300) == tlog.root_of(HASHES[:1300])

    def test_crosses_the_second_level_of_tiles(self):
        many = [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(66_000)]
        shelf = Shelf().add(many[:65_537]).add(many[65_537:])
        assert shelf.edge.root() == tlog.root_of(many)
        assert shelf.tree().root(66_000) == tlog.root_of(many)
        assert {level: max(i for lv, i in shelf.tiles if lv == level) for level in (0, 1, 2)} == {0: 257, 1: 1, 2: 0}
        proof = shelf.tree().inclusion(65_000, size=66_000)
        assert proof == tlog.inclusion_proof(many, 65_000)

    def test_refuses_a_stored_tile_that_is_too_short(self):
        shelf = grown(300)
        shelf.tiles[0, 1] = shelf.tiles[0, 1][:-32]
        with pytest.raises(BadTile, match="tile 0/1 is shorter than 44 hashes"):
            tiles.open_edge(300, shelf.read)

    def test_is_at_the_empty_root_before_the_first_leaf(self):
        assert Edge().root() == tlog.EMPTY_ROOT == Tree(lambda _l, _i: b"").root(0)


class TestTree:
    @settings(max_examples=80, deadline=None)
    @given(st.data())
    def test_proves_every_leaf_at_every_size(self, data):
        size = data.draw(st.integers(1, 1300))
        index = data.draw(st.integers(0, size - 1))
        proof = grown(1300).tree().inclusion(index, size=size)
        assert proof == tlog.inclusion_proof(HASHES[:size], index)

    @settings(max_examples=80, deadline=None)
    @given(st.data())
    def test_proves_that_every_size_grew_from_every_smaller(self, data):
        new = data.draw(st.integers(0, 1300))
        old = data.draw(st.integers(0, new))
        tree = grown(1300).tree()
        proof, roots = tree.consistency(old, new), [(n, tlog.root_of(HASHES[:n])) for n in (old, new)]
        assert tlog.extends(proof, old=roots[0], new=roots[1])
        if 0 < old < new:
            assert not tlog.extends(proof, old=(old, bytes(32)), new=roots[1])
            assert not tlog.extends(proof, old=roots[0], new=(new, bytes(32)))
            assert not tlog.extends([*proof, bytes(32)], old=roots[0], new=roots[1])
            assert not tlog.extends(proof[:-1], old=roots[0], new=roots[1])

    def test_reads_few_tiles_for_a_proof(self):
        shelf = grown(1400)
        shelf.tree().inclusion(3, size=1400)
        assert len(shelf.reads) <= 3

    @pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
    def test_refuses_a_leaf_outside(self, index, size):
        with pytest.raises(IndexError):
            grown(10).tree().inclusion(index, size=size)

    def test_refuses_to_shrink(self):
        with pytest.raises(IndexError):
            grown(10).tree().consistency(6, 5)

    def test_says_which_tile_lacks_a_hash(self):
        shelf = grown(10)
        with pytest.raises(BadTile, match="tile 0/0 has no hash 10"):
            shelf.tree().root(11)
        assert shelf.tree().leaf(9) == HASHES[9]


class TestBundle:
    @given(st.lists(st.binary(max_size=300), max_size=20))
    def test_is_read_as_it_was_written(self, entries):
        assert list(tiles.read_bundle(tiles.bundle(entries))) == entries

    def test_prefixes_each_entry_with_its_length(self):
        assert tiles.bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"

    @pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x01ab"])
    def test_refuses_one_that_is_cut(self, data):
        with pytest.raises(BadTile, match="^a bundle ends in the middle of an entry$"):
            list(tiles.read_bundle(data))

    def test_refuses_an_entry_its_prefix_cannot_count(self):
        assert len(tiles.bundle([bytes(65_535)])) == 65_537
        with pytest.raises(BadTile, match="^an entry is too long for a bundle$"):
            tiles.bundle([bytes(65_536)])

    def test_refuses_to_hash_a_partial_tile(self):
        with pytest.raises(BadTile, match="^not a full tile$"):
            tiles.tile_root(bytes(32))
