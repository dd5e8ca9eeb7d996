"""Whatever is done to the stored log afterwards is found and named."""

import base64

import pytest
from sqlalchemy import text

from server import config
from server.db import db
from server.transparency import check, reading
from sync import tlog
from sync.tlog import Checkpoint
from tests.owner import begin_as_owner


@pytest.fixture
def log(grow):
    grow(300, tag="aa" * 16)
    grow(3)
    grow(2, tag="aa" * 16)


def do(statement, **values):
    begin_as_owner()
    db.session.execute(text(statement), values)
    db.session.commit()


def found():
    return list(check.faults())


class TestFaults:
    def test_finds_none_in_a_good_log(self, log):
        assert found() == []

    def test_finds_none_in_an_empty_log(self, in_app):
        assert found() == []

    def test_names_a_missing_leaf(self, log):
        do("DELETE FROM log_leaf WHERE idx = 17")
        assert found()[0] == "leaf 17 is missing"

    def test_names_a_truncated_log(self, log):
        do("DELETE FROM log_leaf WHERE idx > 301")
        assert found() == ["truncated: checkpoint 303 covers leaves that are gone, 302 are left"]

    def test_names_checkpoints_that_were_cut_off_too(self, log):
        do("DELETE FROM log_checkpoint WHERE size > 300")
        assert found()[0] == "leaf 300 and later stand under no checkpoint"

    def test_names_an_altered_leaf(self, log):
        data = reading.entries(5, 6)[0].data
        do("UPDATE log_leaf SET data = :data WHERE idx = 5", data=data.replace(b'"n":6', b'"n":7'))
        assert "leaf 5: it does not follow leaf 5 of its chain" in found()
        assert "checkpoint 300: the leaves do not give the root it signs" in found()

    def test_names_a_leaf_about_another_thing(self, log):
        do("UPDATE log_leaf SET hash = :hash WHERE idx = 5", hash="0" * 64)
        assert found() == ["leaf 5: its bytes are not about record:5"]

    def test_names_bytes_that_are_no_leaf(self, log):
        do("UPDATE log_leaf SET data = :data WHERE idx = 5", data=b"{}")
        assert "leaf 5: its bytes are no leaf" in found()

    def test_names_a_forked_checkpoint(self, log):
        forked = tlog.sign_checkpoint(Checkpoint(reading.origin(), 303, b"x" * 32), config.current().log_key)
        do("UPDATE log_checkpoint SET note = :note WHERE size = 303", note=forked)
        assert found() == ["checkpoint 303: the leaves do not give the root it signs"]

    def test_names_a_checkpoint_nobody_signed(self, log):
        note = reading.note_of(303).replace("303", "304")
        do("UPDATE log_checkpoint SET note = :note WHERE size = 303", note=note)
        assert found() == ["checkpoint 303: no signature of the log's key"]

    def test_names_an_altered_tile(self, log):
        tile = bytearray(reading.tile(0, 0))
        tile[40] ^= 1
        do("UPDATE log_tile SET hashes = :tile WHERE level = 0 AND idx = 0", tile=bytes(tile))
        assert found() == ["tile 0/0 is not what the leaves give"]

    def test_counts_the_tiles(self, log):
        do("INSERT INTO log_tile (level, idx, hashes) VALUES (3, 0, :tile)", tile=bytes(32))
        assert found() == ["4 tiles are stored, the leaves give 3"]

    def test_names_a_chain_that_ends_elsewhere(self, log):
        do("UPDATE log_chain SET number = 9 WHERE tag = :tag", tag="aa" * 16)
        assert found() == [f"the chain of tag {'aa' * 16} does not end where its leaves do"]

    def test_recomputes_from_leaves_that_were_rewritten_with_their_tiles(self, log):
        """The operator replaces a leaf, its row and its tile: only the signed root still tells."""
        data = reading.entries(302, 303)[0].data.replace(b'"k":"record"', b'"k":"paper"')
        do("UPDATE log_leaf SET data = :data, kind = 'paper' WHERE idx = 302", data=data)
        assert "checkpoint 303: the leaves do not give the root it signs" in found()
        assert base64.b64decode(reading.head()[1])
