"""What anybody reads of the log fits together."""

import pytest

from server import config
from server.transparency import leaves, reading
from sync import tiles, tlog
from sync.tiles import Place
from tests.server.transparency.conftest import AT


class TestNewestNote:
    def test_says_of_an_empty_log_that_it_is_empty(self, in_app):
        key = config.current().log_key.public_key()
        told = tlog.read_checkpoint(reading.newest_note(), origin=reading.origin(), key=key)
        assert (told.size, told.root) == (0, tlog.EMPTY_ROOT)


class TestHead:
    def test_is_that_of_the_moment_asked_for(self, grow):
        assert reading.head() == (0, "")
        grow(1)
        grow(1)
        assert reading.head(at=AT)[0] == 1
        assert reading.head()[0] == 2
        assert reading.head(at=AT.replace(year=2025)) == (0, "")


class TestReadPlace:
    def test_gives_tiles_and_bundles_that_hash_to_each_other(self, grow):
        grow(300)
        for place in (Place(None, 0), Place(None, 1, 44)):
            bundle = reading.read_place(place)
            hashes = b"".join(tlog.leaf_hash(one) for one in tiles.read_bundle(bundle))
            assert reading.read_place(Place(0, place.index, place.width)) == hashes
        assert reading.read_place(Place(1, 0, 1)) == tiles.tile_root(reading.read_place(Place(0, 0)))

    def test_gives_an_older_partial_tile_too(self, grow):
        grow(300)
        assert reading.read_place(Place(0, 1, 3)) == reading.read_place(Place(0, 1, 44))[:96]
        assert reading.read_place(Place(0, 0, 7)) == reading.read_place(Place(0, 0))[:224]

    @pytest.mark.parametrize("place", [Place(0, 1), Place(0, 1, 45), Place(0, 2, 1), Place(1, 0, 2), Place(2, 0, 1),
                                       Place(None, 1), Place(None, 1, 45)])  # fmt: skip
    def test_gives_nothing_beyond_the_log(self, grow, place):
        grow(300)
        assert reading.read_place(place) is None


class TestProof:
    def test_leads_from_the_leaf_to_the_checkpoint(self, grow):
        grow(300)
        grow(20)
        key = config.current().log_key.public_key()
        for index, size in ((0, 300), (299, 320), (319, 320)):
            proof = tlog.read_proof(reading.proof(index, size=size))
            at = tlog.read_checkpoint(proof.checkpoint, origin=reading.origin(), key=key)
            data = reading.entries(index, index + 1)[0].data
            assert tlog.includes(data, index=index, proof=proof.hashes, size=at.size, root=at.root)


class TestCovering:
    def test_is_the_first_checkpoint_behind_the_leaf(self, grow):
        grow(3)
        grow(3)
        assert [reading.covering(index) for index in (0, 2, 3, 5, 6)] == [3, 3, 6, 6, None]
        assert reading.batch_of(6) == (3, 6)


class TestTagOfCase:
    def test_differs_for_each_case_and_from_the_office(self, in_app):
        from uuid import UUID

        one, other = UUID(int=1), UUID(int=2)
        tags = {leaves.tag_of_case(one), leaves.tag_of_case(other), leaves.tag_of_case(None), leaves.tag_apart("1")}
        assert len(tags) == 4
        assert leaves.tag_of_case(None) == "0" * 32
        assert len(leaves.case_key(one)) == 32


class TestOfTag:
    def test_finds_every_leaf_of_a_case(self, grow):
        grow(2, tag="aa" * 16)
        grow(2)
        grow(1, tag="aa" * 16)
        assert [one.index for one in reading.of_tag("aa" * 16)] == [0, 1, 4]
