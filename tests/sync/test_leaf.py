"""A leaf says hashes and numbers only, in one spelling."""

import hashlib
import hmac

import pytest

from sync import leaf
from sync.canonical import canonical
from sync.leaf import BadLeaf, Kind, Leaf

GOOD = Leaf("0f" * 16, "ab" * 32, Kind.RECORD, 7, "cd" * 32, "2026-12-02T01:31:07.120Z")


class TestDataOf:
    def test_is_canonical_json(self):
        told = {"c": GOOD.tag, "h": GOOD.hash, "k": "record", "n": 7, "p": GOOD.prev, "t": GOOD.at}
        assert leaf.data_of(GOOD) == canonical(told)

    @pytest.mark.parametrize("kind", list(Kind))
    def test_is_read_again(self, kind):
        one = GOOD._replace(kind=kind.value)
        assert leaf.read(leaf.data_of(one)) == one


class TestRead:
    @pytest.mark.parametrize(
        "change",
        [{"tag": "0f"}, {"tag": "0F" * 16}, {"hash": "xy" * 32}, {"number": 0}, {"number": "7"}, {"prev": ""},
         {"at": "2026-12-02"}, {"kind": "Record"}, {"kind": 3}, {"at": 7}],
    )  # fmt: skip
    def test_refuses_what_is_no_leaf(self, change):
        one = GOOD._replace(**change)
        told = {"c": one.tag, "h": one.hash, "k": one.kind, "n": one.number, "p": one.prev, "t": one.at}
        with pytest.raises(BadLeaf):
            leaf.read(canonical(told))

    @pytest.mark.parametrize("data", [b"", b"[]", b"null", b"\xff", b'{"c":1}', leaf.data_of(GOOD) + b" "])
    def test_refuses_other_bytes(self, data):
        with pytest.raises(BadLeaf):
            leaf.read(data)

    def test_refuses_a_further_member(self):
        with pytest.raises(BadLeaf):
            leaf.read(leaf.data_of(GOOD).replace(b"}", b',"z":1}'))


class TestCaseTag:
    def test_is_what_an_outsider_computes_by_hand(self):
        key = bytes(range(32))
        assert leaf.case_tag(key) == hmac.new(key, b"doorstep.case-tag/1", hashlib.sha256).hexdigest()[:32]
        assert leaf.case_tag(bytes(32)) != leaf.case_tag(key)


class TestKeyHash:
    def test_covers_id_key_and_state(self):
        told = {"alg": "Ed25519", "device": "d", "jwk": {"x": "1"}, "state": "enrolled"}
        assert leaf.key_hash("d", alg="Ed25519", jwk={"x": "1"}, state="enrolled") == (
            hashlib.sha256(canonical(told)).hexdigest()
        )
